import { setTimeout } from 'node:timers/promises';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import * as z from 'zod';
import { deadLetters, sqsClient } from '../../shared/adapters/dead-letters.ts';
import { mail, sesClient } from '../../shared/adapters/mail.ts';
import { mailQuota } from '../../shared/adapters/mail-quota.ts';
import { dynamoDbClient, orderLineStore } from '../../shared/adapters/order-line-store.ts';
import { queue } from '../../shared/adapters/queue.ts';
import { taskTokens } from '../../shared/adapters/task-tokens.ts';
import { sfnClient } from '../../shared/adapters/workflow.ts';
import { readEnvironment } from '../../shared/contracts/environment.ts';
import { faultNames, NamedFault } from '../../shared/contracts/faults.ts';
import { workflowInput } from '../../shared/contracts/workflow.ts';
import { laneCalls, laneRate } from '../../shared/domain/lane.ts';
import { pacer } from '../../shared/domain/pacer.ts';
import { onColdStart } from '../../shared/runtime/cold-start.ts';
import { consumeMessages, type WorkerServices } from '../../shared/runtime/consume-messages.ts';
import { createLog } from '../../shared/runtime/logger.ts';
import { createMetrics } from '../../shared/runtime/metrics.ts';
import { type DueEmailAnswer, sendDueEmail } from './due-email.ts';
import { Lane, type LaneServices } from './lane.ts';
import { queue as declared, queuedEmail } from './queue.ts';
import { sendQueued, type SendingServices } from './queued-email.ts';

type Services = SendingServices & WorkerServices;
type Environment = z.output<typeof declared.environment>;

/** Called with the first emails and reminders that are due, or by executions of a definition from before the queue. */
export const handler = onColdStart(() => {
  const services = buildServices(readEnvironment(declared.environment, process.env));
  const consume = consumer(services);
  return (input: SQSEvent | Readonly<Record<string, unknown>>): Promise<SQSBatchResponse | DueEmailAnswer> =>
    isBatch(input) ? consume(input) : answer(input, services);
});

const isBatch = (input: object): input is SQSEvent => 'Records' in input;

/** Works off the queue of first emails. */
export const consumer = (services: Services) =>
  consumeMessages(queuedEmail, (message, delivery) => sendQueued(message, services, delivery), services);

/**
 * Sends a first email at once, for the definition from before the queue: its executions wait for months.
 * @throws NamedFault by the names that that definition retries
 */
export async function answer(input: unknown, services: Services): Promise<DueEmailAnswer> {
  const given = workflowInput.parse(input);
  let sending = await sendDueEmail(given, services);
  while (sending.outcome === 'handed-over' && sending.isMoreDue)
    sending = await sendDueEmail(given, services);
  if (sending.outcome === 'throttled')
    throw new NamedFault(faultNames.emailNotSent, `the mail service refused the email: ${sending.reason}`);
  return sending.answer;
}

const awsClients = () => ({
  dynamoDb: dynamoDbClient(),
  ses: sesClient(),
  sfn: sfnClient(),
  sqs: sqsClient(),
});

/** The lane's limits: its call's share of the account's rate, and SES's daily quota. */
type LaneLimits = Pick<LaneServices, 'perSecond' | 'calls' | 'quota'>;

const accountLimits = ({ MAIL_RATE }: Environment, { ses }: Pick<ReturnType<typeof awsClients>, 'ses'>) => ({
  perSecond: () => MAIL_RATE,
  calls: laneCalls(MAIL_RATE),
  quota: mailQuota(ses),
});

export function buildServices(
  settings: Environment,
  clients = awsClients(),
  now = () => new Date(),
  metrics = createMetrics(),
  limits: LaneLimits = accountLimits(settings, clients),
): Services {
  const log = createLog(declared.functionName);
  const sendingQueue = queue(clients.sqs, settings.SENDING_QUEUE_URL);
  const elapsed = () => performance.now();
  const pause = (milliseconds: number) => setTimeout(milliseconds);
  const store = orderLineStore(clients.dynamoDb, settings.TABLE_NAME, settings.SETTLED_LINE_DAYS);
  const lane = new Lane({
    ...limits,
    pace: pacer(() => laneRate(limits.perSecond()) / limits.calls, elapsed),
    mail: mail(clients.ses, settings.CONFIGURATION_SET),
    queue: sendingQueue,
    laneStore: store.lane,
    now,
    elapsed,
    pause,
    log,
  });
  return {
    lane,
    tasks: taskTokens(clients.sfn),
    store,
    mail: lane.mail,
    mailSettings: settings.MAIL_SETTINGS,
    limits: settings.RESEND_LIMITS,
    queue: sendingQueue,
    deadLetters: deadLetters(clients.sqs, settings.DEAD_LETTER_QUEUE_URL),
    now,
    newId: () => crypto.randomUUID(),
    pause,
    log,
    metrics,
  };
}
