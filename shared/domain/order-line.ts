import type { CopyKind, EmailKind } from './email-kinds.ts';
import { type HistoryEntry, withEntry } from './history.ts';
import type { Instant, IsoDuration } from './time.ts';

/** Order id and line id together identify an order line. */
export interface LineKey {
  readonly orderId: string;
  readonly lineId: string;
}

/**
 * Created on first use: loading the rules of a language would add a tenth to the cold start of functions that sort
 * nothing.
 */
let collator: Intl.Collator | undefined;

/** Sorts the ids of an order's lines as people count: 2 before 10. */
export function asCounted(a: string, b: string): number {
  collator ??= new Intl.Collator('en', { numeric: true });
  return collator.compare(a, b);
}

/** Sorts the lines of an order likewise. */
export const byLineId = (a: LineKey, b: LineKey): number => asCounted(a.lineId, b.lineId);

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
/** The outcomes of an email that came back, or is as good as lost. */
export const failedDeliveries = [
  'Bounced',
  'Complained',
  'Rejected',
] as const satisfies readonly DeliveryOutcome[];
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
 * The right to send one email of a line, taken before the mail service is called. Until `until`, nobody else sends. An
 * expired claim was left by a sender that died: its email may have been sent.
 */
export interface Claim {
  /** A tag of the email, by which the mail service's reports settle the claim. */
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

/** The outcome of the request with an idempotency key, kept for as long as the key is valid. */
export interface KeptAnswer {
  readonly key: string;
  readonly at: Instant;
  /** The first answer to a resend, as JSON text; missing while only the mail service's report has told of its email. */
  readonly answer?: string;
  /** The email that left. */
  readonly email?: SentEmail;
  /** The change of contact that sent nothing. */
  readonly change?: QuietChange;
}

/** A change of contact without an email, and the address requested. */
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
  /** How many times the line had been written; the store increments it, and writes only over the version it read. */
  readonly version: number;
}

/** The content of a booking. */
export interface Booking extends LineKey {
  readonly subscriptionId: string;
  readonly offer: string;
  readonly partnerId: string;
  readonly endCustomer: { readonly name: string };
  readonly placedBy: { readonly name: string; readonly email: string };
  readonly provisioningContact: Contact;
  /** A second recipient, who gets copies of the first email and the reminders. */
  readonly copyTo?: Contact;
  readonly requestedStartDate: Instant;
}

/** What every booked line has, and what it may have in any status. */
interface LineFacts extends Booking, Versioned {
  /** `changedAt` of the newest reschedule that was applied. */
  readonly rescheduledAt?: Instant;
  readonly window: IsoDuration;
  /** How long before the end of the window the contact is reminded, earliest first; missing: never. */
  readonly reminders?: readonly IsoDuration[];
  /** Reminders that were due by then are settled: sent, perhaps sent, or not to be sent. */
  readonly remindedUntil?: Instant;
  /** The copy that has yet to be sent, and since when. */
  readonly copyDue?: { readonly kind: CopyKind; readonly at: Instant };
  readonly lastEmail?: LastEmail;
  /** How many emails left in the life of the line, or may have. */
  readonly emailsSent: number;
  /** How many times the contact was changed without an email. */
  readonly contactsSaved: number;
  /** When emails left that count toward the daily limit; times older than its period may be missing. */
  readonly countedEmailsAt: readonly Instant[];
  readonly lastResentAt?: Instant;
  /** Addresses that hard-bounced or complained, and why: nothing is sent to them any more. */
  readonly undeliverable: readonly Undeliverable[];
  readonly claim?: Claim;
  /**
   * The claims of the last day whose emails may have been sent: counted, in the history, and confirmed by the mail
   * service's report if it comes. Oldest first.
   */
  readonly unconfirmed: readonly Claim[];
  readonly answers: readonly KeptAnswer[];
  /** The current start of the workflow; executions of older revisions exit. 0: none yet. */
  readonly executionRevision: number;
  /** This revision may have no execution yet; the sweep starts it when the start date is near. */
  readonly awaitsExecution?: boolean;
  /** When the execution of this revision was started; unknown for the oldest lines. */
  readonly executionStartedAt?: Instant;
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

/** Fields that a line cannot have in some status. */
type Without<Facts extends string> = { readonly [Fact in Facts]?: never };

/** Before the first email. An email other than the first, which only a restored table can know of, starts no window. */
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

/** Closed by its window; with an onboarding, onboarded after that. */
export interface ClosedLine extends LineFacts, Started, Partial<Onboarding>, Without<'cancelledAt'> {
  readonly status: 'Closed';
  readonly closedAt: Instant;
}

/** Cancelled, whatever else happened before or since. */
export interface CancelledLine extends LineFacts, Partial<Started>, Partial<Onboarding> {
  readonly status: 'Cancelled';
  readonly closedAt?: Instant;
  readonly cancelledAt: Instant;
}

/** A booked line. */
export type OrderLine = ScheduledLine | AwaitingLine | OnboardedLine | ClosedLine | CancelledLine;

/** Neither onboarded, cancelled nor closed: the workflow still has work to do. */
export type OpenLine = ScheduledLine | AwaitingLine;

/** A line that is not booked yet, with the events buffered until its booking arrives. */
export interface UnbookedLine extends LineKey, Versioned {
  readonly status: 'Unbooked';
  readonly cancelledAt?: Instant;
  /** When the last of these events arrived; missing in the oldest items. */
  readonly heldSince?: Instant;
  /** In order of arrival. */
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

/** Who did something, and when: the start of every history entry. */
export interface Stamp {
  readonly at: Instant;
  readonly actor: string;
}

/** The line with one more entry in its history. */
export const withHistory = <Line extends OrderLine>(line: Line, entry: HistoryEntry): Line => ({
  ...line,
  history: withEntry(line.history, entry),
});
