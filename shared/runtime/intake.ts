import type * as z from 'zod';
import { deadLetters, sqsClient } from '../adapters/dead-letters.ts';
import { dynamoDbClient, orderLineStore } from '../adapters/order-line-store.ts';
import { sfnClient, workflow } from '../adapters/workflow.ts';
import { readEnvironment } from '../contracts/environment.ts';
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

export const buildIntakeServices = <Settings extends z.output<typeof intakeEnvironment>>(
  settings: Settings,
  functionName: string,
  clients = intakeClients(),
  now = () => new Date(),
  metrics = createMetrics(),
): IntakeServices & { readonly settings: Settings } => ({
  ...buildRecordingServices(settings, functionName, clients, now, metrics),
  workflow: workflow(clients.sfn, settings.STATE_MACHINE_ARN),
  executionHorizon: settings.EXECUTION_HORIZON,
});
