import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { itemIn, toAttributes } from './attributes.ts';

/** The current item with a key, after all writes so far; undefined: there is none. */
export const readItem = async (
  dynamoDb: DynamoDBClient,
  tableName: string,
  key: object,
): Promise<Record<string, unknown> | undefined> =>
  itemIn(
    await dynamoDb.send(
      new GetItemCommand({ TableName: tableName, Key: toAttributes(key), ConsistentRead: true }),
    ),
  );
