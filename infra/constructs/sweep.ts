import { Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { environment } from '../../functions/sweep-order-lines/handler.ts';
import type { Settings } from '../settings.ts';
import { deadLetterQueue } from './dead-letter-queue.ts';
import { LambdaFunction } from './lambda-function.ts';
import { grantItems, grantQuery } from './table.ts';
import { grantExecutions } from './workflow.ts';

interface SweepProps {
  readonly settings: Pick<Settings, 'logRetentionDays'>;
  readonly table: Table;
  readonly stateMachine: StateMachine;
}

/** The hourly sweep, which gives lines what the workflow missed. */
export class Sweep extends Construct {
  constructor(scope: Construct, id: string, { settings, table, stateMachine }: SweepProps) {
    super(scope, id);
    const sweep = new LambdaFunction<typeof environment>(this, 'SweepOrderLines', {
      settings,
      folder: 'sweep-order-lines',
      description: 'Gives order lines what their workflow missed',
      environment: { TABLE_NAME: table.tableName, STATE_MACHINE_ARN: stateMachine.stateMachineArn },
      timeout: Duration.minutes(15),
      memory: 512,
    });
    grantItems(table, sweep, 'GetItem', 'PutItem');
    grantQuery(table, sweep, 'byDue');
    grantExecutions(stateMachine, sweep, 'Start', 'Stop', 'Describe');

    // A run that fails is tried once more; after an hour the next run does the same and more.
    const deadLetters = deadLetterQueue(this);
    const attempts = { retryAttempts: 1, maxEventAge: Duration.hours(1) };
    sweep.resource.configureAsyncInvoke({ ...attempts, onFailure: new SqsDestination(deadLetters) });
    new Schedule(this, 'Schedule', {
      description: 'Sweeps the order lines',
      schedule: ScheduleExpression.rate(Duration.hours(1)),
      target: new LambdaInvoke(sweep.resource, { ...attempts, deadLetterQueue: deadLetters }),
    });
  }
}
