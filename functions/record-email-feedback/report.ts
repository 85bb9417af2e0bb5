import * as z from 'zod';
import { reportedNotice, reportedTags } from '../../shared/contracts/email-tags.ts';
import { eventSchema, sources } from '../../shared/contracts/events.ts';
import { timestamp } from '../../shared/contracts/fields.ts';

/** A field that SES omits, or publishes as null, when it has no value. */
const maybe = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined);

const reportedMail = z.object({
  messageId: z.string().min(1),
  /** When SES accepted the email. */
  timestamp: maybe(timestamp),
  destination: maybe(z.array(z.string())),
  tags: z.union([reportedTags, reportedNotice], 'must be the tags of an email about a line, or of a notice'),
});

const bounce = z.object({
  bounceType: maybe(z.string()),
  bounceSubType: maybe(z.string()),
  bouncedRecipients: maybe(z.array(z.object({ diagnosticCode: maybe(z.string()) }))),
});

const complaint = z.object({ complaintFeedbackType: maybe(z.string()) });

const report = <Type extends string, Fields extends z.ZodRawShape>(detailType: Type, fields: Fields) =>
  eventSchema(sources.mail, detailType, z.object({ mail: reportedMail, ...fields }));

/** SES's reports on emails that it accepted, as far as they are used here. */
export const emailReport = z.discriminatedUnion('detail-type', [
  report('Email Sent', {}),
  report('Email Delivered', {}),
  report('Email Delivery Delayed', {
    deliveryDelay: maybe(z.object({ delayType: maybe(z.string()) })),
  }),
  report('Email Bounced', { bounce }),
  report('Email Complaint Received', { complaint: maybe(complaint) }),
  report('Email Rejected', { reject: maybe(z.object({ reason: maybe(z.string()) })) }),
]);
export type EmailReport = z.output<typeof emailReport>;
