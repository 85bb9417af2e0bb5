import { Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { ordersToOnboard } from '../../functions/onboard-order-lines/queue.ts';
import { executionsToStop } from '../../functions/stop-executions/queue.ts';
import { type FunctionSettings, variablesOf } from '../settings.ts';
import { LambdaFunction } from './lambda-function.ts';
import { grantItems } from './table.ts';
import type { WorkQueues } from './work-queue.ts';
import { grantExecutions } from './workflow.ts';

interface MassesProps {
  readonly settings: FunctionSettings;
  readonly table: Table;
  readonly stateMachine: StateMachine;
  readonly workQueues: WorkQueues;
}

/** The functions that finish, in pieces and within AWS's quotas, what an event about many lines began. */
export class Masses extends Construct {
  constructor(scope: Construct, id: string, props: MassesProps) {
    super(scope, id);
    this.#onboarder(props);
    this.#stopper(props);
  }

  #onboarder({ settings, table, stateMachine, workQueues }: MassesProps): void {
    const queue = workQueues.of(ordersToOnboard.functionName);
    const { SETTLED_LINE_DAYS, EXECUTION_HORIZON } = variablesOf(settings);
    const onboarder = new LambdaFunction<typeof ordersToOnboard.environment>(this, 'OnboardOrderLines', {
      settings,
      folder: ordersToOnboard.functionName,
      description: 'Onboards the lines of large orders, piece by piece',
      environment: {
        TABLE_NAME: table.tableName,
        SETTLED_LINE_DAYS,
        EXECUTION_HORIZON,
        STATE_MACHINE_ARN: stateMachine.stateMachineArn,
        STOPPING_QUEUE_URL: workQueues.of(executionsToStop.functionName).urls.queue,
        ONBOARDING_QUEUE_URL: queue.urls.queue,
        DEAD_LETTER_QUEUE_URL: queue.urls.deadLetters,
      },
      timeout: Duration.seconds(ordersToOnboard.timeoutSeconds),
      memory: 512,
      feedsItself: true,
    });
    queue.deliverTo(onboarder);
    workQueues.grantSend(onboarder, ordersToOnboard.environment);
    grantItems(table, onboarder, 'GetItem', 'PutItem', 'Query');
    grantExecutions(stateMachine, onboarder, 'Stop');
  }

  #stopper({ settings, stateMachine, workQueues }: MassesProps): void {
    const queue = workQueues.of(executionsToStop.functionName);
    const stopper = new LambdaFunction<typeof executionsToStop.environment>(this, 'StopExecutions', {
      settings,
      folder: executionsToStop.functionName,
      description: 'Stops the executions that could not be stopped at once',
      environment: {
        STATE_MACHINE_ARN: stateMachine.stateMachineArn,
        STOPPING_QUEUE_URL: queue.urls.queue,
        DEAD_LETTER_QUEUE_URL: queue.urls.deadLetters,
      },
      timeout: Duration.seconds(executionsToStop.timeoutSeconds),
      memory: 256,
    });
    queue.deliverTo(stopper);
    grantExecutions(stateMachine, stopper, 'Stop');
  }
}
