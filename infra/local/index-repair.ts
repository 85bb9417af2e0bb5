import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { Storage } from './storage.ts';
import { tableName } from './table.ts';

const text = z.union([z.string(), z.object({ S: z.string() }).transform(({ S }) => S)]);
const key = z.object({ pk: text, sk: text });
const writeInput = z.union([
  z.object({ Item: key }).transform(({ Item }) => Item),
  z.object({ Key: key }).transform(({ Key }) => Key),
]);

const writes: ReadonlySet<string> = new Set(['PutItemCommand', 'UpdateItemCommand']);

/**
 * Notes which item is written for as long as that takes. dynalite writes an item's index entries and the item one after
 * the other, so a killed process may leave an index that no longer leads to its item.
 */
export function noteWrites(client: DynamoDBClient, storage: Storage): void {
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        if (!writes.has(commandName)) return await next(args);
        const note = crypto.randomUUID();
        await part(storage).put(note, writeInput.parse(args.input));
        const result = await next(args).finally(() => part(storage).del(note));
        return result;
      },
    { name: 'localIndexRepair', step: 'initialize', priority: 'low' },
  );
}

/** Writes the items anew that a killed process was writing, which brings their index entries back. */
export async function repairIndexes(client: DynamoDBClient, storage: Storage): Promise<void> {
  for (const [note, value] of await part(storage).iterator().all()) {
    const { pk, sk } = key.parse(value);
    const { Item } = await client.send(
      new GetItemCommand({
        TableName: tableName,
        Key: { pk: { S: pk }, sk: { S: sk } },
        ConsistentRead: true,
      }),
    );
    if (Item) await client.send(new PutItemCommand({ TableName: tableName, Item }));
    await part(storage).del(note);
  }
}

const part = (storage: Storage) => storage.part('writes');
