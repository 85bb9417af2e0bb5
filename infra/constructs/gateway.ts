import { Stack } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import { vendedLogGroup } from './log-group.ts';

interface GatewayProps {
  readonly settings: Pick<Settings, 'logRetentionDays'>;
}

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

/** Where people and their systems come in over HTTPS. */
export class Gateway extends Construct {
  readonly httpApi: HttpApi;
  readonly stage: HttpStage;
  /** Without a slash at the end. */
  readonly origin: string;

  constructor(scope: Construct, id: string, { settings }: GatewayProps) {
    super(scope, id);
    this.httpApi = new HttpApi(this, 'HttpApi', {
      apiName: Stack.of(this).stackName,
      description: 'Provisioning emails',
      createDefaultStage: false,
    });
    this.stage = new HttpStage(this, 'Stage', {
      httpApi: this.httpApi,
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
    const { region, urlSuffix } = Stack.of(this);
    this.origin = `https://${this.httpApi.apiId}.execute-api.${region}.${urlSuffix}`;
  }
}
