import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Instant } from '../domain/time.ts';

/** What the lane of first emails tells about itself: an item beside the order lines. */
export interface LaneStore {
  /** Notes when the lane expects to have sent what waits in it. */
  note(clearAt: Instant): Promise<void>;
  /** What was noted last; undefined: nothing ever waited. */
  clearAt(): Promise<Instant | undefined>;
}

/** No order has this id: `#` is in none. */
const laneKey = { pk: '#lane', sk: 'first-emails' };

const stored = z.object({ clearAt: z.iso.datetime() }).optional();

export function laneStore(dynamoDb: DynamoDBClient, tableName: string): LaneStore {
  const client = DynamoDBDocumentClient.from(dynamoDb);
  return {
    async note(clearAt) {
      await client.send(new PutCommand({ TableName: tableName, Item: { ...laneKey, clearAt } }));
    },
    async clearAt() {
      const { Item } = await client.send(new GetCommand({ TableName: tableName, Key: laneKey }));
      return stored.parse(Item)?.clearAt;
    },
  };
}
