import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  DescribeUserPoolClientCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod';
import { createConsole } from '../../functions/serve-console/app.tsx';
import { buildServices, environment } from '../../functions/serve-console/handler.ts';
import { dynamoDbClient } from '../../shared/adapters/order-line-store.ts';
import { sqsClient } from '../../shared/adapters/dead-letters.ts';
import { sesClient } from '../../shared/adapters/mail.ts';
import { readSecret, secretsClient } from '../../shared/adapters/secrets.ts';
import { readEnvironment } from '../../shared/contracts/environment.ts';
import { silentMetrics } from '../../shared/runtime/metrics.ts';
import { buildServingServices } from '../../shared/runtime/serving.ts';
import { visitor, type Visitor } from '../support/visitor.ts';
import type { Deployment } from './deployment.ts';
import { clientConfig, functionAt } from './target.ts';

/* The console of a stack, and people in the user pool of one that has its own. */

interface Person {
  readonly email: string;
  readonly password: string;
  readonly partnerId: string;
  readonly role: string;
}

/** Adds somebody to the pool as its operators do. */
export async function addPerson(deployed: Deployment, person: Person): Promise<void> {
  const cognito = new CognitoIdentityProviderClient(clientConfig(deployed));
  const { SIGN_IN_ISSUER } = await consoleEnvironment(deployed);
  const UserPoolId = SIGN_IN_ISSUER.split('/').at(-1);
  const user = { UserPoolId, Username: person.email };
  await cognito.send(
    new AdminCreateUserCommand({
      ...user,
      MessageAction: 'SUPPRESS',
      UserAttributes: [
        { Name: 'email', Value: person.email },
        { Name: 'email_verified', Value: 'true' },
        { Name: 'custom:partner_id', Value: person.partnerId },
      ],
    }),
  );
  await cognito.send(
    new AdminSetUserPasswordCommand({ ...user, Password: person.password, Permanent: true }),
  );
  await cognito.send(new AdminAddUserToGroupCommand({ ...user, GroupName: person.role }));
}

/** The access token that a program gets from the pool by its client and the client's secret. */
export async function programToken(deployed: Deployment, name: string): Promise<string> {
  const cognito = new CognitoIdentityProviderClient(clientConfig(deployed));
  const { SIGN_IN_ISSUER } = await consoleEnvironment(deployed);
  const ClientId = deployed.outputs.Programs?.[name];
  const { UserPoolClient } = await cognito.send(
    new DescribeUserPoolClientCommand({ UserPoolId: SIGN_IN_ISSUER.split('/').at(-1), ClientId }),
  );
  const secret = Buffer.from(`${ClientId}:${UserPoolClient?.ClientSecret}`).toString('base64');
  const answer = await fetch(`${deployed.url}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${secret}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  return z.object({ access_token: z.string() }).parse(await answer.json()).access_token;
}

/** What the deployed console reads from its environment. */
export async function consoleEnvironment(deployed: Deployment) {
  const { Environment } = await new LambdaClient(clientConfig(deployed)).send(
    new GetFunctionConfigurationCommand({ FunctionName: await functionAt(deployed, 'ConsoleServeConsole') }),
  );
  return readEnvironment(environment, Environment?.Variables ?? {});
}

/**
 * Somebody before the console, on the address that it has in AWS and with the environment of the deployed function. It
 * runs in this process: only so can it be made to find the pool, whose address is one of AWS, in the emulator.
 */
export async function consoleVisitor(deployed: Deployment): Promise<Visitor> {
  const { url, outputs } = deployed;
  const settings = await consoleEnvironment(deployed);
  const config = clientConfig(deployed);
  const clients = { dynamoDb: dynamoDbClient(config), ses: sesClient(config), sqs: sqsClient(config) };
  const secrets = secretsClient(config);
  const salt = () => readSecret(secrets, settings.CALLER_SALT_SECRET_ARN);
  const serving = buildServingServices(
    settings,
    'serve-console',
    clients,
    () => new Date(),
    silentMetrics,
    salt,
  );
  const secret = () => readSecret(secrets, settings.SESSION_SECRET_ARN);
  const { signIn, ...services } = buildServices(settings, serving, secret);

  const inEmulator = (address: string | URL, init: Pick<RequestInit, 'headers'>) => {
    const { pathname, search } = new URL(address);
    const headers = new Headers(init.headers);
    // What the emulator says of the pool is to have addresses over TLS, as Cognito's are.
    headers.set('x-forwarded-proto', 'https');
    return fetch(new URL(pathname + search, url), { ...init, headers });
  };
  const app = createConsole({ ...services, signIn: { ...signIn, fetcher: inEmulator } });
  const bindings = { event: { requestContext: { requestId: 'request' } } };
  return visitor(outputs.ApiUrl, {}, async (address, init) =>
    address.origin === outputs.ApiUrl
      ? await app.request(address, init, bindings)
      : await inEmulator(address, init),
  );
}
