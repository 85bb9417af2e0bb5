import * as z from 'zod';
import type { OfferWindows } from '../domain/offers.ts';
import { areDaysApart, mostReminders, type ReminderPolicy } from '../domain/reminders.ts';
import type { ResendLimits } from '../domain/rules.ts';
import { longestHorizonDays, longestWindowDays } from '../domain/follow-up.ts';
import { mostEmailsPerDay, mostEmailsPerLine } from '../domain/history.ts';
import { Duration } from 'luxon';
import type { Locale } from '../domain/order-line.ts';
import { duration, emailAddress, identifier, plainText, timeZone } from './fields.ts';
import { longestMailbox, mailbox } from './mailbox.ts';
import { check, inputErrorText } from './validation.ts';

/*
 * The schemas of settings are created on first use (`z.lazy`): each function reads only some of them, and creating all
 * would take a tenth of its cold start.
 */

const windowDuration = z.lazy(() =>
  duration.refine(
    (text) => Duration.fromISO(text).as('days') <= longestWindowDays,
    `must be at most ${longestWindowDays} days`,
  ),
);

/** How long before its requested start date a line gets its execution. */
export const executionHorizon = z.lazy(() =>
  duration.refine(
    (text) => Duration.fromISO(text).as('days') <= longestHorizonDays,
    `must be at most ${longestHorizonDays} days: with the longest window, it has to fit into the year of an execution`,
  ),
);

const longestWindows = 2500;

export const offerWindows: z.ZodType<OfferWindows> = z.lazy(() =>
  z
    .strictObject({
      default: windowDuration,
      families: z.record(identifier, windowDuration),
    })
    .refine(
      (windows) => JSON.stringify(windows).length <= longestWindows,
      `must have at most ${longestWindows} characters as JSON: a function has little room for settings`,
    ),
);

const boundedItem = 'the size of a line in the table is bounded by it';

export const resendLimits: z.ZodType<ResendLimits> = z.lazy(() =>
  z.strictObject({
    interval: duration,
    perDay: z.int().min(1).max(mostEmailsPerDay, `must be at most ${mostEmailsPerDay}: ${boundedItem}`),
    perLine: z.int().min(1).max(mostEmailsPerLine, `must be at most ${mostEmailsPerLine}: ${boundedItem}`),
  }),
);

export const reminders: z.ZodType<ReminderPolicy> = z.lazy(() =>
  z.strictObject({
    beforeClose: z
      .array(windowDuration)
      .max(mostReminders, `must be at most ${mostReminders}: each takes its line three more transitions`)
      .refine(areDaysApart, {
        error:
          'must be more than 24 hours apart: no reminder is sent in the 24 hours after another email of its line',
        when: ({ issues }) => issues.length === 0,
      }),
  }),
);

/**
 * Lambda limits the environment of a function to 4 KB in total. The console reads the most settings: with `mail` (at
 * most 1.9 KB), `claimNames` (0.4), the limits (0.1) and the issuer (0.8) at their longest, 0.8 KB remain for names.
 */
const brief = (most: number) =>
  `must have at most ${most} characters: a function has little room for settings`;

export const mailFields = () => ({
  senderAddress: emailAddress,
  senderName: plainText(100),
  /** Who signs the emails; by default the sender's name. */
  brand: plainText(40).exactOptional(),
  /** The name of the subscribed product. */
  productName: plainText(40).exactOptional(),
  /** The names of offers, by offer family. */
  offerNames: z.record(identifier, plainText(60)).exactOptional(),
  /** Where recipients get help with the email itself. */
  supportAddress: emailAddress.exactOptional(),
  /** The sender's postal address, on one line. */
  postalLine: plainText(100).exactOptional(),
  /** Whether answers go to the person who placed the order; else to the sender. */
  replyToPlacedBy: z.boolean(),
  /** The time zone that dates are written in, for each language. */
  timeZones: z.strictObject({ en: mailTimeZone(), ja: mailTimeZone() } satisfies Record<Locale, z.ZodString>),
  /** Where the contact sets the service up; {orderId}, {lineId} and {subscriptionId} are filled in. */
  setupLink: z.url({ protocol: /^https$/, error: 'must be an https URL' }).max(500, brief(500)),
});

const mailTimeZone = () => timeZone.max(40, brief(40));

const senderTooLong = `must be shorter: SES takes at most ${longestMailbox} characters of a sender's name and address, and counts how a name of more than plain letters is encoded`;

/** The most that all fields except the names of offers may take; those get the rest. */
const mostMailBytes = 1900;

/** Mail settings that fit: the sender into SES's limit, and all of them into a function's environment. */
export const fittingMail = <
  Schema extends z.ZodType<{ readonly senderName: string; readonly senderAddress: string }>,
>(
  schema: Schema,
): Schema =>
  schema
    .refine(
      ({ senderName: name, senderAddress: address }) => mailbox({ name, address }).length <= longestMailbox,
      { path: ['senderName'], error: senderTooLong },
    )
    .refine(
      (settings) => Buffer.byteLength(JSON.stringify(settings)) <= mostMailBytes,
      `must have at most ${mostMailBytes} bytes as JSON: a function has little room for settings`,
    );

/** Who the emails come from and where they lead. */
export const mailSettings = z.lazy(() => fittingMail(z.strictObject(mailFields())));
export type MailSettings = z.output<typeof mailSettings>;

/** The names of the token's claims that the product reads. */
export const claimNames = z.lazy(() => {
  const claimName = z.string().min(1).max(100, brief(100));
  return z.strictObject({
    partnerId: claimName,
    roles: claimName,
    /**
     * The resource server whose scopes replace these claims in a program's token, if the issuer gives programs no
     * claims.
     */
    programScopes: claimName.exactOptional(),
  });
});
export type ClaimNames = z.output<typeof claimNames>;

/** How many days a settled line is kept; ten years is the limit for any item. */
export const settledLineDays = z.lazy(() => z.int().min(1).max(3653));

/** How many emails a second the account may send; SES gives no account more than a few thousand. */
export const mailRate = z.lazy(() => z.number().positive('must be above zero').max(10_000));

const json = <Schema extends z.ZodType>(schema: Schema) =>
  z.lazy(() =>
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
      .pipe(schema),
  );

/** The deployer's settings, as functions receive them: infra/settings.ts fills these variables. */
export const settingVariables = {
  OFFER_WINDOWS: json(offerWindows),
  REMINDERS: json(reminders),
  EXECUTION_HORIZON: executionHorizon,
  RESEND_LIMITS: json(resendLimits),
  MAIL_SETTINGS: json(mailSettings),
  CLAIM_NAMES: json(claimNames),
  SETTLED_LINE_DAYS: json(settledLineDays),
  MAIL_RATE: json(mailRate),
};

const name = z.string().min(1);
const url = z.url();

/** Environment variables by name; each function picks what it reads. */
export const variables = {
  ...settingVariables,
  TABLE_NAME: name,
  STATE_MACHINE_ARN: name,
  DEAD_LETTER_QUEUE_URL: url,
  EVENT_BUS_ARN: name,
  /** The queue of first emails. */
  SENDING_QUEUE_URL: url,
  /** The queue of orders whose onboarding has not reached all lines. */
  ONBOARDING_QUEUE_URL: url,
  /** The queue of executions to stop. */
  STOPPING_QUEUE_URL: url,
  /** The queue of bulk resends. */
  RESEND_QUEUE_URL: url,
  /** The queue of events on their way to webhooks. */
  WEBHOOKS_QUEUE_URL: url,
  CONFIGURATION_SET: name,
  /** The console's address, without a slash at the end. */
  CONSOLE_ORIGIN: url,
  SIGN_IN_ISSUER: url,
  SIGN_IN_CLIENT_ID: name,
  SESSION_SECRET_ARN: name,
  CALLER_SALT_SECRET_ARN: name,
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
  if (!result.success) throw new Error(`invalid environment: ${inputErrorText(result.error)}`);
  return result.data;
}
