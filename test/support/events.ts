import type { BusEvent } from './client.ts';

/** An order id that no other test uses. */
export const newOrder = (): string => `ORD-${crypto.randomUUID().slice(0, 13)}`;

export const partner = 'northwind';

/** The event that books a believable line; `changes` replace fields of its detail. */
export function booked(orderId: string, changes: Record<string, unknown> = {}): BusEvent {
  return {
    source: 'commerce.workspace',
    'detail-type': 'Order Line Booked',
    detail: {
      orderId,
      lineId: '1',
      subscriptionId: `Sub-${orderId}`,
      offer: 'A-FLEX-3',
      partnerId: partner,
      endCustomer: { name: 'Alder & Finch' },
      placedBy: { name: 'Maya Lindqvist', email: 'maya@northwind.example' },
      provisioningContact: { email: `it@${orderId.toLowerCase()}.example`, name: 'Joanna Reyes' },
      requestedStartDate: '2026-01-01',
      ...changes,
    },
  };
}

export const rescheduled = (
  orderId: string,
  requestedStartDate: string,
  changedAt: string,
  lineId = '1',
): BusEvent => ({
  source: 'commerce.workspace',
  'detail-type': 'Order Line Rescheduled',
  detail: { orderId, lineId, requestedStartDate, changedAt },
});

export const cancelled = (orderId: string, lineId = '1', cancelledAt = '2026-11-01T00:00:00Z'): BusEvent => ({
  source: 'commerce.workspace',
  'detail-type': 'Order Line Cancelled',
  detail: { orderId, lineId, cancelledAt },
});

export const onboarded = (orderId: string, onboardedAt = '2026-11-02T00:00:00Z'): BusEvent => ({
  source: 'control-hub',
  'detail-type': 'Organization Onboarded',
  detail: { organizationId: 'b1f7c5a0-0000-4000-8000-000000000001', orderId, onboardedAt },
});

/** `instant` moved by so many days. */
export const daysAfter = (instant: string, days: number): string =>
  new Date(Date.parse(instant) + days * 24 * 60 * 60 * 1000).toISOString();
