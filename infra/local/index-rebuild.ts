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

/** How many items are read at once, and how many entries are looked through. */
const itemsAtOnce = 100;
const keysAtOnce = 10_000;

export const startingWith = (start: string) => ({ gte: start, lt: `${start}\xff` });

/**
 * Rebuilds the table's index entries from its items. Earlier versions wrote an item's entries and the item one after the
 * other, so a killed process may have left entries without an item, and items without entries. Correct entries are not
 * rewritten. A table that was made with other indexes gets those of now, and its lines the attributes that they need.
 * However large the table is, a part of it is in memory at a time: a process keeps what it once needed.
 */
export async function rebuildIndexes(level: Level, tableName: string): Promise<void> {
  // Where dynalite keeps what: the start of the keys.
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

  // All that are due are there by now: whether there are others is seen by counting.
  let found = 0;
  for await (const keys of inParts(level.keys(startingWith(indexesStart)), keysAtOnce)) found += keys.length;
  if (found > due) {
    const expected = new Set<string>();
    for await (const [, current] of level.iterator(startingWith(itemsStart)))
      for (const { key } of entriesOf(item.parse(current))) expected.add(key);
    for await (const keys of inParts(level.keys(startingWith(indexesStart)), keysAtOnce))
      await level.batch(keys.filter((key) => !expected.has(key)).map((key) => ({ type: 'del', key })));
  }
  // Last of all: until then a process that is killed leaves a table that needs the same once more.
  if (known !== made) await level.put(`table~${tableName}`, known);
}

/** What an iterator of LevelDB goes through, so much at a time. */
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
