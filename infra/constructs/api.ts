import { join } from 'node:path';
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { docsAssets, docsFolder } from '../../functions/serve-api/docs.ts';
import type { environment } from '../../functions/serve-api/handler.ts';
import { routes } from '../../functions/serve-api/routes.ts';
import type { FunctionSettings } from '../settings.ts';
import type { CallerSalt } from './caller-salt.ts';
import { type Gateway, openThrottles } from './gateway.ts';
import { HttpFunction } from './http-function.ts';
import type { RuntimeFiles } from '../bundle.ts';
import type { Mail } from './mail.ts';
import type { SignIn } from './sign-in.ts';
import type { WorkQueues } from './work-queue.ts';

interface ApiProps {
  readonly settings: FunctionSettings;
  readonly table: Table;
  readonly mail: Mail;
  readonly callerSalt: CallerSalt;
  readonly workQueues: WorkQueues;
  readonly gateway: Gateway;
  readonly signIn: SignIn;
}

/** The route of a call: its first path segment, with everything below it. */
function routeOf(path: string): string {
  const [, first = '', ...more] = path.split('/');
  return more.length === 0 ? path : `/${first}/{proxy+}`;
}

/** Paths that need an access token, which API Gateway verifies. All others are open. */
const protectedPaths = new Set(routes.filter(({ isOpen }) => !isOpen).map(({ path }) => routeOf(path)));

const openPaths = [
  { path: '/health', throttle: openThrottles.scarce },
  { path: '/openapi.json', throttle: openThrottles.pages },
  { path: '/asyncapi.json', throttle: openThrottles.pages },
  { path: '/docs', throttle: openThrottles.pages },
  { path: '/docs/{proxy+}', throttle: openThrottles.files },
];

const forEverybody = 'Health, the descriptions and their pages, and unmatched paths are open to everyone.';

/** The files of the documentation pages. */
export const docsFiles: RuntimeFiles = {
  folder: docsFolder,
  paths: docsAssets.map((name) => join(import.meta.dirname, '../../functions/serve-api', docsFolder, name)),
};

/** The HTTP API, served by one function. */
export class Api extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { settings, table, mail, callerSalt, workQueues, gateway, signIn }: ApiProps,
  ) {
    super(scope, id);
    const { integration } = new HttpFunction<typeof environment>(this, 'ServeApi', {
      settings,
      table,
      mail,
      callerSalt,
      workQueues,
      folder: 'serve-api',
      description: 'Serves the HTTP API',
      environment: (serving) => ({ ...serving, SIGN_IN_ISSUER: signIn.issuer }),
      files: docsFiles,
    });

    const authorizer = new HttpJwtAuthorizer('SignIn', signIn.issuer, {
      jwtAudience: signIn.audience,
    });
    for (const path of protectedPaths) gateway.addRoute({ path, integration }, authorizer);
    for (const { path, throttle } of openPaths) {
      gateway.addOpenRoute({ path, methods: [HttpMethod.GET], integration }, forEverybody, throttle);
    }
    gateway.addOpenRoute({ path: '/{proxy+}', integration }, forEverybody, openThrottles.scarce);
  }
}
