import { Duration } from 'aws-cdk-lib';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { executionsToStop } from '../../functions/stop-executions/queue.ts';
import type { Settings } from '../settings.ts';
import { LambdaFunction } from './lambda-function.ts';
import type { WorkQueues } from './work-queue.ts';
import { grantExecutions } from './workflow.ts';

interface MassesProps {
  readonly settings: Pick<Settings, 'logRetentionDays'>;
  readonly stateMachine: StateMachine;
  readonly workQueues: WorkQueues;
}

/** The functions that go on, in pieces and within AWS's quotas, with what events about much began. */
export class Masses extends Construct {
  constructor(scope: Construct, id: string, { settings, stateMachine, workQueues }: MassesProps) {
    super(scope, id);
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
