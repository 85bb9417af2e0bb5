import { Duration } from 'luxon';
import * as z from 'zod';
import { longestWindowDays } from '../domain/follow-up.ts';
import type { InsightCounter } from '../domain/insights.ts';
import { historyTypes } from '../domain/history.ts';
import { deliveries, type LineStatus, lineStatuses, locales } from '../domain/order-line.ts';
import { jobStatuses, lineResults, mostNamedLines } from '../domain/resend-job.ts';
import { refusalCodes } from '../domain/rules.ts';
import { contactChangeFields, duration, identifier, instant, plainText } from './fields.ts';
import { problems, supportDetails } from './problems.ts';

/* What comes in. */

const orderId = identifier.meta({ example: 'ORD-1001' });
const lineId = identifier.meta({ example: '1' });

export const orderPath = z.object({ orderId });
export const linePath = z.object({ orderId, lineId });

/** What lines may be filtered by. */
const filterFields = {
  status: z.enum(lineStatuses, `must be one of ${lineStatuses.join(', ')}`).exactOptional(),
  delivery: z
    .enum(deliveries, `must be one of ${deliveries.join(', ')}`)
    .exactOptional()
    .meta({ description: 'What became of their last email' }),
  closingWithin: duration
    .refine(
      (text) => Duration.fromISO(text).as('days') <= longestWindowDays,
      `must be at most ${longestWindowDays} days, the longest window`,
    )
    .exactOptional()
    .meta({
      description: 'Open lines whose window ends within this time from now, or has ended',
      format: 'duration',
      example: 'PT48H',
    }),
  q: plainText(254).exactOptional().meta({
    description:
      'The beginning of an order id, a line as order/line, a subscription id, a contact email, its domain, or the name of the end customer. Case, accents, and the width of letters and kana make no difference',
  }),
};

/** What asks for a page of a list. */
export const pageFields = {
  limit: z
    .string()
    .regex(/^(?:[1-9][0-9]?|100)$/, 'must be a whole number from 1 to 100')
    .transform(Number)
    .default(25)
    .meta({
      description: 'The most entries in one page',
      override: { type: 'integer', minimum: 1, maximum: 100, default: 25, pattern: undefined },
    }),
  cursor: z
    .string()
    .max(400)
    .exactOptional()
    .meta({ description: 'From the previous page, to get the next' }),
};

/** The partner, if an operator names one. */
export const partnerId = identifier.exactOptional().meta({ description: 'The partner, for operators' });

export const listQuery = z.strictObject({
  ...filterFields,
  provisioningPending: z
    .enum(['true', 'false'], 'must be true or false')
    .transform((text) => text === 'true')
    .exactOptional()
    .meta({
      description: 'Closed by their window and not onboarded since',
      override: { type: 'boolean', enum: undefined },
    }),
  ...pageFields,
  partnerId: identifier
    .exactOptional()
    .meta({ description: 'The partner, for operators. Without it they search, with `q`, the lines of all' }),
});

export const idempotencyHeaders = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
    .exactOptional()
    .meta({
      description:
        'Within 24 hours the same key on the same line sends nothing again and is answered as before',
    }),
});

export const resendQuery = z.strictObject({
  locale: contactChangeFields.locale.meta({
    description: 'The language of this email. Without it, that of the contact, which stays as it is',
  }),
});

export const contactChange = z.strictObject({
  ...contactChangeFields,
  applyToAllLines: z.boolean().default(false),
});

export const copyToChange = z.strictObject(contactChangeFields);

/** What a bulk resend is for: lines by name, or all that a filter of the list means. */
export const jobRequest = z
  .strictObject({
    lines: z
      .array(z.strictObject({ orderId, lineId }), 'must be a list of {orderId, lineId}')
      .min(1, 'must name a line')
      .max(mostNamedLines, `must be at most ${mostNamedLines} lines: use a filter for more`)
      .exactOptional()
      .meta({ description: 'The lines; one that is named twice counts once' }),
    filter: z
      .strictObject({
        ...filterFields,
        provisioningPending: z
          .boolean('must be true or false')
          .exactOptional()
          .meta({ description: 'Closed by their window and not onboarded since' }),
      })
      .exactOptional()
      .meta({ description: 'All lines of the partner that the list shows with these filters' }),
  })
  .refine(
    ({ lines, filter }) => (lines === undefined) !== (filter === undefined),
    'must have either lines or a filter',
  )
  .meta({ oneOf: [{ required: ['lines'] }, { required: ['filter'] }] });
export type JobRequest = z.output<typeof jobRequest>;

export const summaryQuery = z.strictObject({
  partnerId: identifier
    .exactOptional()
    .meta({ description: 'The partner, for operators. Without it they get the counts of all' }),
});

const month = z
  .string()
  .regex(/^20\d\d-(?:0[1-9]|1[0-2])$/, 'must be a month, for example 2026-11')
  .meta({ example: '2026-11' });

export const insightsQuery = z.strictObject({
  ...summaryQuery.shape,
  from: month
    .exactOptional()
    .meta({ description: 'The first month; by default eleven months before the last' }),
  to: month.exactOptional().meta({ description: 'The last month; by default this one' }),
});

/** On whose behalf an operator starts a job. */
export const jobStartQuery = z.strictObject({ partnerId });
export const jobListQuery = z.strictObject({ ...pageFields, partnerId });

export const jobPath = z.object({
  jobId: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/, 'must be the id of a job')
    .meta({ example: '3f1b7a52-6d0c-4a3e-9a54-0d8f1c2b7e61' }),
});

export const jobItemsQuery = z.strictObject({
  ...pageFields,
  result: z
    .enum(lineResults, `must be one of ${lineResults.join(', ')}`)
    .exactOptional()
    .meta({ description: 'Only lines with which it ended so' }),
});

/* What goes out. */

const named = z.object({ name: z.string() });
const codes = z.enum(Object.keys(problems));
const permission = z.object({
  allowed: z.boolean(),
  reason: z.enum(refusalCodes).exactOptional(),
  canResendAt: instant.exactOptional(),
});

const recipient = z.object({
  email: z.string(),
  name: z.string().exactOptional(),
  locale: z.enum(locales),
});

export const lineAnswer = z
  .object({
    orderId: z.string(),
    lineId: z.string(),
    subscriptionId: z.string(),
    offer: z.string(),
    partnerId: z.string(),
    endCustomer: named,
    placedBy: z.object({ name: z.string(), email: z.string() }),
    provisioningContact: recipient,
    copyTo: recipient
      .exactOptional()
      .meta({ description: 'Who gets copies of the first email and of reminders' }),
    requestedStartDate: instant,
    status: z.enum(lineStatuses),
    provisioningPending: z.boolean(),
    window: z.iso.duration().meta({ example: 'P30D' }),
    firstEmailSentAt: instant.exactOptional(),
    closesAt: instant.exactOptional(),
    closedAt: instant.exactOptional(),
    onboardedAt: instant.exactOptional(),
    organizationId: z.string().exactOptional(),
    cancelledAt: instant.exactOptional(),
    queued: z.object({ expectedAt: instant }).exactOptional().meta({
      description:
        'While the first email waits for its turn, many being due at once: when it is expected to leave, at the latest',
    }),
    lastEmail: z
      .object({
        messageId: z.string(),
        to: z.string(),
        sentAt: instant,
        delivery: z.enum(deliveries),
        reason: z.string().exactOptional(),
      })
      .exactOptional(),
    resend: permission,
    /** Answers that were kept for their idempotency key before this was said lack it. */
    contactChange: permission.default({ allowed: true }),
  })
  .meta({ id: 'OrderLine' });
export type LineAnswer = z.output<typeof lineAnswer>;

export const listAnswer = z.object({ items: z.array(lineAnswer), cursor: z.string().exactOptional() });
export type ListAnswer = z.output<typeof listAnswer>;

const count = z.int().min(0);

export const summaryAnswer = z
  .object({
    total: count,
    byStatus: z.object({
      Scheduled: count,
      AwaitingProvisioningDetails: count,
      Onboarded: count,
      Closed: count,
      Cancelled: count,
    } satisfies Record<LineStatus, typeof count>),
    provisioningPending: count.meta({ description: 'Closed by their window and not onboarded since' }),
    undeliverable: count.meta({
      description:
        'Lines that wait for somebody to set them up, closed or not, whose contact emails do not reach: a resend is refused with `contact-undeliverable`',
    }),
    closingWithin24h: count.meta({
      description: 'Open lines whose window ends within 24 hours after `asOf`, or has ended',
    }),
    closingWithin72h: count,
    asOf: instant.meta({
      description:
        'The whole second that the counts are of. What happened in the last seconds before may be missing, until it is counted',
    }),
  })
  .meta({ id: 'Summary' });
export type SummaryAnswer = z.output<typeof summaryAnswer>;

const insight = z.object({
  month: month.meta({ description: 'When the first emails of the lines left' }),
  offer: z.string(),
  locale: z.enum(locales),
  lines: count,
  emails: count.meta({ description: 'Emails of all kinds that left for these lines' }),
  bounced: count.meta({ description: 'Emails of these that came back, or were rejected' }),
  onboarded: count.meta({ description: 'Lines that were onboarded, before or after they closed' }),
  onboardedWithin1Day: count.meta({ description: 'Lines of these, by the time since the first email' }),
  onboardedWithin3Days: count,
  onboardedWithin7Days: count,
  onboardedWithin30Days: count,
  onboardedLater: count,
  hoursToOnboarding: z.number().min(0).meta({
    description: 'From the first email to the onboarding, of all onboarded lines together',
  }),
  closedUnprovisioned: count.meta({ description: 'Lines that closed and were not onboarded since' }),
  cancelled: count,
  resent: count.meta({ description: 'Lines whose email was resent' }),
  resentOnboarded: count.meta({ description: 'Lines of these that were onboarded after that' }),
  corrected: count.meta({ description: 'Lines whose email went to a new contact' }),
  correctedOnboarded: count.meta({ description: 'Lines of these that were onboarded after that' }),
  reminded: count.meta({ description: 'Lines whose contact was reminded' }),
  remindedOnboarded: count.meta({ description: 'Lines of these that were onboarded after that' }),
} satisfies Record<Exclude<InsightCounter, 'minutesToOnboarding'>, unknown> & Record<string, unknown>);

export const insightsAnswer = z
  .object({ from: month, to: month, items: z.array(insight) })
  .meta({ id: 'Insights' });
export type InsightsAnswer = z.output<typeof insightsAnswer>;

export const orderAnswer = z.object({
  orderId: z.string(),
  onboardedAt: instant.exactOptional(),
  organizationId: z.string().exactOptional(),
  lines: z.array(lineAnswer),
});
export type OrderAnswer = z.output<typeof orderAnswer>;

export const historyAnswer = z.object({
  items: z.array(
    z.object({
      at: instant,
      type: z.enum(historyTypes),
      actor: z.string(),
      from: z.string().exactOptional().meta({
        description: 'Who was the contact, or got copies, before a change; the oldest lines may not know it',
      }),
      to: z.string().exactOptional(),
      messageId: z.string().exactOptional(),
      result: z.string().exactOptional(),
      reason: z.string().exactOptional(),
    }),
  ),
});
export type HistoryAnswer = z.output<typeof historyAnswer>;

export const resendAnswer = z.object({
  line: lineAnswer,
  email: z.object({ messageId: z.string(), to: z.string(), sentAt: instant }),
});
export type ResendAnswer = z.output<typeof resendAnswer>;

export const contactChangeAnswer = z.object({
  lines: z.array(lineAnswer),
  skipped: z.array(z.object({ lineId: z.string(), reason: codes, support: supportDetails.exactOptional() })),
});
export type ContactChangeAnswer = z.output<typeof contactChangeAnswer>;

export const jobAnswer = z
  .object({
    jobId: z.string(),
    status: z.enum(jobStatuses),
    counts: z.object({
      total: count,
      sent: count,
      skipped: count.meta({ description: 'Lines that a single resend would have been refused for' }),
      failed: count.meta({ description: 'Lines whose email was not sent' }),
      unconfirmed: count.meta({ description: 'Lines whose email may have been sent, and is counted' }),
    }),
    createdAt: instant,
    createdBy: z.string(),
    completedAt: instant.exactOptional(),
  })
  .meta({ id: 'ResendJob' });
export type JobAnswer = z.output<typeof jobAnswer>;

export const jobListAnswer = z.object({ items: z.array(jobAnswer), cursor: z.string().exactOptional() });
export type JobListAnswer = z.output<typeof jobListAnswer>;

const jobItem = z.object({
  orderId: z.string(),
  lineId: z.string(),
  result: z.enum(lineResults),
  code: codes.exactOptional().meta({ description: 'Why not, as a single resend would have been answered' }),
  messageId: z.string().exactOptional(),
  to: z.string().exactOptional(),
  at: instant,
});
export type JobItem = z.output<typeof jobItem>;

export const jobItemsAnswer = z.object({ items: z.array(jobItem), cursor: z.string().exactOptional() });
export type JobItemsAnswer = z.output<typeof jobItemsAnswer>;

export const healthAnswer = z.object({ status: z.literal('ok') });

export const descriptionAnswer = z.looseObject({
  openapi: z.string(),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  paths: z.record(z.string(), z.unknown()),
});

export const eventsDescriptionAnswer = z.looseObject({
  asyncapi: z.string(),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  channels: z.record(z.string(), z.unknown()),
});
