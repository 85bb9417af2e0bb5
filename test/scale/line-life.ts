import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { orderLineBooked } from '../../functions/book-order-line/event.ts';
import { indexes } from '../../shared/adapters/order-line-item.ts';
import { asStarted, asUnstarted } from '../../shared/domain/executions.ts';
import { withClaim } from '../../shared/domain/claims.ts';
import { recordFeedback } from '../../shared/domain/feedback.ts';
import type { Claim, Contact, OrderLine } from '../../shared/domain/order-line.ts';
import { nextReminderAt, withClosingSoon, withReminders } from '../../shared/domain/reminders.ts';
import { recordSent } from '../../shared/domain/sent-emails.ts';
import { changeToCount, type Share } from '../../shared/domain/tallies.ts';
import { plus } from '../../shared/domain/time.ts';
import { book, closeOverdue, onboard } from '../../shared/domain/transitions.ts';
import { defaults } from '../../infra/settings.ts';
import { booked as bookedEvent } from '../support/events.ts';
import { itemOf } from '../support/lines.ts';

/* What the life of one line takes, from the rules and the workflow's definition themselves. */

/** Write units of the table's item and of the entries of its indexes. */
interface WriteUnits {
  readonly item: number;
  readonly entries: number;
}

/** The same, and those of the counts that follow from a change. */
export interface Units extends WriteUnits {
  readonly counts: number;
}

/** What happens to a line, by what it writes. */
export interface LifeUnits {
  readonly book: Units;
  /** Its execution is started later than its booking. */
  readonly start: Units;
  /** Its first email: the claim and the record. */
  readonly email: Units;
  /** Both reports on that. */
  readonly reports: Units;
  /** A resend, with the reports on it. */
  readonly resend: Units;
  /** The same of a reminder: of the last one, which notes that the window ends soon. */
  readonly reminder: Units;
  /** The copy of an email to a second recipient, with the reports on it. */
  readonly copy: Units;
  readonly onboard: Units;
  readonly close: Units;
}

const at = '2026-11-01T09:00:00.000Z';
const dueAt = '2026-11-12T00:00:00.000Z';
const stamp = { at, actor: 'commerce.workspace' };

/** A second recipient. */
const copyTo: Contact = { email: 'orders@alderfinch.example', name: 'Noor Haddad', locale: 'en' };

/** A message id of SES's. */
const messageId = '0107019a2b3c4d5e-6f708192-a3b4-c5d6-e7f8-091a2b3c4d5e-000000';

const claimOf = (known: OrderLine, kind: Claim['kind'], claimedAt = dueAt): Claim => ({
  id: '6f708192-a3b4-45d6-97f8-091a2b3c4d5e',
  kind,
  owner: 'execution 1',
  to: known.provisioningContact,
  actor: 'workflow',
  at: claimedAt,
  until: claimedAt,
});

type Attributes = Readonly<Record<string, unknown>>;

/**
 * The bytes of a value as DynamoDB counts them:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
function bytesOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  // Two digits a byte, and one more.
  if (typeof value === 'number') return Math.ceil(String(value).length / 2) + 1;
  if (Array.isArray(value)) return 3 + value.reduce<number>((sum, entry) => sum + bytesOf(entry) + 1, 0);
  if (typeof value === 'object' && value !== null)
    return 3 + attributeBytes(value) + Object.keys(value).length;
  return 1;
}

/** The bytes of attributes, with their names. */
const attributeBytes = (attributes: object): number =>
  Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + bytesOf(value), 0);

/** A unit writes up to a kB. */
const units = (bytes: number): number => Math.ceil(bytes / 1024);

interface Entry {
  /** Its place in the index: an entry is moved by taking it out and putting it in again. */
  readonly place: string;
  readonly bytes: number;
  readonly text: string;
}

/** The entries of an item in the indexes that hold it. */
function entriesOf(item: Attributes): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const [name, { partitionKey, sortKey, projected }] of Object.entries(indexes)) {
    const place = [item[partitionKey], item[sortKey]];
    if (place.includes(undefined)) continue;
    const held = ['pk', 'sk', partitionKey, sortKey, ...projected].map((attribute) => [
      attribute,
      item[attribute],
    ]);
    const entry = Object.fromEntries(held) as object;
    entries.set(name, {
      place: JSON.stringify(place),
      bytes: attributeBytes(entry),
      text: JSON.stringify(entry),
    });
  }
  return entries;
}

/** What it costs to turn one entry into the other. */
function entryUnits(before: Entry | undefined, after: Entry | undefined): number {
  if (before?.text === after?.text) return 0;
  const taken = before ? units(before.bytes) : 0;
  const put = after ? units(after.bytes) : 0;
  return before?.place === after?.place ? Math.max(taken, put) : taken + put;
}

/**
 * What a write costs: each kB of the larger one of both items, and the entries of indexes that differ.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations
 */
export function unitsOf(before: Attributes | undefined, after: Attributes): WriteUnits {
  const [from, to] = [entriesOf(before ?? {}), entriesOf(after)];
  return {
    item: units(Math.max(attributeBytes(before ?? {}), attributeBytes(after))),
    entries: Object.keys(indexes).reduce((sum, name) => sum + entryUnits(from.get(name), to.get(name)), 0),
  };
}

/** A change that counts writes a small item for each tally that it changes, and the mark of its line. */
function countUnits(before: OrderLine | undefined, after: OrderLine | undefined): number {
  const change = changeToCount(before, after);
  if (!change) return 0;
  const names = [...change.before, ...change.after].map(({ scope, tally }) => ({ scope, tally }));
  const isChanged = ({ scope, tally }: (typeof names)[number]) => {
    const of = (shares: readonly Share[]) =>
      JSON.stringify(shares.find((share) => share.scope === scope && share.tally === tally));
    return of(change.before) !== of(change.after);
  };
  return new Set(names.filter(isChanged).map((name) => JSON.stringify(name))).size + 1;
}

/** What several writes cost together: of a line as it is at first, and as each of them leaves it. */
function together(...lines: readonly (OrderLine | undefined)[]): Units {
  let sum: Units = { item: 0, entries: 0, counts: 0 };
  for (const [index, after] of lines.slice(1).entries()) {
    const before = lines[index];
    if (!after) continue;
    const { item, entries } = unitsOf(before && itemOf(before), itemOf(after));
    sum = {
      item: sum.item + item,
      entries: sum.entries + entries,
      counts: sum.counts + countUnits(before, after),
    };
  }
  return sum;
}

/** A believable line, from its booking on. */
function life() {
  const { detail } = orderLineBooked.schema.parse(
    bookedEvent('ORD-4711-00815', { requestedStartDate: dueAt }),
  );
  const booked = withReminders(book(detail, undefined, defaults.offerWindows, stamp), defaults.reminders);
  const unstarted = asUnstarted(booked);
  const started = asStarted(unstarted, at);
  const claim = claimOf(started, 'first');
  const claimed = withClaim(started, claim);
  const sent = recordSent(claimed, claim, { messageId, sentAt: dueAt });
  const told = (known: OrderLine, id: string) =>
    recordFeedback(
      known,
      { messageId: id, delivery: 'Delivered', undeliverable: false },
      { at: dueAt, actor: 'aws.ses' },
    );
  const delivered = told(sent, messageId);
  const again = claimOf(delivered, 'resend');
  const claimedAgain = withClaim(delivered, again);
  const anotherId = messageId.replace('0107', '0108');
  const resent = recordSent(claimedAgain, again, { messageId: anotherId, sentAt: dueAt });
  const remindAt = nextReminderAt(delivered);
  if (delivered.status !== 'AwaitingProvisioningDetails' || remindAt === undefined)
    throw new Error('the line gets no reminder');
  const reminder = claimOf(delivered, 'reminder', remindAt);
  const claimedSoon = withClaim(withClosingSoon(delivered, { at: remindAt, actor: 'workflow' }), reminder);
  const reminded = recordSent(claimedSoon, reminder, { messageId: anotherId, sentAt: remindAt });
  const onboarded = onboard(
    delivered,
    { organizationId: 'b1f7c5a0-0000-4000-8000-000000000001', onboardedAt: plus(dueAt, 'P3D') },
    stamp,
  );
  const closed = closeOverdue(delivered, { at: plus(dueAt, 'P60D'), actor: 'workflow' });
  const deliveredAgain = told(resent, anotherId);
  const copied = recordSent({ ...claimed, copyTo }, claim, { messageId, sentAt: dueAt });
  const copy = { ...claimOf(copied, 'first-copy'), to: copyTo };
  const claimedCopy = withClaim(copied, copy);
  const sentCopy = recordSent(claimedCopy, copy, { messageId: anotherId, sentAt: dueAt });
  return {
    booked,
    unstarted,
    started,
    claimed,
    sent,
    delivered,
    claimedAgain,
    resent,
    deliveredAgain,
    copied,
    claimedCopy,
    sentCopy,
    deliveredCopy: told(sentCopy, anotherId),
    claimedSoon,
    reminded,
    deliveredSoon: told(reminded, anotherId),
    onboarded,
    closed,
  };
}

export function writeUnits(): LifeUnits {
  const line = life();
  return {
    book: together(undefined, line.booked),
    start: together(line.booked, line.unstarted, line.started),
    email: together(line.started, line.claimed, line.sent),
    // The report that it was sent finds it recorded, and writes nothing.
    reports: together(line.sent, line.delivered),
    resend: together(line.delivered, line.claimedAgain, line.resent, line.deliveredAgain),
    reminder: together(line.delivered, line.claimedSoon, line.reminded, line.deliveredSoon),
    copy: together(line.copied, line.claimedCopy, line.sentCopy, line.deliveredCopy),
    onboard: together(line.delivered, line.onboarded),
    close: together(line.delivered, line.closed),
  };
}

/** What DynamoDB adds to an item, and to each entry of an index, when it counts what is stored. */
const overheadBytes = 100;

/** The bytes that a settled line takes for as long as it is kept: its item, and its entries in the indexes. */
export function storedBytes(): { readonly item: number; readonly entries: number } {
  const item = itemOf(life().onboarded);
  const entries = [...entriesOf(item).values()];
  return {
    item: attributeBytes(item) + overheadBytes,
    entries: entries.reduce((sum, { bytes }) => sum + bytes + overheadBytes, 0),
  };
}

const state = z.object({
  Type: z.string(),
  Next: z.string().optional(),
  Default: z.string().optional(),
  Choices: z.array(z.object({ IsPresent: z.literal(true), Next: z.string() })).optional(),
  TimeoutSeconds: z.number().optional(),
  Retry: z
    .array(
      z.object({
        ErrorEquals: z.array(z.string()),
        MaxAttempts: z.number(),
        IntervalSeconds: z.number().optional(),
        BackoffRate: z.number().optional(),
        MaxDelaySeconds: z.number().optional(),
      }),
    )
    .optional(),
});
const definition = z
  .object({ StartAt: z.string(), States: z.record(z.string(), state) })
  .parse(
    JSON.parse(readFileSync(join(import.meta.dirname, '../../infra/workflow/order-line.asl.json'), 'utf8')),
  );

/** What the definition says of a line's life, where nothing goes wrong. */
export function workflowFacts() {
  const path: string[] = [];
  for (let name: string | undefined = definition.StartAt; name !== undefined;) {
    path.push(name);
    const here: z.output<typeof state> | undefined = definition.States[name];
    name = here?.Next ?? here?.Default;
  }
  const choice = path.find((name) => definition.States[name]?.Type === 'Choice') ?? '';
  const reminding = [choice];
  let next = definition.States[choice]?.Choices?.at(0)?.Next;
  while (next !== undefined && next !== choice) {
    reminding.push(next);
    next = definition.States[next]?.Next;
  }
  const isTask = (name: string) => definition.States[name]?.Type === 'Task';
  const sending = definition.States[path.find(isTask) ?? ''];
  const retry = sending?.Retry?.find(({ ErrorEquals }) => ErrorEquals.includes('States.ALL'));
  const retrySeconds = Array.from({ length: retry?.MaxAttempts ?? 0 }, (_, attempt) =>
    Math.min(
      (retry?.IntervalSeconds ?? 1) * (retry?.BackoffRate ?? 2) ** attempt,
      retry?.MaxDelaySeconds ?? Infinity,
    ),
  ).reduce((sum, seconds) => sum + seconds, 0);
  return {
    /** Each state that is entered, and the start. */
    transitionsUntilClosed: path.length + 1,
    /** From one wait to the next. */
    transitionsPerReminder: reminding.length,
    /** It is stopped in the wait before the choice. */
    transitionsUntilOnboarded: path.indexOf(choice) + 1,
    /** For how long an email may wait before it is handed over again, and for how long a failing one is tried. */
    sendingTimeoutSeconds: sending?.TimeoutSeconds ?? Infinity,
    retrySeconds,
  };
}
