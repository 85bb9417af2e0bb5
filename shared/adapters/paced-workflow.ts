import { faultNames, NamedFault } from '../contracts/faults.ts';
import type { ExecutionCall } from '../domain/quotas.ts';
import { type Pace, type Time, tokenBucket } from '../domain/token-bucket.ts';
import type { Workflow } from './workflow.ts';

/**
 * The workflow for work on masses: it starts and looks at executions as fast as the paces let it, and stops only those
 * for which that leaves room at once. An execution that is not stopped does no harm: whatever it would do at its time
 * has a condition that its line no longer meets.
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
      if (!stops.tryTake()) return;
      try {
        await workflow.stop(key, revision);
      } catch (error) {
        if (!(error instanceof NamedFault) || error.name !== faultNames.throttled) throw error;
      }
    },
    async isRunning(key, revision) {
      await looks.take();
      return await workflow.isRunning(key, revision);
    },
  });
}
