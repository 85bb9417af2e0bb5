import type { OrderLineStore } from '../adapters/order-line-store.ts';
import type { Workflow } from '../adapters/workflow.ts';
import { isThrottled } from '../contracts/faults.ts';
import {
  asLeftToSweep,
  asStarted,
  asUnstarted,
  hasExecution,
  isExecutionDue,
  isWithin,
} from '../domain/executions.ts';
import { isOpen, type OrderLine } from '../domain/order-line.ts';
import type { Instant, IsoDuration } from '../domain/time.ts';
import { booked } from './booked.ts';

export interface AlignServices {
  readonly store: OrderLineStore;
  readonly workflow: Workflow;
  /** How long before its requested start date a line gets its execution. */
  readonly executionHorizon: IsoDuration;
}

/**
 * Brings the executions of a line in step with it: an open line has the one of its revision running, but none while its
 * start date is too far off; a settled line has none. Safe to do again at any time, so every event does it, also one
 * that changed nothing: if the process died between the write and this call, the event's next delivery makes up for it.
 */
export async function alignWorkflow(line: OrderLine, now: Instant, services: AlignServices): Promise<void> {
  const { store, workflow, executionHorizon: horizon } = services;
  const { executionRevision: revision } = line;
  if (!isOpen(line)) {
    await stopWorkflow(line, now, services);
  } else if (hasExecution(line)) {
    await startOrLeave(line, services);
  } else if (isExecutionDue(line, now, horizon)) {
    const started = await note(line, (known) => asStarted(known, now), store);
    if (isOpen(started) && hasExecution(started)) await startOrLeave(started, services);
  } else if (revision > 1) {
    // The revision itself has none: the start date was moved far ahead.
    await workflow.stop(line, revision - 1);
  }
}

/** Stops the execution of a settled line, if it may have one. */
export async function stopWorkflow(
  line: OrderLine,
  now: Instant,
  { workflow, executionHorizon: horizon }: Omit<AlignServices, 'store'>,
): Promise<void> {
  const { executionRevision: revision } = line;
  // One that is still to be started may just be started by the sweep, but only within the horizon.
  const mayRun = hasExecution(line) || (revision > 0 && isWithin(horizon, line.requestedStartDate, now));
  if (mayRun) await workflow.stop(line, revision);
  else if (revision > 1) await workflow.stop(line, revision - 1);
}

/**
 * Gives an open line an execution, which supersedes any other. If somebody else did so since `line` was read, theirs is
 * kept. A failed execution is replaced this way rather than redriven, which would run the definition that failed.
 *
 * No event comes again for it, so the line is noted as started only once it is: whoever dies in between leaves a line
 * that still waits for its execution. The revision is written before: an execution that the line does not know of would
 * exit as superseded.
 */
export async function giveExecution(
  line: OrderLine,
  now: Instant,
  { store, workflow }: Pick<AlignServices, 'store' | 'workflow'>,
): Promise<void> {
  const isWaiting = !hasExecution(line) && line.executionRevision > 0;
  const waiting = isWaiting ? line : await note(line, asUnstarted, store);
  if (!isOpen(waiting) || hasExecution(waiting)) return;
  await startRevision(waiting, workflow);
  const { executionRevision: revision } = waiting;
  const noted = await note(waiting, (known) => asStarted(known, now), store);
  if (!isOpen(noted) || noted.executionRevision !== revision) await workflow.stop(waiting, revision);
}

/** Notes in an open line what becomes of its execution, unless somebody else gave it another one meanwhile. */
async function note(
  line: OrderLine,
  as: (known: OrderLine) => OrderLine,
  store: OrderLineStore,
): Promise<OrderLine> {
  const { line: noted } = await store.change(
    line,
    booked((known) => ({ line: isOpen(known) && isSameStart(known, line) ? as(known) : known })),
  );
  return noted;
}

const isSameStart = (a: OrderLine, b: OrderLine): boolean =>
  a.executionRevision === b.executionRevision && hasExecution(a) === hasExecution(b);

/** Starts the execution of a line, or leaves that to the sweep if Step Functions takes no more of them now. */
async function startOrLeave(line: OrderLine, { store, workflow }: AlignServices): Promise<void> {
  try {
    await startRevision(line, workflow);
  } catch (error) {
    if (!isThrottled(error)) throw error;
    await note(line, asLeftToSweep, store);
  }
}

async function startRevision(line: OrderLine, workflow: Workflow): Promise<void> {
  const { orderId, lineId, executionRevision: revision } = line;
  // A first email of unknown outcome may turn out to have left before its line was moved ahead.
  const requestedStartDate = line.firstEmailSentAt ?? line.requestedStartDate;
  await workflow.start({ orderId, lineId, requestedStartDate, revision });
  if (revision > 1) await workflow.stop(line, revision - 1);
}
