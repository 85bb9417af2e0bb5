import { setTimeout } from 'node:timers/promises';
import type * as z from 'zod';
import { deadLetters, sqsClient } from '../../shared/adapters/dead-letters.ts';
import { mail, sesClient } from '../../shared/adapters/mail.ts';
import { dynamoDbClient, orderLineStore } from '../../shared/adapters/order-line-store.ts';
import { queue } from '../../shared/adapters/queue.ts';
import { resendJobStore } from '../../shared/adapters/resend-job-store.ts';
import { readEnvironment } from '../../shared/contracts/environment.ts';
import { onColdStart } from '../../shared/runtime/cold-start.ts';
import {
  consumeMessages,
  type MessagesHandler,
  type WorkerServices,
} from '../../shared/runtime/consume-messages.ts';
import { createLog } from '../../shared/runtime/logger.ts';
import { createMetrics } from '../../shared/runtime/metrics.ts';
import { environment, resendMessage, resendQueue } from './queue.ts';
import { type SliceServices, workOffSlice } from './work-off-slice.ts';

/** Called by SQS, with one job at a time. */
export const handler = onColdStart(() => worker(buildServices(readEnvironment(environment, process.env))));

export const worker = (services: Services): MessagesHandler =>
  consumeMessages(resendMessage, ({ jobId }, delivery) => workOffSlice(jobId, delivery, services), services);

type Services = SliceServices & WorkerServices;

const awsClients = () => ({ dynamoDb: dynamoDbClient(), ses: sesClient(), sqs: sqsClient() });

export function buildServices(
  settings: z.output<typeof environment>,
  clients = awsClients(),
  now = () => new Date(),
  metrics = createMetrics(),
): Services {
  return {
    store: orderLineStore(clients.dynamoDb, settings.TABLE_NAME, settings.SETTLED_LINE_DAYS),
    jobs: resendJobStore(clients.dynamoDb, settings.TABLE_NAME),
    mail: mail(clients.ses, settings.CONFIGURATION_SET),
    queue: queue(clients.sqs, settings.RESEND_QUEUE_URL),
    deadLetters: deadLetters(clients.sqs, settings.DEAD_LETTER_QUEUE_URL),
    mailSettings: settings.MAIL_SETTINGS,
    limits: settings.RESEND_LIMITS,
    now,
    newId: () => crypto.randomUUID(),
    pause: (milliseconds) => setTimeout(milliseconds),
    log: createLog(resendQueue.functionName),
    metrics,
  };
}
