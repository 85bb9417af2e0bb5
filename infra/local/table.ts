import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import {
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  ResourceNotFoundException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { indexes } from '../../shared/adapters/order-line-item.ts';
import { checkTableFolder, damaged, type Storage, tableFolder } from './storage.ts';

export const tableName = 'order-lines';

/**
 * Starts DynamoDB's API on a free port of the loopback, kept in the data folder. What a process left that was killed
 * while it made the table is thrown away: the table would never become usable.
 * @throws UserError when the table's folder is damaged
 */
export async function startDynamoDb(dataFolder: string, storage: Storage): Promise<string> {
  if ((await part(storage).get('made')) !== true) {
    await rm(tableFolder(dataFolder), { recursive: true, force: true });
  }
  await checkTableFolder(dataFolder);
  const server = new Worker(new URL('./table-server.ts', import.meta.url), {
    workerData: { path: tableFolder(dataFolder) },
  });
  const [port] = z.tuple([z.number()]).parse(await once(server, 'message'));
  return `http://127.0.0.1:${port}`;
}

/**
 * Makes the product's table, unless it was made before.
 * @throws UserError when it was, and is not there any more
 */
export async function ensureTable(
  client: DynamoDBClient,
  storage: Storage,
  dataFolder: string,
): Promise<void> {
  if ((await part(storage).get('made')) !== true) {
    await createTable(client);
    await part(storage).put('made', true);
    return;
  }
  try {
    await client.send(new DescribeTableCommand({ TableName: tableName }));
  } catch (error) {
    throw error instanceof ResourceNotFoundException ? damaged(dataFolder, error) : error;
  }
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
  await waitUntilTableExists(
    { client, minDelay: 0.01, maxDelay: 0.01, maxWaitTime: 60 },
    { TableName: tableName },
  );
}

const part = (storage: Storage) => storage.part('table');
