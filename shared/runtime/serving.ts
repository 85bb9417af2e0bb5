import { setTimeout } from 'node:timers/promises';
import * as z from 'zod';
import { mail, sesClient } from '../adapters/mail.ts';
import { dynamoDbClient, orderLineStore } from '../adapters/order-line-store.ts';
import { type ClaimNames, variables } from '../contracts/environment.ts';
import type { ResendServices } from '../use-cases/resend.ts';
import { createLog } from './logger.ts';
import { createMetrics } from './metrics.ts';

/** What a function that serves people reads from its environment. */
export const servingEnvironment = z.object({
  TABLE_NAME: variables.TABLE_NAME,
  MAIL_SETTINGS: variables.MAIL_SETTINGS,
  CONFIGURATION_SET: variables.CONFIGURATION_SET,
  RESEND_LIMITS: variables.RESEND_LIMITS,
  CLAIM_NAMES: variables.CLAIM_NAMES,
});

/** What a function that serves people works with. */
export interface ServingServices extends ResendServices {
  readonly claimNames: ClaimNames;
}

const servingClients = () => ({ dynamoDb: dynamoDbClient(), ses: sesClient() });

export function buildServingServices(
  environment: z.output<typeof servingEnvironment>,
  serviceName: string,
  clients = servingClients(),
  now = () => new Date(),
  metrics = createMetrics(),
): ServingServices {
  return {
    store: orderLineStore(clients.dynamoDb, environment.TABLE_NAME),
    mail: mail(clients.ses, environment.CONFIGURATION_SET),
    mailSettings: environment.MAIL_SETTINGS,
    limits: environment.RESEND_LIMITS,
    claimNames: environment.CLAIM_NAMES,
    now,
    newId: () => crypto.randomUUID(),
    pause: (milliseconds) => setTimeout(milliseconds),
    log: createLog(serviceName),
    metrics,
  };
}
