import * as z from 'zod';
import { reportedTags } from './email-tags.ts';
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

/** A field that SES leaves out, or publishes as null, where it has nothing to say. */
const maybe = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined);

const reportedMail = z.object({
  messageId: z.string().min(1),
  /** When SES accepted the email. */
  timestamp: maybe(timestamp),
  destination: maybe(z.array(z.string())),
  tags: reportedTags,
});

const bounce = z.object({
  bounceType: maybe(z.string()),
  bounceSubType: maybe(z.string()),
  bouncedRecipients: maybe(z.array(z.object({ diagnosticCode: maybe(z.string()) }))),
});

const complaint = z.object({ complaintFeedbackType: maybe(z.string()) });

const feedback = <Type extends string, Fields extends z.ZodRawShape>(detailType: Type, fields: Fields) =>
  event(sources.mail, detailType, z.object({ mail: reportedMail, ...fields }));

/** What SES publishes about an email that it accepted, as far as it is used here. */
export const emailFeedback = z.discriminatedUnion('detail-type', [
  feedback('Email Sent', {}),
  feedback('Email Delivered', {}),
  feedback('Email Delivery Delayed', {
    deliveryDelay: maybe(z.object({ delayType: maybe(z.string()) })),
  }),
  feedback('Email Bounced', { bounce }),
  feedback('Email Complaint Received', { complaint: maybe(complaint) }),
  feedback('Email Rejected', { reject: maybe(z.object({ reason: maybe(z.string()) })) }),
]);

export type EmailFeedback = z.output<typeof emailFeedback>;

const aboutLine = z.object({ detail: z.object({ orderId: z.string(), lineId: z.string().default('') }) });
const lineTags = z.union([z.object({ orderId: z.string(), lineId: z.string() }), reportedTags]);
const aboutEmail = z.object({ detail: z.object({ mail: z.object({ tags: lineTags }) }) });

/** What an event, as it came or checked, writes to: a line, by `order/line`, or a whole order, by `order/`; undefined for any other. */
export function subjectOf(event: unknown): string | undefined {
  const line = aboutLine.safeParse(event);
  if (line.success) return `${line.data.detail.orderId}/${line.data.detail.lineId}`;
  const email = aboutEmail.safeParse(event);
  if (!email.success) return undefined;
  const { orderId, lineId } = email.data.detail.mail.tags;
  return `${orderId}/${lineId}`;
}
