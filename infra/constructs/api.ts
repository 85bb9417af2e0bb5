import { createRequire } from 'node:module';
import { Duration, Stack } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { docsAssets } from '../../functions/serve-api/docs.ts';
import type { environment } from '../../functions/serve-api/handler.ts';
import type { Settings } from '../settings.ts';
import { LambdaFunction, type RuntimeFiles, taskFolder } from './lambda-function.ts';
import type { Mail } from './mail.ts';
import { grantItems, grantQuery } from './table.ts';
import { vendedLogGroup } from './log-group.ts';

interface ApiProps {
  readonly settings: Pick<Settings, 'signIn' | 'claimNames' | 'mail' | 'resendLimits' | 'logRetentionDays'>;
  readonly table: Table;
  readonly mail: Mail;
}

/** The paths that need an access token, which API Gateway verifies. All others are open. */
const protectedPaths = ['/order-lines', '/orders/{proxy+}'];

/** Far more than people need, far less than an attack brings. */
const throttle = { rateLimit: 50, burstLimit: 100 };

/** What the access log says of a call. Paths and queries stay out: they name orders and people. */
const accessLogFormat = AccessLogFormat.custom(
  JSON.stringify({
    requestId: '$context.requestId',
    requestTime: '$context.requestTime',
    route: '$context.routeKey',
    method: '$context.httpMethod',
    status: '$context.status',
    latency: '$context.responseLatency',
    integrationStatus: '$context.integrationStatus',
    integrationError: '$context.integrationErrorMessage',
    authorizerError: '$context.authorizer.error',
  }),
);

const { resolve } = createRequire(import.meta.url);

/** The files of the documentation page. */
export const docsFiles: RuntimeFiles = {
  folder: 'swagger-ui',
  paths: docsAssets.map((name) => resolve(`swagger-ui-dist/${name}`)),
};

/** The HTTP API, served by one function. */
export class Api extends Construct {
  readonly url: string;
  readonly httpApi: HttpApi;

  constructor(scope: Construct, id: string, { settings, table, mail }: ApiProps) {
    super(scope, id);
    const server = new LambdaFunction<typeof environment>(this, 'ServeApi', {
      settings,
      folder: 'serve-api',
      description: 'Serves the HTTP API',
      environment: {
        TABLE_NAME: table.tableName,
        MAIL_SETTINGS: JSON.stringify(settings.mail),
        CONFIGURATION_SET: mail.configurationSetName,
        RESEND_LIMITS: JSON.stringify(settings.resendLimits),
        CLAIM_NAMES: JSON.stringify(settings.claimNames),
        DOCS_FOLDER: `${taskFolder}/${docsFiles.folder}`,
      },
      // API Gateway waits for 30 s, and a claim to send is leased for 45 s.
      timeout: Duration.seconds(29),
      memory: 1024,
      files: docsFiles,
    });
    grantItems(table, server, 'GetItem', 'PutItem', 'Query', 'BatchGetItem');
    grantQuery(table, server, 'byState', 'byOrder', 'bySubscription', 'byContact');
    mail.grantSend(server);

    const api = new HttpApi(this, 'HttpApi', {
      apiName: Stack.of(this).stackName,
      description: 'Provisioning emails',
      createDefaultStage: false,
    });
    const integration = new HttpLambdaIntegration('Server', server.resource, {
      scopePermissionToRoute: false,
    });
    const authorizer = new HttpJwtAuthorizer('SignIn', settings.signIn.issuer, {
      jwtAudience: settings.signIn.audience,
    });
    for (const path of protectedPaths) api.addRoutes({ path, integration, authorizer });
    api.addRoutes({ path: '/{proxy+}', integration });

    const stage = new HttpStage(this, 'Stage', {
      httpApi: api,
      stageName: '$default',
      autoDeploy: true,
      throttle,
      accessLogSettings: {
        destination: new LogGroupLogDestination(
          vendedLogGroup(this, 'apigateway', settings.logRetentionDays),
        ),
        format: accessLogFormat,
      },
    });
    this.url = stage.url;
    this.httpApi = api;
  }
}
