import { type DynamoDBClient, QueryCommand, type QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { itemsIn } from './attributes.ts';

/** All items that a query finds in the table itself, page after page: a page has at most 1 MB. */
export async function queryAll(
  dynamoDb: DynamoDBClient,
  query: Omit<QueryCommandInput, 'ExclusiveStartKey' | 'IndexName' | 'Limit'>,
): Promise<readonly Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  let start: QueryCommandInput['ExclusiveStartKey'];
  do {
    const answer = await dynamoDb.send(
      new QueryCommand({ ...query, ...(start ? { ExclusiveStartKey: start } : {}) }),
    );
    items.push(...itemsIn(answer));
    start = answer.LastEvaluatedKey;
  } while (start);
  return items;
}
