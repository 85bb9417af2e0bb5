import * as z from 'zod';
import { atFirstUse } from '../domain/at-first-use.ts';
import { hasExecution } from '../domain/executions.ts';
import { nextDueAt } from '../domain/follow-up.ts';
import { copyKinds, emailKinds } from '../domain/email-kinds.ts';
import {
  deliveries,
  type Delivery,
  isBooked,
  isProvisioningPending,
  type LineKey,
  type LineStatus,
  lineStatuses,
  locales,
  type OrderLine,
  type StoredLine,
  type UnbookedLine,
} from '../domain/order-line.ts';
import { type WordKind, wordsOf } from '../domain/search.ts';
import { allPartners } from '../domain/tallies.ts';
import { withinBytes } from '../domain/text.ts';
import type { Instant } from '../domain/time.ts';
import { expiryOf } from './expiry.ts';
import { asStored, storedEntry, withPlainHistory } from './stored-history.ts';
import { wholeSchema } from './whole-schema.ts';

const text = z.string();

/** The schemas of a booked line, by its status: made for the first line that is read. */
const bookedSchemas = atFirstUse(() => {
  const contact = z.object({ email: text, name: text.exactOptional(), locale: z.enum(locales) });

  const undeliverable = z.object({ email: text, reason: text });

  const sentEmail = z.object({ messageId: text, to: text, sentAt: text });

  const claim = z.object({
    id: text,
    owner: text,
    kind: z.enum(emailKinds),
    to: contact,
    actor: text,
    at: text,
    until: text,
    key: text.exactOptional(),
  });

  const answer = z.object({
    key: text,
    at: text,
    answer: text.exactOptional(),
    email: sentEmail.exactOptional(),
    change: z.object({ outcome: z.enum(['saved', 'unchanged']), email: text }).exactOptional(),
  });

  /** What an item has in every status of its line. */
  const facts = z.object({
    orderId: text,
    lineId: text,
    subscriptionId: text,
    offer: text,
    partnerId: text,
    endCustomer: z.object({ name: text }),
    placedBy: z.object({ name: text, email: text }),
    provisioningContact: contact,
    copyTo: contact.exactOptional(),
    requestedStartDate: text,
    rescheduledAt: text.exactOptional(),
    window: text,
    reminders: z.array(text).exactOptional(),
    remindedUntil: text.exactOptional(),
    copyDue: z.object({ kind: z.enum(copyKinds), at: text }).exactOptional(),
    lastEmail: sentEmail
      .extend({ delivery: z.enum(deliveries), reason: text.exactOptional() })
      .exactOptional(),
    emailsSent: z.int(),
    contactsSaved: z.int().default(0),
    countedEmailsAt: z.array(text),
    lastResentAt: text.exactOptional(),
    /** The earliest items have one address or none. */
    undeliverable: z
      .union([z.array(undeliverable), undeliverable.transform((address) => [address])])
      .default([]),
    claim: claim.exactOptional(),
    unconfirmed: z.array(claim).default([]),
    answers: z.array(answer).default([]),
    executionRevision: z.int(),
    awaitsExecution: z.boolean().exactOptional(),
    executionStartedAt: text.exactOptional(),
    history: z.array(storedEntry).default([]),
    version: z.int(),
  });

  const started = { firstEmailSentAt: text, closesAt: text };
  const onboarding = { organizationId: text, onboardedAt: text };
  const maybeStarted = { firstEmailSentAt: text.exactOptional(), closesAt: text.exactOptional() };
  const maybeOnboarded = { organizationId: text.exactOptional(), onboardedAt: text.exactOptional() };

  return [
    facts.extend({ status: z.literal('Scheduled') }),
    facts.extend({ status: z.literal('AwaitingProvisioningDetails'), ...started }),
    facts.extend({ status: z.literal('Onboarded'), ...onboarding, ...maybeStarted }),
    facts.extend({ status: z.literal('Closed'), ...started, ...maybeOnboarded, closedAt: text }),
    facts.extend({
      status: z.literal('Cancelled'),
      ...maybeStarted,
      ...maybeOnboarded,
      closedAt: text.exactOptional(),
      cancelledAt: text,
    }),
  ] as const;
});

const unbookedSchema = () => {
  const reschedule = z.object({ requestedStartDate: text, changedAt: text });
  /** The earliest items have one reschedule or none. */
  return z
    .object({
      orderId: text,
      lineId: text,
      status: z.literal('Unbooked'),
      cancelledAt: text.exactOptional(),
      heldSince: text.exactOptional(),
      reschedule: reschedule.exactOptional(),
      reschedules: z.array(reschedule).default([]),
      version: z.int(),
    })
    .transform(({ reschedule: only, reschedules, ...held }) => ({
      ...held,
      reschedules: only ? [only] : reschedules,
    })) satisfies z.ZodType<UnbookedLine>;
};

const lineSchema = wholeSchema<StoredLine>()(
  z.lazy(() => z.discriminatedUnion('status', [...bookedSchemas(), unbookedSchema()])),
);

export const parseLine = (item: unknown): StoredLine => lineSchema.parse(withPlainHistory(item));

/** What lists leave out of a line: its history and the answers kept for idempotency keys. */
const unlisted: readonly string[] = ['history', 'answers', 'unconfirmed'];

export function listedAttributes(): readonly string[] {
  const attributes = new Set(bookedSchemas().flatMap(({ shape }) => Object.keys(shape)));
  return [...attributes, 'stateKey'].filter((name) => !unlisted.includes(name));
}

/** A partition holds an order: one item for the order, and one for each of its lines. */
export const primaryKey = ({ orderId, lineId }: LineKey) => ({ pk: orderId, sk: linePrefix + lineId });
export const linePrefix = 'line#';
export const lineIdOf = ({ sk }: { readonly sk: string }): string => sk.slice(linePrefix.length);
export const orderSortKey = 'order';
export const orderKey = (orderId: string) => ({ pk: orderId, sk: orderSortKey });

/** The states that lists distinguish: a Closed line is listed by whether it is still provisioning pending. */
const listStates = [...lineStatuses, 'ClosedOnboarded'] as const;
export type ListState = (typeof listStates)[number];

/** Lines that nobody has to set up any more. */
const settledStates: readonly ListState[] = ['Onboarded', 'Cancelled', 'ClosedOnboarded'];

/**
 * The number of partitions over which a partner's lines of one state are spread, and the entries of each index that
 * searches read. DynamoDB writes at most 1,000 entries a second into one partition, and throttles the table's own
 * writes beyond that. A new table takes 4,000 writes a second, so with four partitions a single partner can use all of
 * it. A page of a list queries each of them: for all six states, 24 queries at once, half a read unit each where a
 * partner has few lines.
 */
export const partnerShards = 4;

/** The first shard has the key from before there were shards, so that older lines are found unchanged. */
const inShard = (key: string, shard: number): string => (shard === 0 ? key : `${key}#${shard}`);

/** The keys of all shards. */
const shardsOf = (key: string): readonly string[] =>
  Array.from({ length: partnerShards }, (_, shard) => inShard(key, shard));

const stateKey = (partnerId: string, state: ListState): string => `${partnerId}#${state}`;

/** The partitions that list a partner's lines of a state. */
export const stateKeys = (partnerId: string, state: ListState): readonly string[] =>
  shardsOf(stateKey(partnerId, state));

const ownStateKey = (line: OrderLine, state: ListState): string =>
  inShard(stateKey(line.partnerId, state), shardOf(line, partnerShards));

/** The state key that a line gets when the end of its window closes it. */
export const closedStateKey = (line: OrderLine): string => ownStateKey(line, 'Closed');

const listState = (line: OrderLine): ListState =>
  line.status === 'Closed' && !isProvisioningPending(line) ? 'ClosedOnboarded' : line.status;

/** The list states that a filter stands for; without one, all of them. */
export function listStatesOf(filter: {
  readonly status?: LineStatus;
  readonly provisioningPending?: boolean;
  readonly settled?: boolean;
  readonly deliveries?: readonly Delivery[];
  readonly closesBy?: Instant;
}): readonly ListState[] {
  return listStates
    .filter(
      (state) =>
        filter.status === undefined || (state === 'ClosedOnboarded' ? 'Closed' : state) === filter.status,
    )
    .filter(
      (state) =>
        filter.provisioningPending === undefined || (state === 'Closed') === filter.provisioningPending,
    )
    .filter((state) => filter.settled === undefined || settledStates.includes(state) === filter.settled)
    .filter((state) => filter.deliveries === undefined || state !== 'Scheduled')
    .filter((state) => filter.closesBy === undefined || state === 'AwaitingProvisioningDetails');
}

export const isIn = (line: OrderLine, states: readonly ListState[]): boolean =>
  states.includes(listState(line));

/** The partitions that hold the words of a partner's lines, or of all lines. */
export const searchShards = (partnerId: string | undefined): readonly string[] =>
  shardsOf(partnerId ?? allPartners);

/** A sort key has at most 1,024 bytes. Only names get anywhere near that: one character can be normalized to several. */
const longestWord = 256;

/** As much of a word, or of its beginning, as an index holds. */
export const indexedWord = (word: string): string => withinBytes(word, longestWord);

/** Sorts by nearest deadline; lines without one come last, by start date. No two lines have the same position. */
export const position = (line: OrderLine): string =>
  `${line.closesAt ?? `~${line.requestedStartDate}`}#${line.orderId}#${line.lineId}`;

/**
 * Open lines are listed by when they are due: those with an execution, and those whose execution has yet to be started.
 * The oldest items list a line without an execution among the first, half a year before its start date. Beside them are
 * people's digests.
 */
const dueLists = { started: 'open', unstarted: 'unstarted', digests: 'digest' } as const;
export type DueList = keyof typeof dueLists;

/** Each list is spread over this many partitions, so that no index key gets hot. */
const dueShards = 4;

const shardName = (list: DueList, shard: number): string => `${dueLists[list]}-${shard}`;

/** The partitions of a list. */
export const dueShardsOf = (list: DueList): readonly string[] =>
  Array.from({ length: dueShards }, (_, shard) => shardName(list, shard));

/** The partition of a list that an entry is in; entries are spread evenly. */
export const dueShardOf = (list: DueList, name: string): string => shardName(list, spread(name, dueShards));

const dueShard = (line: OrderLine): string =>
  shardName(hasExecution(line) ? 'started' : 'unstarted', shardOf(line, dueShards));

/** The shard of a line; lines are spread evenly. */
const shardOf = ({ orderId, lineId }: LineKey, shards: number): number =>
  spread(`${orderId}#${lineId}`, shards);

/** A number below `parts` for a text; texts are spread evenly. */
export const spread = (text: string, parts: number): number =>
  Buffer.from(text).reduce((hash, byte) => (hash * 31 + byte) % 65_521, 7) % parts;

/**
 * The whole item of a line, with its index keys and its expiry.
 * @param settledLineDays how long a settled line is kept
 */
export function toItem(line: StoredLine, settledLineDays: number) {
  return {
    ...primaryKey(line),
    ...line,
    ...(isBooked(line) ? { ...asStored(line.history), ...indexKeys(line) } : {}),
    ...expiryOf(line, settledLineDays),
  };
}

/** The attributes by which the indexes list a line. */
export function indexKeys(line: OrderLine) {
  const dueAt = nextDueAt(line);
  const shard = shardOf(line, partnerShards);
  const words = wordsOf(line);
  return {
    stateKey: ownStateKey(line, listState(line)),
    partnerShard: inShard(line.partnerId, shard),
    allShard: inShard(allPartners, shard),
    ...word('orderWord', words.order),
    ...word('subscriptionWord', words.subscription),
    ...word('contactWord', words.contact),
    ...word('domainWord', words.domain),
    ...word('customerWord', words.customer),
    position: position(line),
    ...(dueAt === undefined ? {} : { dueShard: dueShard(line), dueAt }),
  };
}

/** DynamoDB rejects an item with an empty index key. */
const word = (attribute: string, text: string) => (text === '' ? {} : { [attribute]: indexedWord(text) });

interface Index {
  readonly partitionKey: string;
  readonly sortKey: string;
  /** What an entry holds besides the keys. */
  readonly projected: readonly string[];
}

/** The words of one partner's lines, and of all lines, each with the line's place in lists, which searches sort by. */
const ofPartner = { partitionKey: 'partnerShard', projected: ['position'] } as const;
const ofAll = { partitionKey: 'allShard', projected: ['position'] } as const;

/** The indexes by name: read by the store, created by CDK and by the local runtime. */
export const indexes = {
  byState: { partitionKey: 'stateKey', sortKey: 'position', projected: [] },
  byDue: { partitionKey: 'dueShard', sortKey: 'dueAt', projected: [] },
  partnerByOrder: { ...ofPartner, sortKey: 'orderWord' },
  partnerBySubscription: { ...ofPartner, sortKey: 'subscriptionWord' },
  partnerByContact: { ...ofPartner, sortKey: 'contactWord' },
  partnerByDomain: { ...ofPartner, sortKey: 'domainWord' },
  partnerByCustomer: { ...ofPartner, sortKey: 'customerWord' },
  allByOrder: { ...ofAll, sortKey: 'orderWord' },
  allBySubscription: { ...ofAll, sortKey: 'subscriptionWord' },
  allByContact: { ...ofAll, sortKey: 'contactWord' },
  allByDomain: { ...ofAll, sortKey: 'domainWord' },
  allByCustomer: { ...ofAll, sortKey: 'customerWord' },
} as const satisfies Readonly<Record<string, Index>>;
export type IndexName = keyof typeof indexes;

/** The indexes that searches read. */
export type WordIndex = Exclude<IndexName, 'byState' | 'byDue'>;

/** Where words of a kind are indexed: for one partner's lines, and for all. */
export const wordIndexes = {
  order: { ofPartner: 'partnerByOrder', ofAll: 'allByOrder' },
  subscription: { ofPartner: 'partnerBySubscription', ofAll: 'allBySubscription' },
  contact: { ofPartner: 'partnerByContact', ofAll: 'allByContact' },
  domain: { ofPartner: 'partnerByDomain', ofAll: 'allByDomain' },
  customer: { ofPartner: 'partnerByCustomer', ofAll: 'allByCustomer' },
} as const satisfies Readonly<Record<WordKind, Readonly<Record<'ofPartner' | 'ofAll', WordIndex>>>>;

/** The indexes that lists and searches read. */
export const listIndexes: readonly IndexName[] = [
  'byState',
  ...Object.values(wordIndexes).flatMap((index) => Object.values(index)),
];
