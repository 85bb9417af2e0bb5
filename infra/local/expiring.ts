import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import { expiryAttribute } from '../../shared/adapters/expiry.ts';
import type { Clock } from './clock.ts';
import type { Job, Jobs } from './jobs.ts';
import type { Storage } from './storage.ts';
import { tableName } from './table.ts';

const day = 24 * 60 * 60 * 1000;

/** The most checks for expired items during one move of the clock, however long, not counting the one at its end. */
const looksPerMove = 10;

/**
 * Removes expired items, as DynamoDB's Time to Live does, which the local table lacks. Each check reads the whole
 * table, so the next one comes when the next known item expires: at most once a day, and in time for what is written
 * until then.
 * @param settledLineDays no item written from now on expires sooner
 */
export async function removeExpiredItems(
  storage: Storage,
  jobs: Jobs,
  clock: Clock,
  dynamoDb: DynamoDBClient,
  settledLineDays: number,
): Promise<void> {
  function nextLook(expiry: number): number {
    const now = clock.now().getTime();
    const due = Math.min(expiry, now + settledLineDays * day);
    const { move } = jobs;
    if (!move || due > move.until) return Math.max(due, now + day);
    const pause = Math.max(day, (move.until - move.from) / looksPerMove);
    return Math.min(Math.max(due, now + pause), move.until);
  }

  jobs.assign('expiry', async (job) => {
    const next = await removeExpired(dynamoDb, clock.now()).catch((error: unknown) => {
      console.error('Expired items could not be removed; this will be retried.', error);
      return 0;
    });
    await jobs.replace([[job, lookAt(nextLook(next))]]);
  });

  const part = storage.part('schedule');
  if ((await part.get('isExpiring')) === true) return;
  await jobs.add([lookAt(clock.now().getTime() + day)], (batch) =>
    batch.put('isExpiring', true, { sublevel: part }),
  );
}

const lookAt = (at: number): Job => ({ dueAt: new Date(at).toISOString(), kind: 'expiry', id: 'items' });

const expiring = z.object({ pk: z.string(), sk: z.string(), [expiryAttribute]: z.number() });

/** Removes expired items; returns when the next one expires, in milliseconds since 1970, or `Infinity`. */
async function removeExpired(dynamoDb: DynamoDBClient, now: Date): Promise<number> {
  const expires = { '#expires': expiryAttribute };
  let next = Infinity;
  const pages = paginateScan(
    { client: dynamoDb },
    {
      TableName: tableName,
      // A time of 0 means never: DynamoDB ignores times more than five years in the past.
      FilterExpression: '#expires > :never',
      ProjectionExpression: 'pk, sk, #expires',
      ExpressionAttributeNames: expires,
      ExpressionAttributeValues: { ':never': { N: '0' } },
    },
  );
  for await (const { Items = [] } of pages) {
    for (const item of Items) {
      const { pk, sk, ...found } = expiring.parse(unmarshall(item));
      const expiry = found[expiryAttribute];
      if (expiry * 1000 > now.getTime()) {
        next = Math.min(next, expiry * 1000);
        continue;
      }
      try {
        await dynamoDb.send(
          new DeleteItemCommand({
            TableName: tableName,
            Key: { pk: { S: pk }, sk: { S: sk } },
            ConditionExpression: '#expires = :found',
            ExpressionAttributeNames: expires,
            ExpressionAttributeValues: { ':found': { N: String(expiry) } },
          }),
        );
      } catch (error) {
        // Something happened to it just now, which extended its time.
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    }
  }
  return next;
}
