import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  type PutItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Instant } from '../domain/time.ts';
import { toAttributes } from './attributes.ts';

/** What must hold for the item that is to be replaced. */
type Condition = Pick<PutItemCommandInput, 'ConditionExpression' | 'ExpressionAttributeValues'>;

/** There is none. */
export const absent: Condition = { ConditionExpression: 'attribute_not_exists(pk)' };

/** It is the one that was read. */
export const having = (attribute: 'version' | 'jobId' | 'mark', value: string | number): Condition => ({
  ConditionExpression: `${attribute} = :before`,
  ExpressionAttributeValues: toAttributes({ ':before': value }),
});

/** It has this version; for version 0, there is none. */
export const ofVersion = (version: number): Condition =>
  version === 0 ? absent : having('version', version);

/** There is none, or one with the same or a later instant. */
export const absentOr = (known: 'later' | 'same', attribute: 'onboardedAt', instant: Instant): Condition => ({
  ConditionExpression: `attribute_not_exists(pk) OR ${attribute} ${known === 'later' ? '>' : '='} :instant`,
  ExpressionAttributeValues: toAttributes({ ':instant': instant }),
});

/**
 * Puts an item on a condition.
 * @returns false: the condition did not hold. As the SDK repeats a call whose answer was lost, the item found may be
 * from this very call.
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
