import { handle } from 'hono/aws-lambda';
import type * as z from 'zod';
import { readSecret, secretsClient } from '../../shared/adapters/secrets.ts';
import { readEnvironment, variables } from '../../shared/contracts/environment.ts';
import { onColdStart } from '../../shared/runtime/cold-start.ts';
import {
  buildServingServices,
  servingEnvironment,
  type ServingServices,
} from '../../shared/runtime/serving.ts';
import { createConsole } from './app.tsx';
import { readAssets } from './assets.ts';
import type { ConsoleServices } from './console-context.ts';

export const environment = servingEnvironment.extend({
  SIGN_IN_ISSUER: variables.SIGN_IN_ISSUER,
  SIGN_IN_CLIENT_ID: variables.SIGN_IN_CLIENT_ID,
  SESSION_SECRET_ARN: variables.SESSION_SECRET_ARN,
});

/** Called by API Gateway; the console's own session says who may do what. */
export const handler = onColdStart(() => {
  const settings = readEnvironment(environment, process.env);
  const serving = buildServingServices(settings, 'serve-console');
  const secret = () => readSecret(secretsClient(), settings.SESSION_SECRET_ARN);
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- its successor is not on the registry yet
  return handle(createConsole(buildServices(settings, serving, secret)));
});

/** @param secret reads the key that signs sessions; called once unless it fails */
export const buildServices = (
  settings: Pick<z.output<typeof environment>, 'SIGN_IN_ISSUER' | 'SIGN_IN_CLIENT_ID'>,
  serving: ServingServices,
  secret: () => Promise<string>,
): ConsoleServices => ({
  ...serving,
  signIn: { issuer: settings.SIGN_IN_ISSUER, clientId: settings.SIGN_IN_CLIENT_ID },
  signing: { key: once(async () => new TextEncoder().encode(await secret())), now: () => new Date() },
  assets: readAssets(),
});

/** Keeps the result of `find`; after a failure the next call tries again. */
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
