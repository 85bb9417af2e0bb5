import { join } from 'node:path';
import { Validations } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { assetNames, assetsFolder } from '../../functions/serve-console/assets.ts';
import type { environment } from '../../functions/serve-console/handler.ts';
import { root } from '../../functions/serve-console/paths.ts';
import type { Settings } from '../settings.ts';
import type { Gateway } from './gateway.ts';
import { HttpFunction } from './http-function.ts';
import type { RuntimeFiles } from './lambda-function.ts';
import type { Mail } from './mail.ts';
import type { SignIn } from './sign-in.ts';

interface ConsoleProps {
  readonly settings: Pick<Settings, 'claimNames' | 'mail' | 'resendLimits' | 'logRetentionDays'>;
  readonly table: Table;
  readonly mail: Mail;
  readonly gateway: Gateway;
  readonly signIn: SignIn;
}

/** The files that the console's pages load. */
export const consoleFiles: RuntimeFiles = {
  folder: assetsFolder,
  paths: assetNames.map((name) => join(import.meta.dirname, '../../functions/serve-console/assets', name)),
};

/** API Gateway verifies no token here: the console knows people by sessions of its own. */
const paths = ['/', root, `${root}/{proxy+}`];

/** The console, served by one function beside the API. */
export class Console extends Construct {
  constructor(scope: Construct, id: string, { settings, table, mail, gateway, signIn }: ConsoleProps) {
    super(scope, id);
    // A new secret ends all sessions, and nothing else is lost: it need not outlive the stack.
    const secret = new Secret(this, 'SessionSecret', {
      description: 'Signs the sessions of the console',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
    });
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        "Nobody ever sees the secret, and a new one would end everybody's session in the middle of work.",
    });
    const server = new HttpFunction<typeof environment>(this, 'ServeConsole', {
      settings,
      table,
      mail,
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
    for (const route of paths.flatMap((path) => gateway.httpApi.addRoutes({ path, integration }))) {
      Validations.of(route).acknowledge({
        id: 'AwsSolutions-APIG4',
        reason:
          'The console signs people in itself and keeps them in sessions: a browser sends no access token.',
      });
    }
  }
}
