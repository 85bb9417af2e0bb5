import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import {
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  ResourceNotFoundException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { streamedAttributes } from '../../shared/adapters/line-changes.ts';
import { linePrefix } from '../../shared/adapters/order-line-item.ts';
import type { DynamoDbSettings, LocalDynamoDb, OpenDynamoDb } from './dynamo-db.ts';
import { rebuildIndexes } from './index-rebuild.ts';
import type { WireAnswer } from './in-process.ts';
import type { Noting, Taken } from './noted-changes.ts';
import { posting } from './posting.ts';
import { holdsTable, onTable, partLost, type Storage, tableFolder } from './storage.ts';
import { globalIndexes, keyAttributes, keySchema } from './table-schema.ts';

export const tableName = 'order-lines';

/**
 * Starts DynamoDB's API on the data folder, and makes the indexes agree with the items. A table that a process was
 * still creating when it was killed is deleted, because it would never become usable; nothing else is ever deleted.
 * @throws UserError when the table's folder is damaged or lost, or belongs to another storage
 */
export async function startDynamoDb(
  dataFolder: string,
  storage: Storage,
  open: OpenDynamoDb,
): Promise<LocalDynamoDb> {
  const progress = await progressOf(storage);
  if (progress === 'made') {
    await onTable(dataFolder, (level) => rebuildIndexes(level, tableName));
  } else {
    if (progress === 'none' && holdsTable(dataFolder)) throw partLost(dataFolder, 'runtime');
    await note(storage, 'making');
    await rm(tableFolder(dataFolder), { recursive: true, force: true });
  }
  return await open({ path: tableFolder(dataFolder), noting });
}

/** The changes that the table's stream tells of. */
export const noting: Noting = { sortKeyStart: linePrefix, attributes: streamedAttributes };

/** Opens it in a thread of its own. */
export function dynamoDbInThread(settings: DynamoDbSettings): LocalDynamoDb {
  const server = new Worker(new URL('./table-thread.js', import.meta.url), { workerData: settings });
  const post = posting(server);
  const asked = new Map<number, (answer: WireAnswer) => void>();
  let last = 0;
  let noted = -1;
  let tell: (noted: number) => void = () => undefined;
  const takes = new Map<number, (taken: Taken) => void>();
  const take = (message: z.output<typeof fromServer>): void => {
    if ('changes' in message) {
      // Matched by id: with several readers, a later request may be answered first.
      takes.get(message.taking)?.(message);
      takes.delete(message.taking);
      return;
    }
    if ('noted' in message) {
      noted = message.noted;
      tell(noted);
      return;
    }
    const { id, status, body } = message;
    asked.get(id)?.({ status, body });
    asked.delete(id);
  };
  server.on('message', (received: unknown) => z.array(fromServer).parse(received).forEach(take));
  return {
    changes: {
      take: (from, most) =>
        new Promise((resolve) => {
          last += 1;
          takes.set(last, resolve);
          post({ take: { id: last, from, most } });
        }),
      forget: (sequence) => post({ forget: sequence }),
      tell: (listener) => {
        tell = listener;
        tell(noted);
      },
    },
    service: ({ headers, body }) =>
      new Promise((resolve) => {
        last += 1;
        asked.set(last, resolve);
        post({ id: last, target: headers['x-amz-target'], body });
      }),
    stop: async () => {
      const ended = once(server, 'exit');
      post({ stop: true });
      await ended;
    },
  };
}

const fromServer = z.union([
  z.object({ id: z.number(), status: z.number(), body: z.string() }),
  z.object({
    taking: z.number(),
    changes: z.array(z.object({ sequence: z.number(), images: z.string() })),
    upTo: z.number(),
  }),
  z.object({ noted: z.number() }),
]);

/**
 * Creates the product's table, unless it was created before.
 * @throws UserError when it was, and is missing now
 */
export async function ensureTable(
  client: DynamoDBClient,
  storage: Storage,
  dataFolder: string,
): Promise<void> {
  if ((await progressOf(storage)) !== 'made') {
    await createTable(client);
    await note(storage, 'made');
    return;
  }
  try {
    await client.send(new DescribeTableCommand({ TableName: tableName }));
  } catch (error) {
    throw error instanceof ResourceNotFoundException ? partLost(dataFolder, 'table') : error;
  }
}

/** How far the creation of the table got. While it is `making`, nobody has written to it yet. */
type Progress = 'none' | 'making' | 'made';

const isMade = z.boolean().optional();

async function progressOf(storage: Storage): Promise<Progress> {
  const made = isMade.parse(await storage.part('table').get('made'));
  return made === undefined ? 'none' : made ? 'made' : 'making';
}

/** Synced to disk before anything else happens, so that a power cut cannot reverse the order. */
async function note(storage: Storage, progress: 'making' | 'made'): Promise<void> {
  const sublevel = storage.part('table');
  await storage
    .batch()
    .put('made', progress === 'made', { sublevel })
    .write({ sync: true });
}

/** Creates the table and its indexes, and waits until they can be used. */
export async function createTable(client: DynamoDBClient): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: keyAttributes,
      KeySchema: keySchema('pk', 'sk'),
      GlobalSecondaryIndexes: globalIndexes,
    }),
  );
  await waitUntilTableExists(
    { client, minDelay: 0.01, maxDelay: 0.01, maxWaitTime: 60 },
    { TableName: tableName },
  );
}
