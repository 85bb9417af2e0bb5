import { once } from 'node:events';
import {
  CreateTableCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  ResourceInUseException,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { indexes } from '../../shared/adapters/order-line-item.ts';
import { tableFolder } from './storage.ts';

export const tableName = 'order-lines';

/** Starts DynamoDB's API on a free port of the loopback, kept in the data folder. */
export async function startDynamoDb(dataFolder: string): Promise<string> {
  const server = dynalite({
    path: tableFolder(dataFolder),
    createTableMs: 0,
    updateTableMs: 0,
    deleteTableMs: 0,
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('DynamoDB listens nowhere');
  return `http://127.0.0.1:${address.port}`;
}

/** Makes the product's table, if it is not there. */
export async function ensureTable(client: DynamoDBClient): Promise<void> {
  const keys = (partitionKey: string, sortKey: string): KeySchemaElement[] => [
    { AttributeName: partitionKey, KeyType: 'HASH' },
    { AttributeName: sortKey, KeyType: 'RANGE' },
  ];
  const attributes = new Set([
    'pk',
    'sk',
    ...Object.values(indexes).flatMap((index) => Object.values(index)),
  ]);
  try {
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
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
}
