import { type Duration, Stack } from 'aws-cdk-lib';
import { Grant, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import { Schedule, type ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';

interface Calls {
  readonly description: string;
  readonly schedule: ScheduleExpression;
  /** From one call to the next: a call that comes later than this is left out. */
  readonly interval: Duration;
}

/** Has a function called on a schedule. A run that fails is not retried, so that no two runs overlap. */
export function callOnSchedule(
  scope: Construct,
  { resource }: { readonly resource: Function },
  { description, schedule, interval }: Calls,
): void {
  const attempts = { retryAttempts: 0, maxEventAge: interval };
  resource.configureAsyncInvoke(attempts);
  const scheduler = new Role(scope, 'Scheduler', {
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
  });
  Grant.addToPrincipal({
    grantee: scheduler,
    actions: ['lambda:InvokeFunction'],
    resourceArns: [resource.functionArn],
  });
  new Schedule(scope, 'Schedule', {
    description,
    schedule,
    // Left to itself, the target would let the role call all versions of the function as well.
    target: new LambdaInvoke(resource, { ...attempts, role: scheduler.withoutPolicyUpdates() }),
  });
}
