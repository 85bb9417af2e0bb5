import { isDeepStrictEqual } from 'node:util';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import dynalite from 'dynalite/db/index.js';
import * as z from 'zod';
import { indexKeys, linePrefix, parseLine } from '../../shared/adapters/order-line-item.ts';
import { isBooked } from '../../shared/domain/order-line.ts';
import type { Level } from './storage.ts';
import { globalIndexes, keyAttributes } from './table-schema.ts';

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

/** How many entries are written at once. */
const batchSize = 1000;

export const startingWith = (start: string) => ({ gte: start, lt: `${start}\xff` });

/**
 * Rebuilds the table's index entries from its items. dynalite writes an item's entries and the item one after the
 * other, so a killed process may leave entries without an item, and items without entries. Correct entries are not
 * rewritten. A table that was made with other indexes gets those of now, and its lines the attributes that they need.
 */
export async function rebuildIndexes(level: Level, tableName: string): Promise<void> {
  // Where dynalite keeps what: the start of the keys.
  const itemsStart = `item-${tableName}~`;
  const indexesStart = `index-global~${tableName}~`;
  const description = await level.get(`table~${tableName}`);
  if (description === undefined) return;
  const made = table.parse(description);
  const known = withIndexesOfNow(made);
  const leftOver = new Map(await level.iterator(startingWith(indexesStart)).all());
  let batch = level.batch();
  const writeIf = async (isFull: boolean) => {
    if (!isFull) return;
    await batch.write();
    batch = level.batch();
  };
  for await (const [itemKey, value] of level.iterator(startingWith(itemsStart))) {
    const stored = item.parse(value);
    const current = known === made ? stored : withIndexKeys(stored);
    if (current !== stored) batch.put(itemKey, current);
    const { puts } = dynalite.getIndexActions(known.GlobalSecondaryIndexes, undefined, current, known);
    for (const entry of puts) {
      const entryKey = `${indexesStart}${entry.index}~${entry.key}`;
      const isThere = isDeepStrictEqual(leftOver.get(entryKey), { ...entry.item });
      leftOver.delete(entryKey);
      if (!isThere) batch.put(entryKey, entry.item);
    }
    await writeIf(batch.length >= batchSize);
  }
  for (const entryKey of leftOver.keys()) batch.del(entryKey);
  // Last of all: until then a process that is killed leaves a table that needs the same once more.
  if (known !== made) batch.put(`table~${tableName}`, known);
  await writeIf(true);
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
