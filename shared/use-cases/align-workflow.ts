import type { OrderLineStore } from '../adapters/order-line-store.ts';
import type { Workflow } from '../adapters/workflow.ts';
import { isWithinHorizon } from '../domain/follow-up.ts';
import { isBooked, isOpen, type LineKey, type OrderLine, withNewExecution } from '../domain/order-line.ts';
import type { Instant } from '../domain/time.ts';

/**
 * Brings the executions of a line in step with it: an open line has the one of its revision running, a settled line
 * has none. Safe to do again at any time, so every event does it, also one that changed nothing: if the process died
 * between the write and this call, the event's next delivery makes up for it.
 */
export async function alignWorkflow(
  line: OrderLine,
  now: Instant,
  workflow: Workflow,
  store: OrderLineStore,
): Promise<void> {
  if (!isOpen(line)) {
    if (line.executionRevision > 0) await workflow.stop(line, line.executionRevision);
    return;
  }
  if (line.executionRevision > 0) {
    await startRevision(line, workflow);
  } else if (isWithinHorizon(line, now)) {
    await startExecution(line, workflow, store);
  }
}

/**
 * Gives an open line a new execution, which takes over from any other.
 * The revision is written first: an execution that the line does not know of would stand down.
 */
export async function startExecution(key: LineKey, workflow: Workflow, store: OrderLineStore): Promise<void> {
  const started = await store.update(key, (line) => {
    if (!isBooked(line) || !isOpen(line)) return { result: undefined };
    const renewed = withNewExecution(line);
    return { line: renewed, result: renewed };
  });
  if (started) await startRevision(started, workflow);
}

async function startRevision(line: OrderLine, workflow: Workflow): Promise<void> {
  const { orderId, lineId, requestedStartDate, executionRevision: revision } = line;
  await workflow.start({ orderId, lineId, requestedStartDate, revision });
  if (revision > 1) await workflow.stop(line, revision - 1);
}
