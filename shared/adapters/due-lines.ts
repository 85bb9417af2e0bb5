import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LineKey } from '../domain/order-line.ts';
import { dueEntries, type DueSpan } from './due-entries.ts';
import { type DueList, lineIdOf } from './order-line-item.ts';

/** What the sweep works through. */
export interface DueLines {
  /** The open lines of a list that are due, in pages: oldest first, from all of its partitions evenly. */
  listDue(list: Exclude<DueList, 'digests'>, due: DueSpan): AsyncIterable<readonly LineKey[]>;
}

export const dueLines = (dynamoDb: DynamoDBClient, tableName: string): DueLines => ({
  async *listDue(list, due) {
    for await (const page of dueEntries(dynamoDb, tableName, list, due))
      yield page.map(({ pk: orderId, sk }) => ({ orderId, lineId: lineIdOf({ sk }) }));
  },
});
