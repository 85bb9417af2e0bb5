import { Duration } from 'luxon';
import { isSameAddress } from './contact.ts';
import { isCopy } from './email-kinds.ts';
import { isErasedAddress } from './erasure.ts';
import { limitSpan } from './claims.ts';
import { type AwaitingLine, type OrderLine, type Stamp, withHistory } from './order-line.ts';
import { type Instant, type IsoDuration, later, minus, secondsBetween } from './time.ts';

/*
 * Reminders go to the contact while the window runs, at set times before it ends. A line's reminders are fixed at
 * booking, like its window: lines booked before reminders existed get none.
 */

/** How long before the end of a window its contact is reminded. */
export interface ReminderPolicy {
  readonly beforeClose: readonly IsoDuration[];
}

/** The maximum number of reminders: each costs a line three more transitions. */
export const mostReminders = 5;

const lengthOf = (duration: IsoDuration): number => Duration.fromISO(duration).toMillis();

/** The reminders of a window, earliest first: those in its second half. */
export const remindersOf = (window: IsoDuration, { beforeClose }: ReminderPolicy): readonly IsoDuration[] =>
  beforeClose
    .filter((before) => lengthOf(before) < lengthOf(window) / 2)
    .toSorted((a, b) => lengthOf(b) - lengthOf(a));

/**
 * Whether all of these are more than a day apart. A reminder is not sent within 24 hours after another email of its
 * line, so a closer one would never leave.
 */
export const areDaysApart = (beforeClose: readonly IsoDuration[]): boolean =>
  beforeClose
    .map(lengthOf)
    .toSorted((a, b) => b - a)
    .every(
      (length, index, all) => index === 0 || (all[index - 1] ?? Infinity) - length > lengthOf(limitSpan),
    );

/** A newly booked line with the reminders that it will get. */
export function withReminders(line: OrderLine, policy: ReminderPolicy): OrderLine {
  const reminders = remindersOf(line.window, policy);
  return reminders.length === 0 ? line : { ...line, reminders };
}

/** When the reminders of a line are due, earliest first. */
const reminderTimes = ({ reminders = [], closesAt }: AwaitingLine): readonly Instant[] =>
  reminders.map((before) => minus(closesAt, before));

/**
 * When the next reminder of a line in its window is due, whether or not it will be sent; undefined: none is to come. It
 * may be in the past if the workflow has not reached it.
 */
export const nextReminderAt = (line: OrderLine): Instant | undefined =>
  line.status === 'AwaitingProvisioningDetails'
    ? reminderTimes(line).find((at) => at > (line.remindedUntil ?? ''))
    : undefined;

export function isReminderDue(line: OrderLine, now: Instant): boolean {
  const next = nextReminderAt(line);
  return next !== undefined && next <= now;
}

/** The line with all reminders settled that were due by then: sent, perhaps sent, or not to be sent. */
export const asReminded = <Line extends OrderLine>(line: Line, at: Instant): Line => ({
  ...line,
  remindedUntil: later(line.remindedUntil ?? at, at),
});

/**
 * Whether the reminder that is due is sent, the latest one if several are. It is not
 * - if it is so late that half of the time to the next one, or else to the end of the window, has passed;
 * - if an email of the line left in the 24 hours before, or may have;
 * - if its contact is undeliverable;
 * - if the line has used up its emails.
 * @param perLine how many emails may leave in the life of a line
 */
export const sendsReminder = (line: AwaitingLine, now: Instant, perLine: number): boolean =>
  isStillUseful(line, now) &&
  !isMailedSince(line, minus(now, limitSpan)) &&
  !isUndeliverable(line) &&
  line.emailsSent + line.contactsSaved < perLine;

function isStillUseful(line: AwaitingLine, now: Instant): boolean {
  const times = reminderTimes(line);
  const due = times.findLast((at) => at <= now);
  if (due === undefined) return false;
  const next = times.find((at) => at > now) ?? line.closesAt;
  return secondsBetween(due, now) < secondsBetween(due, next) / 2;
}

const isMailedSince = ({ lastEmail, unconfirmed }: OrderLine, since: Instant): boolean =>
  [lastEmail?.sentAt, ...unconfirmed.filter(({ kind }) => !isCopy(kind)).map(({ at }) => at)].some(
    (at) => at !== undefined && at > since,
  );

const isUndeliverable = ({ provisioningContact: { email }, undeliverable }: OrderLine): boolean =>
  isErasedAddress(email) || undeliverable.some((dead) => isSameAddress(dead.email, email));

/**
 * The line with the entry that its window ends soon, once its last reminder is due. The entry does not depend on the
 * reminder being sent: if it is not, others need to know all the more.
 */
export function withClosingSoon(line: AwaitingLine, stamp: Stamp): AwaitingLine {
  const last = reminderTimes(line).at(-1);
  const isTime = last !== undefined && last <= stamp.at && stamp.at < line.closesAt;
  const isKnown = line.history.some(({ type }) => type === 'ClosingSoon');
  return isTime && !isKnown ? withHistory(line, { ...stamp, type: 'ClosingSoon' }) : line;
}
