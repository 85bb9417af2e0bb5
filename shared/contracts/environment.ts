import * as z from 'zod';
import type { OfferWindows } from '../domain/offers.ts';
import type { ResendLimits } from '../domain/rules.ts';
import { longestWindowDays } from '../domain/follow-up.ts';
import { mostEmailsPerDay, mostEmailsPerLine } from '../domain/history.ts';
import { isPositiveDuration } from '../domain/time.ts';
import { Duration } from 'luxon';
import { emailAddress, identifier, plainText } from './fields.ts';
import { check, inputErrorText } from './validation.ts';

const duration = z.string().refine(isPositiveDuration, {
  error: 'must be an ISO 8601 duration above zero, for example P7D',
  abort: true,
});

const windowDuration = duration.refine(
  (text) => Duration.fromISO(text).as('days') <= longestWindowDays,
  `must be at most ${longestWindowDays} days`,
);

export const offerWindows: z.ZodType<OfferWindows> = z.strictObject({
  default: windowDuration,
  families: z.record(identifier, windowDuration),
});

const boundedItem = 'the size of a line in the table is bounded by it';

export const resendLimits: z.ZodType<ResendLimits> = z.strictObject({
  interval: duration,
  perDay: z.int().min(1).max(mostEmailsPerDay, `must be at most ${mostEmailsPerDay}: ${boundedItem}`),
  perLine: z.int().min(1).max(mostEmailsPerLine, `must be at most ${mostEmailsPerLine}: ${boundedItem}`),
});

const httpsUrl = z.url({ protocol: /^https$/, error: 'must be an https URL' });

/** Who the emails come from and where they lead. */
export const mailSettings = z.strictObject({
  senderAddress: emailAddress,
  senderName: plainText(100),
  /** Where the contact sets the service up; {orderId}, {lineId} and {subscriptionId} are filled in. */
  setupLink: httpsUrl,
});
export type MailSettings = z.output<typeof mailSettings>;

/** The names of the token's claims that the product reads. */
export const claimNames = z.strictObject({ partnerId: z.string().min(1), roles: z.string().min(1) });
export type ClaimNames = z.output<typeof claimNames>;

const json = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .string()
    .transform((text, context) => {
      try {
        const value: unknown = JSON.parse(text);
        return value;
      } catch {
        context.addIssue({ code: 'custom', message: 'must be JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema);

/** Environment variables by name; each function picks what it reads. */
export const variables = {
  TABLE_NAME: z.string().min(1),
  STATE_MACHINE_ARN: z.string().min(1),
  DEAD_LETTER_QUEUE_URL: z.url(),
  OFFER_WINDOWS: json(offerWindows),
  RESEND_LIMITS: json(resendLimits),
  MAIL_SETTINGS: json(mailSettings),
  CONFIGURATION_SET: z.string().min(1),
  CLAIM_NAMES: json(claimNames),
  SIGN_IN_ISSUER: z.url(),
  SIGN_IN_CLIENT_ID: z.string().min(1),
  SESSION_SECRET_ARN: z.string().min(1),
};

/**
 * Reads a function's settings from environment variables.
 * @throws Error that names every missing or wrong variable
 */
export function readEnvironment<Schema extends z.ZodType>(
  schema: Schema,
  environment: Readonly<Record<string, string | undefined>>,
): z.output<Schema> {
  const result = check(schema, environment);
  if (!result.success) throw new Error(`wrong environment: ${inputErrorText(result.error)}`);
  return result.data;
}
