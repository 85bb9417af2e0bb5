import { type AttributeValue, type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { LineKey } from '../domain/order-line.ts';
import type { Instant } from '../domain/time.ts';
import { itemsIn, toAttributes } from './attributes.ts';
import { type DueList, dueShardsOf, indexes, type IndexName, lineIdOf } from './order-line-item.ts';

/** Due after one instant and by another. */
interface DueSpan {
  readonly after?: Instant;
  readonly by: Instant;
}

/** What the sweep works through. */
export interface DueLines {
  /** The open lines of a list that are due, in pages: oldest first, from all of its partitions evenly. */
  listDue(list: Exclude<DueList, 'digests'>, due: DueSpan): AsyncIterable<readonly LineKey[]>;
}

/** How many due lines of a partition are read at once. */
const dueOfShard = 100;

const dueKeys = z.array(z.object({ pk: z.string(), sk: z.string(), dueAt: z.string() }));

export function dueLines(dynamoDb: DynamoDBClient, tableName: string): DueLines {
  async function pageOf(
    shard: string,
    { after, by }: DueSpan,
    start: { readonly ExclusiveStartKey?: Record<string, AttributeValue> },
  ) {
    const { partitionKey, sortKey } = indexes.byDue;
    const answer = await dynamoDb.send(
      new QueryCommand({
        TableName: tableName,
        IndexName: 'byDue' satisfies IndexName,
        KeyConditionExpression:
          after === undefined
            ? '#shard = :shard AND #due <= :by'
            : '#shard = :shard AND #due BETWEEN :after AND :by',
        ExpressionAttributeNames: { '#shard': partitionKey, '#due': sortKey },
        ExpressionAttributeValues: toAttributes({ ':shard': shard, ':by': by, ':after': after }),
        Limit: dueOfShard,
        ...start,
      }),
    );
    return { keys: dueKeys.parse(itemsIn(answer)), next: answer.LastEvaluatedKey };
  }

  return {
    async *listDue(list, due) {
      let shards = dueShardsOf(list).map((name) => ({ name, start: {} }));
      while (shards.length > 0) {
        const found: z.output<typeof dueKeys> = [];
        const left: typeof shards = [];
        for (const { name, start } of shards) {
          const { keys, next } = await pageOf(name, due, start);
          found.push(...keys);
          if (next) left.push({ name, start: { ExclusiveStartKey: next } });
        }
        found.sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1));
        if (found.length > 0) yield found.map((key) => ({ orderId: key.pk, lineId: lineIdOf(key) }));
        shards = left;
      }
    },
  };
}
