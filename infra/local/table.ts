import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import {
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  type KeySchemaElement,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { indexes } from '../../shared/adapters/order-line-item.ts';
import { type Storage, tableFolder } from './storage.ts';

export const tableName = 'order-lines';

/**
 * Starts DynamoDB's API on a free port of the loopback, kept in the data folder. What a process left that was killed
 * while it made the table is thrown away: the table would never become usable.
 */
export async function startDynamoDb(dataFolder: string, storage: Storage): Promise<string> {
  if ((await part(storage).get('made')) !== true) {
    await rm(tableFolder(dataFolder), { recursive: true, force: true });
  }
  const server = new Worker(new URL('./table-server.ts', import.meta.url), {
    workerData: { path: tableFolder(dataFolder) },
  });
  const [port] = z.tuple([z.number()]).parse(await once(server, 'message'));
  return `http://127.0.0.1:${port}`;
}

/** Makes the product's table, if it is not there. */
export async function ensureTable(client: DynamoDBClient, storage: Storage): Promise<void> {
  if ((await part(storage).get('made')) === true) return;
  await createTable(client);
  await part(storage).put('made', true);
}

/** Makes the table and its indexes, and waits until they can be used. */
export async function createTable(client: DynamoDBClient): Promise<void> {
  const keys = (partitionKey: string, sortKey: string): KeySchemaElement[] => [
    { AttributeName: partitionKey, KeyType: 'HASH' },
    { AttributeName: sortKey, KeyType: 'RANGE' },
  ];
  const attributes = new Set([
    'pk',
    'sk',
    ...Object.values(indexes).flatMap((index) => Object.values(index)),
  ]);
  await client.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [...attributes].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: keys('pk', 'sk'),
      GlobalSecondaryIndexes: Object.entries(indexes).map(([IndexName, { partitionKey, sortKey }]) => ({
        IndexName,
        KeySchema: keys(partitionKey, sortKey),
        Projection: { ProjectionType: 'KEYS_ONLY' },
      })),
    }),
  );
  for (;;) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
    if (Table?.TableStatus === 'ACTIVE') return;
    await setTimeout(10);
  }
}

const part = (storage: Storage) => storage.part('table');
