import { withoutStaleClaim } from './claims.ts';
import { hasExecution, isExecutionDue } from './executions.ts';
import type { LaneWait } from './lane.ts';
import { isOpen, type OpenLine, type OrderLine } from './order-line.ts';
import { isReminderDue, nextReminderAt } from './reminders.ts';
import { firstEmailAwaitedUntil } from './rules.ts';
import { isContactMissed } from './sent-emails.ts';
import { type Instant, type IsoDuration, later, minus } from './time.ts';
import { isOverdue } from './transitions.ts';

/** The longest window, and the longest horizon: together they fit into the year that an execution may last. */
export const longestWindowDays = 180;
export const longestHorizonDays = 180;

/**
 * How late something may be before the sweep steps in. The workflow retries the first email for up to 18.5 minutes (see
 * the retry policies in infra/workflow), and waits 15 minutes for a report on one that may have left.
 */
const grace = 'PT35M';

/** What was due before then is late. */
export const lateSince = (now: Instant): Instant => minus(now, grace);

/** When the workflow's next email, a reminder or the closing of the line is due; undefined: never. */
export function nextDueAt(line: OrderLine): Instant | undefined {
  if (!isOpen(line)) return undefined;
  if (line.status === 'Scheduled') return line.requestedStartDate;
  return isContactMissed(line)
    ? line.firstEmailSentAt
    : (line.copyDue?.at ?? nextReminderAt(line) ?? line.closesAt);
}

/** How far ahead the sweep looks for lost executions: at least until its next run. */
export const lookAhead = 'PT1H';

export type FollowUp = 'start-execution' | 'check-execution' | 'restart-execution' | 'close' | 'nothing';

/**
 * What the sweep does about a line. A line gets a new execution only after its last one had all the time it may take,
 * so checking lines again does no harm. One that waits for a report on a first email that may have left has more.
 * @param lane undefined: nothing has ever waited there. An overdue email that was queued since the lane began to be busy
 * counts as waiting there until it is expected to be clear, plus the time that emails may take
 */
export function followUp(line: OrderLine, now: Instant, horizon: IsoDuration, lane?: LaneWait): FollowUp {
  if (!isOpen(line)) return 'nothing';
  const late = lateSince(now);
  if (isOverdue(line, late)) return 'close';
  if (!hasExecution(line)) return isExecutionDue(line, now, horizon) ? 'start-execution' : 'nothing';
  if (!isEmailOverdue(line, late)) return 'check-execution';
  const isTrying = line.executionStartedAt !== undefined && line.executionStartedAt > late;
  const mayWait =
    (lane !== undefined && isInLane(line, lane, late)) ||
    firstEmailAwaitedUntil(withoutStaleClaim(line, now), late) !== undefined;
  return isTrying || mayWait ? 'nothing' : 'restart-execution';
}

/** Whether an overdue email of the line may wait in the lane. What was queued before others began to wait has left. */
function isInLane(line: OpenLine, { clearAt, since }: LaneWait, late: Instant): boolean {
  const dueAt = nextDueAt(line) ?? late;
  const queuedAt = later(dueAt, line.executionStartedAt ?? dueAt);
  return clearAt > late && (since === undefined || queuedAt > minus(since, grace));
}

/** Whether an email of the workflow should have left by then and did not, or a reminder was not considered. */
function isEmailOverdue(line: OpenLine, by: Instant): boolean {
  if (line.status === 'Scheduled') return line.requestedStartDate <= by;
  const isCopyOverdue = line.copyDue !== undefined && line.copyDue.at <= by;
  return (isContactMissed(line) && line.firstEmailSentAt <= by) || isCopyOverdue || isReminderDue(line, by);
}

/** Whether the workflow must have missed the line. */
export const isRepair = (action: FollowUp): boolean => action === 'close' || action === 'restart-execution';
