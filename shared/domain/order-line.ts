import { type OfferWindows, windowOf } from './offers.ts';
import { type Instant, type IsoDuration, plus } from './time.ts';

/** An order line is named by its order and its own id together. */
export interface LineKey {
  readonly orderId: string;
  readonly lineId: string;
}

export const locales = ['en', 'ja'] as const;
export type Locale = (typeof locales)[number];

export interface Contact {
  readonly email: string;
  readonly name?: string;
  readonly locale: Locale;
}

export const lineStatuses = [
  'Scheduled',
  'AwaitingProvisioningDetails',
  'Onboarded',
  'Closed',
  'Cancelled',
] as const;
export type LineStatus = (typeof lineStatuses)[number];

/** What may become of an email after it was accepted for sending. */
export const deliveryOutcomes = ['Delivered', 'Delayed', 'Bounced', 'Complained', 'Rejected'] as const;
export const deliveries = ['Accepted', ...deliveryOutcomes] as const;
export type Delivery = (typeof deliveries)[number];

/** What made an email leave: the requested start date, a resend, or a change of contact. */
export const emailKinds = ['first', 'resend', 'contact-change'] as const;
export type EmailKind = (typeof emailKinds)[number];

export interface LastEmail {
  readonly messageId: string;
  readonly to: string;
  readonly sentAt: Instant;
  readonly delivery: Delivery;
  readonly reason?: string;
}

/**
 * The right to send one email of a line, taken before the mail service is called. While it is live nobody else sends.
 * A claim whose `until` passed was left by a sender that died; it may be taken over.
 */
export interface Claim {
  readonly id: string;
  readonly owner: string;
  readonly kind: EmailKind;
  readonly to: Contact;
  readonly actor: string;
  readonly at: Instant;
  readonly until: Instant;
}

export const historyTypes = [
  'Booked',
  'Rescheduled',
  'ProvisioningEmailSent',
  'ProvisioningEmailFailed',
  'ProvisioningEmailFeedback',
  'ProvisioningContactChanged',
  'Onboarded',
  'Closed',
  'Cancelled',
] as const;
export type HistoryType = (typeof historyTypes)[number];

/** What happened to a line: when, what, who did it, and for emails to whom and with what result. */
export interface HistoryEntry {
  readonly at: Instant;
  readonly type: HistoryType;
  readonly actor: string;
  readonly to?: string;
  readonly messageId?: string;
  readonly result?: string;
  readonly reason?: string;
}

/** The answer that a resend with an idempotency key got, kept as JSON text for as long as the key counts. */
export interface KeptAnswer {
  readonly key: string;
  readonly at: Instant;
  readonly answer: string;
}

export interface OrderLine extends LineKey {
  readonly subscriptionId: string;
  readonly offer: string;
  readonly partnerId: string;
  readonly endCustomer: { readonly name: string };
  readonly placedBy: { readonly name: string; readonly email: string };
  readonly provisioningContact: Contact;
  readonly requestedStartDate: Instant;
  /** `changedAt` of the newest reschedule that was applied. */
  readonly rescheduledAt?: Instant;
  readonly status: LineStatus;
  readonly window: IsoDuration;
  readonly firstEmailSentAt?: Instant;
  readonly closesAt?: Instant;
  readonly closedAt?: Instant;
  readonly onboardedAt?: Instant;
  readonly organizationId?: string;
  readonly cancelledAt?: Instant;
  readonly lastEmail?: LastEmail;
  /** How many emails left in the life of the line. */
  readonly emailsSent: number;
  /** When the emails left that count toward the daily limit; older ones than the limit's day may be missing. */
  readonly countedEmailsAt: readonly Instant[];
  readonly lastResentAt?: Instant;
  /** The address that hard-bounced or complained, and why: nothing is sent to it any more. */
  readonly undeliverable?: { readonly email: string; readonly reason: string };
  readonly claim?: Claim;
  readonly answers: readonly KeptAnswer[];
  /** Which start of the workflow counts; an execution of an older one stands down. 0: none was started yet. */
  readonly executionRevision: number;
  readonly history: readonly HistoryEntry[];
}

/** What is held for a line whose events overtook its booking. */
export interface UnbookedLine extends LineKey {
  readonly status: 'Unbooked';
  readonly cancelledAt?: Instant;
  readonly reschedule?: Reschedule;
}

export type StoredLine = OrderLine | UnbookedLine;

export const isBooked = (line: StoredLine | undefined): line is OrderLine =>
  line !== undefined && line.status !== 'Unbooked';

/** Neither onboarded nor cancelled nor closed: the workflow still has something to do for it. */
export const isOpen = (line: OrderLine): boolean =>
  line.status === 'Scheduled' || line.status === 'AwaitingProvisioningDetails';

/** Closed by its window and not onboarded since: it can still be resent, edited and onboarded. */
export const isProvisioningPending = (line: OrderLine): boolean =>
  line.status === 'Closed' && line.onboardedAt === undefined;

export interface Booking extends LineKey {
  readonly subscriptionId: string;
  readonly offer: string;
  readonly partnerId: string;
  readonly endCustomer: { readonly name: string };
  readonly placedBy: { readonly name: string; readonly email: string };
  readonly provisioningContact: Contact;
  readonly requestedStartDate: Instant;
}

export interface Reschedule {
  readonly requestedStartDate: Instant;
  readonly changedAt: Instant;
}

export interface Onboarding {
  readonly organizationId: string;
  readonly onboardedAt: Instant;
}

/** Who did something, and when: what every history entry starts with. */
export interface Stamp {
  readonly at: Instant;
  readonly actor: string;
}

/**
 * The most entries a line's history keeps. The item of a line may have 400 KB in DynamoDB; an entry has at most 1 KB
 * (an address of 254, a reason of 200, an actor of 254 characters). The oldest but the booking make room.
 */
export const historyLimit = 300;

function withHistory(line: OrderLine, entry: HistoryEntry): OrderLine {
  const [first, ...rest] = line.history;
  const history = first ? [first, ...rest.slice(-(historyLimit - 2)), entry] : [entry];
  return { ...line, history };
}

/**
 * A new line, with what its early events said: held cancellations and reschedules count at once.
 */
export function book(
  booking: Booking,
  early: UnbookedLine | undefined,
  windows: OfferWindows,
  stamp: Stamp,
): OrderLine {
  const booked: OrderLine = {
    ...booking,
    status: 'Scheduled',
    window: windowOf(booking.offer, windows),
    emailsSent: 0,
    countedEmailsAt: [],
    answers: [],
    executionRevision: 0,
    history: [{ ...stamp, type: 'Booked' }],
  };
  const rescheduled = early?.reschedule ? reschedule(booked, early.reschedule, stamp) : booked;
  return early?.cancelledAt ? cancel(rescheduled, early.cancelledAt, stamp) : rescheduled;
}

/** Holds a reschedule that came before the booking; of several the one changed last counts. */
export function holdReschedule(held: UnbookedLine, change: Reschedule): UnbookedLine {
  const known = held.reschedule;
  return known && known.changedAt >= change.changedAt ? held : { ...held, reschedule: change };
}

/** Holds a cancellation that came before the booking. */
export function holdCancellation(held: UnbookedLine, cancelledAt: Instant): UnbookedLine {
  return held.cancelledAt ? held : { ...held, cancelledAt };
}

/**
 * Moves the requested start date while the line is Scheduled. A change that is not newer than the last one, or that
 * comes later in the line's life, is written to the history and changes nothing else. The same change again: nothing.
 */
export function reschedule(line: OrderLine, change: Reschedule, stamp: Stamp): OrderLine {
  const result = `changed at ${change.changedAt} to ${change.requestedStartDate}`;
  if (line.history.some((entry) => entry.type === 'Rescheduled' && entry.result === result)) return line;

  const entry: HistoryEntry = { ...stamp, type: 'Rescheduled', result };
  if (line.status !== 'Scheduled') {
    return withHistory(line, { ...entry, reason: `ignored: the line is ${line.status}` });
  }
  if (line.rescheduledAt !== undefined && change.changedAt <= line.rescheduledAt) {
    return withHistory(line, { ...entry, reason: 'ignored: a newer change came before' });
  }
  const { claim, ...unclaimed } = line;
  return withHistory(
    {
      ...unclaimed,
      requestedStartDate: change.requestedStartDate,
      rescheduledAt: change.changedAt,
      executionRevision: startedAnew(line),
    },
    entry,
  );
}

/** Where a reschedule of the history moves the requested start date to, and whether that counted. */
export function rescheduleOf(entry: HistoryEntry): { to: Instant; isApplied: boolean } | undefined {
  const to = entry.type === 'Rescheduled' ? entry.result?.split(' ').at(-1) : undefined;
  return to === undefined ? undefined : { to, isApplied: entry.reason === undefined };
}

/** The revision that makes running executions stand down; a line without an execution keeps having none. */
const startedAnew = (line: OrderLine): number =>
  line.executionRevision === 0 ? 0 : line.executionRevision + 1;

/** Gives the line a new start of its workflow; older executions stand down. */
export const withNewExecution = (line: OrderLine): OrderLine => ({
  ...line,
  executionRevision: line.executionRevision + 1,
});

/** Cancels the line, whatever its status; a second cancellation changes nothing. */
export function cancel(line: OrderLine, cancelledAt: Instant, stamp: Stamp): OrderLine {
  if (line.status === 'Cancelled') return line;
  return withHistory({ ...line, status: 'Cancelled', cancelledAt }, { ...stamp, type: 'Cancelled' });
}

/**
 * The point of no return. An open line becomes Onboarded; a closed or cancelled one keeps its status and gets the flag.
 * A second onboarding changes nothing.
 */
export function onboard(line: OrderLine, onboarding: Onboarding, stamp: Stamp): OrderLine {
  if (line.onboardedAt !== undefined) return line;
  const { organizationId, onboardedAt } = onboarding;
  const status = isOpen(line) ? 'Onboarded' : line.status;
  return withHistory({ ...line, status, organizationId, onboardedAt }, { ...stamp, type: 'Onboarded' });
}

/** Whether the window of a line that nobody set up has run out. */
export const isOverdue = (line: OrderLine, now: Instant): boolean =>
  line.status === 'AwaitingProvisioningDetails' &&
  line.onboardedAt === undefined &&
  line.closesAt !== undefined &&
  line.closesAt <= now;

/** Closes a line whose window has run out; any other is left as it is. The workflow's last state says the same. */
export function closeOverdue(line: OrderLine, stamp: Stamp): OrderLine {
  if (!isOverdue(line, stamp.at)) return line;
  return withHistory({ ...line, status: 'Closed', closedAt: stamp.at }, { ...stamp, type: 'Closed' });
}

/** The claim that nobody else may send beside, if there is one at `now`. */
export const liveClaim = (line: OrderLine, now: Instant): Claim | undefined =>
  line.claim && line.claim.until > now ? line.claim : undefined;

export const withClaim = (line: OrderLine, claim: Claim): OrderLine => ({ ...line, claim });

function withoutClaim(line: OrderLine, id: string): OrderLine {
  const { claim, ...rest } = line;
  return claim?.id === id ? rest : line;
}

/** The span that the daily limit looks back over, and that an idempotency key counts for. */
export const limitSpan: IsoDuration = 'PT24H';

/**
 * Records that the claimed email was accepted for sending: the first one starts the window, a contact change takes
 * effect. It counts even if the line was settled meanwhile or the claim was taken over: the email did leave.
 */
export function recordSent(
  line: OrderLine,
  claim: Claim,
  email: { messageId: string; sentAt: Instant },
): OrderLine {
  const { messageId, sentAt } = email;
  const to = claim.to.email;
  const counted = claim.kind === 'first' ? [] : [sentAt];
  const sent: OrderLine = {
    ...withoutClaim(line, claim.id),
    ...(claim.kind === 'first' ? windowFrom(line, sentAt) : {}),
    ...(claim.kind === 'resend' ? { lastResentAt: sentAt } : {}),
    lastEmail: { messageId, to, sentAt, delivery: 'Accepted' },
    emailsSent: line.emailsSent + 1,
    countedEmailsAt: [...line.countedEmailsAt.filter((at) => plus(at, limitSpan) > sentAt), ...counted],
  };
  const changed =
    claim.kind === 'contact-change' ? withContact(sent, claim.to, { at: sentAt, actor: claim.actor }) : sent;
  return withHistory(changed, {
    at: sentAt,
    type: 'ProvisioningEmailSent',
    actor: claim.actor,
    to,
    messageId,
    result: 'Accepted',
    reason: claim.kind,
  });
}

function windowFrom(line: OrderLine, sentAt: Instant): Partial<OrderLine> {
  if (line.firstEmailSentAt !== undefined) return {};
  return {
    firstEmailSentAt: sentAt,
    closesAt: plus(sentAt, line.window),
    ...(line.status === 'Scheduled' ? { status: 'AwaitingProvisioningDetails' } : {}),
  };
}

/** Records that the claimed email was not accepted: nothing is counted, and the next may go at once. */
export function recordFailure(
  line: OrderLine,
  claim: Claim,
  failure: { at: Instant; reason: string },
): OrderLine {
  return withHistory(withoutClaim(line, claim.id), {
    at: failure.at,
    type: 'ProvisioningEmailFailed',
    actor: claim.actor,
    to: claim.to.email,
    result: 'not sent',
    reason: failure.reason,
  });
}

/** Changes the provisioning contact; an undeliverable address is forgotten with it. */
export function withContact(line: OrderLine, contact: Contact, stamp: Stamp): OrderLine {
  const { undeliverable, ...rest } = line;
  return withHistory(
    { ...rest, provisioningContact: contact },
    { ...stamp, type: 'ProvisioningContactChanged', to: contact.email },
  );
}

/** Keeps the answer to a resend for its idempotency key, and forgets those whose time is over. */
export function keepAnswer(line: OrderLine, kept: KeptAnswer): OrderLine {
  return { ...line, answers: [...line.answers.filter(({ at }) => plus(at, limitSpan) > kept.at), kept] };
}

/** The answer that `key` got within the last 24 hours. */
export const keptAnswer = (line: OrderLine, key: string, now: Instant): string | undefined =>
  line.answers.find((kept) => kept.key === key && plus(kept.at, limitSpan) > now)?.answer;

/** What the mail service reports about an email that it accepted. */
export interface Feedback {
  readonly messageId: string;
  readonly delivery: (typeof deliveryOutcomes)[number];
  readonly reason?: string;
  /** The address is not to be written to any more: a hard bounce or a complaint. */
  readonly undeliverable: boolean;
}

/** Reports come in any order: a later step of this row is never undone by an earlier one. */
const deliveryRank: Readonly<Record<Delivery, number>> = {
  Accepted: 0,
  Delayed: 1,
  Delivered: 2,
  Rejected: 3,
  Bounced: 3,
  Complained: 4,
};

/** Records a report about one of the line's emails; the same report again changes nothing. */
export function recordFeedback(line: OrderLine, feedback: Feedback, stamp: Stamp): OrderLine {
  const { messageId, delivery, reason, undeliverable } = feedback;
  const sent = line.history.find(
    (entry) => entry.type === 'ProvisioningEmailSent' && entry.messageId === messageId,
  );
  const isKnown = line.history.some(
    (entry) =>
      entry.type === 'ProvisioningEmailFeedback' &&
      entry.messageId === messageId &&
      entry.result === delivery,
  );
  if (isKnown || sent?.to === undefined) return line;

  const isNews =
    line.lastEmail?.messageId === messageId && deliveryRank[delivery] > deliveryRank[line.lastEmail.delivery];
  const because = reason === undefined ? {} : { reason };
  return withHistory(
    {
      ...line,
      ...(isNews ? { lastEmail: { ...line.lastEmail, delivery, ...because } } : {}),
      ...(undeliverable ? { undeliverable: { email: sent.to, reason: reason ?? delivery } } : {}),
    },
    { ...stamp, type: 'ProvisioningEmailFeedback', to: sent.to, messageId, result: delivery, ...because },
  );
}
