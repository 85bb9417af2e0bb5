import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { Instant } from '../domain/time.ts';
import { itemIn, toAttributes } from './attributes.ts';

/** What the lane of first emails says about itself, in an item beside the order lines. */
export interface LaneStore {
  /** Notes when the lane expects to have sent everything that waits in it. */
  note(clearAt: Instant): Promise<void>;
  /** The last time noted; undefined: nothing has ever waited. */
  clearAt(): Promise<Instant | undefined>;
}

/** No order has this id: ids cannot contain `#`. */
const laneKey = { pk: '#lane', sk: 'first-emails' };

const stored = z.object({ clearAt: z.iso.datetime() }).optional();

export function laneStore(dynamoDb: DynamoDBClient, tableName: string): LaneStore {
  return {
    async note(clearAt) {
      await dynamoDb.send(
        new PutItemCommand({ TableName: tableName, Item: toAttributes({ ...laneKey, clearAt }) }),
      );
    },
    async clearAt() {
      const answer = await dynamoDb.send(
        new GetItemCommand({ TableName: tableName, Key: toAttributes(laneKey) }),
      );
      return stored.parse(itemIn(answer))?.clearAt;
    },
  };
}
