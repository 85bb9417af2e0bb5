import * as z from 'zod';
import { sources } from './events.ts';
import { contactEmailKinds } from '../domain/email-kinds.ts';
import type { LineEventDetail, LineEventType } from '../domain/line-events.ts';
import { type LineStatus, lineStatuses } from '../domain/order-line.ts';
import { identifier, instant } from './fields.ts';

const facts = () =>
  z.object({
    id: z.string().meta({ description: 'The same for every delivery of the event' }),
    at: instant.meta({ description: 'When it happened' }),
    version: z.int().min(1).meta({
      description:
        'Grows with every change of the line. Deliveries may be out of order: of two events of a line, the one with the higher version is newer',
    }),
    orderId: identifier.meta({ description: 'The order' }),
    lineId: identifier.meta({ description: "The line's id within its order" }),
    subscriptionId: identifier.meta({ description: 'The subscription that the line becomes' }),
    partnerId: identifier.meta({ description: 'The partner whose order it is' }),
    offer: z.string().meta({ description: 'The product code' }),
    status: z.enum(lineStatuses).meta({ description: 'The status of the line after this change' }),
  });

const when = (description: string) => instant.meta({ description });
const delivery = <const Values extends readonly string[]>(values: Values) =>
  z.enum(values).meta({ description: 'Its delivery status' });

/** The example line has a window of a week. */
const closesAt = '2026-12-08T00:00:02.417Z';
const open = { status: 'AwaitingProvisioningDetails' } as const;

const messageId = () => z.string().meta({ description: "The mail service's id of the email" });
const reason = () =>
  z.string().exactOptional().meta({
    description: "Why: the status codes of the recipient's mail server, or the mail service's own words",
  });

interface PublishedEvent<Type extends LineEventType> {
  /** When it is published. */
  readonly description: string;
  readonly detail: z.ZodType<LineEventDetail<Type>>;
  /** What its type adds to the facts in an example, when it happened, and the status after it. */
  readonly example: Omit<LineEventDetail<Type>, keyof z.output<ReturnType<typeof facts>>> &
    Pick<LineEventDetail<Type>, 'at'> & {
      readonly status: LineStatus;
    };
}

/**
 * The events out, by their detail-type. Each is published at least once if the change was stored, and never otherwise;
 * it contains no names or addresses.
 */
export const publishedEvents: { readonly [Type in LineEventType]: PublishedEvent<Type> } = {
  'Order Line Scheduled': {
    description: 'A line was booked',
    detail: z.lazy(() => facts().extend({ requestedStartDate: when('When the first email is due') })),
    example: {
      at: '2026-11-12T15:21:09.377Z',
      status: 'Scheduled',
      requestedStartDate: '2026-11-24T00:00:00.000Z',
    },
  },
  'Order Line Rescheduled': {
    description: 'The requested start date of a scheduled line was moved',
    detail: z.lazy(() => facts().extend({ requestedStartDate: when('When the first email is due') })),
    example: {
      at: '2026-11-20T10:02:44.120Z',
      status: 'Scheduled',
      requestedStartDate: '2026-12-01T00:00:00.000Z',
    },
  },
  'Order Line Email Sent': {
    description: 'A provisioning email to the contact was accepted for sending; copies publish no events',
    detail: z.lazy(() =>
      facts().extend({
        kind: z.enum(contactEmailKinds).meta({ description: 'What it was sent for' }),
        messageId: messageId(),
        closesAt: instant.exactOptional().meta({ description: 'When the provisioning window ends' }),
      }),
    ),
    example: {
      ...open,
      at: '2026-12-01T00:00:02.417Z',
      kind: 'first',
      messageId: '0102018f-9d4a-7c31-0000-000000',
      closesAt,
    },
  },
  'Order Line Email Delivered': {
    description: "An email reached the recipient's mail server",
    detail: z.lazy(() =>
      facts().extend({ messageId: messageId(), delivery: delivery(['Delivered']), reason: reason() }),
    ),
    example: {
      ...open,
      at: '2026-12-01T00:00:04.902Z',
      messageId: '0102018f-9d4a-7c31-0000-000000',
      delivery: 'Delivered',
    },
  },
  'Order Line Email Undeliverable': {
    description: 'An email bounced, was rejected, or was marked as spam',
    detail: z.lazy(() =>
      facts().extend({
        messageId: messageId(),
        delivery: delivery(['Bounced', 'Complained', 'Rejected']),
        reason: reason(),
      }),
    ),
    example: {
      ...open,
      at: '2026-12-01T00:00:04.902Z',
      messageId: '0102018f-9d4a-7c31-0000-000000',
      delivery: 'Bounced',
      reason: '550 5.1.1',
    },
  },
  'Order Line Contact Changed': {
    description: 'The provisioning contact, or their name or language, was changed',
    detail: z.lazy(() => facts()),
    example: { ...open, at: '2026-12-02T08:30:12.664Z' },
  },
  'Order Line Closing Soon': {
    description:
      'The last reminder of a line was due, even if it was not sent because the contact is undeliverable or just had an email',
    detail: z.lazy(() => facts().extend({ closesAt: when('When the window ends') })),
    example: { ...open, at: '2026-12-06T00:00:02.417Z', closesAt },
  },
  'Order Line Onboarded': {
    description:
      "The customer's organization was onboarded, also after the line was closed or cancelled; published again if an earlier onboarding becomes known",
    detail: z.lazy(() =>
      facts().extend({
        organizationId: z.string().meta({ description: 'The organization' }),
        onboardedAt: when('When it was onboarded'),
      }),
    ),
    example: {
      at: '2026-12-05T14:05:31.000Z',
      status: 'Onboarded',
      organizationId: 'b1f7c5a0-0000-4000-8000-000000000001',
      onboardedAt: '2026-12-05T14:05:31.000Z',
    },
  },
  'Order Line Closed': {
    description: 'The provisioning window ended before the line was set up',
    detail: z.lazy(() => facts().extend({ closedAt: when('When it ended') })),
    example: { at: closesAt, status: 'Closed', closedAt: closesAt },
  },
  'Order Line Cancelled': {
    description: 'The order line was cancelled; published again if an earlier cancellation becomes known',
    detail: z.lazy(() => facts().extend({ cancelledAt: when('When it was cancelled') })),
    example: { at: '2026-12-03T09:12:00.000Z', status: 'Cancelled', cancelledAt: '2026-12-03T09:12:00.000Z' },
  },
};

const isType = (text: string): text is LineEventType => text in publishedEvents;

/** The types, in the order of the list. */
export const publishedTypes: readonly LineEventType[] = Object.keys(publishedEvents).filter(isType);

/** An event as EventBridge delivers it, without what EventBridge adds. */
export function exampleEvent(type: string) {
  if (!isType(type)) throw new Error(`no event is called ${type}`);
  const { at, ...example } = publishedEvents[type].example;
  return {
    source: sources.product,
    'detail-type': type,
    detail: {
      id: `ORD-1001/1/${type.replaceAll(' ', '')}/${at}`,
      at,
      version: 3,
      orderId: 'ORD-1001',
      lineId: '1',
      subscriptionId: 'Sub10011',
      partnerId: 'northwind',
      offer: 'A-FLEX-3',
      ...example,
    },
  };
}
