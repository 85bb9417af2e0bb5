import type { OrderLine } from './order-line.ts';
import { type Instant, type IsoDuration, minus } from './time.ts';

/**
 * How long before its requested start date a line gets its execution. Step Functions ends an execution after a year;
 * half a year leaves the other half for the window.
 */
export const executionHorizon: IsoDuration = 'P180D';

/** Whether a requested start date is near enough for an execution. */
const isWithinHorizon = (requestedStartDate: Instant, now: Instant): boolean =>
  minus(requestedStartDate, executionHorizon) <= now;

/** Whether it is time for an open line to have an execution: its window runs, or its start date is near enough. */
export const isExecutionDue = (line: OrderLine, now: Instant): boolean =>
  line.status !== 'Scheduled' || isWithinHorizon(line.requestedStartDate, now);

/** Whether an execution was started for the line as it is. */
export const hasExecution = ({ executionRevision, awaitsExecution = false }: OrderLine): boolean =>
  executionRevision > 0 && !awaitsExecution;

/** The next revision, which supersedes running executions; a line without an execution keeps having none. */
export const startedAnew = (
  line: OrderLine,
  requestedStartDate: Instant,
  now: Instant,
): Pick<OrderLine, 'executionRevision' | 'awaitsExecution'> =>
  hasExecution(line)
    ? {
        executionRevision: line.executionRevision + 1,
        awaitsExecution: !isWithinHorizon(requestedStartDate, now),
      }
    : { executionRevision: line.executionRevision };

/** Gives the line a new start of its workflow; older executions are superseded and exit. */
export const withNewExecution = (line: OrderLine): OrderLine => ({
  ...line,
  executionRevision: line.executionRevision + 1,
  awaitsExecution: false,
});
