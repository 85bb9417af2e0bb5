import { assertNever } from './assert-never.ts';
import { type EmailKind, isCopy } from './email-kinds.ts';
import type { DeliveryOutcome, LineStatus, Reschedule, Stamp } from './order-line.ts';
import type { Instant } from './time.ts';

export const historyTypes = [
  'Booked',
  'Rescheduled',
  'ProvisioningEmailSent',
  'ProvisioningEmailFailed',
  /** Outcome unknown: it may have been sent. The mail service's report turns it into a sent one. */
  'ProvisioningEmailUnconfirmed',
  'ProvisioningEmailFeedback',
  /** Somebody other than the contact was told by email that an email of the line bounced. */
  'BounceNoticeSent',
  'ProvisioningContactChanged',
  /** The second recipient was set, changed or removed. */
  'CopyRecipientChanged',
  /** The last reminder was due, whether or not it was sent. */
  'ClosingSoon',
  'Onboarded',
  'Closed',
  'Cancelled',
] as const;
export type HistoryType = (typeof historyTypes)[number];

interface Happened<Type extends HistoryType> extends Stamp {
  readonly type: Type;
}

interface Booked extends Happened<'Booked'> {
  /** The contact that the line was booked with; missing in the oldest entries. */
  readonly to?: string;
  /** The second recipient, if the line was booked with one. */
  readonly copyTo?: string;
}

interface Rescheduled extends Happened<'Rescheduled'>, Reschedule {
  /** Why it had no effect: the status of the line, or a newer change that came first. */
  readonly ignored?: Exclude<LineStatus, 'Scheduled'> | 'Overtaken';
}

interface EmailSent extends Happened<'ProvisioningEmailSent'> {
  readonly to: string;
  readonly messageId: string;
  readonly kind: EmailKind;
  /** Confirmed by the mail service's answer, or only by its report. */
  readonly result: 'Accepted' | 'Confirmed';
}

interface EmailFailed extends Happened<'ProvisioningEmailFailed'> {
  readonly to: string;
  readonly reason: string;
  /** How often it happened in a row, most recently at `at`. */
  readonly repeated?: { readonly times: number; readonly since: Instant };
}

interface EmailUnconfirmed extends Happened<'ProvisioningEmailUnconfirmed'> {
  readonly to: string;
  readonly kind: EmailKind;
  /** Missing in the oldest entries of this type. */
  readonly claimId?: string;
}

interface EmailFeedback extends Happened<'ProvisioningEmailFeedback'> {
  readonly to: string;
  readonly messageId: string;
  readonly delivery: DeliveryOutcome;
  readonly reason?: string;
}

interface BounceNoticeSent extends Happened<'BounceNoticeSent'> {
  readonly to: string;
  /** The id of the notice. */
  readonly messageId: string;
}

interface ContactChanged extends Happened<'ProvisioningContactChanged'> {
  readonly to: string;
}

/** Without `to` the second recipient was removed. */
interface CopyRecipientChanged extends Happened<'CopyRecipientChanged'> {
  readonly to?: string;
}

/** The oldest entries of this type do not say more. */
interface Onboarded extends Happened<'Onboarded'> {
  readonly organizationId?: string;
  readonly onboardedAt?: Instant;
}

interface Cancelled extends Happened<'Cancelled'> {
  /** Missing in the oldest entries of this type. */
  readonly cancelledAt?: Instant;
}

/** What happened to a line: when, by whom, and what its type adds. */
export type HistoryEntry =
  | Happened<'ClosingSoon' | 'Closed'>
  | Onboarded
  | Cancelled
  | Booked
  | Rescheduled
  | EmailSent
  | EmailFailed
  | EmailUnconfirmed
  | EmailFeedback
  | BounceNoticeSent
  | ContactChanged
  | CopyRecipientChanged;

/** An entry as it is shown: a change of contact or second recipient also names the previous one, if known. */
export type ToldEntry =
  | Exclude<HistoryEntry, ContactChanged | CopyRecipientChanged>
  | ((ContactChanged | CopyRecipientChanged) & { readonly from?: string });

/**
 * A history as it is shown. A change of contact does not store the previous contact: an earlier entry has it, and
 * storing it with every change could exceed what an item has room for.
 */
export function told(history: readonly HistoryEntry[]): readonly ToldEntry[] {
  let contact: string | undefined;
  let copyTo: string | undefined;
  return history.map((entry) => {
    const from = entry.type === 'CopyRecipientChanged' ? copyTo : contact;
    if (entry.type === 'Booked') copyTo = entry.copyTo;
    if (entry.type === 'CopyRecipientChanged') copyTo = entry.to;
    switch (entry.type) {
      case 'Booked':
      case 'ProvisioningContactChanged':
        contact = entry.to ?? contact;
        break;
      case 'ProvisioningEmailSent':
      case 'ProvisioningEmailUnconfirmed':
        // The email of a contact change precedes the change, and goes to the new contact.
        if (entry.kind !== 'contact-change' && !isCopy(entry.kind)) contact = entry.to;
        break;
      default:
    }
    const isChange = entry.type === 'ProvisioningContactChanged' || entry.type === 'CopyRecipientChanged';
    return isChange && from !== undefined ? { ...entry, from } : entry;
  });
}

/** The actor of the workflow's own actions. */
export const workflowActor = 'workflow';

/** The longest actor, in bytes of UTF-8: that of the longest mail address. */
export const longestActor = 254;

/** The longest reason of an entry, in bytes of UTF-8. */
export const longestReason = 200;

/** The most emails, or contact changes without one, that settings may allow in the life of a line: see `historyLimit`. */
export const mostEmailsPerLine = 100;

/** The most emails that settings may allow a line in 24 hours, with an answer kept for each: see `historyLimit`. */
export const mostEmailsPerDay = 20;

/**
 * The most entries that a history keeps. DynamoDB allows 400 KB for the item of a line, which needs at most
 *
 *     history         320 entries of 0.75 KB   240 KB   actor and address of 254 B; reports have a reason of 200 B,
 *                                                       and `aws.ses` as actor
 *     kept answers     20 of 5 KB              100 KB   `mostEmailsPerDay`; an unconfirmed email, of 2 KB, has none
 *     quiet changes    20 of 0.5 KB             10 KB   `mostQuietChanges`, kept among the answers
 *     undeliverable    50 of 0.5 KB             25 KB   `mostUndeliverable`
 *     everything else                           10 KB
 *                                              385 KB
 *
 * A full history drops entries that neither reached people nor concern them: see `concernsPeople`. There are always
 * some, because of the others there are at most 307: 1 booking, 101 emails (the first is not limited) that each come back
 * once, 100 changes of contact or second recipient, and one each of closing soon, onboarding, closing and cancellation.
 * Only a first email whose answers and reports are all lost exceeds that while it is sent again each hour: then the oldest
 * entries after the booking are dropped.
 */
export const historyLimit = 320;

/** The history with one more entry. Consecutive identical failures become one entry with a count. */
export function withEntry(history: readonly HistoryEntry[], entry: HistoryEntry): readonly HistoryEntry[] {
  const last = history.at(-1);
  if (entry.type === 'ProvisioningEmailFailed' && last?.type === entry.type && isSame(last, entry))
    return history.with(-1, { ...entry, repeated: countedOn(last) });
  return trimmed([...history, entry]);
}

const isSame = (a: EmailFailed, b: EmailFailed): boolean =>
  a.actor === b.actor && a.to === b.to && a.reason === b.reason;

const countedOn = ({ at, repeated = { times: 1, since: at } }: EmailFailed) => ({
  ...repeated,
  times: repeated.times + 1,
});

/** Without the oldest expendable entry if the history is full. */
function trimmed(history: readonly HistoryEntry[]): readonly HistoryEntry[] {
  if (history.length <= historyLimit) return history;
  const place = history.findIndex((entry, index) => !concernsPeople(entry, history.slice(0, index)));
  return history.toSpliced(place === -1 ? 1 : place, 1);
}

/**
 * Whether an entry reports what reached people or concerns them. Of several bounces of one email, onboardings or
 * cancellations, only the first does.
 */
function concernsPeople(entry: HistoryEntry, before: readonly HistoryEntry[]): boolean {
  switch (entry.type) {
    case 'Booked':
    case 'ProvisioningEmailSent':
    case 'ProvisioningEmailUnconfirmed':
    case 'ProvisioningContactChanged':
    case 'CopyRecipientChanged':
    case 'ClosingSoon':
    case 'Closed':
      return true;
    case 'Onboarded':
    case 'Cancelled':
      return !before.some(({ type }) => type === entry.type);
    case 'Rescheduled':
    case 'ProvisioningEmailFailed':
    case 'BounceNoticeSent':
      return false;
    case 'ProvisioningEmailFeedback':
      return cameBack(entry) && !before.some((other) => isReportOn(other, entry.messageId));
    default:
      return assertNever(entry);
  }
}

const cameBack = ({ delivery }: EmailFeedback): boolean => delivery !== 'Delivered' && delivery !== 'Delayed';

const isReportOn = (entry: HistoryEntry, messageId: string): boolean =>
  entry.type === 'ProvisioningEmailFeedback' && entry.messageId === messageId && cameBack(entry);
