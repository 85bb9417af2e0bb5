import dynalite from 'dynalite/db/index.js';
import * as z from 'zod';
import type { Level } from './storage.ts';

const key = z.object({ AttributeName: z.string() });
const table = z.object({
  KeySchema: z.array(key),
  AttributeDefinitions: z.array(key.extend({ AttributeType: z.string() })),
  GlobalSecondaryIndexes: z.array(
    z.object({
      IndexName: z.string(),
      KeySchema: z.array(key),
      Projection: z.object({ ProjectionType: z.literal('KEYS_ONLY') }),
    }),
  ),
});
const item = z.record(z.string(), z.unknown());

/** How many entries are written at once. */
const batchSize = 1000;

const startingWith = (start: string) => ({ gte: start, lt: `${start}\xff` });

/**
 * Rebuilds the table's index entries from its items. dynalite writes an item's entries and the item one after the
 * other, so a killed process may leave entries without an item, and items without entries. Correct entries are not
 * rewritten.
 */
export async function rebuildIndexes(level: Level, tableName: string): Promise<void> {
  // Where dynalite keeps what: the start of the keys.
  const itemsStart = `item-${tableName}~`;
  const indexesStart = `index-global~${tableName}~`;
  const description = await level.get(`table~${tableName}`);
  if (description === undefined) return;
  const known = table.parse(description);
  const leftOver = new Set(await level.keys(startingWith(indexesStart)).all());
  let batch = level.batch();
  const writeIf = async (isFull: boolean) => {
    if (!isFull) return;
    await batch.write();
    batch = level.batch();
  };
  for await (const value of level.values(startingWith(itemsStart))) {
    const { puts } = dynalite.getIndexActions(
      known.GlobalSecondaryIndexes,
      undefined,
      item.parse(value),
      known,
    );
    for (const entry of puts) {
      const entryKey = `${indexesStart}${entry.index}~${entry.key}`;
      // The key holds all that the entry does.
      if (!leftOver.delete(entryKey)) batch.put(entryKey, entry.item);
    }
    await writeIf(batch.length >= batchSize);
  }
  for (const entryKey of leftOver) batch.del(entryKey);
  await writeIf(true);
}
