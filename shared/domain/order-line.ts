import { type HistoryEntry, withEntry } from './history.ts';
import { type OfferWindows, windowOf } from './offers.ts';
import { type Instant, type IsoDuration, later, minus, plus } from './time.ts';

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
 * A claim whose `until` passed was left by a sender that died: its email may have been sent.
 */
export interface Claim {
  /** Travels with the email as a tag, so that the mail service's reports tell what came of the claim. */
  readonly id: string;
  readonly owner: string;
  readonly kind: EmailKind;
  readonly to: Contact;
  readonly actor: string;
  readonly at: Instant;
  readonly until: Instant;
  /** The idempotency key of the request. */
  readonly key?: string;
}

/** An email that the mail service accepted for sending. */
export interface SentEmail {
  readonly messageId: string;
  readonly to: string;
  readonly sentAt: Instant;
}

/** What the request of an idempotency key came to, kept for as long as the key counts. */
export interface KeptAnswer {
  readonly key: string;
  readonly at: Instant;
  /** The first answer to a resend, as JSON text; missing while only the mail service's report told of its email. */
  readonly answer?: string;
  /** The email that left. */
  readonly email?: SentEmail;
  /** The change of contact that sent nothing. */
  readonly change?: QuietChange;
}

/** A change of contact without an email, and the address that was asked for. */
export interface QuietChange {
  readonly outcome: 'saved' | 'unchanged';
  readonly email: string;
}

/** An address that mail does not reach, and why. */
export interface Undeliverable {
  readonly email: string;
  readonly reason: string;
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
  /** How many emails left in the life of the line, or may have. */
  readonly emailsSent: number;
  /** How many times the contact was changed without an email. */
  readonly contactsSaved: number;
  /** When the emails left that count toward the daily limit; older ones than the limit's day may be missing. */
  readonly countedEmailsAt: readonly Instant[];
  readonly lastResentAt?: Instant;
  /** The addresses that hard-bounced or complained, and why: nothing is sent to them any more. */
  readonly undeliverable: readonly Undeliverable[];
  readonly claim?: Claim;
  /**
   * The claims of the last day whose emails may have been sent: counted, in the history, and confirmed by the mail
   * service's report if it comes. Oldest first.
   */
  readonly unconfirmed: readonly Claim[];
  readonly answers: readonly KeptAnswer[];
  /** Which start of the workflow counts; an execution of an older one stands down. 0: none was started yet. */
  readonly executionRevision: number;
  /** Moved so far ahead that no execution of this revision was started; the sweep starts one in time. */
  readonly awaitsExecution?: boolean;
  readonly history: readonly HistoryEntry[];
}

/** What is held for a line whose events overtook its booking. */
export interface UnbookedLine extends LineKey {
  readonly status: 'Unbooked';
  readonly cancelledAt?: Instant;
  /** In the order in which they came. */
  readonly reschedules: readonly Reschedule[];
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

const withHistory = (line: OrderLine, entry: HistoryEntry): OrderLine => ({
  ...line,
  history: withEntry(line.history, entry),
});

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
    contactsSaved: 0,
    countedEmailsAt: [],
    undeliverable: [],
    unconfirmed: [],
    answers: [],
    executionRevision: 0,
    history: [{ ...stamp, type: 'Booked' }],
  };
  const changes = early?.reschedules ?? [];
  const rescheduled = changes.reduce((line, change) => reschedule(line, change, stamp), booked);
  return early?.cancelledAt ? cancel(rescheduled, early.cancelledAt, stamp) : rescheduled;
}

/** The line that is held for `key` until it is booked. */
export const unbooked = ({ orderId, lineId }: LineKey): UnbookedLine => ({
  orderId,
  lineId,
  status: 'Unbooked',
  reschedules: [],
});

/** How many reschedules are held for a line at most; the one changed first makes room. */
export const mostHeldReschedules = 20;

/** Holds a reschedule that came before the booking. The same change again: nothing. */
export function holdReschedule(held: UnbookedLine, change: Reschedule): UnbookedLine {
  if (held.reschedules.some((known) => isSameChange(known, change))) return held;
  const reschedules = [...held.reschedules, change];
  if (reschedules.length <= mostHeldReschedules) return { ...held, reschedules };
  const first = reschedules.reduce((a, b) => (b.changedAt < a.changedAt ? b : a));
  return { ...held, reschedules: reschedules.filter((known) => known !== first) };
}

const isSameChange = (a: Reschedule, b: Reschedule): boolean =>
  a.changedAt === b.changedAt && a.requestedStartDate === b.requestedStartDate;

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
  if (isApplied(line, change)) return line;
  if (line.history.some((entry) => entry.type === 'Rescheduled' && entry.result === result)) return line;

  const entry: HistoryEntry = { ...stamp, type: 'Rescheduled', result };
  if (line.status !== 'Scheduled') {
    return withHistory(line, { ...entry, reason: `ignored: the line is ${line.status}` });
  }
  if (line.rescheduledAt !== undefined && change.changedAt <= line.rescheduledAt) {
    return withHistory(line, { ...entry, reason: 'ignored: a newer change came before' });
  }
  return withHistory(
    {
      ...giveUpClaim(line),
      requestedStartDate: change.requestedStartDate,
      rescheduledAt: change.changedAt,
      ...startedAnew(line, change.requestedStartDate, stamp.at),
    },
    entry,
  );
}

/** Where a reschedule of the history moves the requested start date to, and whether that counted. */
export function rescheduleOf(entry: HistoryEntry): { to: Instant; isApplied: boolean } | undefined {
  const to = entry.type === 'Rescheduled' ? entry.result?.split(' ').at(-1) : undefined;
  return to === undefined ? undefined : { to, isApplied: entry.reason === undefined };
}

const isApplied = ({ requestedStartDate, rescheduledAt }: OrderLine, change: Reschedule): boolean =>
  rescheduledAt !== undefined && isSameChange({ requestedStartDate, changedAt: rescheduledAt }, change);

/**
 * How long before its requested start date a line gets its execution. Step Functions lets an execution last a year at
 * most; half a year leaves the other half for the window.
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

/** The next revision, which makes running executions stand down; a line without an execution keeps having none. */
const startedAnew = (
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

/** Gives the line a new start of its workflow; older executions stand down. */
export const withNewExecution = (line: OrderLine): OrderLine => ({
  ...line,
  executionRevision: line.executionRevision + 1,
  awaitsExecution: false,
});

/** Cancels the line, whatever its status; a second cancellation changes nothing. */
export function cancel(line: OrderLine, cancelledAt: Instant, stamp: Stamp): OrderLine {
  if (line.status === 'Cancelled') return line;
  return withHistory({ ...line, status: 'Cancelled', cancelledAt }, { ...stamp, type: 'Cancelled' });
}

/**
 * The point of no return. What happened first counts: a line onboarded before its window ended is Onboarded, also if
 * it was closed meanwhile; one whose window ended first is Closed, with the flag. A cancelled line keeps its status. A
 * second onboarding changes nothing.
 */
export function onboard(line: OrderLine, onboarding: Onboarding, stamp: Stamp): OrderLine {
  if (line.onboardedAt !== undefined) return line;
  const { organizationId, onboardedAt } = onboarding;
  const isTooLate = line.closesAt !== undefined && line.closesAt <= onboardedAt;
  const { closedAt, ...settled } = isTooLate ? closeOverdue(line, { ...stamp, actor: 'workflow' }) : line;
  const isInTime = isOpen(settled) || (settled.status === 'Closed' && !isTooLate);
  return withHistory(
    {
      ...settled,
      ...(isInTime ? { status: 'Onboarded' } : closedAt === undefined ? {} : { closedAt }),
      organizationId,
      onboardedAt,
    },
    { ...stamp, type: 'Onboarded' },
  );
}

/** The line as the onboarding of its order makes it: the order may know before the line does. */
export const asOnboarded = (line: OrderLine, onboarding: Onboarding | undefined, at: Instant): OrderLine =>
  onboarding ? onboard(line, onboarding, { at, actor: 'control-hub' }) : line;

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

/** Claims the line for one email; a claim that is still there is given up. */
export const withClaim = (line: OrderLine, claim: Claim): OrderLine => ({ ...giveUpClaim(line), claim });

/** The line without the claim of that id, whose email was not handed to the mail service or is recorded. */
export function withoutClaim(line: OrderLine, id: string): OrderLine {
  const { claim, ...rest } = line;
  return claim?.id === id ? rest : line;
}

/**
 * Ends a claim whose outcome nobody knows: its sender died, or the mail service's answer was lost. Its email may have
 * been sent, so it counts and is in the history; the mail service's report may still confirm it.
 */
export function giveUpClaim(line: OrderLine): OrderLine {
  const { claim } = line;
  if (!claim) return line;
  const { id, actor, at, kind, to } = claim;
  const known = line.unconfirmed.filter((other) => plus(other.at, limitSpan) > at);
  return withHistory(
    { ...withCount(withoutClaim(line, id), kind, at), unconfirmed: [...known, claim] },
    {
      at,
      type: 'ProvisioningEmailUnconfirmed',
      actor,
      to: to.email,
      result: 'may have been sent',
      reason: kind,
      claimId: id,
    },
  );
}

/** The line as it is once a claim that ran out is given up; nothing needs to have written that. */
export const withoutStaleClaim = (line: OrderLine, now: Instant): OrderLine =>
  liveClaim(line, now) ? line : giveUpClaim(line);

/** The span that the daily limit looks back over, and that an idempotency key counts for. */
export const limitSpan: IsoDuration = 'PT24H';

/** Counts an email toward the limits; the first one of a line counts toward those of its life only. */
function withCount(line: OrderLine, kind: EmailKind, at: Instant): OrderLine {
  const lastDay = line.countedEmailsAt.filter((sent) => plus(sent, limitSpan) > at);
  return {
    ...line,
    ...(kind === 'resend' ? { lastResentAt: later(line.lastResentAt ?? at, at) } : {}),
    emailsSent: line.emailsSent + 1,
    countedEmailsAt: kind === 'first' ? lastDay : [...lastDay, at],
  };
}

/**
 * Records that the claimed email was accepted for sending: the first one starts the window, a contact change takes
 * effect. It counts even if the line was settled meanwhile or the claim was given up: the email did leave, and its
 * entry in the history says so from now on. The same email again changes nothing, and what is newer stays.
 */
export function recordSent(line: OrderLine, claim: Claim, { messageId, sentAt }: Acceptance): OrderLine {
  if (sentEmailOf(line, messageId)) return line;
  const { id, actor, kind, to, key } = claim;
  // The history knows of claims that were given up longer ago than the list of them goes back.
  const isCounted =
    line.unconfirmed.some((given) => given.id === id) || line.history.some(({ claimId }) => claimId === id);
  const counted = isCounted ? line : withCount(withoutClaim(line, id), kind, sentAt);
  const changed =
    kind === 'contact-change' && !isContactNewer(line, claim)
      ? withContact(counted, to, { at: sentAt, actor })
      : counted;
  const email: SentEmail = { messageId, to: to.email, sentAt };
  const sent: OrderLine = {
    ...changed,
    unconfirmed: changed.unconfirmed.filter((given) => given.id !== id),
    ...(kind === 'first' ? windowFrom(line, sentAt) : {}),
    ...(line.lastEmail && line.lastEmail.sentAt > sentAt
      ? {}
      : { lastEmail: { ...email, delivery: 'Accepted' } }),
    history: withSentEntry(changed.history, id, {
      at: sentAt,
      type: 'ProvisioningEmailSent',
      actor,
      to: to.email,
      messageId,
      result: isCounted ? 'Confirmed' : 'Accepted',
      reason: kind,
    }),
  };
  return key === undefined ? sent : keepAnswer(sent, { key, at: sentAt, email });
}

/** What the mail service says of an email that it accepted for sending. */
type Acceptance = Omit<SentEmail, 'to'>;

/** The history with the entry of a sent email in the place of the one that said that it may have been sent. */
function withSentEntry(
  history: readonly HistoryEntry[],
  claimId: string,
  sent: HistoryEntry,
): readonly HistoryEntry[] {
  const place = history.findIndex((entry) => entry.claimId === claimId);
  return place === -1 ? withEntry(history, sent) : history.with(place, sent);
}

/** Whether the contact was changed after the claim was made: what is told late does not undo it. */
const isContactNewer = (line: OrderLine, claim: Claim): boolean =>
  line.history.some(({ type, at }) => type === 'ProvisioningContactChanged' && at > claim.at);

/** An email as the mail service reports it. */
export interface ReportedEmail extends SentEmail {
  readonly claimId: string | undefined;
  readonly kind: EmailKind | undefined;
}

/**
 * Records an email that the mail service reported, unless the line knows of it: by the claim that it was sent for, as
 * if the answer had come; without one, by what the report says.
 */
export function recordReported(line: OrderLine, email: ReportedEmail): OrderLine {
  const { claimId, messageId, to, sentAt } = email;
  const { kind = line.firstEmailSentAt === undefined ? 'first' : 'resend' } = email;
  const claims = line.claim ? [line.claim, ...line.unconfirmed] : line.unconfirmed;
  const claim = claims.find(({ id }) => id === claimId) ?? {
    id: claimId ?? messageId,
    owner: 'report',
    kind,
    to: contactOf(line, to),
    actor: 'aws.ses',
    at: sentAt,
    until: sentAt,
  };
  return recordSent(line, claim, { messageId, sentAt });
}

/** The line's contact if that is its address, else one of which nothing but the address is known. */
const contactOf = ({ provisioningContact }: OrderLine, email: string): Contact =>
  isSameAddress(provisioningContact.email, email)
    ? provisioningContact
    : { email, locale: provisioningContact.locale };

/** An email of the line; undefined if the line knows of no such email. */
export function sentEmailOf(line: OrderLine, messageId: string): Omit<SentEmail, 'messageId'> | undefined {
  const { lastEmail } = line;
  if (lastEmail?.messageId === messageId) return { to: lastEmail.to, sentAt: lastEmail.sentAt };
  const entry = line.history.find(
    (known) => known.type === 'ProvisioningEmailSent' && known.messageId === messageId,
  );
  return entry?.to === undefined ? undefined : { to: entry.to, sentAt: entry.at };
}

function windowFrom(line: OrderLine, sentAt: Instant): Partial<OrderLine> {
  if (line.firstEmailSentAt !== undefined) return {};
  return {
    firstEmailSentAt: sentAt,
    closesAt: plus(sentAt, line.window),
    ...(line.status === 'Scheduled' ? { status: 'AwaitingProvisioningDetails' } : {}),
  };
}

/**
 * Records that the claimed email was not accepted: nothing is counted, and the next may go at once. A claim that is
 * gone has its outcome already.
 */
export function recordFailure(
  line: OrderLine,
  claim: Claim,
  failure: { at: Instant; reason: string },
): OrderLine {
  if (line.claim?.id !== claim.id) return line;
  return withHistory(withoutClaim(line, claim.id), {
    at: failure.at,
    type: 'ProvisioningEmailFailed',
    actor: claim.actor,
    to: claim.to.email,
    result: 'not sent',
    reason: failure.reason,
  });
}

/** A change of the provisioning contact: what is not given stays, but a name goes with its address; '' is no name. */
export interface ContactChange {
  readonly email: string;
  readonly name?: string;
  readonly locale?: Locale;
}

/** The contact that a change makes of the line's. */
export function changedContact({ provisioningContact: known }: OrderLine, change: ContactChange): Contact {
  const isSame = isSameAddress(known.email, change.email);
  const name = change.name ?? (isSame ? known.name : undefined);
  return {
    email: isSame ? known.email : change.email,
    ...(name === undefined || name === '' ? {} : { name }),
    locale: change.locale ?? known.locale,
  };
}

function withContact(line: OrderLine, contact: Contact, stamp: Stamp): OrderLine {
  return withHistory(
    { ...line, provisioningContact: contact },
    { ...stamp, type: 'ProvisioningContactChanged', to: contact.email },
  );
}

/** Changes the provisioning contact without an email, before the first one: it will go to the new contact. */
export const saveContact = (line: OrderLine, contact: Contact, stamp: Stamp): OrderLine => ({
  ...withContact(line, contact, stamp),
  contactsSaved: line.contactsSaved + 1,
});

/** How many changes of contact without an email are kept for their keys; the one kept longest makes room. */
export const mostQuietChanges = 20;

/** Keeps what an idempotency key came to, and forgets those whose time is over. */
export function keepAnswer(line: OrderLine, kept: KeptAnswer): OrderLine {
  const others = line.answers.filter(({ key, at }) => key !== kept.key && plus(at, limitSpan) > kept.at);
  const answers = [...others, kept];
  const tooMany = answers.filter(({ change }) => change).slice(0, -mostQuietChanges);
  return { ...line, answers: answers.filter((answer) => !tooMany.includes(answer)) };
}

/** What `key` came to within the last 24 hours. */
export const keptAnswer = (line: OrderLine, key: string, now: Instant): KeptAnswer | undefined =>
  line.answers.find((kept) => kept.key === key && plus(kept.at, limitSpan) > now);

/** The email of `key` of which nobody knows yet whether it left. */
export const unconfirmedOf = (line: OrderLine, key: string): Claim | undefined =>
  line.unconfirmed.find((claim) => claim.key === key);

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
  /** One that may pass: a full mailbox, or an automatic reply, which comes after the delivery. */
  Bounced: 2,
  Delivered: 3,
  Rejected: 4,
  Complained: 5,
};

/** A hard bounce ranks as high as a rejection. */
const rankOf = ({ delivery, undeliverable }: { delivery: Delivery; undeliverable: boolean }): number =>
  delivery === 'Bounced' && undeliverable ? deliveryRank.Rejected : deliveryRank[delivery];

/** Records a report about one of the line's emails; the same report again changes nothing. */
export function recordFeedback(line: OrderLine, feedback: Feedback, stamp: Stamp): OrderLine {
  const { messageId, delivery, reason, undeliverable } = feedback;
  const sent = sentEmailOf(line, messageId);
  const isKnown = line.history.some(
    (entry) =>
      entry.type === 'ProvisioningEmailFeedback' &&
      entry.messageId === messageId &&
      entry.result === delivery,
  );
  if (!sent) return line;
  const { to } = sent;
  // A bounce that may pass can be followed by one that does not.
  if (isKnown && (!undeliverable || isUndeliverable(line, to))) return line;

  const because = reason === undefined ? {} : { reason };
  const told = undeliverable ? withUndeliverable(line, { email: to, reason: reason ?? delivery }) : line;
  return withHistory(
    { ...told, ...lastEmailAfter(line, feedback) },
    {
      ...stamp,
      at: later(stamp.at, sent.sentAt),
      type: 'ProvisioningEmailFeedback',
      to,
      messageId,
      result: delivery,
      ...because,
    },
  );
}

/** The last email with what is news about it; a report about any other email leaves it as it is. */
function lastEmailAfter(line: OrderLine, feedback: Feedback): Pick<OrderLine, 'lastEmail'> {
  const { lastEmail } = line;
  if (lastEmail?.messageId !== feedback.messageId) return {};
  const { delivery, reason } = feedback;
  const { to, messageId, sentAt } = lastEmail;
  const known = rankOf({ delivery: lastEmail.delivery, undeliverable: isUndeliverable(line, to) });
  if (rankOf(feedback) <= known) return {};
  return { lastEmail: { messageId, to, sentAt, delivery, ...(reason === undefined ? {} : { reason }) } };
}

/** Whether mail to the address is known not to arrive. */
const isUndeliverable = (line: OrderLine, address: string): boolean =>
  line.undeliverable.some(({ email }) => isSameAddress(email, address));

/** How many undeliverable addresses a line remembers; the one known longest makes room. */
export const mostUndeliverable = 50;

function withUndeliverable(line: OrderLine, address: Undeliverable): OrderLine {
  const others = line.undeliverable.filter(({ email }) => !isSameAddress(email, address.email));
  return { ...line, undeliverable: [...others, address].slice(-mostUndeliverable) };
}

/** Mail addresses are the same in any case: mail systems that tell them apart are not met in practice. */
export const isSameAddress = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
