import { Stack, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CfnRoute,
  CfnStage,
  HttpApi,
  type HttpMethod,
  type HttpRoute,
  type HttpRouteIntegration,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { Construct } from 'constructs';
import { requestRate } from '../../shared/contracts/request-rate.ts';
import type { Settings } from '../settings.ts';
import { vendedLogGroup } from './log-group.ts';

interface GatewayProps {
  readonly settings: Pick<Settings, 'logRetentionDays'>;
}

/** The request rate per second of a route, and its burst. */
interface Throttle {
  readonly rateLimit: number;
  readonly burstLimit: number;
}

/** For signed-in people and programs: far less than an attack needs. */
const throttle: Throttle = { rateLimit: requestRate.perSecond, burstLimit: requestRate.burst };

/**
 * For anonymous callers. Each route has a throttle of its own, apart from the signed-in routes: exhausting one locks
 * nobody out of the others.
 */
export const openThrottles = {
  /** Health checks, and unmatched paths. */
  scarce: { rateLimit: 5, burstLimit: 10 },
  /** Documentation pages, sign-in and sign-out. */
  pages: { rateLimit: 10, burstLimit: 20 },
  /** Files, several for each page; browsers cache them. */
  files: { rateLimit: 20, burstLimit: 50 },
} satisfies Record<string, Throttle>;

interface Route {
  readonly path: string;
  /** All, if missing. */
  readonly methods?: HttpMethod[];
  readonly integration: HttpRouteIntegration;
}

/**
 * The fields of the access log. Paths and queries are left out: they name orders and people. The caller is in the
 * function's log, as a hash, under the same request id.
 */
const accessLogFormat = AccessLogFormat.custom(
  JSON.stringify({
    requestId: '$context.requestId',
    requestTime: '$context.requestTime',
    sourceIp: '$context.identity.sourceIp',
    route: '$context.routeKey',
    method: '$context.httpMethod',
    status: '$context.status',
    latency: '$context.responseLatency',
    integrationStatus: '$context.integrationStatus',
    integrationError: '$context.integrationErrorMessage',
    authorizerError: '$context.authorizer.error',
  }),
);

/** The HTTPS entry for people and their systems. */
export class Gateway extends Construct {
  readonly httpApi: HttpApi;
  readonly stage: HttpStage;
  /** Without a slash at the end. */
  readonly origin: string;
  /** Keyed by route, in CloudFormation's own property names. */
  readonly #routeSettings: Record<string, Readonly<Record<string, number>>> = {};

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

  /** A route that requires a valid token. */
  addRoute(route: Route, authorizer: IHttpRouteAuthorizer): void {
    this.httpApi.addRoutes({ ...route, authorizer });
  }

  /**
   * A route that requires no token.
   * @param reason why not
   * @param own the route's throttle, if anonymous callers may use it
   */
  addOpenRoute(route: Route, reason: string, own?: Throttle): void {
    for (const added of this.httpApi.addRoutes(route)) {
      Validations.of(added).acknowledge({ id: 'AwsSolutions-APIG4', reason });
      if (own) this.#throttle(added, own);
    }
  }

  /** The CDK's stage has one throttle for all its routes; CloudFormation's has one per route. */
  #throttle({ node }: HttpRoute, { rateLimit, burstLimit }: Throttle): void {
    const stage = this.stage.node.defaultChild;
    const route = node.defaultChild;
    if (!(stage instanceof CfnStage && route instanceof CfnRoute)) throw new Error('no route to throttle');
    this.#routeSettings[route.routeKey] = {
      ThrottlingRateLimit: rateLimit,
      ThrottlingBurstLimit: burstLimit,
    };
    stage.routeSettings = this.#routeSettings;
    // API Gateway rejects settings for a route that does not exist yet.
    stage.addResourceDependency(route);
  }
}
