import { Duration } from 'luxon';
import * as z from 'zod';
import { longestWindowDays } from '../domain/follow-up.ts';
import { historyTypes } from '../domain/history.ts';
import { deliveries, lineStatuses, locales } from '../domain/order-line.ts';
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
  limit: z
    .string()
    .regex(/^(?:[1-9][0-9]?|100)$/, 'must be a whole number from 1 to 100')
    .transform(Number)
    .default(25)
    .meta({
      description: 'The most lines in one page',
      override: { type: 'integer', minimum: 1, maximum: 100, default: 25, pattern: undefined },
    }),
  cursor: z
    .string()
    .max(400)
    .exactOptional()
    .meta({ description: 'From the previous page, to get the next' }),
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

export const contactChange = z.strictObject({
  ...contactChangeFields,
  applyToAllLines: z.boolean().default(false),
});

/* What goes out. */

const named = z.object({ name: z.string() });
const codes = z.enum(Object.keys(problems));
const permission = z.object({
  allowed: z.boolean(),
  reason: z.enum(refusalCodes).exactOptional(),
  canResendAt: instant.exactOptional(),
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
    provisioningContact: z.object({
      email: z.string(),
      name: z.string().exactOptional(),
      locale: z.enum(locales),
    }),
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
      from: z
        .string()
        .exactOptional()
        .meta({ description: 'Who was the contact before a change; the oldest lines may not know it' }),
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

export const healthAnswer = z.object({ status: z.literal('ok') });

export const descriptionAnswer = z.looseObject({
  openapi: z.string(),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  paths: z.record(z.string(), z.unknown()),
});
