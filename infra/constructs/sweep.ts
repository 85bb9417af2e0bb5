import { Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { environment } from '../../functions/sweep-order-lines/handler.ts';
import { type FunctionSettings, variablesOf } from '../settings.ts';
import { callOnSchedule } from './call-on-schedule.ts';
import { LambdaFunction } from './lambda-function.ts';
import { grantItems, grantQuery } from './table.ts';
import { grantExecutions } from './workflow.ts';

interface SweepProps {
  readonly settings: FunctionSettings;
  readonly table: Table;
  readonly stateMachine: StateMachine;
}

/** The sweep's interval: as long as a function may run, so that it works without a break while there is much to do. */
export const sweepInterval = Duration.minutes(15);

/**
 * The sweep, which makes up for what the workflow missed. A failed run is not retried, so no two runs overlap: the next
 * one continues where it stopped, and an alarm reports missing runs.
 */
export class Sweep extends Construct {
  constructor(scope: Construct, id: string, { settings, table, stateMachine }: SweepProps) {
    super(scope, id);
    const sweep = new LambdaFunction<typeof environment>(this, 'SweepOrderLines', {
      settings,
      folder: 'sweep-order-lines',
      description: 'Repairs what the workflow missed',
      environment: {
        TABLE_NAME: table.tableName,
        SETTLED_LINE_DAYS: variablesOf(settings).SETTLED_LINE_DAYS,
        STATE_MACHINE_ARN: stateMachine.stateMachineArn,
        EXECUTION_HORIZON: variablesOf(settings).EXECUTION_HORIZON,
      },
      timeout: sweepInterval,
      memory: 512,
    });
    grantItems(table, sweep, 'GetItem', 'BatchGetItem', 'PutItem');
    grantQuery(table, sweep, 'byDue');
    grantExecutions(stateMachine, sweep, 'Start', 'Stop', 'Describe');

    callOnSchedule(this, sweep, {
      description: 'Sweeps the order lines',
      schedule: ScheduleExpression.rate(sweepInterval),
      interval: sweepInterval,
    });
  }
}
