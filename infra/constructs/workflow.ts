import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Arn, ArnFormat, Duration, Stack, Validations } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Metric, Stats, Unit } from 'aws-cdk-lib/aws-cloudwatch';
import { type IGrantable, Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { FilterPattern, type LogGroup } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct, type IConstruct } from 'constructs';
import { firstEmailsQueue } from '../../functions/send-provisioning-email/queue.ts';
import { laneCalls } from '../../shared/domain/lane.ts';
import type { MetricName } from '../../shared/contracts/metrics.ts';
import { type FunctionSettings, variablesOf } from '../settings.ts';
import { LambdaFunction } from './lambda-function.ts';
import { metricsNamespace } from './product-metrics.ts';
import type { Mail } from './mail.ts';
import { grantItems } from './table.ts';
import type { WorkQueues } from './work-queue.ts';
import { vendedLogGroup } from './log-group.ts';

interface WorkflowProps {
  readonly settings: FunctionSettings;
  readonly table: Table;
  readonly mail: Mail;
  readonly workQueues: WorkQueues;
}

/** The life of an order line, and the lane that its first email and reminders leave through. */
export class OrderLineWorkflow extends Construct {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, { settings, table, mail, workQueues }: WorkflowProps) {
    super(scope, id);
    const lane = workQueues.of(firstEmailsQueue.functionName);
    const { SETTLED_LINE_DAYS, RESEND_LIMITS, MAIL_SETTINGS, MAIL_RATE } = variablesOf(settings);
    const sender = new LambdaFunction<typeof firstEmailsQueue.environment>(this, 'SendProvisioningEmail', {
      settings,
      folder: firstEmailsQueue.functionName,
      description: 'Sends the first emails of order lines, and reminders',
      environment: {
        TABLE_NAME: table.tableName,
        SETTLED_LINE_DAYS,
        RESEND_LIMITS,
        MAIL_SETTINGS,
        MAIL_RATE,
        CONFIGURATION_SET: mail.configurationSetName,
        SENDING_QUEUE_URL: lane.urls.queue,
        DEAD_LETTER_QUEUE_URL: lane.urls.deadLetters,
      },
      timeout: Duration.seconds(firstEmailsQueue.timeoutSeconds),
      memory: 512,
    });
    grantItems(table, sender, 'GetItem', 'BatchGetItem', 'PutItem');
    mail.grantSend(sender);
    mail.grantReadQuota(sender);
    lane.deliverTo(sender, { mostAtOnce: laneCalls(settings.mailRate) });

    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: "X-Ray's traces and CloudWatch's log deliveries take no resource.",
    });
    grantItems(table, role, 'UpdateItem');
    lane.grantSend(role);
    const logGroup = vendedLogGroup(this, 'states', settings.logRetentionDays);
    countClosedLines(logGroup);
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(readFileSync(definitionFile, 'utf8')),
      definitionSubstitutions: {
        Partition: Stack.of(this).partition,
        SendingQueueUrl: lane.urls.queue,
        TableName: table.tableName,
      },
      role,
      logs: {
        destination: logGroup,
        // Closings are counted from the log, which would not contain them at level ERROR. A line logs some 7 kB.
        level: LogLevel.ALL,
        // Inputs and outputs name orders and partners.
        includeExecutionData: false,
      },
      tracingEnabled: true,
    });
    // In a policy of its own: the function waits for its role's policy, and this one waits for the function.
    new Policy(this, 'TaskAnswers', {
      roles: sender.resource.role ? [sender.resource.role] : [],
      statements: [
        new PolicyStatement({
          actions: ['states:SendTaskSuccess', 'states:SendTaskFailure'],
          resources: [this.stateMachine.stateMachineArn],
        }),
      ],
    });
  }
}

/**
 * Counts the lines that the state machine closes itself. No function runs that could count them, and Step Functions'
 * own metric for DynamoDB calls covers the whole account, so this reads the log: `TaskSucceeded` marks a successful
 * service call, and closing is the only one of DynamoDB. A closing that finds the line settled logs `TaskFailed` and is
 * not counted.
 */
function countClosedLines(logGroup: LogGroup): void {
  logGroup.addMetricFilter('ClosedLines', {
    filterPattern: FilterPattern.all(
      FilterPattern.stringValue('$.type', '=', 'TaskSucceeded'),
      // First emails are queued by the other service call, to SQS.
      FilterPattern.stringValue('$.details.resourceType', '=', 'dynamodb'),
    ),
    metricNamespace: metricsNamespace(logGroup),
    metricName: 'LinesClosed' satisfies MetricName,
    metricValue: '1',
    unit: Unit.COUNT,
  });
}

const definitionFile = join(import.meta.dirname, '../workflow/order-line.asl.json');

/** Grants `grantee` these actions on the state machine's executions, and nothing else. */
export function grantExecutions(
  stateMachine: StateMachine,
  grantee: IGrantable & IConstruct,
  ...actions: readonly ('Start' | 'Stop' | 'Describe')[]
): void {
  for (const action of actions) {
    if (action === 'Start') stateMachine.grantStartExecution(grantee);
    else stateMachine.grantExecution(grantee, `states:${action}Execution`);
  }
  const { resourceName } = Arn.split(stateMachine.stateMachineArn, ArnFormat.COLON_RESOURCE_NAME);
  const name = JSON.stringify(Stack.of(stateMachine).resolve(resourceName));
  Validations.of(grantee).acknowledge({
    id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:${name}:*]`,
    reason: 'Each order line has its own execution, named after it: only the state machine is known here.',
  });
}

/**
 * Open executions and their quota: account-wide metrics without dimensions, which the CDK has no methods for. Below
 * about 10,000 executions Step Functions may report none.
 */
export const openExecutions = (): { open: Metric; quota: Metric } => {
  const metric = (metricName: string, label: string) =>
    new Metric({ namespace: 'AWS/States', metricName, label, statistic: Stats.MAXIMUM });
  return { open: metric('OpenExecutionCount', 'open'), quota: metric('OpenExecutionLimit', 'quota') };
};
