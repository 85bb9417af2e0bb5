import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { tableName } from '../../infra/local/table.ts';
import { defaults } from '../../infra/settings.ts';
import { linePrefix, parseLine } from '../../shared/adapters/order-line-item.ts';
import { resendJobStore } from '../../shared/adapters/resend-job-store.ts';
import { tallyStore } from '../../shared/adapters/tally-store.ts';
import { webhookStore } from '../../shared/adapters/webhook-store.ts';
import { orderLineStore } from '../../shared/adapters/order-line-store.ts';
import type { StoredLine } from '../../shared/domain/order-line.ts';
import { type Around, MemoryTable } from './memory-table.ts';
import { itemOf } from './lines.ts';

const lineItem = z.object({ Item: z.object({ lineId: z.object({ S: z.string() }) }) });

const noPause = () => Promise.resolve();

/** A table in memory with these lines. */
export function memoryTable(...given: readonly StoredLine[]): MemoryTable {
  const table = new MemoryTable();
  for (const line of given) table.put(itemOf({ ...line, version: 1 }));
  return table;
}

/** The product's store on a table in memory; its calls go through `around`. */
export const storeOn = (table: MemoryTable, around?: Around) =>
  orderLineStore(table.client(around), tableName, defaults.settledLineDays, noPause);

/** The product's store of bulk resends on it. */
export const jobStoreOn = (table: MemoryTable, around?: Around) =>
  resendJobStore(table.client(around), tableName);

/** The counts of its lines. */
export const tallyStoreOn = (table: MemoryTable, around?: Around) =>
  tallyStore(table.client(around), tableName, noPause);
/** The product's store of webhooks on it. */
export const webhookStoreOn = (table: MemoryTable, around?: Around) =>
  webhookStore(table.client(around), tableName);

export const linesOf = (table: MemoryTable): readonly StoredLine[] =>
  [...table.items.values()].filter(({ sk }) => String(sk).startsWith(linePrefix)).map(lineOf);

/** The line of a kept item, which never changes: it is read once, however often a test looks. */
export function lineOf(item: object): StoredLine {
  const line = linesOfItems.get(item) ?? parseLine(item);
  linesOfItems.set(item, line);
  return line;
}

const linesOfItems = new WeakMap<object, StoredLine>();

/**
 * The product's store on these lines. As in a table with other writers, each update is decided twice: the first time
 * its write is lost to somebody else, and comes to nothing.
 */
export function memoryStore(...given: readonly StoredLine[]) {
  const table = memoryTable(...given);
  let isLost = false;
  const loseEverySecond: Around = (command, call, input) => {
    const isOfLine = command === 'PutItemCommand' && lineItem.safeParse(input).success;
    if (!isOfLine) return call();
    isLost = !isLost;
    if (!isLost) return call();
    return Promise.reject(new ConditionalCheckFailedException({ message: 'lost', $metadata: {} }));
  };
  const store = storeOn(table, loseEverySecond);
  return { store, lines: () => linesOf(table) };
}
