import { setTimeout } from 'node:timers/promises';
import { handle } from 'hono/aws-lambda';
import * as z from 'zod';
import { mail, sesClient } from '../../shared/adapters/mail.ts';
import { dynamoDbClient, orderLineStore } from '../../shared/adapters/order-line-store.ts';
import { readSecret, secretsClient } from '../../shared/adapters/secrets.ts';
import { readEnvironment, variables } from '../../shared/contracts/environment.ts';
import { onColdStart } from '../../shared/runtime/cold-start.ts';
import { createLog } from '../../shared/runtime/logger.ts';
import { createMetrics } from '../../shared/runtime/metrics.ts';
import { createConsole } from './app.tsx';
import { readAssets } from './assets.ts';
import type { ConsoleServices } from './desk.ts';

export const environment = z.object({
  TABLE_NAME: variables.TABLE_NAME,
  MAIL_SETTINGS: variables.MAIL_SETTINGS,
  CONFIGURATION_SET: variables.CONFIGURATION_SET,
  RESEND_LIMITS: variables.RESEND_LIMITS,
  CLAIM_NAMES: variables.CLAIM_NAMES,
  ASSETS_FOLDER: variables.ASSETS_FOLDER,
  SIGN_IN_ISSUER: variables.SIGN_IN_ISSUER,
  SIGN_IN_CLIENT_ID: variables.SIGN_IN_CLIENT_ID,
  SESSION_SECRET_ARN: variables.SESSION_SECRET_ARN,
});

/** Called by API Gateway; who may do what is known from the session that the console itself began. */
export const handler = onColdStart(() => {
  const settings = readEnvironment(environment, process.env);
  const secret = () => readSecret(secretsClient(), settings.SESSION_SECRET_ARN);
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- its successor is not on the registry yet
  return handle(createConsole(buildServices(settings, secret)));
});

const awsClients = () => ({ dynamoDb: dynamoDbClient(), ses: sesClient() });

/** @param secret reads what sessions are signed with; called once unless it fails */
export function buildServices(
  settings: Omit<z.output<typeof environment>, 'SESSION_SECRET_ARN'>,
  secret: () => Promise<string>,
  clients = awsClients(),
  now = () => new Date(),
  metrics = createMetrics(),
): ConsoleServices {
  return {
    store: orderLineStore(clients.dynamoDb, settings.TABLE_NAME),
    mail: mail(clients.ses, settings.CONFIGURATION_SET),
    mailSettings: settings.MAIL_SETTINGS,
    limits: settings.RESEND_LIMITS,
    claimNames: settings.CLAIM_NAMES,
    signIn: { issuer: settings.SIGN_IN_ISSUER, clientId: settings.SIGN_IN_CLIENT_ID },
    signing: { key: once(async () => new TextEncoder().encode(await secret())), now: () => new Date() },
    assets: readAssets(settings.ASSETS_FOLDER),
    now,
    newId: () => crypto.randomUUID(),
    pause: (milliseconds) => setTimeout(milliseconds),
    log: createLog('serve-console'),
    metrics,
  };
}

/** Keeps what `find` found; after a failure the next call tries again. */
function once<Value>(find: () => Promise<Value>): () => Promise<Value> {
  let found: Promise<Value> | undefined;
  return () => {
    found ??= find().catch((error: unknown) => {
      found = undefined;
      throw error;
    });
    return found;
  };
}
