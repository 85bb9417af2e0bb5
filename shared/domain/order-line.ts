import type { EmailKind } from './email-kinds.ts';
import { type HistoryEntry, withEntry } from './history.ts';
import type { Instant, IsoDuration } from './time.ts';

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
export type DeliveryOutcome = (typeof deliveryOutcomes)[number];
export type Delivery = (typeof deliveries)[number];

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

interface Versioned {
  /** How many times the line was written by then; the store counts it, and writes only over what was read. */
  readonly version: number;
}

/** What every booked line has, and what it may have in any status. */
interface LineFacts extends LineKey, Versioned {
  readonly subscriptionId: string;
  readonly offer: string;
  readonly partnerId: string;
  readonly endCustomer: { readonly name: string };
  readonly placedBy: { readonly name: string; readonly email: string };
  readonly provisioningContact: Contact;
  readonly requestedStartDate: Instant;
  /** `changedAt` of the newest reschedule that was applied. */
  readonly rescheduledAt?: Instant;
  readonly window: IsoDuration;
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

/** The provisioning window, which the first email starts. */
interface Started {
  readonly firstEmailSentAt: Instant;
  readonly closesAt: Instant;
}

/** The point of no return. */
export interface Onboarding {
  readonly organizationId: string;
  readonly onboardedAt: Instant;
}

/** Facts that a line of some status cannot have. */
type Without<Facts extends string> = { readonly [Fact in Facts]?: never };

/** Before the first email. One that was not sent as the first, which only a restored table can know, starts nothing. */
export interface ScheduledLine
  extends LineFacts, Without<keyof Started | keyof Onboarding | 'closedAt' | 'cancelledAt'> {
  readonly status: 'Scheduled';
}

export interface AwaitingLine
  extends LineFacts, Started, Without<keyof Onboarding | 'closedAt' | 'cancelledAt'> {
  readonly status: 'AwaitingProvisioningDetails';
}

/** Onboarded while it was open, or before the end of the window that closed it. */
export interface OnboardedLine
  extends LineFacts, Partial<Started>, Onboarding, Without<'closedAt' | 'cancelledAt'> {
  readonly status: 'Onboarded';
}

/** Closed by its window, and onboarded since if it has an onboarding. */
export interface ClosedLine extends LineFacts, Started, Partial<Onboarding>, Without<'cancelledAt'> {
  readonly status: 'Closed';
  readonly closedAt: Instant;
}

/** Cancelled, whatever happened to it before or since. */
export interface CancelledLine extends LineFacts, Partial<Started>, Partial<Onboarding> {
  readonly status: 'Cancelled';
  readonly closedAt?: Instant;
  readonly cancelledAt: Instant;
}

/** A booked line. */
export type OrderLine = ScheduledLine | AwaitingLine | OnboardedLine | ClosedLine | CancelledLine;

/** Neither onboarded nor cancelled nor closed: the workflow still has something to do for it. */
export type OpenLine = ScheduledLine | AwaitingLine;

/** A line that is not booked, with what is held for it if its events overtook its booking. */
export interface UnbookedLine extends LineKey, Versioned {
  readonly status: 'Unbooked';
  readonly cancelledAt?: Instant;
  /** In the order in which they came. */
  readonly reschedules: readonly Reschedule[];
}

export interface Reschedule {
  readonly requestedStartDate: Instant;
  readonly changedAt: Instant;
}

export type StoredLine = OrderLine | UnbookedLine;

export const isBooked = (line: StoredLine | undefined): line is OrderLine =>
  line !== undefined && line.status !== 'Unbooked';

export const isOpen = (line: OrderLine): line is OpenLine =>
  line.status === 'Scheduled' || line.status === 'AwaitingProvisioningDetails';

/** Closed by its window and not onboarded since: it can still be resent, edited and onboarded. */
export const isProvisioningPending = (line: OrderLine): boolean =>
  line.status === 'Closed' && line.onboardedAt === undefined;

/** Who did something, and when: what every history entry starts with. */
export interface Stamp {
  readonly at: Instant;
  readonly actor: string;
}

/** The line with one more entry in its history. */
export const withHistory = <Line extends OrderLine>(line: Line, entry: HistoryEntry): Line => ({
  ...line,
  history: withEntry(line.history, entry),
});
