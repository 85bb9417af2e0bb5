import type { OrderLineStore } from '../adapters/order-line-store.ts';
import type { Workflow } from '../adapters/workflow.ts';
import { hasExecution, isExecutionDue, withNewExecution } from '../domain/executions.ts';
import { isOpen, type OrderLine } from '../domain/order-line.ts';
import type { Instant } from '../domain/time.ts';
import { booked } from './booked.ts';

/**
 * Brings the executions of a line in step with it: an open line has the one of its revision running, but none while its
 * start date is too far off; a settled line has none. Safe to do again at any time, so every event does it, also one
 * that changed nothing: if the process died between the write and this call, the event's next delivery makes up for it.
 */
export async function alignWorkflow(
  line: OrderLine,
  now: Instant,
  workflow: Workflow,
  store: OrderLineStore,
): Promise<void> {
  const { executionRevision: revision } = line;
  if (!isOpen(line)) {
    if (revision > 0) await workflow.stop(line, revision);
  } else if (hasExecution(line)) {
    await startRevision(line, workflow);
  } else if (isExecutionDue(line, now)) {
    await startNewExecution(line, workflow, store);
  } else if (revision > 1) {
    // The revision itself has none: the start date was moved far ahead.
    await workflow.stop(line, revision - 1);
  }
}

/**
 * Gives an open line a new execution, which supersedes any other. If somebody else did so since `line` was read, theirs
 * is kept. A failed execution is replaced this way rather than redriven, which would run the definition that failed.
 * The revision is written first: an execution that the line does not know of would exit as superseded.
 */
export async function startNewExecution(
  line: OrderLine,
  workflow: Workflow,
  store: OrderLineStore,
): Promise<void> {
  const { line: started } = await store.change(
    line,
    booked((known) => {
      const isNext = isOpen(known) && known.executionRevision === line.executionRevision;
      return { line: isNext ? withNewExecution(known) : known };
    }),
  );
  if (isOpen(started)) await startRevision(started, workflow);
}

async function startRevision(line: OrderLine, workflow: Workflow): Promise<void> {
  const { orderId, lineId, executionRevision: revision } = line;
  // A first email of unknown outcome may turn out to have left before its line was moved ahead.
  const requestedStartDate = line.firstEmailSentAt ?? line.requestedStartDate;
  await workflow.start({ orderId, lineId, requestedStartDate, revision });
  if (revision > 1) await workflow.stop(line, revision - 1);
}
