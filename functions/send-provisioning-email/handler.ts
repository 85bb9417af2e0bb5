import { setTimeout } from 'node:timers/promises';
import * as z from 'zod';
import { deadLetters, sqsClient } from '../../shared/adapters/dead-letters.ts';
import { mail, sesClient } from '../../shared/adapters/mail.ts';
import { mailQuota } from '../../shared/adapters/mail-quota.ts';
import { dynamoDbClient, orderLineStore } from '../../shared/adapters/order-line-store.ts';
import { queue } from '../../shared/adapters/queue.ts';
import { taskTokens } from '../../shared/adapters/task-tokens.ts';
import { sfnClient } from '../../shared/adapters/workflow.ts';
import { readEnvironment } from '../../shared/contracts/environment.ts';
import { laneCalls, laneRate } from '../../shared/domain/lane.ts';
import { pacer } from '../../shared/domain/pacer.ts';
import { onColdStart } from '../../shared/runtime/cold-start.ts';
import { consumeMessages, type WorkerServices } from '../../shared/runtime/consume-messages.ts';
import { createLog } from '../../shared/runtime/logger.ts';
import { createMetrics } from '../../shared/runtime/metrics.ts';
import { Lane, type LaneServices } from './lane.ts';
import { firstEmailsQueue, queuedEmail } from './queue.ts';
import { sendQueued, type SendingServices } from './queued-email.ts';

type Services = SendingServices & WorkerServices;
type Environment = z.output<typeof firstEmailsQueue.environment>;

/** Called with the first emails and reminders that are due. */
export const handler = onColdStart(() =>
  consumer(buildServices(readEnvironment(firstEmailsQueue.environment, process.env))),
);

/** Works off the queue of first emails. */
export const consumer = (services: Services) =>
  consumeMessages(queuedEmail, (message, delivery) => sendQueued(message, services, delivery), services);

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
  const log = createLog(firstEmailsQueue.functionName);
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
