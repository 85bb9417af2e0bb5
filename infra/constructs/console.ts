import { join } from 'node:path';
import { Validations } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { assetNames, assetsFolder } from '../../functions/serve-console/assets.ts';
import type { environment } from '../../functions/serve-console/handler.ts';
import { paths, root } from '../../functions/serve-console/paths.ts';
import type { FunctionSettings } from '../settings.ts';
import type { CallerSalt } from './caller-salt.ts';
import { type Gateway, openThrottles } from './gateway.ts';
import { HttpFunction } from './http-function.ts';
import type { RuntimeFiles } from '../bundle.ts';
import type { Mail } from './mail.ts';
import type { SignIn } from './sign-in.ts';
import type { WorkQueues } from './work-queue.ts';

interface ConsoleProps {
  readonly settings: FunctionSettings;
  readonly table: Table;
  readonly mail: Mail;
  readonly callerSalt: CallerSalt;
  readonly workQueues: WorkQueues;
  readonly gateway: Gateway;
  readonly signIn: SignIn;
}

/** The files that the console's pages load. */
export const consoleFiles: RuntimeFiles = {
  folder: assetsFolder,
  paths: assetNames.map((name) => join(import.meta.dirname, '../../functions/serve-console/assets', name)),
};

/** Sign-in, sign-out, the links in notices, and the pages' files work without a session. */
const routes = [
  { path: '/', throttle: openThrottles.scarce },
  { path: `${root}/sign-in`, throttle: openThrottles.pages },
  { path: paths.signedIn, throttle: openThrottles.pages },
  { path: paths.signOut, throttle: openThrottles.pages },
  { path: `${paths.notices}/{proxy+}`, throttle: openThrottles.pages },
  { path: `${root}/assets/{proxy+}`, throttle: openThrottles.files },
  { path: root },
  { path: `${root}/{proxy+}` },
];

const ownSessions = 'The console signs people in itself and keeps sessions: browsers send no access token.';

/** The console, served by one function beside the API. */
export class Console extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { settings, table, mail, callerSalt, workQueues, gateway, signIn }: ConsoleProps,
  ) {
    super(scope, id);
    // Losing the secret only ends all sessions, so it need not outlive the stack.
    const secret = new Secret(this, 'SessionSecret', {
      description: 'Signs the sessions of the console',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
    });
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: "Nobody ever sees the secret, and rotating it would end everyone's session.",
    });
    const server = new HttpFunction<typeof environment>(this, 'ServeConsole', {
      settings,
      table,
      mail,
      callerSalt,
      workQueues,
      folder: 'serve-console',
      description: 'Serves the console',
      environment: (serving) => ({
        ...serving,
        SIGN_IN_ISSUER: signIn.issuer,
        SIGN_IN_CLIENT_ID: signIn.consoleClientId,
        SESSION_SECRET_ARN: secret.secretArn,
      }),
      files: consoleFiles,
    });
    Grant.addToPrincipal({
      grantee: server,
      actions: ['secretsmanager:GetSecretValue'],
      resourceArns: [secret.secretArn],
    });

    const { integration } = server;
    for (const { path, throttle } of routes) {
      gateway.addOpenRoute({ path, integration }, ownSessions, throttle);
    }
  }
}
