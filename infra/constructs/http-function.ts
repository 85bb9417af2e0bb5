import { Duration } from 'aws-cdk-lib';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import type * as z from 'zod';
import { webhooksQueue } from '../../functions/deliver-webhooks/queue.ts';
import { resendQueue } from '../../functions/resend-order-lines/queue.ts';
import { listIndexes } from '../../shared/adapters/order-line-item.ts';
import type { servingEnvironment } from '../../shared/runtime/serving.ts';
import { type FunctionSettings, variablesOf } from '../settings.ts';
import type { CallerSalt } from './caller-salt.ts';
import { GradualDeployment } from './gradual-deployment.ts';
import type { RuntimeFiles } from '../bundle.ts';
import { LambdaFunction } from './lambda-function.ts';
import type { Mail } from './mail.ts';
import { grantItems, grantQuery } from './table.ts';
import type { WorkQueues } from './work-queue.ts';

interface HttpFunctionProps<Environment extends z.ZodType> {
  readonly settings: FunctionSettings;
  readonly table: Table;
  readonly mail: Mail;
  readonly callerSalt: CallerSalt;
  readonly workQueues: WorkQueues;
  /** The folder in functions/ that holds its handler.ts. */
  readonly folder: string;
  readonly description: string;
  /** The function's environment, made from what all functions that serve people read. */
  readonly environment: (serving: z.input<typeof servingEnvironment>) => z.input<Environment>;
  readonly files: RuntimeFiles;
}

/** A function that serves people over HTTP: it reads order lines, and resends their emails. */
export class HttpFunction<
  Environment extends z.ZodType<unknown, Readonly<Record<string, string>>>,
> extends LambdaFunction<Environment> {
  /** For the routes that lead to it. */
  readonly integration: HttpLambdaIntegration;
  readonly deployment: GradualDeployment;

  constructor(scope: Construct, id: string, props: HttpFunctionProps<Environment>) {
    const { settings, table, mail, callerSalt, workQueues, environment, ...rest } = props;
    const jobQueue = workQueues.of(resendQueue.functionName);
    const webhookQueue = workQueues.of(webhooksQueue.functionName);
    const { SETTLED_LINE_DAYS, MAIL_SETTINGS, RESEND_LIMITS, CLAIM_NAMES } = variablesOf(settings);
    super(scope, id, {
      ...rest,
      settings,
      environment: environment({
        TABLE_NAME: table.tableName,
        SETTLED_LINE_DAYS,
        MAIL_SETTINGS,
        CONFIGURATION_SET: mail.configurationSetName,
        RESEND_LIMITS,
        CLAIM_NAMES,
        CALLER_SALT_SECRET_ARN: callerSalt.secretArn,
        RESEND_QUEUE_URL: jobQueue.urls.queue,
        WEBHOOKS_QUEUE_URL: webhookQueue.urls.queue,
      }),
      // API Gateway waits 30 s for an answer, and a claim to send keeps others out for 45 s.
      timeout: Duration.seconds(29),
      memory: 1024,
    });
    grantItems(table, this, 'GetItem', 'PutItem', 'Query', 'BatchGetItem');
    grantQuery(table, this, ...listIndexes);
    mail.grantSend(this);
    jobQueue.grantSend(this);
    webhookQueue.grantSend(this);
    callerSalt.grantRead(this);
    this.deployment = new GradualDeployment(this, 'Deployment', this);
    // @ts-expect-error -- to CDK a function may lack a role, and an alias has one that may be undefined
    this.integration = new HttpLambdaIntegration('Server', this.deployment.alias, {
      scopePermissionToRoute: false,
    });
  }
}
