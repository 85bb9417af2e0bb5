import { assertNever } from './assert-never.ts';
import { giveUpClaim } from './claims.ts';
import { isSameAddress } from './contact.ts';
import { asUnstarted } from './executions.ts';
import { workflowActor } from './history.ts';
import { type OfferWindows, windowOf } from './offers.ts';
import {
  type Booking,
  type LineKey,
  type Onboarding,
  type OrderLine,
  type Reschedule,
  type ScheduledLine,
  type Stamp,
  type UnbookedLine,
  withHistory,
} from './order-line.ts';
import type { Instant } from './time.ts';

/** A newly booked line, with the buffered cancellation and reschedules applied. */
export function book(
  booking: Booking,
  early: UnbookedLine | undefined,
  windows: OfferWindows,
  stamp: Stamp,
): OrderLine {
  const { copyTo, ...rest } = booking;
  const { provisioningContact: contact } = booking;
  // The contact gets the emails anyway.
  const copies = copyTo && !isSameAddress(copyTo.email, contact.email) ? copyTo : undefined;
  const booked: ScheduledLine = {
    ...rest,
    ...(copies ? { copyTo: copies } : {}),
    status: 'Scheduled',
    window: windowOf(booking.offer, windows),
    emailsSent: 0,
    contactsSaved: 0,
    countedEmailsAt: [],
    undeliverable: [],
    unconfirmed: [],
    answers: [],
    executionRevision: 0,
    version: early?.version ?? 0,
    history: [{ ...stamp, type: 'Booked', to: contact.email, ...(copies ? { copyTo: copies.email } : {}) }],
  };
  const changes = early?.reschedules ?? [];
  const rescheduled = changes.reduce<OrderLine>((line, change) => reschedule(line, change, stamp), booked);
  return early?.cancelledAt ? cancel(rescheduled, early.cancelledAt, stamp) : asUnstarted(rescheduled);
}

/** A line that the service knows nothing about yet. */
export const unbooked = ({ orderId, lineId }: LineKey): UnbookedLine => ({
  orderId,
  lineId,
  status: 'Unbooked',
  reschedules: [],
  version: 0,
});

/** The most reschedules buffered for a line; the one with the oldest `changedAt` is dropped. */
export const mostHeldReschedules = 20;

/** Buffers a reschedule until the booking arrives. A duplicate changes nothing. */
export function holdReschedule(held: UnbookedLine, change: Reschedule, at: Instant): UnbookedLine {
  if (held.reschedules.some((known) => isSameChange(known, change))) return held;
  const reschedules = [...held.reschedules, change];
  if (reschedules.length <= mostHeldReschedules) return { ...held, reschedules, heldSince: at };
  const first = reschedules.reduce((a, b) => (b.changedAt < a.changedAt ? b : a));
  return { ...held, reschedules: reschedules.filter((known) => known !== first), heldSince: at };
}

const isSameChange = (a: Reschedule, b: Reschedule): boolean =>
  a.changedAt === b.changedAt && a.requestedStartDate === b.requestedStartDate;

/** Buffers a cancellation until the booking arrives; of several, the earliest. */
export function holdCancellation(held: UnbookedLine, cancelledAt: Instant, at: Instant): UnbookedLine {
  return isKnownBy(held.cancelledAt, cancelledAt) ? held : { ...held, cancelledAt, heldSince: at };
}

/** Whether something that happens once is known to have happened by then. */
const isKnownBy = (known: Instant | undefined, at: Instant): boolean => known !== undefined && known <= at;

/**
 * Moves the requested start date while the line is Scheduled. A change that is not newer than the last one, or arrives
 * after the first email, is only recorded in the history. A duplicate changes nothing.
 */
export function reschedule(line: OrderLine, change: Reschedule, stamp: Stamp): OrderLine {
  if (isKnownChange(line, change)) return line;
  const { requestedStartDate, changedAt } = change;
  const entry = { ...stamp, type: 'Rescheduled', requestedStartDate, changedAt } as const;
  if (line.status !== 'Scheduled') return withHistory(line, { ...entry, ignored: line.status });
  if (line.rescheduledAt !== undefined && changedAt <= line.rescheduledAt)
    return withHistory(line, { ...entry, ignored: 'Overtaken' });
  const moved = { ...giveUpClaim(line), requestedStartDate, rescheduledAt: changedAt };
  return withHistory(line.executionRevision > 0 ? asUnstarted(moved) : moved, entry);
}

const isKnownChange = (line: OrderLine, change: Reschedule): boolean =>
  (line.rescheduledAt === change.changedAt && line.requestedStartDate === change.requestedStartDate) ||
  line.history.some((entry) => entry.type === 'Rescheduled' && isSameChange(entry, change));

/**
 * Cancels the line, whatever its status. If that happened before the end of its window, the window has not closed it. Of
 * several cancellations the earliest counts, whichever is told first.
 */
export function cancel(line: OrderLine, cancelledAt: Instant, stamp: Stamp): OrderLine {
  if (isKnownBy(line.cancelledAt, cancelledAt)) return line;
  const isTooLate = isAfterWindow(line, cancelledAt);
  const { closedAt, ...settled } = isTooLate ? closeOverdue(line, { ...stamp, actor: workflowActor }) : line;
  const isClosed = closedAt !== undefined && isTooLate;
  return withHistory(
    { ...settled, ...(isClosed ? { closedAt } : {}), status: 'Cancelled', cancelledAt },
    { ...stamp, type: 'Cancelled', cancelledAt },
  );
}

/** Whether the window of a line had ended by then. */
const isAfterWindow = ({ closesAt }: OrderLine, at: Instant): boolean =>
  closesAt !== undefined && closesAt <= at;

/**
 * The point of no return. What happened first counts: a line onboarded before its window ended is Onboarded, even if it
 * was closed in the meantime; one whose window ended first stays Closed, with the flag. A cancelled line keeps its
 * status. Of several onboardings the earliest counts, whichever is told first.
 */
export function onboard(line: OrderLine, onboarding: Onboarding, stamp: Stamp): OrderLine {
  const { organizationId, onboardedAt } = onboarding;
  if (isKnownBy(line.onboardedAt, onboardedAt)) return line;
  const entry = { ...stamp, type: 'Onboarded', organizationId, onboardedAt } as const;
  const isTooLate = isAfterWindow(line, onboardedAt);
  const settled = isTooLate ? closeOverdue(line, { ...stamp, actor: workflowActor }) : line;
  switch (settled.status) {
    case 'Scheduled':
    case 'AwaitingProvisioningDetails':
    case 'Onboarded':
      return withHistory({ ...settled, status: 'Onboarded', organizationId, onboardedAt }, entry);
    case 'Closed': {
      if (isTooLate) return withHistory({ ...settled, organizationId, onboardedAt }, entry);
      const { closedAt: _, ...reopened } = settled;
      return withHistory({ ...reopened, status: 'Onboarded', organizationId, onboardedAt }, entry);
    }
    case 'Cancelled': {
      const { closedAt: _, ...unclosed } = settled;
      return withHistory({ ...(isTooLate ? settled : unclosed), organizationId, onboardedAt }, entry);
    }
    default:
      return assertNever(settled);
  }
}

/** The line with the onboarding of its order applied: the order may be onboarded before the line's item says so. */
export const asOnboarded = (line: OrderLine, onboarding: Onboarding | undefined, at: Instant): OrderLine =>
  onboarding ? onboard(line, onboarding, { at, actor: 'control-hub' }) : line;

/** Whether the window of a line has ended before anybody set it up. */
export const isOverdue = (line: OrderLine, now: Instant): boolean =>
  line.status === 'AwaitingProvisioningDetails' && line.closesAt <= now;

/** Closes a line whose window has ended; does nothing to others. The workflow's last state does the same. */
export function closeOverdue(line: OrderLine, stamp: Stamp): OrderLine {
  if (line.status !== 'AwaitingProvisioningDetails' || !isOverdue(line, stamp.at)) return line;
  return withHistory({ ...line, status: 'Closed', closedAt: stamp.at }, { ...stamp, type: 'Closed' });
}
