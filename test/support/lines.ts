import type { OrderLine } from '../../shared/domain/order-line.ts';

/** When the tests of the rules take place. */
export const now = '2026-11-22T12:00:00.000Z';

export const minutesBefore = (minutes: number): string =>
  new Date(Date.parse(now) - minutes * 60_000).toISOString();

export const daysAfter = (days: number): string => minutesBefore(-days * 24 * 60);

/** A line that waits for its start date next month; `changes` make it any other. */
export const line = (changes: Partial<OrderLine> = {}): OrderLine => ({
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
  ...changes,
});
