import { defaults } from '../../infra/settings.ts';
import { parseLine, toItem } from '../../shared/adapters/order-line-item.ts';
import {
  isBooked,
  type LineStatus,
  type OrderLine,
  type StoredLine,
} from '../../shared/domain/order-line.ts';

/** When the tests of the rules take place. */
export const now = '2026-11-22T12:00:00.000Z';

export const minutesBefore = (minutes: number): string =>
  new Date(Date.parse(now) - minutes * 60_000).toISOString();

export const daysAfter = (days: number): string => minutesBefore(-days * 24 * 60);

/** Facts of a line, of whatever status. */
export type LineChanges = { readonly [Fact in keyof OrderLine]?: NonNullable<OrderLine[Fact]> };

/** What a line of each status has at least. */
const facts: Readonly<Record<LineStatus, LineChanges>> = {
  Scheduled: {},
  AwaitingProvisioningDetails: { firstEmailSentAt: minutesBefore(60), closesAt: daysAfter(7) },
  Onboarded: { onboardedAt: minutesBefore(30), organizationId: 'organization' },
  Closed: { firstEmailSentAt: daysAfter(-8), closesAt: daysAfter(-1), closedAt: daysAfter(-1) },
  Cancelled: { cancelledAt: minutesBefore(30) },
};

/** A line that waits for its start date next month; `changes` make it any other that can be. */
export function line(changes: LineChanges = {}): OrderLine {
  const known = parseLine({
    orderId: 'ORD-1',
    lineId: '1',
    subscriptionId: 'Sub-1',
    offer: 'A-FLEX-3',
    partnerId: 'northwind',
    endCustomer: { name: 'Alder & Finch' },
    placedBy: { name: 'Maya Lindqvist', email: 'maya@northwind.example' },
    provisioningContact: { email: 'it@example.com', locale: 'en' },
    requestedStartDate: '2026-12-24T00:00:00.000Z',
    status: 'Scheduled',
    window: 'P7D',
    emailsSent: 0,
    contactsSaved: 0,
    countedEmailsAt: [],
    undeliverable: [],
    unconfirmed: [],
    answers: [],
    executionRevision: 1,
    history: [{ at: '2026-11-01T00:00:00.000Z', type: 'Booked', actor: 'commerce.workspace' }],
    version: 1,
    ...facts[changes.status ?? 'Scheduled'],
    ...changes,
  });
  if (!isBooked(known)) throw new Error('the line is not booked');
  return known;
}

/** The item of a line, with the settings that nobody has set. */
export const itemOf = (stored: StoredLine) => toItem(stored, defaults.settledLineDays);
