import type * as z from 'zod';
import { deadLetters, sqsClient } from '../adapters/dead-letters.ts';
import { dynamoDbClient, orderLineStore } from '../adapters/order-line-store.ts';
import { pacedWorkflow, stoppingLater } from '../adapters/paced-workflow.ts';
import { queue } from '../adapters/queue.ts';
import { sfnClient, workflow } from '../adapters/workflow.ts';
import { readEnvironment } from '../contracts/environment.ts';
import { intakePaces, regionOf } from '../domain/quotas.ts';
import { onColdStart } from './cold-start.ts';
import type { EventsHandler } from './consume-events.ts';
import type {
  intakeEnvironment,
  IntakeServices,
  recordingEnvironment,
  RecordingServices,
} from './declare-events.ts';
import { createLog } from './logger.ts';
import { createMetrics } from './metrics.ts';
import { realTime } from './real-time.ts';

/** The Lambda handler of a function that takes events in. */
export const intakeHandler = <Environment extends z.ZodType, Services>(
  declared: {
    readonly functionName: string;
    readonly environment: Environment;
    readonly consumer: (services: Services) => EventsHandler;
  },
  buildServices: (settings: z.output<Environment>, functionName: string) => Services,
): EventsHandler =>
  onColdStart(() => {
    const settings = readEnvironment(declared.environment, process.env);
    return declared.consumer(buildServices(settings, declared.functionName));
  });

const recordingClients = () => ({ dynamoDb: dynamoDbClient(), sqs: sqsClient() });

/** `settings` is what the function read from its environment. */
export const buildRecordingServices = <Settings extends z.output<typeof recordingEnvironment>>(
  settings: Settings,
  functionName: string,
  clients = recordingClients(),
  now = () => new Date(),
  metrics = createMetrics(),
): RecordingServices & { readonly settings: Settings } => ({
  store: orderLineStore(clients.dynamoDb, settings.TABLE_NAME, settings.SETTLED_LINE_DAYS),
  deadLetters: deadLetters(clients.sqs, settings.DEAD_LETTER_QUEUE_URL),
  now,
  log: createLog(functionName),
  metrics,
  settings,
});

const intakeClients = () => ({ ...recordingClients(), sfn: sfnClient() });

/** @param paced keeps the function's calls of the workflow within its share of the quotas */
export const buildIntakeServices = <Settings extends z.output<typeof intakeEnvironment>>(
  settings: Settings,
  functionName: string,
  clients = intakeClients(),
  now = () => new Date(),
  metrics = createMetrics(),
  paced = pacedWorkflow(intakePaces(regionOf(settings.STATE_MACHINE_ARN)), realTime),
): IntakeServices & { readonly settings: Settings } => {
  const stops = queue(clients.sqs, settings.STOPPING_QUEUE_URL);
  return {
    ...buildRecordingServices(settings, functionName, clients, now, metrics),
    workflow: stoppingLater(paced(workflow(clients.sfn, settings.STATE_MACHINE_ARN)), (execution) =>
      stops.send([execution]),
    ),
    executionHorizon: settings.EXECUTION_HORIZON,
  };
};
