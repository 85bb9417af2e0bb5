import { faultNames, isThrottled, NamedFault } from '../contracts/faults.ts';
import type { NeedlessExecution } from '../contracts/messages.ts';
import type { ExecutionCall } from '../domain/quotas.ts';
import { type Pace, type Time, tokenBucket } from '../domain/token-bucket.ts';
import type { Workflow } from './workflow.ts';

/**
 * The workflow for bulk work: it starts and describes executions no faster than their paces allow. Stops do not wait:
 * one that exceeds its pace throws the NamedFault Throttled.
 */
export function pacedWorkflow(
  paces: Readonly<Record<ExecutionCall, Pace>>,
  time: Time,
): (workflow: Workflow) => Workflow {
  const starts = tokenBucket(paces.StartExecution, time);
  const stops = tokenBucket(paces.StopExecution, time);
  const looks = tokenBucket(paces.DescribeExecution, time);
  return (workflow) => ({
    async start(input) {
      await starts.take();
      await workflow.start(input);
    },
    async stop(key, revision) {
      if (!stops.tryTake())
        throw new NamedFault(faultNames.throttled, 'more executions are to be stopped than the pace allows');
      await workflow.stop(key, revision);
    },
    async isRunning(key, revision) {
      await looks.take();
      return await workflow.isRunning(key, revision);
    },
  });
}

/**
 * The workflow for callers that must not fail because an execution cannot be stopped now. Left running, it only keeps
 * its place among the open executions: everything it would do later has a condition that its line no longer meets.
 * @param stopLater is told which ones are left
 */
export const stoppingLater = (
  workflow: Workflow,
  stopLater: (execution: NeedlessExecution) => Promise<unknown>,
): Workflow => ({
  ...workflow,
  async stop({ orderId, lineId }, revision) {
    try {
      await workflow.stop({ orderId, lineId }, revision);
    } catch (error) {
      if (!isThrottled(error)) throw error;
      await stopLater({ orderId, lineId, revision });
    }
  },
});
