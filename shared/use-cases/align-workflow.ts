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
 * Aligns executions with their line: an open line has the execution of its revision, unless its start date is beyond
 * the horizon; a settled line has none. Idempotent, so every event does this, even one that changed nothing: if the
 * process died between the write and this call, the redelivered event repairs it.
 */
export async function alignWorkflow(line: OrderLine, now: Instant, services: AlignServices): Promise<void> {
  const { store, workflow, executionHorizon: horizon } = services;
  const { executionRevision: revision } = line;
  if (!isOpen(line)) {
    await stopWorkflow(line, now, services);
  } else if (hasExecution(line)) {
    await startOrLeave(line, services);
  } else if (isExecutionDue(line, now, horizon)) {
    const started = await recordExecution(line, (known) => asStarted(known, now), store);
    if (isOpen(started) && hasExecution(started)) await startOrLeave(started, services);
  } else if (revision > 1) {
    // This revision has none, because the start date was moved far ahead.
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
  // The sweep may be starting one that has yet to be started, but only within the horizon.
  const mayRun = hasExecution(line) || (revision > 0 && isWithin(horizon, line.requestedStartDate, now));
  if (mayRun) await workflow.stop(line, revision);
  else if (revision > 1) await workflow.stop(line, revision - 1);
}

/**
 * Starts a new execution for an open line; older executions are superseded and exit. If somebody else did so since
 * `line` was read, theirs stays. A failed execution is replaced rather than redriven, because redriving would run the
 * definition that failed. No event is redelivered for this, so the line is marked as started only afterwards: a crash
 * in between leaves a line that still awaits its execution. The revision is written first, because an execution that
 * its line does not know would exit as superseded.
 */
export async function giveExecution(
  line: OrderLine,
  now: Instant,
  { store, workflow }: Pick<AlignServices, 'store' | 'workflow'>,
): Promise<void> {
  const isWaiting = !hasExecution(line) && line.executionRevision > 0;
  const waiting = isWaiting ? line : await recordExecution(line, asUnstarted, store);
  if (!isOpen(waiting) || hasExecution(waiting)) return;
  await startRevision(waiting, workflow);
  const { executionRevision: revision } = waiting;
  const noted = await recordExecution(waiting, (known) => asStarted(known, now), store);
  if (!isOpen(noted) || noted.executionRevision !== revision) await workflow.stop(waiting, revision);
}

/** Records the state of its execution in an open line, unless somebody else gave it another one. */
async function recordExecution(
  line: OrderLine,
  change: (known: OrderLine) => OrderLine,
  store: OrderLineStore,
): Promise<OrderLine> {
  const { line: noted } = await store.change(
    line,
    booked((known) => ({ line: isOpen(known) && isSameStart(known, line) ? change(known) : known })),
  );
  return noted;
}

const isSameStart = (a: OrderLine, b: OrderLine): boolean =>
  a.executionRevision === b.executionRevision && hasExecution(a) === hasExecution(b);

/** Starts the execution of a line, or leaves it to the sweep while Step Functions throttles. */
async function startOrLeave(line: OrderLine, { store, workflow }: AlignServices): Promise<void> {
  try {
    await startRevision(line, workflow);
  } catch (error) {
    if (!isThrottled(error)) throw error;
    await recordExecution(line, asLeftToSweep, store);
  }
}

async function startRevision(line: OrderLine, workflow: Workflow): Promise<void> {
  const { orderId, lineId, executionRevision: revision } = line;
  // A first email with an unknown outcome may turn out to have left before the start date was moved.
  const requestedStartDate = line.firstEmailSentAt ?? line.requestedStartDate;
  await workflow.start({ orderId, lineId, requestedStartDate, revision });
  if (revision > 1) await workflow.stop(line, revision - 1);
}
