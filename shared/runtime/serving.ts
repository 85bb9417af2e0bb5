import { setTimeout } from 'node:timers/promises';
import * as z from 'zod';
import { cameBackStore } from '../adapters/came-back-store.ts';
import { sqsClient } from '../adapters/dead-letters.ts';
import { mail, sesClient } from '../adapters/mail.ts';
import { dynamoDbClient, orderLineStore } from '../adapters/order-line-store.ts';
import { noticeStore } from '../adapters/notice-store.ts';
import { queue } from '../adapters/queue.ts';
import { choiceStore } from '../adapters/choice-store.ts';
import { resendJobStore } from '../adapters/resend-job-store.ts';
import { tallyStore } from '../adapters/tally-store.ts';
import { readSecret, secretsClient } from '../adapters/secrets.ts';
import { webhookStore } from '../adapters/webhook-store.ts';
import { type ClaimNames, variables } from '../contracts/environment.ts';
import { publicInternet, type Reach } from '../contracts/webhook-address.ts';
import type { NotificationServices } from '../use-cases/manage-notifications.ts';
import type { WebhookServices } from '../use-cases/manage-webhooks.ts';
import type { ResendServices } from '../use-cases/requested-email.ts';
import type { AttentionServices } from '../use-cases/read-order-lines.ts';
import type { SummaryServices } from '../use-cases/read-summary.ts';
import type { JobServices } from '../use-cases/start-resend-job.ts';
import { type CallerHash, callerHash } from './caller-hash.ts';
import { createLog } from './logger.ts';
import { createMetrics } from './metrics.ts';

/** The environment of a function that serves people. */
export const servingEnvironment = z.object({
  TABLE_NAME: variables.TABLE_NAME,
  SETTLED_LINE_DAYS: variables.SETTLED_LINE_DAYS,
  MAIL_SETTINGS: variables.MAIL_SETTINGS,
  CONFIGURATION_SET: variables.CONFIGURATION_SET,
  RESEND_LIMITS: variables.RESEND_LIMITS,
  CLAIM_NAMES: variables.CLAIM_NAMES,
  CALLER_SALT_SECRET_ARN: variables.CALLER_SALT_SECRET_ARN,
  RESEND_QUEUE_URL: variables.RESEND_QUEUE_URL,
  WEBHOOKS_QUEUE_URL: variables.WEBHOOKS_QUEUE_URL,
});

/** The services of a function that serves people. */
export interface ServingServices
  extends
    AttentionServices,
    ResendServices,
    JobServices,
    SummaryServices,
    WebhookServices,
    NotificationServices {
  readonly claimNames: ClaimNames;
  /** Names callers in the request log. */
  readonly callerHash: CallerHash;
}

const servingClients = () => ({ dynamoDb: dynamoDbClient(), ses: sesClient(), sqs: sqsClient() });

export function buildServingServices(
  environment: z.output<typeof servingEnvironment>,
  serviceName: string,
  clients = servingClients(),
  now = () => new Date(),
  metrics = createMetrics(),
  readSalt = () => readSecret(secretsClient(), environment.CALLER_SALT_SECRET_ARN),
  reach: Reach = publicInternet,
): ServingServices {
  const log = createLog(serviceName);
  return {
    store: orderLineStore(clients.dynamoDb, environment.TABLE_NAME, environment.SETTLED_LINE_DAYS),
    jobs: resendJobStore(clients.dynamoDb, environment.TABLE_NAME),
    tallies: tallyStore(clients.dynamoDb, environment.TABLE_NAME, setTimeout),
    jobQueue: queue(clients.sqs, environment.RESEND_QUEUE_URL),
    cameBack: cameBackStore(clients.dynamoDb, environment.TABLE_NAME),
    notices: noticeStore(clients.dynamoDb, environment.TABLE_NAME),
    choices: choiceStore(clients.dynamoDb, environment.TABLE_NAME),
    webhooks: webhookStore(clients.dynamoDb, environment.TABLE_NAME),
    errands: queue(clients.sqs, environment.WEBHOOKS_QUEUE_URL),
    reach,
    mail: mail(clients.ses, environment.CONFIGURATION_SET),
    mailSettings: environment.MAIL_SETTINGS,
    limits: environment.RESEND_LIMITS,
    claimNames: environment.CLAIM_NAMES,
    now,
    newId: () => crypto.randomUUID(),
    pause: (milliseconds) => setTimeout(milliseconds),
    callerHash: callerHash(readSalt, log, () => new Date()),
    log,
    metrics,
  };
}
