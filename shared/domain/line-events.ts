import { assertNever } from './assert-never.ts';
import { isCopyOf } from './copies.ts';
import { type ContactEmailKind, isCopy } from './email-kinds.ts';
import type { HistoryEntry } from './history.ts';
import {
  type DeliveryOutcome,
  isBooked,
  type LineKey,
  type LineStatus,
  type OrderLine,
  type StoredLine,
} from './order-line.ts';
import type { Instant } from './time.ts';

/** What the event of each type says, besides what every event says. */
interface Added {
  'Order Line Scheduled': { readonly requestedStartDate: Instant };
  'Order Line Rescheduled': { readonly requestedStartDate: Instant };
  'Order Line Email Sent': {
    readonly kind: ContactEmailKind;
    readonly messageId: string;
    readonly closesAt?: Instant;
  };
  'Order Line Email Delivered': EmailOutcome<'Delivered'>;
  'Order Line Email Undeliverable': EmailOutcome<Exclude<DeliveryOutcome, 'Delivered' | 'Delayed'>>;
  'Order Line Contact Changed': object;
  'Order Line Closing Soon': { readonly closesAt: Instant };
  'Order Line Onboarded': { readonly organizationId: string; readonly onboardedAt: Instant };
  'Order Line Closed': { readonly closedAt: Instant };
  'Order Line Cancelled': { readonly cancelledAt: Instant };
}
export type LineEventType = keyof Added;

interface EmailOutcome<Outcome extends DeliveryOutcome> {
  readonly messageId: string;
  readonly delivery: Outcome;
  /** The reason without addresses: the status codes of the other mail server, or the mail service's own wording. */
  readonly reason?: string;
}

/** What every event says. It contains no names and no addresses. */
export interface LineEventFacts extends LineKey {
  /** Repeated events have the same id. */
  readonly id: string;
  /** When it happened. */
  readonly at: Instant;
  /** Grows with every change of the line. The events of one change share it, and are published in order. */
  readonly version: number;
  readonly subscriptionId: string;
  readonly partnerId: string;
  readonly offer: string;
  /** The status of the line after that change. */
  readonly status: LineStatus;
}

export type LineEventDetail<Type extends LineEventType> = LineEventFacts & Added[Type];

/** Something that happened to a line, as published to other systems. */
export type LineEvent = {
  readonly [Type in LineEventType]: { readonly type: Type; readonly detail: LineEventDetail<Type> };
}[LineEventType];

/**
 * What a change of a line says to other systems, in the order of its history: one event for each new entry that matters
 * to them. It depends only on what was stored, so the same change always gives the same events.
 * @param before the line before the change; undefined if there was none
 */
export function eventsOf(before: StoredLine | undefined, after: StoredLine): readonly LineEvent[] {
  if (!isBooked(after)) return [];
  const known = isBooked(before) ? before : undefined;
  return newEntries(known?.history ?? [], after.history).flatMap((entry) => eventOf(entry, known, after));
}

/**
 * The entries of a history that its earlier form did not have; some of that form may have been dropped or replaced
 * since.
 */
function newEntries(
  before: readonly HistoryEntry[],
  after: readonly HistoryEntry[],
): readonly HistoryEntry[] {
  const known = new Set(before.map(nameOf));
  return after.filter((entry) => !known.has(nameOf(entry)));
}

/** Identifies an entry within its line, even after an address in it was erased. */
const nameOf = (entry: HistoryEntry): string => [entry.type, entry.at, ...marksOf(entry)].join('/');

/** Distinguishes an entry from others of its type at the same time. */
function marksOf(entry: HistoryEntry): readonly string[] {
  switch (entry.type) {
    case 'Rescheduled':
      return [entry.changedAt];
    case 'ProvisioningEmailSent':
      return [entry.messageId];
    case 'ProvisioningEmailFeedback':
      return [entry.messageId, entry.delivery];
    case 'Onboarded':
      return entry.onboardedAt === undefined ? [] : [entry.onboardedAt];
    case 'Cancelled':
      return entry.cancelledAt === undefined ? [] : [entry.cancelledAt];
    default:
      return [];
  }
}

function eventOf(entry: HistoryEntry, before: OrderLine | undefined, line: OrderLine): readonly LineEvent[] {
  const facts = (type: LineEventType): LineEventFacts => ({
    id: [line.orderId, line.lineId, shortNameOf(type), entry.at, ...marksOf(entry)].join('/'),
    at: entry.at,
    version: line.version,
    orderId: line.orderId,
    lineId: line.lineId,
    subscriptionId: line.subscriptionId,
    partnerId: line.partnerId,
    offer: line.offer,
    status: line.status,
  });

  switch (entry.type) {
    case 'Booked': {
      const type = 'Order Line Scheduled';
      return [{ type, detail: { ...facts(type), requestedStartDate: line.requestedStartDate } }];
    }
    case 'Rescheduled': {
      if (entry.ignored !== undefined) return [];
      const type = 'Order Line Rescheduled';
      const { requestedStartDate } = entry;
      return [{ type, detail: { ...facts(type), requestedStartDate } }];
    }
    case 'ProvisioningEmailSent': {
      const type = 'Order Line Email Sent';
      const { kind, messageId } = entry;
      // Copies are for information; only the contact's own emails are published.
      if (isCopy(kind)) return [];
      const window = line.closesAt === undefined ? {} : { closesAt: line.closesAt };
      return [{ type, detail: { ...facts(type), kind, messageId, ...window } }];
    }
    case 'ProvisioningEmailFeedback': {
      const { messageId, delivery } = entry;
      if (delivery === 'Delayed' || isCopyOf(line, messageId) || !isNews(entry, before, line)) return [];
      const because = entry.reason === undefined ? {} : { reason: withoutPeople(entry.reason) };
      if (delivery === 'Delivered') {
        const type = 'Order Line Email Delivered';
        return [{ type, detail: { ...facts(type), messageId, delivery, ...because } }];
      }
      const type = 'Order Line Email Undeliverable';
      return [{ type, detail: { ...facts(type), messageId, delivery, ...because } }];
    }
    case 'ProvisioningContactChanged': {
      const type = 'Order Line Contact Changed';
      return [{ type, detail: facts(type) }];
    }
    case 'ClosingSoon': {
      if (line.closesAt === undefined) return [];
      const type = 'Order Line Closing Soon';
      return [{ type, detail: { ...facts(type), closesAt: line.closesAt } }];
    }
    case 'Onboarded': {
      const { organizationId = line.organizationId, onboardedAt = line.onboardedAt } = entry;
      if (organizationId === undefined || onboardedAt === undefined) return [];
      const type = 'Order Line Onboarded';
      return [{ type, detail: { ...facts(type), organizationId, onboardedAt } }];
    }
    case 'Closed': {
      const type = 'Order Line Closed';
      return [{ type, detail: { ...facts(type), closedAt: entry.at } }];
    }
    case 'Cancelled': {
      if (line.status !== 'Cancelled') return [];
      const type = 'Order Line Cancelled';
      const { cancelledAt = line.cancelledAt } = entry;
      return [{ type, detail: { ...facts(type), cancelledAt } }];
    }
    case 'ProvisioningEmailFailed':
    case 'ProvisioningEmailUnconfirmed':
    case 'BounceNoticeSent':
    case 'CopyRecipientChanged':
      return [];
    default:
      return assertNever(entry);
  }
}

/** `Order Line Email Sent` as `EmailSent`. */
const shortNameOf = (type: LineEventType): string => type.replace('Order Line ', '').replaceAll(' ', '');

/**
 * Whether a report changed what is known of its email. A report on the last email may come too late for that: an
 * automatic reply to a delivered email. The line does not keep what became of earlier emails, so every report on them
 * is news.
 */
function isNews(
  { messageId, delivery }: Extract<HistoryEntry, { type: 'ProvisioningEmailFeedback' }>,
  before: OrderLine | undefined,
  { lastEmail }: OrderLine,
): boolean {
  if (lastEmail?.messageId !== messageId) return true;
  const known = before?.lastEmail?.messageId === messageId ? before.lastEmail : undefined;
  return (
    lastEmail.delivery === delivery && (known?.delivery !== delivery || known.reason !== lastEmail.reason)
  );
}

/** The codes by which mail servers give the reason, as in `550 5.1.1`. */
const statusCodes = /\b(?:[245]\d\d[ -]+)?[245]\.\d{1,3}\.\d{1,3}\b|\b[245]\d\d\b/;

/**
 * A reason without people in it. Other mail servers like to repeat the address they did not find, so only their codes
 * are kept; the mail service's own wording is kept without addresses.
 */
const withoutPeople = (reason: string): string =>
  statusCodes.exec(reason)?.[0].replace(/[ -]+/, ' ') ?? reason.replaceAll(/\S*@\S*/g, '…');
