import type * as z from 'zod';
import { deadLetters, sqsClient } from '../../shared/adapters/dead-letters.ts';
import { queue } from '../../shared/adapters/queue.ts';
import { sfnClient, type Workflow, workflow } from '../../shared/adapters/workflow.ts';
import { readEnvironment } from '../../shared/contracts/environment.ts';
import { isThrottled } from '../../shared/contracts/faults.ts';
import type { NeedlessExecution } from '../../shared/contracts/messages.ts';
import { regionOf, stopperPace } from '../../shared/domain/quotas.ts';
import { type TokenBucket, tokenBucket } from '../../shared/domain/token-bucket.ts';
import { onColdStart } from '../../shared/runtime/cold-start.ts';
import {
  consumeMessages,
  type MessagesHandler,
  type Postponed,
  type WorkerServices,
} from '../../shared/runtime/consume-messages.ts';
import { createLog } from '../../shared/runtime/logger.ts';
import { realTime } from '../../shared/runtime/real-time.ts';
import { executionsToStop } from './queue.ts';

export interface Services extends WorkerServices {
  readonly workflow: Workflow;
  /** Paces the stops. */
  readonly turns: Pick<TokenBucket, 'take'>;
}

/** Called by SQS with batches of executions to stop. */
export const handler = onColdStart(() =>
  consumer(buildServices(readEnvironment(executionsToStop.environment, process.env))),
);

const awsClients = () => ({ sfn: sfnClient(), sqs: sqsClient() });

export const buildServices = (
  settings: z.output<typeof executionsToStop.environment>,
  clients = awsClients(),
  turns: Services['turns'] = tokenBucket(stopperPace(regionOf(settings.STATE_MACHINE_ARN)), realTime),
): Services => ({
  workflow: workflow(clients.sfn, settings.STATE_MACHINE_ARN),
  turns,
  queue: queue(clients.sqs, settings.STOPPING_QUEUE_URL),
  deadLetters: deadLetters(clients.sqs, settings.DEAD_LETTER_QUEUE_URL),
  log: createLog(executionsToStop.functionName),
});

export const consumer = (services: Services): MessagesHandler =>
  consumeMessages(executionsToStop.schema, (execution) => handle(execution, services), services);

/** Seconds before a stop that Step Functions rejected is retried: a burst is over by then. */
const againIn = 240;

/** Stops an execution that its line no longer needs, which frees its place among the open ones. */
async function handle(
  { revision, ...key }: NeedlessExecution,
  { workflow, turns }: Services,
): Promise<Postponed | undefined> {
  await turns.take();
  try {
    await workflow.stop(key, revision);
    return undefined;
  } catch (error) {
    if (!isThrottled(error)) throw error;
    return { againIn };
  }
}
