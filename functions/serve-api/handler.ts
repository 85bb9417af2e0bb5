import { setTimeout } from 'node:timers/promises';
import { handle } from 'hono/aws-lambda';
import * as z from 'zod';
import { mail, sesClient } from '../../shared/adapters/mail.ts';
import { dynamoDbClient, orderLineStore } from '../../shared/adapters/order-line-store.ts';
import { readEnvironment, variables } from '../../shared/contracts/environment.ts';
import { onColdStart } from '../../shared/runtime/cold-start.ts';
import { createLog } from '../../shared/runtime/logger.ts';
import { createMetrics } from '../../shared/runtime/metrics.ts';
import { type ApiServices, createApp } from './app.ts';

export const environment = z.object({
  TABLE_NAME: variables.TABLE_NAME,
  MAIL_SETTINGS: variables.MAIL_SETTINGS,
  CONFIGURATION_SET: variables.CONFIGURATION_SET,
  RESEND_LIMITS: variables.RESEND_LIMITS,
  CLAIM_NAMES: variables.CLAIM_NAMES,
  DOCS_FOLDER: variables.DOCS_FOLDER,
});

/** Called by API Gateway, which has verified the token of every call that needs one. */
export const handler = onColdStart(() =>
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- its successor is not on the registry yet
  handle(createApp(buildServices(readEnvironment(environment, process.env)))),
);

const awsClients = () => ({ dynamoDb: dynamoDbClient(), ses: sesClient() });

export function buildServices(
  settings: z.output<typeof environment>,
  clients = awsClients(),
  now = () => new Date(),
  metrics = createMetrics(),
): ApiServices {
  return {
    store: orderLineStore(clients.dynamoDb, settings.TABLE_NAME),
    mail: mail(clients.ses, settings.CONFIGURATION_SET),
    mailSettings: settings.MAIL_SETTINGS,
    limits: settings.RESEND_LIMITS,
    claimNames: settings.CLAIM_NAMES,
    docsFolder: settings.DOCS_FOLDER,
    now,
    newId: () => crypto.randomUUID(),
    pause: (milliseconds) => setTimeout(milliseconds),
    log: createLog('serve-api'),
    metrics,
  };
}
