import * as z from 'zod';
import { contact, identifier, person, plainText, startDate, timestamp } from './fields.ts';

/** Where events come from, as EventBridge names it. */
export const sources = {
  commerce: 'commerce.workspace',
  controlHub: 'control-hub',
  mail: 'aws.ses',
} as const;

const lineKeyFields = { orderId: identifier, lineId: identifier };

const event = <Source extends string, Type extends string, Detail extends z.ZodType>(
  source: Source,
  detailType: Type,
  detail: Detail,
) => z.object({ source: z.literal(source), 'detail-type': z.literal(detailType), detail });

export const orderLineBooked = event(
  sources.commerce,
  'Order Line Booked',
  z.object({
    ...lineKeyFields,
    subscriptionId: identifier,
    offer: identifier,
    partnerId: identifier,
    endCustomer: z.object({ name: plainText(200) }),
    placedBy: person,
    provisioningContact: contact,
    requestedStartDate: startDate,
  }),
);

export const orderLineRescheduled = event(
  sources.commerce,
  'Order Line Rescheduled',
  z.object({ ...lineKeyFields, requestedStartDate: startDate, changedAt: timestamp }),
);

export const orderLineCancelled = event(
  sources.commerce,
  'Order Line Cancelled',
  z.object({ ...lineKeyFields, cancelledAt: timestamp }),
);

export const organizationOnboarded = event(
  sources.controlHub,
  'Organization Onboarded',
  z.object({ organizationId: plainText(128), orderId: identifier, onboardedAt: timestamp }),
);

/** The tags that every email carries, by which its feedback finds the line. */
export const emailTags = { orderId: 'orderId', lineId: 'lineId', kind: 'kind' } as const;

const taggedMail = z.object({
  messageId: z.string(),
  tags: z.object({
    [emailTags.orderId]: z.tuple([identifier]),
    [emailTags.lineId]: z.tuple([identifier]),
  }),
});

const bounce = z.object({
  bounceType: z.string(),
  bounceSubType: z.string().exactOptional(),
  bouncedRecipients: z.array(z.object({ diagnosticCode: z.string().exactOptional() })).exactOptional(),
});

const complaint = z.object({ complaintFeedbackType: z.string().exactOptional() });

const feedback = <Type extends string, Fields extends z.ZodRawShape>(detailType: Type, fields: Fields) =>
  event(sources.mail, detailType, z.object({ mail: taggedMail, ...fields }));

/** What SES publishes about an email that it accepted, as far as it is used here. */
export const emailFeedback = z.discriminatedUnion('detail-type', [
  feedback('Email Sent', {}),
  feedback('Email Delivered', {}),
  feedback('Email Delivery Delayed', {
    deliveryDelay: z.object({ delayType: z.string().exactOptional() }).exactOptional(),
  }),
  feedback('Email Bounced', { bounce }),
  feedback('Email Complaint Received', { complaint: complaint.exactOptional() }),
  feedback('Email Rejected', { reject: z.object({ reason: z.string().exactOptional() }).exactOptional() }),
]);

export type EmailFeedback = z.output<typeof emailFeedback>;
