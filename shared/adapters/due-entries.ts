import { type AttributeValue, type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { Instant } from '../domain/time.ts';
import { itemsIn, toAttributes } from './attributes.ts';
import { type DueList, dueShardsOf, indexes, type IndexName } from './order-line-item.ts';

/** Due after one instant and by another. */
export interface DueSpan {
  readonly after?: Instant;
  readonly by: Instant;
}

const entries = z.array(z.object({ pk: z.string(), sk: z.string(), dueAt: z.string() }));

/** The key of an item of a due list, and when it is due. */
export type DueEntry = z.output<typeof entries>[number];

/** How many entries of a partition are read at once. */
const entriesOfShard = 100;

/** The due entries of a list, in pages: oldest first, from all of its partitions evenly. */
export async function* dueEntries(
  dynamoDb: DynamoDBClient,
  tableName: string,
  list: DueList,
  { after, by }: DueSpan,
): AsyncGenerator<readonly DueEntry[]> {
  async function pageOf(
    shard: string,
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
        Limit: entriesOfShard,
        ...start,
      }),
    );
    return { page: entries.parse(itemsIn(answer)), next: answer.LastEvaluatedKey };
  }

  let shards = dueShardsOf(list).map((name) => ({ name, start: {} }));
  while (shards.length > 0) {
    const found: DueEntry[] = [];
    const left: typeof shards = [];
    for (const { name, start } of shards) {
      const { page, next } = await pageOf(name, start);
      found.push(...page);
      if (next) left.push({ name, start: { ExclusiveStartKey: next } });
    }
    found.sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1));
    if (found.length > 0) yield found;
    shards = left;
  }
}
