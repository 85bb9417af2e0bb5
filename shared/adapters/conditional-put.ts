import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  type PutItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { toAttributes } from './attributes.ts';

/** What must hold of the item that is there for another to take its place. */
type Condition = Pick<PutItemCommandInput, 'ConditionExpression' | 'ExpressionAttributeValues'>;

/** That there is none. */
export const absent: Condition = { ConditionExpression: 'attribute_not_exists(pk)' };

/** That it is the one that was read. */
export const having = (attribute: 'version' | 'jobId' | 'mark', value: string | number): Condition => ({
  ConditionExpression: `${attribute} = :before`,
  ExpressionAttributeValues: toAttributes({ ':before': value }),
});

/** That it is of this version; of version 0, that there is none. */
export const ofVersion = (version: number): Condition =>
  version === 0 ? absent : having('version', version);

/**
 * Puts an item on a condition.
 * @returns false: the condition did not hold. The SDK repeats a call whose answer was lost, and what that finds may be
 *   its own write.
 */
export async function putIf(
  dynamoDb: DynamoDBClient,
  tableName: string,
  item: object,
  condition: Condition,
): Promise<boolean> {
  try {
    await dynamoDb.send(new PutItemCommand({ TableName: tableName, Item: toAttributes(item), ...condition }));
    return true;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return false;
  }
}
