import { rm } from 'node:fs/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { openDynamoDb } from '../../infra/local/dynamo-db.ts';
import { inProcess } from '../../infra/local/in-process.ts';
import { createTable, noting } from '../../infra/local/table.ts';
import { dynamoDbClient } from '../../shared/adapters/order-line-store.ts';
import { temporaryFolder } from './service.ts';

/** The table of the local service, in this process, and what ends it. */
export async function openLocalTable(): Promise<{ client: DynamoDBClient; close: () => Promise<void> }> {
  const path = await temporaryFolder();
  const { service, stop } = await openDynamoDb({ path, noting });
  const client = dynamoDbClient({
    ...inProcess(service),
    endpoint: 'http://127.0.0.1',
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    cacheMiddleware: true,
  });
  await createTable(client);
  const close = async () => {
    await stop();
    await rm(path, { recursive: true });
  };
  return { client, close };
}
