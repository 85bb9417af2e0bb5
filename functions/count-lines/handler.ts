import { setTimeout } from 'node:timers/promises';
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import * as z from 'zod';
import { type DeadLetters, deadLetters, sqsClient } from '../../shared/adapters/dead-letters.ts';
import { type TableChange, tableChange } from '../../shared/adapters/line-changes.ts';
import { dynamoDbClient } from '../../shared/adapters/order-line-store.ts';
import { tallyStore } from '../../shared/adapters/tally-store.ts';
import { readEnvironment, variables } from '../../shared/contracts/environment.ts';
import { faultForLog, type Log } from '../../shared/contracts/log.ts';
import { changeToCount, type CountedChange } from '../../shared/domain/tallies.ts';
import { onColdStart } from '../../shared/runtime/cold-start.ts';
import { createLog } from '../../shared/runtime/logger.ts';
import { readOrKeep, retriedFrom } from '../../shared/runtime/read-changes.ts';
import { countChanges, type CountServices } from '../../shared/use-cases/count-changes.ts';

export const environment = z.object({
  TABLE_NAME: variables.TABLE_NAME,
  DEAD_LETTER_QUEUE_URL: variables.DEAD_LETTER_QUEUE_URL,
});

export interface Services extends CountServices {
  readonly deadLetters: DeadLetters;
  readonly log: Log;
}

/** Called by Lambda with changes of the table, in order for each item. */
export const handler = onColdStart(() => {
  const services = buildServices(readEnvironment(environment, process.env));
  return (changes: DynamoDBStreamEvent) => handle(changes, services);
});

const awsClients = () => ({ dynamoDb: dynamoDbClient(), sqs: sqsClient() });

export const buildServices = (
  settings: z.output<typeof environment>,
  clients = awsClients(),
  now = () => new Date(),
  pause: (milliseconds: number) => Promise<unknown> = setTimeout,
): Services => ({
  tallies: tallyStore(clients.dynamoDb, settings.TABLE_NAME, pause),
  deadLetters: deadLetters(clients.sqs, settings.DEAD_LETTER_QUEUE_URL),
  now,
  pause,
  log: createLog('count-lines'),
});

/**
 * Counts the lines that changed. After a failure, everything from the first failed change on is retried, and still
 * counted once. A change that this version cannot read becomes a dead letter that names its line: a recount makes up
 * for it.
 */
export async function handle(
  { Records }: DynamoDBStreamEvent,
  services: Services,
): Promise<DynamoDBBatchResponse> {
  const changes = Records.map(tableChange);
  const counted: CountedChange[] = [];
  let read = 0;
  for (const change of changes) {
    const found = await readOrKeep(change, toCount, [], services);
    if (found === undefined) break;
    counted.push(...found);
    read += 1;
  }
  try {
    if (await countChanges(counted, services)) return retriedFrom(changes[read]);
    services.log.info('counting rests during a recount');
  } catch (error) {
    services.log.warn('changes could not be counted', { changes: read, fault: faultForLog(error) });
  }
  return retriedFrom(changes[0]);
}

function toCount(change: TableChange): readonly CountedChange[] {
  const read = change.readToCount();
  const counted = read && changeToCount(read.before, read.after);
  return counted ? [counted] : [];
}
