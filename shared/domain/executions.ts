import { isOpen, type OrderLine } from './order-line.ts';
import { type Instant, type IsoDuration, minus } from './time.ts';

/** Whether a requested start date is near enough for an execution. */
export const isWithin = (horizon: IsoDuration, requestedStartDate: Instant, now: Instant): boolean =>
  minus(requestedStartDate, horizon) <= now;

/**
 * Whether an open line should have an execution by now: its window runs, or its start date is near enough.
 * @param horizon how long before its requested start date a line gets its execution; every waiting one counts toward
 * the account's open executions
 */
export const isExecutionDue = (line: OrderLine, now: Instant, horizon: IsoDuration): boolean =>
  isOpen(line) && (line.status !== 'Scheduled' || isWithin(horizon, line.requestedStartDate, now));

/** Whether the line's current revision has an execution. The oldest lines without one have no revision either. */
export const hasExecution = ({ executionRevision, awaitsExecution = false }: OrderLine): boolean =>
  executionRevision > 0 && !awaitsExecution;

/** The line with its next revision, whose execution has yet to be started; older executions are superseded and exit. */
export const asUnstarted = <Line extends OrderLine>(line: Line): Line => ({
  ...line,
  executionRevision: line.executionRevision + 1,
  awaitsExecution: true,
});

/** The line whose revision may lack an execution: the sweep starts it, which is harmless if it already exists. */
export const asLeftToSweep = <Line extends OrderLine>(line: Line): Line => ({
  ...line,
  awaitsExecution: true,
});

/** The line with the execution of its revision. */
export const asStarted = <Line extends OrderLine>(line: Line, at: Instant): Line => ({
  ...line,
  executionRevision: Math.max(line.executionRevision, 1),
  awaitsExecution: false,
  executionStartedAt: at,
});
