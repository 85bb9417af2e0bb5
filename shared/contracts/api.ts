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

/* Requests. */

const orderId = () => identifier.meta({ description: 'The order', example: 'ORD-1001' });
const lineId = () => identifier.meta({ description: "The line's id within its order", example: '1' });

export const orderPath = z.lazy(() => z.object({ orderId: orderId() }));
export const linePath = z.lazy(() => z.object({ orderId: orderId(), lineId: lineId() }));

/** The filters of lines. */
const filterFields = () => ({
  status: z
    .enum(lineStatuses, `must be one of ${lineStatuses.join(', ')}`)
    .exactOptional()
    .meta({ description: 'Their status' }),
  delivery: z
    .enum(deliveries, `must be one of ${deliveries.join(', ')}`)
    .exactOptional()
    .meta({ description: 'Delivery status of their last email' }),
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
});

/** The parameters of a page of a list. */
export const pageFields = () => ({
  limit: z
    .string()
    .regex(/^(?:[1-9][0-9]?|100)$/, 'must be a whole number from 1 to 100')
    .transform(Number)
    .default(25)
    .meta({
      description: 'The maximum number of entries per page',
      override: { type: 'integer', minimum: 1, maximum: 100, default: 25, pattern: undefined },
    }),
  cursor: z.string().max(400).exactOptional().meta({ description: 'The `cursor` of the previous page' }),
});

/** The partner, if an operator names one. */
export const partnerId = () => identifier.exactOptional().meta({ description: 'The partner, for operators' });

export const listQuery = z.lazy(() =>
  z.strictObject({
    ...filterFields(),
    provisioningPending: z
      .enum(['true', 'false'], 'must be true or false')
      .transform((text) => text === 'true')
      .exactOptional()
      .meta({
        description: 'Closed by their window and not yet onboarded',
        override: { type: 'boolean', enum: undefined },
      }),
    ...pageFields(),
    partnerId: identifier.exactOptional().meta({
      description: 'The partner, for operators. Without it, `q` searches the lines of all partners',
    }),
  }),
);

export const idempotencyHeaders = z.lazy(() =>
  z.object({
    'idempotency-key': z
      .string()
      .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
      .exactOptional()
      .meta({
        description:
          'Repeating the key within 24 hours on the same line, or for a bulk resend or webhook of the same partner, returns the first answer and does nothing',
      }),
  }),
);

export const resendQuery = z.lazy(() =>
  z.strictObject({
    locale: contactChangeFields().locale.meta({
      description: "The language of this email; by default the contact's, which does not change",
    }),
  }),
);

export const contactChange = z.lazy(() =>
  z.strictObject({
    ...contactChangeFields(),
    applyToAllLines: z
      .boolean()
      .default(false)
      .meta({ description: 'Whether to change all lines of the order that allow it' }),
  }),
);

export const copyToChange = z.lazy(() => z.strictObject(contactChangeFields()));

/** The lines of a bulk resend: by name, or everything that matches a filter of the list. */
export const jobRequest = z.lazy(() =>
  z
    .strictObject({
      lines: z
        .array(
          z.strictObject({ orderId: orderId(), lineId: lineId() }),
          'must be a list of {orderId, lineId}',
        )
        .min(1, 'must name a line')
        .max(mostNamedLines, `must be at most ${mostNamedLines} lines: use a filter for more`)
        .exactOptional()
        .meta({ description: 'The lines; duplicates count once' }),
      filter: z
        .strictObject({
          ...filterFields(),
          provisioningPending: z
            .boolean('must be true or false')
            .exactOptional()
            .meta({ description: 'Closed by their window and not yet onboarded' }),
        })
        .exactOptional()
        .meta({ description: 'All lines of the partner that the list shows with these filters' }),
    })
    .refine(
      ({ lines, filter }) => (lines === undefined) !== (filter === undefined),
      'must have either lines or a filter',
    )
    .meta({ oneOf: [{ required: ['lines'] }, { required: ['filter'] }] }),
);
export type JobRequest = z.output<typeof jobRequest>;

const namedPartner = () =>
  identifier
    .exactOptional()
    .meta({ description: 'The partner, for operators. Without it, the counts are of all partners' });

export const summaryQuery = z.lazy(() => z.strictObject({ partnerId: namedPartner() }));

/** The first of the months that callers may name. */
export const firstMonth = '2000-01';
const month = () =>
  z
    .string()
    .regex(/^20\d\d-(?:0[1-9]|1[0-2])$/, 'must be a month, for example 2026-11')
    .meta({ example: '2026-11' });

export const insightsQuery = z.lazy(() =>
  z.strictObject({
    partnerId: namedPartner(),
    from: month()
      .exactOptional()
      .meta({ description: 'The first month; by default eleven months before the last' }),
    to: month().exactOptional().meta({ description: 'The last month; by default this one' }),
  }),
);

/** The partner for whom an operator starts a job, and the language of all its emails. */
export const jobStartQuery = z.lazy(() =>
  z.strictObject({
    partnerId: partnerId(),
    locale: contactChangeFields().locale.meta({
      description: "The language of these emails; by default each contact's, which does not change",
    }),
  }),
);
export const jobListQuery = z.lazy(() => z.strictObject({ ...pageFields(), partnerId: partnerId() }));

export const jobPath = z.lazy(() =>
  z.object({
    jobId: z
      .string()
      .regex(/^[A-Za-z0-9-]{1,64}$/, 'must be the id of a job')
      .meta({ description: 'The job', example: '3f1b7a52-6d0c-4a3e-9a54-0d8f1c2b7e61' }),
  }),
);

export const jobItemsQuery = z.lazy(() =>
  z.strictObject({
    ...pageFields(),
    result: z
      .enum(lineResults, `must be one of ${lineResults.join(', ')}`)
      .exactOptional()
      .meta({ description: 'Only lines with this result' }),
  }),
);

/* Answers. */

const text = (description: string) => z.string().meta({ description });
const when = (description: string) => instant.meta({ description });

const cursor = () => text('Pass it to get the next page; missing on the last one').exactOptional();
const codes = () => z.enum(Object.keys(problems));
const permission = () =>
  z.object({
    allowed: z.boolean().meta({ description: 'Whether it is possible now, for callers with the role' }),
    reason: z.enum(refusalCodes).exactOptional().meta({ description: 'Why not: the code of the problem' }),
    canResendAt: when('When it becomes possible, if known').exactOptional(),
  });

const recipient = () =>
  z.object({
    email: text('The address'),
    name: text('The name, if known').exactOptional(),
    locale: z.enum(locales).meta({ description: 'The language of the emails' }),
  });

const messageId = () => text("The mail service's id of the email");
const ofLine = () => ({ orderId: text('The order'), lineId: text("The line's id within its order") });

export const lineAnswer = z.lazy(() =>
  z
    .object({
      ...ofLine(),
      subscriptionId: text('The subscription that the line becomes'),
      offer: text('The product code, which decides how long the window is'),
      partnerId: text('The partner or distributor whose order it is'),
      endCustomer: z
        .object({ name: text('The name') })
        .meta({ description: 'Whose organization is to be set up' }),
      placedBy: z
        .object({ name: text('The name'), email: text('The address') })
        .meta({ description: 'The person who placed the order' }),
      provisioningContact: recipient().meta({ description: 'Who gets the emails' }),
      copyTo: recipient()
        .exactOptional()
        .meta({ description: 'Who gets copies of the first email and the reminders' }),
      requestedStartDate: when('When the first email is due'),
      status: z.enum(lineStatuses).meta({
        description:
          'Where the line stands: `Scheduled` until the first email left, `AwaitingProvisioningDetails` while the window runs, `Closed` once it ended, `Onboarded` or `Cancelled` as soon as that happened',
      }),
      provisioningPending: z.boolean().meta({
        description: 'Closed by its window and not yet onboarded: it can still be resent and set up',
      }),
      window: z.iso.duration().meta({
        description: 'How long the contact has to set it up, from the first email on',
        example: 'P30D',
      }),
      firstEmailSentAt: when('When the first email was accepted for sending').exactOptional(),
      closesAt: when('When the window ends').exactOptional(),
      closedAt: when('When the window had ended').exactOptional(),
      onboardedAt: when(
        'When the organization was onboarded: from then on nothing is resent or changed',
      ).exactOptional(),
      organizationId: text('The organization that was onboarded').exactOptional(),
      cancelledAt: when('When the order line was cancelled').exactOptional(),
      queued: z
        .object({ expectedAt: when('When it leaves, at the latest') })
        .exactOptional()
        .meta({
          description:
            'While the first email is queued because many are due at once: when it is expected to leave, at the latest',
        }),
      unconfirmedEmail: z
        .object({ to: text('To whom it may have gone'), at: when('When it was to be sent') })
        .exactOptional()
        .meta({
          description:
            "The latest email of which the mail service's answer was lost, and its report has not come yet: it may have left. Not in lists",
        }),
      lastEmail: z
        .object({
          messageId: messageId(),
          to: text('The address that it went to'),
          sentAt: when('When it was accepted for sending'),
          delivery: z
            .enum(deliveries)
            .meta({ description: 'Its delivery status; `Accepted` until more is known' }),
          reason: text('Why it bounced or was delayed, as the mail service put it').exactOptional(),
        })
        .exactOptional()
        .meta({ description: 'The last email to the contact' }),
      resend: permission().meta({ description: 'Whether the email may be resent' }),
      /** Missing in older answers that were kept for their idempotency keys. */
      contactChange: permission()
        .default({ allowed: true })
        .meta({ description: 'Whether the contact may be changed' }),
    })
    .meta({ id: 'OrderLine', description: 'A subscription line of an order' }),
);
export type LineAnswer = z.output<typeof lineAnswer>;

export const listAnswer = z.lazy(() =>
  z.object({
    items: z.array(lineAnswer).meta({ description: 'The lines' }),
    cursor: cursor(),
  }),
);
export type ListAnswer = z.output<typeof listAnswer>;

const count = () => z.int().min(0);

export const summaryAnswer = z.lazy(() =>
  z
    .object({
      total: count().meta({ description: 'All lines' }),
      byStatus: z
        .object({
          Scheduled: count().meta({ description: 'The first email has not left yet' }),
          AwaitingProvisioningDetails: count().meta({ description: 'The window runs' }),
          Onboarded: count().meta({ description: 'Onboarded while the window ran' }),
          Closed: count().meta({ description: 'The window ended before' }),
          Cancelled: count().meta({ description: 'The order line was cancelled' }),
        } satisfies Record<LineStatus, ReturnType<typeof count>>)
        .meta({ description: 'Lines of each status' }),
      provisioningPending: count().meta({ description: 'Closed by their window and not yet onboarded' }),
      undeliverable: count().meta({
        description:
          'Lines not set up yet, closed or not, whose contact is undeliverable: a resend is refused with `contact-undeliverable`',
      }),
      closingWithin24h: count().meta({
        description: 'Open lines whose window ends within 24 hours after `asOf`, or has ended',
      }),
      closingWithin72h: count().meta({ description: 'The same within 72 hours' }),
      asOf: instant.meta({
        description:
          'The whole second that the counts are as of. Changes of the last few seconds may not be counted yet',
      }),
    })
    .meta({ id: 'Summary', description: 'How many lines there are' }),
);
export type SummaryAnswer = z.output<typeof summaryAnswer>;

const insight = z.lazy(() =>
  z.object({
    month: month().meta({ description: 'When the first emails of the lines left' }),
    offer: text('Their offer'),
    locale: z.enum(locales).meta({ description: 'The language of their emails' }),
    lines: count().meta({ description: 'Lines whose first email left' }),
    emails: count().meta({ description: 'Emails of all kinds that left for these lines' }),
    bounced: count().meta({ description: 'Emails of these that bounced or were rejected' }),
    onboarded: count().meta({ description: 'Lines that were onboarded, before or after they closed' }),
    onboardedWithin1Day: count().meta({ description: 'Lines of these, by the time since the first email' }),
    onboardedWithin3Days: count().meta({ description: 'Those that took more than one day' }),
    onboardedWithin7Days: count().meta({ description: 'Those that took more than three' }),
    onboardedWithin30Days: count().meta({ description: 'Those that took more than seven' }),
    onboardedLater: count().meta({ description: 'Those that took more than thirty' }),
    hoursToOnboarding: z.number().min(0).meta({
      description: 'From the first email to the onboarding, of all onboarded lines together',
    }),
    closedUnprovisioned: count().meta({ description: 'Lines that closed and are not yet onboarded' }),
    cancelled: count().meta({ description: 'Lines that were cancelled' }),
    resent: count().meta({ description: 'Lines whose email was resent' }),
    resentOnboarded: count().meta({ description: 'Lines of these that were onboarded after that' }),
    corrected: count().meta({ description: 'Lines whose email went to a new contact' }),
    correctedOnboarded: count().meta({ description: 'Lines of these that were onboarded after that' }),
    reminded: count().meta({ description: 'Lines whose contact was reminded' }),
    remindedOnboarded: count().meta({ description: 'Lines of these that were onboarded after that' }),
  } satisfies Record<Exclude<InsightCounter, 'minutesToOnboarding'>, unknown> & Record<string, unknown>),
);

export const insightsAnswer = z.lazy(() =>
  z
    .object({
      from: month().meta({ description: 'The first month' }),
      to: month().meta({ description: 'The last month' }),
      items: z.array(insight).meta({ description: 'One for each month, offer and language that has lines' }),
    })
    .meta({ id: 'Insights', description: 'What became of lines after their first email' }),
);
export type InsightsAnswer = z.output<typeof insightsAnswer>;

export const orderAnswer = z.lazy(() =>
  z.object({
    orderId: ofLine().orderId,
    onboardedAt: when('When the organization was onboarded').exactOptional(),
    organizationId: text('The organization that was onboarded').exactOptional(),
    lines: z.array(lineAnswer).meta({ description: 'Its lines' }),
  }),
);
export type OrderAnswer = z.output<typeof orderAnswer>;

export const historyAnswer = z.lazy(() =>
  z.object({
    items: z
      .array(
        z.object({
          at: when('When it happened'),
          type: z.enum(historyTypes).meta({ description: 'What happened' }),
          actor: text(
            'Who did it: the address of a person, the name of a program, `workflow` for the service itself, or the source of an event',
          ),
          from: z.string().exactOptional().meta({
            description:
              'The contact, or the recipient of copies, before a change; may be missing on the oldest lines',
          }),
          to: text('The address that the email went to, or the new one').exactOptional(),
          messageId: messageId().exactOptional(),
          result: text('What came of it').exactOptional(),
          reason: text(
            'Why: for an email, what triggered it; for a failure, as the mail service put it',
          ).exactOptional(),
        }),
      )
      .meta({ description: 'The entries' }),
  }),
);
export type HistoryAnswer = z.output<typeof historyAnswer>;

export const resendAnswer = z.lazy(() =>
  z.object({
    line: lineAnswer,
    email: z
      .object({
        messageId: messageId(),
        to: text('The address that it went to'),
        sentAt: when('When it was accepted for sending'),
      })
      .meta({ description: 'The email' }),
  }),
);
export type ResendAnswer = z.output<typeof resendAnswer>;

export const contactChangeAnswer = z.lazy(() =>
  z.object({
    lines: z.array(lineAnswer).meta({ description: 'The lines that now have the contact' }),
    skipped: z
      .array(
        z.object({
          lineId: ofLine().lineId,
          reason: codes().meta({
            description:
              'Why not: the code of the problem. `email-not-sent` also means that there was no time for the line: repeat the call',
          }),
          support: supportDetails().exactOptional(),
        }),
      )
      .meta({ description: 'The lines that were not changed, with `applyToAllLines`' }),
  }),
);
export type ContactChangeAnswer = z.output<typeof contactChangeAnswer>;

export const jobAnswer = z.lazy(() =>
  z
    .object({
      jobId: text('The job'),
      status: z.enum(jobStatuses).meta({ description: 'Its progress' }),
      counts: z
        .object({
          total: count().meta({ description: 'Lines in the job' }),
          sent: count().meta({ description: 'Lines whose email was accepted for sending' }),
          skipped: count().meta({ description: 'Lines for which a single resend would be refused' }),
          failed: count().meta({ description: 'Lines whose email was not sent' }),
          unconfirmed: count().meta({ description: 'Lines whose email may have been sent, and is counted' }),
        })
        .meta({ description: 'Lines by result so far' }),
      createdAt: when('When it was started'),
      createdBy: text('Who started it'),
      locale: z
        .enum(locales)
        .exactOptional()
        .meta({ description: 'The language of its emails, if one was named; else that of each contact' }),
      completedAt: when('When the last line was processed').exactOptional(),
    })
    .meta({ id: 'ResendJob', description: 'A bulk resend' }),
);
export type JobAnswer = z.output<typeof jobAnswer>;

export const jobListAnswer = z.lazy(() =>
  z.object({
    items: z.array(jobAnswer).meta({ description: 'The jobs' }),
    cursor: cursor(),
  }),
);
export type JobListAnswer = z.output<typeof jobListAnswer>;

const jobItem = z.lazy(() =>
  z.object({
    ...ofLine(),
    result: z.enum(lineResults).meta({ description: 'What came of it' }),
    code: codes()
      .exactOptional()
      .meta({ description: 'The code that a single resend would have been answered with' }),
    messageId: messageId().exactOptional(),
    to: text('The address that the email went to').exactOptional(),
    at: when('When it was done'),
  }),
);
export type JobItem = z.output<typeof jobItem>;

export const jobItemsAnswer = z.lazy(() =>
  z.object({
    items: z.array(jobItem).meta({ description: 'The lines processed so far' }),
    cursor: cursor(),
  }),
);
export type JobItemsAnswer = z.output<typeof jobItemsAnswer>;

export const healthAnswer = z.lazy(() =>
  z.object({ status: z.literal('ok').meta({ description: 'That it answers' }) }),
);

const info = () =>
  z
    .looseObject({ title: text('What it is of'), version: text('The newest version in the changelog') })
    .meta({ description: 'About the description' });

export const descriptionAnswer = z.lazy(() =>
  z.looseObject({
    openapi: text('The version of OpenAPI'),
    info: info(),
    paths: z.record(z.string(), z.unknown()).meta({ description: 'The calls, by path and method' }),
  }),
);

export const eventsDescriptionAnswer = z.lazy(() =>
  z.looseObject({
    asyncapi: text('The version of AsyncAPI'),
    info: info(),
    channels: z.record(z.string(), z.unknown()).meta({ description: 'Where events are put' }),
  }),
);
