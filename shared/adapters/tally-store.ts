import { type DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { LineKey } from '../domain/order-line.ts';
import { allPartners, linesTally, type Mark, obsoleteSince, type Share } from '../domain/tallies.ts';
import { type Instant, plus } from '../domain/time.ts';
import { itemsIn, toAttributes } from './attributes.ts';
import { readBatch } from './batch-read.ts';
import { ofVersion, putIf } from './conditional-put.ts';
import { expiryAfter, expiryAttribute } from './expiry.ts';
import { spread } from './order-line-item.ts';
import { queryAll } from './query-all.ts';
import { readItem } from './read-item.ts';
import { markStart, type TallyMarks, tallyMarks } from './tally-marks.ts';
import { wholeSchema } from './whole-schema.ts';

/** A tally of lines in the table. */
export interface StoredTally extends Pick<Share, 'scope' | 'tally' | 'counters'> {
  /** The tallies of all partners are split: each shard counts the lines of some orders. */
  readonly shard: number;
  /**
   * How far each line's changes are counted in this tally while the line's own mark may not say so yet: what the last
   * writes counted, by line name.
   */
  readonly counted: Readonly<Record<string, Mark>>;
  /** 0: it is not in the table. */
  readonly version: number;
}
export type TallyName = Pick<StoredTally, 'scope' | 'tally' | 'shard'>;

/** The counts that apply; a recount prepares the next generation beside them. */
export interface Generation {
  readonly id: string;
  /** During a recount nothing is counted; what was missed is counted afterwards. */
  readonly recount?: Recount;
  /** 0: it is not in the table, and these are the first counts. */
  readonly version: number;
}

export interface Recount {
  readonly id: string;
  readonly since: Instant;
  /** The recount counts as given up unless it reports progress by then. */
  readonly until: Instant;
}

export interface PartnersRequest {
  /** The beginning of the ids, in any case. */
  readonly beginning: string;
  /** Only partners that sort after this one. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/**
 * The counts of lines, in the table of the order lines: a partition for each shard of a scope, with its tallies. All
 * reads are strongly consistent, and every write requires that nobody wrote since the read.
 */
export interface TallyStore extends TallyMarks {
  generation(): Promise<Generation>;
  /** @returns false: somebody else wrote it */
  writeGeneration(generation: Generation): Promise<boolean>;
  /** Tallies by name; missing ones are empty. */
  find(generation: string, names: readonly TallyName[]): Promise<readonly StoredTally[]>;
  /** The tallies of a scope, in all of its shards, with names within a range. */
  between(generation: string, scope: string, from: string, to: string): Promise<readonly StoredTally[]>;
  /** @returns false: somebody else wrote it */
  write(generation: string, tally: StoredTally): Promise<boolean>;
  /** The ids of partners whose lines were ever counted, sorted. */
  partners(request: PartnersRequest): Promise<readonly string[]>;
}

/** The shards for the lines of all partners, which are written independently. */
const shardsOfAll = 4;

const shardsOf = (scope: string): number => (scope === allPartners ? shardsOfAll : 1);

/** The shard of a scope that counts a line. All lines of an order share one, since their changes come together. */
export const tallyShard = (scope: string, { orderId }: LineKey): number => spread(orderId, shardsOf(scope));

/** No order has such an id: ids cannot contain `#`. */
const tallyStart = '#tally#';
/** An item for each partner whose lines were counted, so that partners can be listed by key. */
const partnersPartition = '#partners';
const partnerStart = 'partner#';
const partnerKey = (partnerId: string) => ({
  pk: partnersPartition,
  sk: `${partnerStart}${partnerId.toLowerCase()}#${partnerId}`,
});
const generationKey = { pk: '#tallies', sk: 'generation' };

const partition = (generation: string, scope: string, shard: number): string =>
  `${tallyStart}${generation}#${scope}#${shard}`;

const tallyKey = (generation: string, { scope, shard, tally }: TallyName) => ({
  pk: partition(generation, scope, shard),
  sk: tally,
});

/** The generation of counts that an item belongs to; undefined if it is something else. */
export function generationOf(pk: string): string | undefined {
  const start = [tallyStart, markStart].find((beginning) => pk.startsWith(beginning));
  return start === undefined ? undefined : pk.slice(start.length).split('#')[0];
}

export const parseTally = (item: unknown): StoredTally => tallyItem.parse(item);

/** How many days an obsolete tally is kept. */
const obsoleteTallyDays = 3;

const text = z.string();
const counters = z.record(text, z.int());
const tallyItem = wholeSchema<StoredTally>()(
  z.lazy(() =>
    z.object({
      scope: text,
      shard: z.int(),
      tally: text,
      counters,
      counted: z.record(text, text),
      version: z.int(),
    }),
  ),
);
const partnerItem = z.object({ partnerId: text });
const generationItem = wholeSchema<Generation>()(
  z.lazy(() =>
    z.object({
      id: text,
      recount: z.object({ id: text, since: text, until: text }).exactOptional(),
      version: z.int(),
    }),
  ),
);

const firstGeneration: Generation = { id: 'first', version: 0 };

/** Whether counting is paused at `now`. The added minute allows for clocks that differ. */
export const isResting = ({ recount }: Generation, now: Instant): boolean =>
  recount !== undefined && now < plus(recount.until, 'PT1M');

/** @param pause waits the given number of milliseconds */
export function tallyStore(
  dynamoDb: DynamoDBClient,
  tableName: string,
  pause: (milliseconds: number) => Promise<unknown>,
): TallyStore {
  const table = { TableName: tableName };
  const consistent = { ConsistentRead: true };

  const putVersion = (item: { readonly pk: string; readonly sk: string; readonly version: number }) =>
    putIf(dynamoDb, tableName, { ...item, version: item.version + 1 }, ofVersion(item.version));

  const inShard = async (pk: string, from: string, to: string): Promise<readonly StoredTally[]> => {
    const items = await queryAll(dynamoDb, {
      ...table,
      ...consistent,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: toAttributes({ ':pk': pk, ':from': from, ':to': to }),
    });
    return z.array(tallyItem).parse(items);
  };

  return {
    ...tallyMarks(dynamoDb, tableName, pause),

    async generation() {
      const item = await readItem(dynamoDb, tableName, generationKey);
      return item ? generationItem.parse(item) : firstGeneration;
    },

    writeGeneration: (generation) => putVersion({ ...generationKey, ...generation }),

    async find(generation, names) {
      const keys = names.map((name) => tallyKey(generation, name));
      const items = await readBatch(dynamoDb, tableName, keys, consistent, pause);
      const found = new Map(
        z
          .array(tallyItem)
          .parse(items)
          .map((tally) => [tallyName(tally), tally]),
      );
      return names.map(
        (name) => found.get(tallyName(name)) ?? { ...name, counters: {}, counted: {}, version: 0 },
      );
    },

    async between(generation, scope, from, to) {
      const shards = Array.from({ length: shardsOf(scope) }, (_, shard) =>
        inShard(partition(generation, scope, shard), from, to),
      );
      return (await Promise.all(shards)).flat();
    },

    async write(generation, tally) {
      // Before its lines are first counted, so that a partner with counts is always listed.
      if (tally.version === 0 && tally.tally === linesTally && tally.scope !== allPartners) {
        const { scope: partnerId } = tally;
        await dynamoDb.send(
          new PutItemCommand({ ...table, Item: toAttributes({ ...partnerKey(partnerId), partnerId }) }),
        );
      }
      const obsolete = obsoleteSince(tally.tally);
      return await putVersion({
        ...tallyKey(generation, tally),
        ...tally,
        ...(obsolete === undefined ? {} : { [expiryAttribute]: expiryAfter(obsolete, obsoleteTallyDays) }),
      });
    },

    async partners({ beginning, after, limit }) {
      const answer = await dynamoDb.send(
        new QueryCommand({
          ...table,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :beginning)',
          ExpressionAttributeValues: toAttributes({
            ':pk': partnersPartition,
            ':beginning': partnerStart + beginning.toLowerCase(),
          }),
          Limit: limit,
          ...(after === undefined ? {} : { ExclusiveStartKey: toAttributes(partnerKey(after)) }),
        }),
      );
      return z
        .array(partnerItem)
        .parse(itemsIn(answer))
        .map(({ partnerId }) => partnerId);
    },
  };
}

/** The name of a tally, unique within a generation. */
export const tallyName = ({ scope, shard, tally }: TallyName): string => `${scope}#${shard}#${tally}`;
