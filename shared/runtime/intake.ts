import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import * as z from 'zod';
import { type DeadLetters, deadLetters, sqsClient } from '../adapters/dead-letters.ts';
import { dynamoDbClient, orderLineStore, type OrderLineStore } from '../adapters/order-line-store.ts';
import { sfnClient, workflow, type Workflow } from '../adapters/workflow.ts';
import { readEnvironment, variables } from '../contracts/environment.ts';
import { onColdStart } from './cold-start.ts';
import { consumeEvents } from './consume-events.ts';
import type { Log } from '../contracts/log.ts';
import { createLog } from './logger.ts';
import type { Metrics } from '../contracts/metrics.ts';
import { createMetrics } from './metrics.ts';

/** What a function that takes events in reads from its environment. */
export const intakeEnvironment = z.object({
  TABLE_NAME: variables.TABLE_NAME,
  STATE_MACHINE_ARN: variables.STATE_MACHINE_ARN,
  DEAD_LETTER_QUEUE_URL: variables.DEAD_LETTER_QUEUE_URL,
});

/** What a function that takes events in works with. */
export interface IntakeServices {
  readonly store: OrderLineStore;
  readonly workflow: Workflow;
  readonly deadLetters: DeadLetters;
  readonly now: () => Date;
  readonly log: Log;
  readonly metrics: Metrics;
}

const intakeClients = () => ({ dynamoDb: dynamoDbClient(), sfn: sfnClient(), sqs: sqsClient() });

export function buildIntakeServices(
  environment: z.output<typeof intakeEnvironment>,
  serviceName: string,
  clients = intakeClients(),
  now = () => new Date(),
  metrics = createMetrics(),
): IntakeServices {
  return {
    store: orderLineStore(clients.dynamoDb, environment.TABLE_NAME),
    workflow: workflow(clients.sfn, environment.STATE_MACHINE_ARN),
    deadLetters: deadLetters(clients.sqs, environment.DEAD_LETTER_QUEUE_URL),
    now,
    log: createLog(serviceName),
    metrics,
  };
}

export type EventsHandler = (event: SQSEvent) => Promise<SQSBatchResponse>;

/** The Lambda handler of a function that takes events in. */
export const intakeHandler = <Schema extends z.ZodType>(
  serviceName: string,
  schema: Schema,
  handle: (event: z.output<Schema>, services: IntakeServices) => Promise<void>,
): EventsHandler =>
  onColdStart(() => {
    const services = buildIntakeServices(readEnvironment(intakeEnvironment, process.env), serviceName);
    return consumeEvents(schema, (event) => handle(event, services), services);
  });
