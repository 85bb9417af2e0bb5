import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { LineKey } from '../domain/order-line.ts';
import type { Mark } from '../domain/tallies.ts';
import type { Instant } from '../domain/time.ts';
import { readBatch } from './batch-read.ts';
import { absent, having, putIf } from './conditional-put.ts';
import { expiryAfter, expiryAttribute } from './expiry.ts';

/**
 * How far the changes of each line are counted, in the table of the order lines: a partition for each order, with a
 * mark for each line.
 */
export interface TallyMarks {
  /** The marks of lines, by line name. */
  marks(generation: string, lines: readonly LineKey[]): Promise<ReadonlyMap<string, Mark>>;
  /**
   * Writes the mark of a line over the one that was read.
   * @param removedAt when the line was removed: its mark outlives any repeat of its changes
   * @returns false: somebody else wrote it
   */
  mark(
    generation: string,
    line: LineKey,
    mark: { readonly known: Mark | undefined; readonly next: Mark; readonly removedAt?: Instant },
  ): Promise<boolean>;
}

/** The name of a line within tallies and marks. */
export const lineName = ({ orderId, lineId }: LineKey): string => `${orderId}/${lineId}`;

/** The line with a name; ids cannot contain a slash. */
export function lineNamed(name: string): LineKey {
  const [orderId = '', lineId = ''] = name.split('/');
  return { orderId, lineId };
}

/** No order has such an id: ids cannot contain `#`. */
export const markStart = '#counted#';

const markKey = (generation: string, { orderId, lineId }: LineKey) => ({
  pk: `${markStart}${generation}#${orderId}`,
  sk: lineId,
});

/** Reads an item as the mark of a line; undefined if it is something else. */
export function parseMark(item: Record<string, unknown>): { line: LineKey; mark: Mark } | undefined {
  if (!String(item['pk']).startsWith(markStart)) return undefined;
  const { line, mark } = markItem.parse(item);
  return { line: lineNamed(line), mark };
}

/** How many days a mark outlives its line; a stream repeats changes for up to a day. */
const removedMarkDays = 3;
const markItem = z.object({ line: z.string(), mark: z.string() });

/** @param pause waits the given number of milliseconds */
export function tallyMarks(
  dynamoDb: DynamoDBClient,
  tableName: string,
  pause: (milliseconds: number) => Promise<unknown>,
): TallyMarks {
  return {
    async marks(generation, lines) {
      const keys = lines.map((line) => markKey(generation, line));
      const items = await readBatch(dynamoDb, tableName, keys, { ConsistentRead: true }, pause);
      return new Map(
        z
          .array(markItem)
          .parse(items)
          .map(({ line, mark }) => [line, mark]),
      );
    },

    mark: (generation, line, { known, next, removedAt }) =>
      putIf(
        dynamoDb,
        tableName,
        {
          ...markKey(generation, line),
          line: lineName(line),
          mark: next,
          ...(removedAt === undefined ? {} : { [expiryAttribute]: expiryAfter(removedAt, removedMarkDays) }),
        },
        known === undefined ? absent : having('mark', known),
      ),
  };
}
