import { setTimeout } from 'node:timers/promises';
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DynamoDBClient,
  type DynamoDBClientConfig,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { faultNames, NamedFault } from '../contracts/faults.ts';
import {
  type Delivery,
  isBooked,
  type LineKey,
  type LineStatus,
  type Onboarding,
  type OrderLine,
  type StoredLine,
} from '../domain/order-line.ts';
import { beginningsOf, subscriptionWord, type Word, wordsOf } from '../domain/search.ts';
import type { Instant } from '../domain/time.ts';
import { unbooked } from '../domain/transitions.ts';
import { fromAttributes, itemIn, itemsIn, toAttributes } from './attributes.ts';
import { mostKeysOfBatch, readBatch } from './batch-read.ts';
import { expiryAfter, expiryAttribute } from './expiry.ts';
import {
  type DueList,
  indexedWord,
  type IndexName,
  indexes,
  isIn,
  linePrefix,
  type ListState,
  listedAttributes,
  listStatesOf,
  orderKey,
  orderSortKey,
  parseLine,
  position,
  primaryKey,
  searchShards,
  dueShardsOf,
  stateKeys,
  toItem,
  type WordIndex,
  wordIndexes,
} from './order-line-item.ts';
import { type LaneStore, laneStore } from './lane-store.ts';
import { quickCalls } from './time-limits.ts';

export const dynamoDbClient = (config: DynamoDBClientConfig = {}): DynamoDBClient =>
  new DynamoDBClient({ ...quickCalls, ...config });

/** What lines of whatever partner may be asked for. */
interface ListFilter {
  readonly status?: LineStatus;
  readonly provisioningPending?: boolean;
  /** Only lines that nobody has to set up any more (onboarded or cancelled), or only all others. */
  readonly settled?: boolean;
  /** What became of their last email: one of these. */
  readonly deliveries?: readonly Delivery[];
  /** Only open lines whose window ends by then, or has ended. */
  readonly closesBy?: Instant;
  readonly limit: number;
  /** Lists what comes after this place. */
  readonly after?: string;
}

export interface ListRequest extends ListFilter {
  readonly partnerId: string;
  /** Only lines that it finds: the beginning of whatever lines are found by, as `search.ts` compares it. */
  readonly word?: string;
}

export interface SearchRequest extends ListFilter {
  /** Missing: the lines of all partners. */
  readonly partnerId?: string;
  readonly find: Search;
}

/** What lines are found by: a word as in lists, or a whole subscription id. */
type Search = Required<Pick<ListRequest, 'word'>> | { readonly subscriptionId: string };

export interface ListPage {
  readonly lines: readonly OrderLine[];
  /** Where the next page starts; missing on the last one. */
  readonly next?: string;
}

/** A line, and the onboarding of its order as it was when the line was read. */
export interface LineOfOrder {
  readonly line: StoredLine;
  readonly onboarding?: Onboarding;
}

/** A decision about a line: what becomes of it, and anything else the caller wants to know of the decision. */
interface Decision {
  readonly line: StoredLine;
}

/**
 * The order lines, in DynamoDB. All reads but the lists are strongly consistent. A line that is not in the table is one
 * that is not booked, with nothing held for it.
 */
export interface OrderLineStore {
  /** The lane in which the first emails of the lines leave. */
  readonly lane: LaneStore;
  find(key: LineKey): Promise<StoredLine>;
  /** The line with the onboarding of its order, by one call. */
  findWithOrder(key: LineKey): Promise<LineOfOrder>;
  /**
   * Changes a line that came from this store by one conditional write. `decide` gets the line and says how it shall be;
   * the same line: no write. If somebody else wrote meanwhile, it is asked again with the line as it is by then.
   * Answers the last decision, with its line as it is in the table from now on.
   * @throws LineNotWritten when others kept writing in between, or when the write failed and may have taken effect
   */
  change<Decided extends Decision>(from: StoredLine, decide: (line: StoredLine) => Decided): Promise<Decided>;
  findOnboarding(orderId: string): Promise<Onboarding | undefined>;
  findOrder(orderId: string): Promise<{ lines: readonly StoredLine[]; onboarding?: Onboarding }>;
  /**
   * Some lines of an order, in the order in which the table sorts their ids.
   * @param after the line id that they come after; without it, from the first one on
   * @returns `next`: the line id after which there may be more
   */
  linesOfOrder(
    orderId: string,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<{ lines: readonly StoredLine[]; next?: string }>;
  /** Writes at `at` that the order is onboarded, unless that is known; answers what holds from now on. */
  recordOnboarding(orderId: string, onboarding: Onboarding, at: Instant): Promise<Onboarding>;
  /** Keeps the onboarding of an order for as long as of one that is written at `at`: it has one more line. */
  keepOnboarding(orderId: string, onboarding: Onboarding, at: Instant): Promise<void>;
  /** A partner's lines, nearest deadline first. */
  list(request: ListRequest): Promise<ListPage>;
  /** The lines that are found, nearest deadline first. Nothing if there are too many to put in order. */
  search(request: SearchRequest): Promise<ListPage | undefined>;
  /**
   * The open lines of a list that are due after one instant and by another, in pages: oldest first, and from all of its
   * partitions alike.
   */
  listDue(
    list: Exclude<DueList, 'digests'>,
    due: { readonly after?: Instant; readonly by: Instant },
  ): AsyncIterable<readonly LineKey[]>;
  /** Lines with the onboardings of their orders, in no order. */
  findAllWithOrders(keys: readonly LineKey[]): Promise<readonly LineOfOrder[]>;
}

/** A write failed, or its outcome is unknown. The line itself is kept out of what runtimes print of errors. */
export class LineNotWritten extends NamedFault {
  readonly #line: StoredLine;

  constructor(
    name: typeof faultNames.lineContended | typeof faultNames.writeUnconfirmed,
    message: string,
    line: StoredLine,
    options?: ErrorOptions,
  ) {
    super(name, message, options);
    this.#line = line;
  }

  /** The line as it should have become. */
  get line(): StoredLine {
    return this.#line;
  }
}

/**
 * A write that was lost to somebody else is tried again after a random pause, so that those who lost together do not
 * meet again. The pauses of one update are at most 5 + 10 + 20 + 40 + 25 * 80 ms = 2.1 s together, half of that on
 * average: ten events of one line in a batch, one after the other, stay below the 30 s that their function has.
 */
const contention = { mostTries: 30, firstPause: 5, longestPause: 80 };

/** The milliseconds before the next try after so many that were lost. */
const pauseAfter = (lost: number): number =>
  Math.random() * Math.min(contention.firstPause * 2 ** (lost - 1), contention.longestPause);

/** How many due lines of a partition are read at once. */
const dueOfShard = 100;

/**
 * How many lines of each partition of an index a search reads the keys of, which is cheap: 20 for half a read unit. Of
 * so many found lines, 1,000 altogether, each page reads those that it shows. Where more are found, a page is filled
 * sooner by looking through the list.
 */
const mostFoundOfShard = 250;

/**
 * How many lines a page looks at before it comes back, with what it found and a cursor. What no index tells, as what
 * became of the last email, is found by reading lines, 100 at a time. In a partner's million lines, a page that finds
 * nothing costs 10 queries and 10 batches one after the other, about 0.3 s and 1,000 read units (0.0002 USD), and reading
 * on to the end 1,000 such pages. With a status, a deadline or a word far fewer lines are looked at.
 */
const mostLookedAt = 1000;

type Attributes = Record<string, AttributeValue>;

const keySchema = z.object({ pk: z.string(), sk: z.string() });
const onboardingSchema = z.object({ organizationId: z.string(), onboardedAt: z.string() });
const indexedKeys = z.array(keySchema.extend({ position: z.string() }));
const dueKeys = z.array(keySchema.extend({ dueAt: z.string() }));

/** Where a list got to, as callers see it. */
export const cursors = {
  encode: (place: string): string => Buffer.from(place).toString('base64url'),
  decode: (cursor: string): string | undefined => {
    const place = Buffer.from(cursor, 'base64url').toString('utf8');
    return /^~?\d{4}-\d\d-\d\dT[\d:.]+Z#[\w.-]+#[\w.-]+$/.test(place) ? place : undefined;
  },
};

/**
 * @param settledLineDays for how long settled lines are kept, and what is known of orders and of lines without a booking
 * @param pause waits so many milliseconds of real time
 */
export function orderLineStore(
  dynamoDb: DynamoDBClient,
  tableName: string,
  settledLineDays: number,
  pause: (milliseconds: number) => Promise<unknown> = setTimeout,
): OrderLineStore {
  const table = { TableName: tableName };

  async function find(key: LineKey): Promise<StoredLine> {
    const answer = await dynamoDb.send(
      new GetItemCommand({ ...table, Key: toAttributes(primaryKey(key)), ConsistentRead: true }),
    );
    const item = itemIn(answer);
    return item ? parseLine(item) : unbooked(key);
  }

  /** Writes the line if the table still has the version before its own; else answers what is there now. */
  async function write(line: StoredLine): Promise<{ lostTo: StoredLine } | undefined> {
    const before = line.version - 1;
    try {
      await dynamoDb.send(
        new PutItemCommand({
          ...table,
          Item: toAttributes(toItem(line, settledLineDays)),
          ...(before === 0
            ? { ConditionExpression: 'attribute_not_exists(pk)' }
            : {
                ConditionExpression: 'version = :before',
                ExpressionAttributeValues: toAttributes({ ':before': before }),
              }),
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return undefined;
    } catch (cause) {
      if (!(cause instanceof ConditionalCheckFailedException)) {
        const message = 'the write of an order line was not confirmed';
        throw new LineNotWritten(faultNames.writeUnconfirmed, message, line, { cause });
      }
      return { lostTo: cause.Item ? parseLine(fromAttributes(cause.Item)) : await find(line) };
    }
  }

  const readItems = (
    keys: readonly Record<string, unknown>[],
    options: { readonly ConsistentRead?: boolean } & Partial<ReturnType<typeof listedProjection>>,
  ) => readBatch(dynamoDb, tableName, keys, options, pause);

  async function findOnboarding(orderId: string): Promise<Onboarding | undefined> {
    const answer = await dynamoDb.send(
      new GetItemCommand({ ...table, Key: toAttributes(orderKey(orderId)), ConsistentRead: true }),
    );
    const item = itemIn(answer);
    return item && onboardingSchema.parse(item);
  }

  const onboardingItem = (orderId: string, onboarding: Onboarding, at: Instant) => ({
    ...orderKey(orderId),
    ...onboarding,
    [expiryAttribute]: expiryAfter(at, settledLineDays),
  });

  /** One page of a partition of the list, as places in its order. */
  async function page(partition: string, after: string | undefined, limit: number) {
    const { partitionKey, sortKey } = indexes.byState;
    const answer = await dynamoDb.send(
      new QueryCommand({
        ...table,
        IndexName: 'byState' satisfies IndexName,
        KeyConditionExpression: `#partition = :partition${after === undefined ? '' : ' AND #sort > :after'}`,
        ExpressionAttributeNames: {
          '#partition': partitionKey,
          ...(after === undefined ? {} : { '#sort': sortKey }),
        },
        ExpressionAttributeValues: toAttributes({
          ':partition': partition,
          ...(after === undefined ? {} : { ':after': after }),
        }),
        Limit: limit,
      }),
    );
    return { items: indexedKeys.parse(itemsIn(answer)), more: answer.LastEvaluatedKey !== undefined };
  }

  /** The places of the lines that are found, in the order of lists; nothing if there are too many. */
  async function placesFound(
    find: Search,
    partnerId: string | undefined,
  ): Promise<readonly Place[] | undefined> {
    const pages = await Promise.all(
      wordsToFind(find).flatMap((word) =>
        searchShards(partnerId).map((shard) =>
          pageOfWord(wordIndexes[word.kind][partnerId === undefined ? 'ofAll' : 'ofPartner'], shard, word),
        ),
      ),
    );
    if (pages.some(({ LastEvaluatedKey }) => LastEvaluatedKey !== undefined)) return undefined;
    const items = pages.flatMap(({ Items }) => indexedKeys.parse(Items));
    return mergePages([{ items, more: false }], items.length).places;
  }

  async function pageOfWord(index: WordIndex, shard: string, { text, isWhole }: SoughtWord) {
    const { partitionKey, sortKey } = indexes[index];
    const answer = await dynamoDb.send(
      new QueryCommand({
        ...table,
        IndexName: index,
        KeyConditionExpression: isWhole
          ? '#shard = :shard AND #word = :word'
          : '#shard = :shard AND begins_with(#word, :word)',
        ExpressionAttributeNames: { '#shard': partitionKey, '#word': sortKey },
        ExpressionAttributeValues: toAttributes({ ':shard': shard, ':word': indexedWord(text) }),
        Limit: mostFoundOfShard,
      }),
    );
    return { Items: itemsIn(answer), LastEvaluatedKey: answer.LastEvaluatedKey };
  }

  /** A page of the items of an order: its lines, and then its own. */
  async function pageOfOrder(
    orderId: string,
    page: { readonly Limit?: number; readonly ExclusiveStartKey?: Attributes },
  ): Promise<{ items: readonly Record<string, unknown>[]; next: Attributes | undefined }> {
    const answer = await dynamoDb.send(
      new QueryCommand({
        ...table,
        KeyConditionExpression: 'pk = :order',
        ExpressionAttributeValues: toAttributes({ ':order': orderId }),
        ConsistentRead: true,
        ...page,
      }),
    );
    return { items: itemsIn(answer), next: answer.LastEvaluatedKey };
  }

  async function pageOfDue(
    shard: string,
    { after, by }: { readonly after?: Instant; readonly by: Instant },
    start: { readonly ExclusiveStartKey?: Attributes },
  ) {
    const { partitionKey, sortKey } = indexes.byDue;
    const answer = await dynamoDb.send(
      new QueryCommand({
        ...table,
        IndexName: 'byDue' satisfies IndexName,
        KeyConditionExpression:
          after === undefined
            ? '#shard = :shard AND #due <= :by'
            : '#shard = :shard AND #due BETWEEN :after AND :by',
        ExpressionAttributeNames: { '#shard': partitionKey, '#due': sortKey },
        ExpressionAttributeValues: toAttributes({
          ':shard': shard,
          ':by': by,
          ...(after === undefined ? {} : { ':after': after }),
        }),
        Limit: dueOfShard,
        ...start,
      }),
    );
    return { Items: itemsIn(answer), LastEvaluatedKey: answer.LastEvaluatedKey };
  }

  async function readListed(keys: readonly { pk: string; sk: string }[]): Promise<Map<string, OrderLine>> {
    const found = new Map<string, OrderLine>();
    // A line that is just changing state can be in two partitions of an index at once.
    const unique = new Map(keys.map(({ pk, sk }) => [`${pk} ${sk}`, { pk, sk }]));
    for (const item of await readItems([...unique.values()], listedProjection())) {
      const line = parseLine(item);
      if (isBooked(line)) found.set(position(line), line);
    }
    return found;
  }

  /** A page of those lines that fit, of all whose places `next` gives. */
  async function pageOf(
    request: ListRequest | SearchRequest,
    nextPlaces: (after: string | undefined, step: number) => Promise<SomePlaces>,
  ): Promise<ListPage> {
    const states = listStatesOf(request);
    const lines: OrderLine[] = [];
    /** One more than the page has tells whether there is a next one. */
    const enough = request.limit + 1;
    const step = isSifted(request, states) ? Math.max(enough, mostKeysOfBatch) : enough;
    let { after } = request;
    let lookedAt = 0;
    let isLast = states.length === 0;
    while (!isLast && lines.length < enough && lookedAt < mostLookedAt) {
      const next = await nextPlaces(after, step);
      const places = next.places.filter((place) => isInReach(place, request));
      const found = await readListed(places);
      const wanted = places.flatMap((place) => found.get(place.position) ?? []);
      lines.push(...wanted.filter((line) => isListed(line, request, states)));
      after = next.places.at(-1)?.position ?? after;
      lookedAt += places.length;
      isLast = next.complete || places.length < next.places.length;
    }
    const shown = lines.slice(0, request.limit);
    const last = shown.at(-1);
    if (last && lines.length > shown.length) return { lines: shown, next: position(last) };
    return { lines: shown, ...(isLast || after === undefined ? {} : { next: after }) };
  }

  async function search(request: SearchRequest): Promise<ListPage | undefined> {
    const found = await placesFound(request.find, request.partnerId);
    return (
      found &&
      pageOf(request, (after, step) => {
        const left = found.filter((place) => after === undefined || place.position > after);
        return Promise.resolve({ places: left.slice(0, step), complete: left.length <= step });
      })
    );
  }

  return {
    lane: laneStore(dynamoDb, tableName),
    find,

    async findWithOrder(key) {
      const items = await readItems([primaryKey(key), orderKey(key.orderId)], { ConsistentRead: true });
      const line = items.find(({ sk }) => sk !== orderSortKey);
      const order = items.find(({ sk }) => sk === orderSortKey);
      return {
        line: line ? parseLine(line) : unbooked(key),
        ...(order ? { onboarding: onboardingSchema.parse(order) } : {}),
      };
    },

    async change(from, decide) {
      let known = from;
      for (let attempt = 1; ; attempt += 1) {
        const decided = decide(known);
        if (decided.line === known) return decided;
        const line = { ...decided.line, version: known.version + 1 };
        const lost = await write(line);
        if (!lost) return { ...decided, line };
        known = lost.lostTo;
        if (attempt === contention.mostTries) {
          const message = `gave up after ${attempt} tries to write the order line`;
          throw new LineNotWritten(faultNames.lineContended, message, line);
        }
        await pause(pauseAfter(attempt));
      }
    },

    findOnboarding,

    async findOrder(orderId) {
      const items: Record<string, unknown>[] = [];
      let start: Attributes | undefined;
      do {
        const page = await pageOfOrder(orderId, start ? { ExclusiveStartKey: start } : {});
        items.push(...page.items);
        start = page.next;
      } while (start);
      const order = items.find(isOfOrder);
      return {
        lines: items.filter(isOfLine).map(parseLine),
        ...(order ? { onboarding: onboardingSchema.parse(order) } : {}),
      };
    },

    async linesOfOrder(orderId, { after, limit }) {
      const start =
        after === undefined
          ? {}
          : { ExclusiveStartKey: toAttributes(primaryKey({ orderId, lineId: after })) };
      const page = await pageOfOrder(orderId, { Limit: limit, ...start });
      const { items } = page;
      const next = page.next && fromAttributes(page.next);
      return {
        lines: items.filter(isOfLine).map(parseLine),
        // The item of the order comes after its lines.
        ...(next && isOfLine(next) ? { next: lineIdOf(keySchema.parse(next)) } : {}),
      };
    },

    async recordOnboarding(orderId, onboarding, at) {
      try {
        await dynamoDb.send(
          new PutItemCommand({
            ...table,
            Item: toAttributes(onboardingItem(orderId, onboarding, at)),
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        );
        return onboarding;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        return onboardingSchema.parse(await findOnboarding(orderId));
      }
    },

    async keepOnboarding(orderId, onboarding, at) {
      await dynamoDb.send(
        new PutItemCommand({ ...table, Item: toAttributes(onboardingItem(orderId, onboarding, at)) }),
      );
    },

    async list(request) {
      const { word, ...filter } = request;
      const found = word === undefined ? undefined : await search({ ...filter, find: { word } });
      if (found) return found;
      const states = listStatesOf(request);
      const keys = states.flatMap((state) => stateKeys(request.partnerId, state));
      return pageOf(request, async (after, step) => {
        // Lines are spread evenly over shards: hardly ever is more than half of a page in one of four.
        const ofEach = Math.ceil(step / 2);
        return mergePages(await Promise.all(keys.map((key) => page(key, after, ofEach))), step);
      });
    },

    search,

    async *listDue(list, due) {
      let shards = dueShardsOf(list).map((name) => ({ name, start: {} }));
      while (shards.length > 0) {
        const found: DueKey[] = [];
        const left: typeof shards = [];
        for (const { name, start } of shards) {
          const { Items, LastEvaluatedKey } = await pageOfDue(name, due, start);
          found.push(...dueKeys.parse(Items));
          if (LastEvaluatedKey) left.push({ name, start: { ExclusiveStartKey: LastEvaluatedKey } });
        }
        found.sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1));
        if (found.length > 0) yield found.map((key) => ({ orderId: key.pk, lineId: lineIdOf(key) }));
        shards = left;
      }
    },

    async findAllWithOrders(keys) {
      const orders = [...new Set(keys.map(({ orderId }) => orderId))];
      const items = await readItems([...keys.map(primaryKey), ...orders.map(orderKey)], {
        ConsistentRead: true,
      });
      const onboardings = new Map(
        items.filter(isOfOrder).map((item) => [item['pk'], onboardingSchema.parse(item)] as const),
      );
      return items
        .filter((item) => !isOfOrder(item))
        .map(parseLine)
        .map((line) => {
          const onboarding = onboardings.get(line.orderId);
          return { line, ...(onboarding ? { onboarding } : {}) };
        });
    },
  };
}

/** The attributes of a line that lists need, as DynamoDB is asked for them. */
function listedProjection() {
  const names = Object.fromEntries(listedAttributes.map((name, index) => [`#a${index}`, name]));
  return { ProjectionExpression: Object.keys(names).join(', '), ExpressionAttributeNames: names };
}

interface SoughtWord extends Word {
  /** Whether the word is all of it, or its beginning. */
  readonly isWhole: boolean;
}

/** What the words of lines are searched for. */
const wordsToFind = (find: Search): readonly SoughtWord[] =>
  'word' in find
    ? beginningsOf(find.word).map((word) => ({ ...word, isWhole: false }))
    : [{ ...subscriptionWord(find.subscriptionId), isWhole: true }];

/** What is searched for, if anything. */
const searchOf = (request: ListRequest | SearchRequest): Search | undefined => {
  if ('find' in request) return request.find;
  return request.word === undefined ? undefined : { word: request.word };
};

function isFound(line: OrderLine, find: Search): boolean {
  const words = wordsOf(line);
  return wordsToFind(find).some(({ kind, text, isWhole }) =>
    isWhole ? words[kind] === text : words[kind].startsWith(text),
  );
}

/** Whether a line, read anew, still is what an index said it was. */
function isListed(
  line: OrderLine,
  request: ListRequest | SearchRequest,
  states: readonly ListState[],
): boolean {
  const { partnerId, deliveries, closesBy } = request;
  const { lastEmail } = line;
  const find = searchOf(request);
  return (
    (partnerId === undefined || line.partnerId === partnerId) &&
    isIn(line, states) &&
    (deliveries === undefined || (lastEmail !== undefined && deliveries.includes(lastEmail.delivery))) &&
    (closesBy === undefined || (line.closesAt !== undefined && line.closesAt <= closesBy)) &&
    (find === undefined || isFound(line, find))
  );
}

/** Whether of the lines that an index leads to, perhaps only a few are listed. */
const isSifted = (request: ListRequest | SearchRequest, states: readonly ListState[]): boolean =>
  request.deliveries !== undefined ||
  'word' in request ||
  ('find' in request && states.length < listStatesOf({}).length);

/** Whether a place, which begins with the deadline, is not beyond those that are asked for. */
const isInReach = ({ position }: Place, { closesBy }: ListFilter): boolean =>
  closesBy === undefined || position.slice(0, closesBy.length) <= closesBy;

type Place = z.output<typeof indexedKeys>[number];

/** Some of the places of a list, in its order, and whether there are none after them. */
interface SomePlaces {
  readonly places: readonly Place[];
  readonly complete: boolean;
}

type DueKey = z.output<typeof dueKeys>[number];

const isOfOrder = (item: Record<string, unknown>): boolean => item['sk'] === orderSortKey;
const isOfLine = ({ sk }: Record<string, unknown>): boolean =>
  typeof sk === 'string' && sk.startsWith(linePrefix);
const lineIdOf = ({ sk }: { readonly sk: string }): string => sk.slice(linePrefix.length);

/**
 * The next places of several sorted partitions as one sorted list, each place once. It ends where the first partition
 * has more to give that was not read, so that nothing is passed over.
 */
function mergePages(pages: readonly { items: readonly Place[]; more: boolean }[], limit: number): SomePlaces {
  const ends = pages.flatMap(({ items, more }) => (more ? [items.at(-1)?.position ?? ''] : []));
  const end = ends.reduce<string | undefined>(
    (least, next) => (least === undefined || next < least ? next : least),
    undefined,
  );
  const all = new Map(pages.flatMap(({ items }) => items.map((item) => [item.position, item])));
  const sorted = [...all.values()]
    .filter((item) => end === undefined || item.position <= end)
    .sort((a, b) => (a.position < b.position ? -1 : 1));
  const places = sorted.slice(0, limit);
  return { places, complete: end === undefined && places.length === sorted.length };
}
