import { type DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { attemptErrors, attemptResults } from '../contracts/webhooks.ts';
import { itemsIn, toAttributes } from './attributes.ts';
import { expiryAfter, expiryAttribute } from './expiry.ts';

/** The latest attempts, in a partition for each webhook. */
export interface WebhookLog {
  /** Keeps an attempt for a few days. */
  keepAttempt(webhookId: string, id: string, attempt: KeptAttempt): Promise<void>;
  /** The latest attempts, newest first. */
  attempts(webhookId: string, limit: number): Promise<readonly KeptAttempt[]>;
}

const text = z.string();

const keptAttempt = z.lazy(() =>
  z.object({
    at: text,
    messageId: text,
    type: text,
    orderId: text.exactOptional(),
    lineId: text.exactOptional(),
    /** Its number among the attempts at its event, from 1. */
    attempt: z.int(),
    result: z.enum(attemptResults),
    status: z.int().exactOptional(),
    error: z.enum(attemptErrors).exactOptional(),
    milliseconds: z.int(),
    nextAttemptAt: text.exactOptional(),
  }),
);
/** One line of a webhook's log. What the receiver answered is not in it. */
export type KeptAttempt = z.output<typeof keptAttempt>;

/** As long as an event is retried, plus some days to look into it. */
const attemptDays = 7;

const partition = (webhookId: string) => `webhook#${webhookId}`;
const prefix = 'attempt#';
/** Sorts after every id. */
const afterIds = '~';

export const webhookLog = (dynamoDb: DynamoDBClient, tableName: string): WebhookLog => ({
  async keepAttempt(webhookId, id, attempt) {
    await dynamoDb.send(
      new PutItemCommand({
        TableName: tableName,
        Item: toAttributes({
          pk: partition(webhookId),
          // An event is given up at the time of its last attempt, and after it.
          sk: `${prefix}${attempt.at}#${attempt.result === 'given-up' ? afterIds : ''}${id}`,
          ...attempt,
          [expiryAttribute]: expiryAfter(attempt.at, attemptDays),
        }),
      }),
    );
  },

  async attempts(webhookId, limit) {
    const answer = await dynamoDb.send(
      new QueryCommand({
        TableName: tableName,
        KeyConditionExpression: 'pk = :webhook AND begins_with(sk, :attempt)',
        ExpressionAttributeValues: toAttributes({
          ':webhook': partition(webhookId),
          ':attempt': prefix,
        }),
        ScanIndexForward: false,
        ConsistentRead: true,
        Limit: limit,
      }),
    );
    return z.array(keptAttempt).parse(itemsIn(answer));
  },
});
