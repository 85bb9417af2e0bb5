import * as z from 'zod';
import {
  claimNames,
  executionHorizon,
  mailFields,
  mailRate,
  offerWindows,
  reminders,
  resendLimits,
  settledLineDays,
  type settingVariables,
  fittingMail,
} from '../shared/contracts/environment.ts';
import { inputErrors } from '../shared/contracts/validation.ts';
import { identifier, longestId } from '../shared/contracts/fields.ts';
import { usualMailRate } from '../shared/domain/lane.ts';
import { roles } from '../shared/use-cases/access.ts';

/** Defaults for settings that a deployer leaves out; the local runtime uses the same. */
export const defaults = {
  stage: 'prod',
  offerWindows: { default: 'P30D', families: { 'A-FLEX': 'P7D', 'A-FLEX-3': 'P7D' } },
  resendLimits: { interval: 'PT1M', perDay: 10, perLine: 100 },
  reminders: { beforeClose: ['P7D', 'P2D'] },
  /** The sweep needs 46 hours to start ten million lines of one date, see shared/domain/quotas.ts. */
  executionHorizon: 'P2D',
  mail: {
    setupLink: 'https://admin.webex.com/?subscriptionId={subscriptionId}',
    replyToPlacedBy: true,
    timeZones: { en: 'UTC', ja: 'Asia/Tokyo' },
  },
  claimNames: { partnerId: 'partner_id', roles: 'roles' },
  /** In the tokens of the stack's own user pool. */
  poolClaimNames: {
    partnerId: 'custom:partner_id',
    roles: 'cognito:groups',
    programScopes: 'provisioning-emails',
  },
  /** As long as messages are tried at most: SQS counts from when they were first queued. */
  deadLetterDays: 14,
  /** As far back as the table can be restored: later events are replayed. */
  eventArchiveDays: 35,
  /** A year, and a month to look back on it. */
  settledLineDays: 400,
  logRetentionDays: 90,
  runbookUrl: 'infra/RUNBOOK.md',
} as const;

/** The retention periods that CloudWatch Logs allows, in days. */
const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

const notAccountId = 'must be an AWS account id: a string of 12 digits';
const accountId = z.string(notAccountId).regex(/^\d{12}$/, notAccountId);
const organizationId = z
  .string()
  .regex(/^o-[a-z0-9]{10,32}$/, 'must be an AWS Organizations id, for example o-a1b2c3d4e5');

/** The accounts that may send events of a source. */
const eventSource = z
  .strictObject({
    accountIds: z.array(accountId).default([]),
    organizationId: organizationId.exactOptional(),
  })
  .refine(
    ({ accountIds, organizationId }) => accountIds.length > 0 || organizationId !== undefined,
    'must name accountIds, an organizationId, or both',
  );

/** These once applied to all sources. */
const ofOneSource = z
  .never('belongs to one source: move it into settings.eventSources.commerce or .controlHub')
  .exactOptional();

const notDeadLetterDays = 'must be 1 to 14 whole days, the longest that SQS keeps messages';

const notEmpty = z.string().min(1, 'must not be empty');

/** Alarms cannot publish to a FIFO topic. */
const topicArn = z
  .string()
  .regex(
    /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/,
    'must be the ARN of an SNS topic that is not FIFO, for example arn:aws:sns:eu-central-1:111111111111:operators',
  );

const streamArn = z
  .string()
  .regex(
    /^arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:\d{12}:table\/[\w.-]+\/stream\/[\d:T.-]+$/,
    "must be the ARN of the table's stream, LatestStreamArn of aws dynamodb describe-table",
  );

const notStage =
  'must be 1 to 12 lower-case letters and digits, beginning with a letter, without aws, amazon or cognito';

/** API Gateway accepts 50 audiences, one of which is the console; a resource server has at most 100 scopes. */
const mostPrograms = 48;

const notProgram = `must be 1 to ${longestId} of a-z 0-9 -`;

/** A system that calls the API, with a client of its own in the user pool. */
const program = z
  .strictObject({
    /** The partner whose lines it works with; an operator needs none. */
    partnerId: identifier.exactOptional(),
    roles: z.array(z.enum(roles, `must be one of ${roles.join(', ')}`)).min(1, 'must name at least one role'),
  })
  .refine(({ partnerId, roles }) => partnerId !== undefined || roles.includes('operator'), {
    path: ['partnerId'],
    error: 'is missing: only an operator needs none',
  });

const notArchiveDays = 'must be whole days, at least one';

const ofMail = mailFields();

const settingsObject = z.strictObject({
  /** Distinguishes deployments within one account and region; it is part of every name. */
  stage: z
    .string()
    // Cognito reserves these names.
    .regex(/^(?!.*(aws|amazon|cognito))[a-z][a-z0-9]{0,11}$/, notStage)
    .default(defaults.stage),
  /** How long the window of an offer lasts. */
  offerWindows: offerWindows.default(defaults.offerWindows),
  resendLimits: resendLimits.default(defaults.resendLimits),
  /** How long before the end of a window its contact is reminded, if that is in the second half of the window. */
  reminders: reminders.default(defaults.reminders),
  /** How long before its requested start date a line gets its execution. */
  executionHorizon: executionHorizon.default(defaults.executionHorizon),
  mail: fittingMail(
    z.strictObject({
      ...ofMail,
      setupLink: ofMail.setupLink.default(defaults.mail.setupLink),
      replyToPlacedBy: ofMail.replyToPlacedBy.default(defaults.mail.replyToPlacedBy),
      timeZones: ofMail.timeZones
        .partial()
        .transform((zones) => ({ ...defaults.mail.timeZones, ...zones }))
        .default(defaults.mail.timeZones),
      /** The most emails that leave in a second; by default, and at most, what SES lets the account send. */
      ratePerSecond: mailRate.exactOptional(),
    }),
  ),
  /**
   * The OpenID Connect issuer; without it, the stack creates a Cognito user pool. `issuer` and one of `audience` are
   * the `iss` and `aud` of the API's access tokens; `consoleClientId` is the console's client there.
   */
  signIn: z
    .strictObject({
      issuer: z
        .url({ protocol: /^https$/, error: 'must be an https URL' })
        .max(500, 'must have at most 500 characters'),
      audience: z.array(notEmpty).min(1, 'must name at least one audience'),
      consoleClientId: notEmpty.max(256, 'must have at most 256 characters'),
    })
    .exactOptional(),
  claimNames: claimNames.unwrap().omit({ programScopes: true }).exactOptional(),
  /** The systems that call the API, by name, if they sign in with the stack's own user pool. */
  programs: z
    .record(z.string().regex(new RegExp(`^[a-z0-9-]{1,${longestId}}$`), notProgram), program)
    .refine(
      (programs) => Object.keys(programs).length <= mostPrograms,
      `must be at most ${mostPrograms}: API Gateway takes no more audiences`,
    )
    .default({}),
  /** Who may put the events of each source on the product's bus, besides its own account. */
  eventSources: z.strictObject({
    commerce: eventSource,
    controlHub: eventSource,
    accountIds: ofOneSource,
    organizationId: ofOneSource,
  }),
  /** Whether the table, the people of the user pool and the functions' logs stay when the stack is deleted. */
  keepData: z.boolean().default(true),
  /** How long dead letters are kept: they name people. */
  deadLetterDays: z
    .int(notDeadLetterDays)
    .min(1, notDeadLetterDays)
    .max(14, notDeadLetterDays)
    .default(defaults.deadLetterDays),
  /** How long incoming events are kept for replay: they name people, too. */
  eventArchiveDays: z.int(notArchiveDays).min(1, notArchiveDays).default(defaults.eventArchiveDays),
  /** How long a line is kept after it is settled: it names people. */
  settledLineDays: settledLineDays.default(defaults.settledLineDays),
  logRetentionDays: z
    .literal(retentionDays, `must be one of ${retentionDays.join(', ')}: CloudWatch takes no others`)
    .default(defaults.logRetentionDays),
  /** The stream of a restored table: CloudFormation knows only that of the table it created. */
  tableStreamArn: streamArn.exactOptional(),
  /** The SNS topic that is notified when an alarm starts and ends; it must be in the stack's region. */
  alarmTopicArn: topicArn.exactOptional(),
  /** The address of the runbook; alarms link to its sections. */
  runbookUrl: z
    .url({ protocol: /^https$/, error: 'must be an https URL' })
    .regex(/^[^#]*$/, 'must not name a section: each alarm adds its own')
    .default(defaults.runbookUrl),
});

/** All settings that a deployer may choose. */
export const settingNames = Object.keys(settingsObject.shape);

const settingsSchema = settingsObject
  .refine(
    ({ settledLineDays, eventArchiveDays, deadLetterDays }) =>
      settledLineDays >= eventArchiveDays + deadLetterDays,
    {
      path: ['settledLineDays'],
      error:
        'must be at least eventArchiveDays and deadLetterDays together: a booking that is replayed once its line is gone would be booked and sent again',
    },
  )
  .refine(({ signIn, programs }) => signIn === undefined || Object.keys(programs).length === 0, {
    path: ['programs'],
    error: 'must be clients at the issuer of signIn: the stack makes them in its own user pool only',
  })
  .transform(({ mail: { ratePerSecond, ...mail }, ...settings }) => ({
    ...settings,
    mail,
    mailRate: ratePerSecond,
    claimNames: settings.signIn
      ? (settings.claimNames ?? defaults.claimNames)
      : { ...defaults.poolClaimNames, ...settings.claimNames },
  }));
type GivenSettings = z.output<typeof settingsSchema>;
export type Settings = Omit<GivenSettings, 'mailRate'> & {
  /** How many emails a second the account may send. */
  readonly mailRate: number;
};

/** What functions are created from: the settings they read, and the retention of their logs. */
export type FunctionSettings = Pick<
  Settings,
  | 'offerWindows'
  | 'executionHorizon'
  | 'resendLimits'
  | 'reminders'
  | 'mail'
  | 'mailRate'
  | 'claimNames'
  | 'settledLineDays'
  | 'logRetentionDays'
>;

/** The settings as environment variables; each function gets those it reads. */
export const variablesOf = (
  settings: FunctionSettings,
): Readonly<Record<keyof typeof settingVariables, string>> => ({
  OFFER_WINDOWS: JSON.stringify(settings.offerWindows),
  EXECUTION_HORIZON: settings.executionHorizon,
  RESEND_LIMITS: JSON.stringify(settings.resendLimits),
  REMINDERS: JSON.stringify(settings.reminders),
  MAIL_SETTINGS: JSON.stringify(settings.mail),
  CLAIM_NAMES: JSON.stringify(settings.claimNames),
  SETTLED_LINE_DAYS: JSON.stringify(settings.settledLineDays),
  MAIL_RATE: JSON.stringify(settings.mailRate),
});

const context = z.object({ settings: settingsSchema });

/** The context key that tells a deployment how many emails a second SES lets the account send. */
export const accountRateContext = 'accountMailRate';

/**
 * Reads the deployer's settings: an object from cdk.json, or the JSON text of `-c settings=...`.
 * @param accountRate how many emails a second SES lets the account send, if known
 * @throws Error whose message names every missing or invalid setting, one per line
 */
export function readSettings(value: unknown, accountRate?: number): Settings {
  const result = context.safeParse(
    { settings: typeof value === 'string' ? fromJson(value) : value },
    { error: ofKey, reportInput: true },
  );
  if (result.success) {
    const { settings } = result.data;
    const { mailRate = accountRate ?? usualMailRate } = settings;
    return { ...settings, mailRate: Math.min(mailRate, accountRate ?? Infinity) };
  }
  throw new Error(
    inputErrors(result.error)
      .map(({ path, message }) => `${path}: ${message}`)
      .join('\n'),
  );
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('settings: must be JSON');
  }
}

/** An invalid key of a record is reported with its own message. */
const ofKey: z.core.$ZodErrorMap = (issue) =>
  issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined;
