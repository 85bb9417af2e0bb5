import { isDeepStrictEqual } from 'node:util';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import dynalite from 'dynalite/db/index.js';
import * as z from 'zod';
import { indexKeys, linePrefix, parseLine } from '../../shared/adapters/order-line-item.ts';
import { isBooked } from '../../shared/domain/order-line.ts';
import type { Level } from './storage.ts';
import { globalIndexes, indexesOf, keyAttributes } from './table-schema.ts';

const keySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.string() }));
const table = z.looseObject({
  KeySchema: keySchema,
  AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.string() })),
  GlobalSecondaryIndexes: z.array(
    z.looseObject({
      IndexName: z.string(),
      KeySchema: keySchema,
      Projection: z.object({
        ProjectionType: z.enum(['KEYS_ONLY', 'INCLUDE']),
        NonKeyAttributes: z.array(z.string()).exactOptional(),
      }),
    }),
  ),
});
const item = z.record(z.string(), z.custom<AttributeValue>());

/** How many items are read, and how many entries checked, at once. */
const itemsAtOnce = 100;
const keysAtOnce = 10_000;

export const startingWith = (start: string) => ({ gte: start, lt: `${start}\xff` });

/**
 * Rebuilds the table's index entries from its items. Earlier versions wrote an item and its entries separately, so a
 * killed process may have left entries without an item, and items without entries. Correct entries are not rewritten. A
 * table with other indexes gets the current ones, and its lines the attributes that these need. Only a part of the
 * table is in memory at a time, however large it is, because a process never returns the memory it once needed.
 */
export async function rebuildIndexes(level: Level, tableName: string): Promise<void> {
  // The prefixes of dynalite's keys.
  const itemsStart = `item-${tableName}~`;
  const indexesStart = indexesOf(tableName);
  const description = await level.get(`table~${tableName}`);
  if (description === undefined) return;
  const made = table.parse(description);
  const known = withIndexesOfNow(made);

  /** The entries of an item, by their keys. */
  const entriesOf = (current: z.output<typeof item>) =>
    dynalite
      .getIndexActions(known.GlobalSecondaryIndexes, undefined, current, known)
      .puts.map((entry) => ({ key: `${indexesStart}${entry.index}~${entry.key}`, value: { ...entry.item } }));

  let due = 0;
  for await (const items of inParts(level.iterator(startingWith(itemsStart)), itemsAtOnce)) {
    const batch = level.batch();
    const entries = items.flatMap(([itemKey, value]) => {
      const stored = item.parse(value);
      const current = known === made ? stored : withIndexKeys(stored);
      if (current !== stored) batch.put(itemKey, current);
      return entriesOf(current);
    });
    const there = await level.getMany(entries.map(({ key }) => key));
    for (const [index, { key, value }] of entries.entries())
      if (!isDeepStrictEqual(there[index], value)) batch.put(key, value);
    due += entries.length;
    await batch.write();
  }

  // All correct entries exist by now, so counting shows whether there are others.
  let found = 0;
  for await (const keys of inParts(level.keys(startingWith(indexesStart)), keysAtOnce)) found += keys.length;
  if (found > due) {
    const expected = new Set<string>();
    for await (const [, current] of level.iterator(startingWith(itemsStart)))
      for (const { key } of entriesOf(item.parse(current))) expected.add(key);
    for await (const keys of inParts(level.keys(startingWith(indexesStart)), keysAtOnce))
      await level.batch(keys.filter((key) => !expected.has(key)).map((key) => ({ type: 'del', key })));
  }
  // Comes last: a process killed before this leaves a table that needs the same once more.
  if (known !== made) await level.put(`table~${tableName}`, known);
}

/** The contents of a LevelDB iterator, a part at a time. */
async function* inParts<Part>(
  iterator: { nextv(size: number): Promise<Part[]>; close(): Promise<void> },
  size: number,
): AsyncGenerator<Part[]> {
  try {
    for (;;) {
      const part = await iterator.nextv(size);
      if (part.length === 0) return;
      yield part;
    }
  } finally {
    await iterator.close();
  }
}

/** The table with the indexes that the product reads; the same table if it has them. */
function withIndexesOfNow(made: z.output<typeof table>): z.output<typeof table> {
  const definitions = made.GlobalSecondaryIndexes.map(({ IndexName, KeySchema, Projection }) => ({
    IndexName,
    KeySchema,
    Projection,
  }));
  if (isDeepStrictEqual(definitions, globalIndexes)) return made;
  const GlobalSecondaryIndexes = globalIndexes.map((index) => ({ ...index, IndexStatus: 'ACTIVE' }));
  return table.parse({ ...made, AttributeDefinitions: keyAttributes, GlobalSecondaryIndexes });
}

function withIndexKeys(stored: z.output<typeof item>): z.output<typeof item> {
  const { sk } = stored;
  if (sk?.S?.startsWith(linePrefix) !== true) return stored;
  const line = parseLine(unmarshall(stored));
  return isBooked(line) ? { ...stored, ...marshall(indexKeys(line)) } : stored;
}
