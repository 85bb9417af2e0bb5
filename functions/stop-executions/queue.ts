import { variables } from '../../shared/contracts/environment.ts';
import { needlessExecution } from '../../shared/contracts/messages.ts';
import { stoppersAtOnce } from '../../shared/domain/quotas.ts';
import { type DeclaredQueue, workingEnvironment } from '../../shared/runtime/declare-queue.ts';

/** Executions that could not be stopped at once. */
export const executionsToStop = {
  functionName: 'stop-executions',
  userImpact: 'None: executions of settled lines still count as open.',
  schema: needlessExecution,
  environment: workingEnvironment.extend({
    STOPPING_QUEUE_URL: variables.STOPPING_QUEUE_URL,
    STATE_MACHINE_ARN: variables.STATE_MACHINE_ARN,
  }),
  urlVariable: 'STOPPING_QUEUE_URL',
  batchSize: 10,
  mostAtOnce: stoppersAtOnce,
  timeoutSeconds: 30,
  // Enough for half a day in which Step Functions accepts no stops.
  mostDeliveries: 200,
} as const satisfies DeclaredQueue;
