import * as z from 'zod';
import { claimNames, mailSettings, offerWindows, resendLimits } from '../shared/contracts/environment.ts';
import { inputErrors } from '../shared/contracts/validation.ts';

/** What holds where a deployer sets nothing; the local runtime runs on the same. */
export const defaults = {
  offerWindows: { default: 'P30D', families: { 'A-FLEX': 'P7D', 'A-FLEX-3': 'P7D' } },
  resendLimits: { interval: 'PT1M', perDay: 10, perLine: 100 },
  setupLink: 'https://admin.webex.com/?subscriptionId={subscriptionId}',
  claimNames: { partnerId: 'partner_id', roles: 'roles' },
  consoleClientId: 'provisioning-console',
  logRetentionDays: 90,
} as const;

/** The retention times that CloudWatch Logs takes, in days. */
const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

const notAccountId = 'must be an AWS account id: text of 12 digits';
const accountId = z.string(notAccountId).regex(/^\d{12}$/, notAccountId);
const organizationId = z
  .string()
  .regex(/^o-[a-z0-9]{10,32}$/, 'must be an id of AWS Organizations, for example o-a1b2c3d4e5');

const settingsSchema = z.strictObject({
  /** How long the window of an offer lasts. */
  offerWindows: offerWindows.default(defaults.offerWindows),
  resendLimits: resendLimits.default(defaults.resendLimits),
  mail: mailSettings.extend({ setupLink: mailSettings.shape.setupLink.default(defaults.setupLink) }),
  /** Whose access tokens the API takes: as the token's `iss` says, and one of its `aud`. */
  signIn: z.strictObject({
    issuer: z.url({ protocol: /^https$/, error: 'must be an https URL' }),
    /** The public client that people sign in to the console with. */
    consoleClientId: z.string().min(1, 'must not be empty').default(defaults.consoleClientId),
    audience: z.array(z.string().min(1, 'must not be empty')).min(1, 'must name at least one audience'),
  }),
  claimNames: claimNames.default(defaults.claimNames),
  /** Who may put events on the product's bus, besides the account that it is in. */
  eventSources: z
    .strictObject({
      accountIds: z.array(accountId).default([]),
      organizationId: organizationId.exactOptional(),
    })
    .refine(
      ({ accountIds, organizationId }) => accountIds.length > 0 || organizationId !== undefined,
      'must name accountIds, an organizationId, or both',
    ),
  logRetentionDays: z
    .literal(retentionDays, `must be one of ${retentionDays.join(', ')}: CloudWatch takes no others`)
    .default(defaults.logRetentionDays),
});
export type Settings = z.output<typeof settingsSchema>;

const context = z.object({ settings: settingsSchema });

/**
 * Reads what the deployer set, as an object from cdk.json or as the JSON text of `-c settings=...`.
 * @throws Error whose message names every missing or wrong setting, one a line
 */
export function readSettings(value: unknown): Settings {
  const result = context.safeParse(
    { settings: typeof value === 'string' ? fromJson(value) : value },
    { error: ofKey, reportInput: true },
  );
  if (result.success) return result.data.settings;
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

/** A wrong key of a record says what is wrong with it. */
const ofKey: z.core.$ZodErrorMap = (issue) =>
  issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined;
