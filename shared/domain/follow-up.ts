import { executionHorizon, hasExecution, isExecutionDue } from './executions.ts';
import { isOpen, type OpenLine, type OrderLine } from './order-line.ts';
import { isContactMissed } from './sent-emails.ts';
import { type Instant, minus } from './time.ts';
import { isOverdue } from './transitions.ts';

/** The longest window that, with `executionHorizon`, fits into the year that an execution may last. */
export const longestWindowDays = 180;

/**
 * How late something may be before the sweep steps in. The workflow's own retries of the first email take up to 18.5
 * minutes (see the retry policies in infra/workflow), and it waits 15 for a report on one that may have left.
 */
const grace = 'PT35M';

/** When the line next needs attention: its execution, an email of its workflow, or its closing. Undefined: never. */
export function nextDueAt(line: OrderLine): Instant | undefined {
  if (!isOpen(line)) return undefined;
  if (line.status !== 'Scheduled') return isContactMissed(line) ? line.firstEmailSentAt : line.closesAt;
  return hasExecution(line) ? line.requestedStartDate : minus(line.requestedStartDate, executionHorizon);
}

/** How far the sweep looks ahead, at least until its next run: lines due by then are known to have an execution. */
export const lookAhead = 'PT1H';

export type FollowUp =
  'start-execution' | 'check-execution' | 'restart-execution' | 'close' | 'onboard' | 'nothing';

/** What the sweep does about a line that is due, or will be before the next sweep. */
export function followUp(line: OrderLine, now: Instant): FollowUp {
  if (!isOpen(line)) return 'nothing';
  const lateSince = minus(now, grace);
  if (isOverdue(line, lateSince)) return 'close';
  if (!hasExecution(line)) return isExecutionDue(line, now) ? 'start-execution' : 'nothing';
  return isEmailOverdue(line, lateSince) ? 'restart-execution' : 'check-execution';
}

/** Whether an email of the workflow should have left by then, and did not. */
function isEmailOverdue(line: OpenLine, by: Instant): boolean {
  if (line.status === 'Scheduled') return line.requestedStartDate <= by;
  return isContactMissed(line) && line.firstEmailSentAt <= by;
}

/** Whether this is long overdue: the workflow has missed the line. */
export const isRepair = (action: FollowUp): boolean => action === 'close' || action === 'restart-execution';
