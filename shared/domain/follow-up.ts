import { isOpen, isOverdue, type OrderLine } from './order-line.ts';
import { type Instant, minus } from './time.ts';

/**
 * How long before its requested start date a line gets its execution. Step Functions lets an execution last a year at
 * most; half a year leaves the other half for the window.
 */
export const executionHorizon = 'P180D';

/** The longest window that fits beside the horizon into the year of an execution. */
export const longestWindowDays = 180;

/**
 * How late something may be before the sweep steps in: the workflow's own retries of the first email take up to half
 * an hour (see the retry policies in infra/workflow).
 */
const grace = 'PT35M';

/** When the line next needs somebody: its execution, its first email, or its closing. Undefined: never. */
export function nextDueAt(line: OrderLine): Instant | undefined {
  if (!isOpen(line)) return undefined;
  if (line.executionRevision === 0) return minus(line.requestedStartDate, executionHorizon);
  return line.status === 'Scheduled' ? line.requestedStartDate : line.closesAt;
}

/** Whether the line's requested start date is near enough for it to have an execution. */
export const isWithinHorizon = (line: OrderLine, now: Instant): boolean =>
  minus(line.requestedStartDate, executionHorizon) <= now;

/** How far the sweep looks ahead, at least the time to its next run: lines due by then are known to have an execution. */
export const lookAhead = 'PT1H';

export type FollowUp = 'start-execution' | 'check-execution' | 'restart-execution' | 'close' | 'nothing';

/** What the sweep does about a line that is due, or will be before the next sweep. */
export function followUp(line: OrderLine, now: Instant): FollowUp {
  if (!isOpen(line)) return 'nothing';
  if (line.executionRevision === 0) return isWithinHorizon(line, now) ? 'start-execution' : 'nothing';
  const lateSince = minus(now, grace);
  if (isOverdue(line, lateSince)) return 'close';
  return line.status === 'Scheduled' && line.requestedStartDate <= lateSince
    ? 'restart-execution'
    : 'check-execution';
}

/** Whether what is to be done should have happened long before: the workflow failed the line. */
export const isRepair = (action: FollowUp): boolean => action === 'close' || action === 'restart-execution';
