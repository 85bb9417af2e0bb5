import { type Duration, Stack } from 'aws-cdk-lib';
import { Grant, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import { Schedule, type ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';

interface Calls {
  readonly description: string;
  readonly schedule: ScheduleExpression;
  /** The time between calls; a call that comes later than the next one is dropped. */
  readonly interval: Duration;
}

/** Calls a function on a schedule. A failed run is not retried, so no two runs overlap. */
export function callOnSchedule(
  scope: Construct,
  called: { readonly resource: Function; calledEvery?: Duration },
  { description, schedule, interval }: Calls,
): void {
  const { resource } = called;
  called.calledEvery = interval;
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
    // By default the target would let the role call all versions of the function, too.
    target: new LambdaInvoke(resource, { ...attempts, role: scheduler.withoutPolicyUpdates() }),
  });
}
