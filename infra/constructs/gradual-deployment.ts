import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { type IAlarm, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import { Grant, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type Alias, CfnFunction, type Function } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, type LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { metricsNamespace } from './product-metrics.ts';

interface GradualDeploymentProps {
  /** The name of the function's folder. */
  readonly name: string;
  readonly resource: Function;
  readonly logGroup: LogGroup;
}

/**
 * Shifts a tenth of a function's requests to its new version, and the rest five minutes later. If the new version fails
 * before that, CodeDeploy shifts all requests back and CloudFormation rolls the update back. Only the new version is
 * watched, so a fix can be deployed while the old version fails.
 */
export class GradualDeployment extends Construct {
  /** What callers call. */
  readonly alias: Alias;
  /** How many calls of the new version failed. */
  readonly failures: MathExpression;
  readonly #group: LambdaDeploymentGroup;

  constructor(scope: Construct, id: string, props: GradualDeploymentProps) {
    super(scope, id);
    this.alias = props.resource.addAlias('live');
    this.failures = failuresOf(this.alias, props);
    this.#group = new LambdaDeploymentGroup(this, 'Group', {
      alias: this.alias,
      deploymentConfig: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
      // By default the group would attach a managed policy that allows more.
      role: this.#role(props.resource).withoutPolicyUpdates(),
    });
  }

  /** Rolls back while this alarm is on. */
  rollBackOn(alarm: IAlarm): void {
    this.#group.addAlarm(alarm);
  }

  /** AWSCodeDeployRoleForLambdaLimited, restricted to one function and without what only deployments with hooks need. */
  #role({ functionArn, node }: Function): Role {
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('codedeploy.amazonaws.com') });
    Grant.addToPrincipal({
      grantee: role,
      actions: ['lambda:GetAlias', 'lambda:UpdateAlias'],
      resourceArns: [functionArn],
    });
    // IAM takes this one for aliases and versions only, and versions are numbered as they come.
    Grant.addToPrincipal({
      grantee: role,
      actions: ['lambda:GetProvisionedConcurrencyConfig'],
      resourceArns: [`${functionArn}:*`],
    });
    Grant.addToPrincipal({ grantee: role, actions: ['cloudwatch:DescribeAlarms'], resourceArns: ['*'] });
    if (!(node.defaultChild instanceof CfnFunction)) throw new Error('no function to deploy');
    Validations.of(role).acknowledge(
      {
        id: `AwsSolutions-IAM5[Resource::<${Stack.of(this).getLogicalId(node.defaultChild)}.Arn>:*]`,
        reason: 'These are the aliases and versions of one function.',
      },
      {
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason: "AWS's managed policy for CodeDeploy reads the state of all alarms.",
      },
    );
    return role;
  }
}

/** Per minute: calls that crashed the newest version, and those it answered with 500. */
function failuresOf(alias: Alias, { name, resource, logGroup }: GradualDeploymentProps): MathExpression {
  const period = Duration.minutes(1);
  const { version } = resource.currentVersion;
  const answers = { namespace: metricsNamespace(logGroup), metricName: `InternalErrors-${name}` };
  // For Lambda, an answer of 500 is a success: the function's request log has it, with the version.
  logGroup.addMetricFilter('InternalErrors', {
    metricNamespace: answers.namespace,
    metricName: answers.metricName,
    filterPattern: FilterPattern.all(
      FilterPattern.stringValue('$.message', '=', 'request'),
      FilterPattern.numberValue('$.status', '=', 500),
    ),
    metricValue: '1',
    dimensions: { Version: '$.version' },
  });
  return new MathExpression({
    label: 'errors and answers of 500',
    expression: 'FILL(errors, 0) + FILL(answers, 0)',
    usingMetrics: {
      errors: alias.metricErrors({
        period,
        dimensionsMap: {
          FunctionName: resource.functionName,
          Resource: `${resource.functionName}:${alias.aliasName}`,
          ExecutedVersion: version,
        },
      }),
      answers: new Metric({
        ...answers,
        dimensionsMap: { Version: version },
        period,
        statistic: Stats.SUM,
      }),
    },
    period,
  });
}
