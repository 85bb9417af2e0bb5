import { Names, RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Settings } from '../settings.ts';

/** A function's log group. It survives the stack unless the settings say otherwise. */
export const functionLogGroup = (scope: Construct, days: Settings['logRetentionDays']): LogGroup =>
  new LogGroup(scope, 'Logs', { retention: retentionOf(days) });

/**
 * A log group that an AWS service writes to. One resource policy of the account covers all names below
 * /aws/vendedlogs/; any other name takes up some of the policy's 5120 characters. The name is fixed, so the group is
 * deleted with the stack: if it stayed, the stack could not be created again.
 */
export const vendedLogGroup = (
  scope: Construct,
  service: 'states' | 'apigateway',
  days: Settings['logRetentionDays'],
): LogGroup =>
  new LogGroup(scope, 'Logs', {
    logGroupName: `/aws/vendedlogs/${service}/${Names.uniqueResourceName(scope, { maxLength: 64 })}`,
    retention: retentionOf(days),
    removalPolicy: RemovalPolicy.DESTROY,
  });

/** The CDK's constant for a number of days. */
function retentionOf(days: Settings['logRetentionDays']): RetentionDays {
  const retention = Object.values(RetentionDays).find((value) => Number(value) === days);
  if (typeof retention !== 'number') throw new Error(`CDK knows no retention of ${days} days`);
  return retention;
}
