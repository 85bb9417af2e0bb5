import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { tallyStore } from '../../shared/adapters/tally-store.ts';
import { recount } from '../recounting.ts';

interface FirstCounts {
  readonly dynamoDb: DynamoDBClient;
  readonly tableName: string;
  readonly now: () => Date;
}

const noWait = () => Promise.resolve();

/** Counts the lines of a data folder that has no counts yet, or lists no partners, before anything happens to them. */
export async function countForTheFirstTime({ dynamoDb, tableName, now }: FirstCounts): Promise<void> {
  const tallies = tallyStore(dynamoDb, tableName, noWait);
  const { version, recount: unfinished } = await tallies.generation();
  const [partner] = await tallies.partners({ beginning: '', limit: 1 });
  if (version > 0 && unfinished === undefined && partner !== undefined) return;
  await recount({
    dynamoDb,
    tableName,
    now,
    newId: () => crypto.randomUUID(),
    settle: noWait,
    pages: { take: noWait },
    // The process that began an unfinished recount is gone, since only one can use the data folder.
    isOverdue: () => true,
    onProgress: () => undefined,
  });
}
