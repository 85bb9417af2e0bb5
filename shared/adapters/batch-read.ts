import { BatchGetItemCommand, type DynamoDBClient, type KeysAndAttributes } from '@aws-sdk/client-dynamodb';
import { faultNames, NamedFault } from '../contracts/faults.ts';
import { fromAttributes, toAttributes } from './attributes.ts';

/** The most items that DynamoDB reads in one batch. */
export const mostKeysOfBatch = 100;

/**
 * Pauses, in milliseconds, before asking again for what DynamoDB left out of a batch: 1.55 s in all, each varied a
 * little, so that throttled callers do not all return at once.
 */
const batchPauses = [50, 100, 200, 400, 800] as const;

type RequestOptions = Omit<KeysAndAttributes, 'Keys'>;

/**
 * Reads the items with these keys, each once and in no order; missing items are left out.
 * @param pause waits the given number of milliseconds
 * @throws NamedFault readThrottled
 */
export async function readBatch(
  dynamoDb: DynamoDBClient,
  tableName: string,
  keys: readonly object[],
  options: RequestOptions,
  pause: (milliseconds: number) => Promise<unknown>,
): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  let wanted = keys.map(toAttributes);
  let refusals = 0;
  while (wanted.length > 0) {
    const { Responses, UnprocessedKeys } = await dynamoDb.send(
      new BatchGetItemCommand({
        RequestItems: { [tableName]: { ...options, Keys: wanted.slice(0, mostKeysOfBatch) } },
      }),
    );
    items.push(...(Responses?.[tableName] ?? []).map(fromAttributes));
    const left = UnprocessedKeys?.[tableName]?.Keys ?? [];
    if (left.length > 0) {
      const longest = batchPauses[refusals];
      if (longest === undefined) {
        throw new NamedFault(faultNames.readThrottled, 'the table did not answer a read in full');
      }
      await pause(longest * (0.5 + Math.random() / 2));
      refusals += 1;
    }
    wanted = [...left, ...wanted.slice(mostKeysOfBatch)];
  }
  return items;
}
