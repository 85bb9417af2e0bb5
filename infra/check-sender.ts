import { readFileSync } from 'node:fs';
import { Resolver } from 'node:dns/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  GetAccountSendingEnabledCommand,
  GetIdentityDkimAttributesCommand,
  GetIdentityMailFromDomainAttributesCommand,
  GetIdentityVerificationAttributesCommand,
  type SESClient,
} from '@aws-sdk/client-ses';
import * as z from 'zod';
import { mailQuota } from '../shared/adapters/mail-quota.ts';
import { sesClient } from '../shared/adapters/mail.ts';
import { emailAddress } from '../shared/contracts/fields.ts';
import { readArguments, runCommand } from './command-line.ts';
import { type Account, checkSender, type Dns, type Finding, type Identity } from './sender-check.ts';

const usage = `Checks whether mail servers will believe that the emails come from their sender: SES's identity, DKIM, SPF, DMARC, and
what SES lets the account send. It changes nothing.

  npm run check-sender -- [--sender provisioning@example.com]

  --sender  the address; by default mail.senderAddress in cdk.json

It ends with 1 if something fails, or could not be asked.
`;

async function main(): Promise<void> {
  const { sender, help } = readOptions();
  if (help) {
    console.log(usage);
    return;
  }
  const client = sesClient();
  try {
    const region = await client.config.region().catch(() => 'no region');
    console.log(`${sender}, SES in ${region}\n`);
    const findings = await checkSender(sender, dns(new Resolver()), sesAccount(client, region));
    for (const finding of findings) console.log(lineOf(finding));
    const failures = findings.filter(({ verdict }) => verdict === 'failure').length;
    const warnings = findings.filter(({ verdict }) => verdict === 'warning').length;
    console.log(`\n${counted(failures, 'failure')}, ${counted(warnings, 'warning')}`);
    if (failures > 0) process.exitCode = 1;
  } finally {
    client.destroy();
  }
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

function lineOf({ verdict, about, says, then }: Finding): string {
  const margin = ' '.repeat(20);
  const word = verdict === 'failure' ? 'FAILURE' : verdict;
  const text = says.replaceAll('\n', `\n${margin}`);
  return `${word.padEnd(9)}${about.padEnd(11)}${text}${then === undefined ? '' : `\n${margin}→ ${then}`}`;
}

const cdkJson = z.object({
  context: z.object({ settings: z.object({ mail: z.object({ senderAddress: z.string() }) }) }),
});

/** @throws UserError */
function readOptions(): { readonly sender: string; readonly help: boolean } {
  return readArguments(usage, () => {
    const { values } = parseArgs({
      options: { sender: { type: 'string' }, help: { type: 'boolean', default: false } },
    });
    const sender = emailAddress.parse(values.sender ?? senderOfSettings());
    return { sender, help: values.help };
  });
}

function senderOfSettings(): string {
  const text = readFileSync(join(import.meta.dirname, '../cdk.json'), 'utf8');
  return cdkJson.parse(JSON.parse(text)).context.settings.mail.senderAddress;
}

/** DNS errors that mean that there is no such record. */
const absent: readonly unknown[] = ['ENOTFOUND', 'ENODATA'];

function dns(resolver: Resolver): Dns {
  const orNone = async <Record>(records: Promise<readonly Record[]>): Promise<readonly Record[]> => {
    try {
      return await records;
    } catch (error) {
      if (error instanceof Error && 'code' in error && absent.includes(error.code)) return [];
      throw error;
    }
  };
  return {
    txt: async (name) => (await orNone(resolver.resolveTxt(name))).map((parts) => parts.join('')),
    mx: async (name) => (await orNone(resolver.resolveMx(name))).map(({ exchange }) => exchange),
  };
}

const sesAccount = (client: SESClient, region: string): Account => ({
  region,
  quota: () => mailQuota(client).account(),
  isSending: async () => (await client.send(new GetAccountSendingEnabledCommand())).Enabled ?? false,
  identities: async (names) => {
    const Identities = [...names];
    const [verification, dkim, mailFrom] = await Promise.all([
      client.send(new GetIdentityVerificationAttributesCommand({ Identities })),
      client.send(new GetIdentityDkimAttributesCommand({ Identities })),
      client.send(new GetIdentityMailFromDomainAttributesCommand({ Identities })),
    ]);
    return names.flatMap((name): readonly Identity[] => {
      const verified = verification.VerificationAttributes?.[name];
      if (!verified) return [];
      const { DkimEnabled, DkimVerificationStatus, DkimTokens } = dkim.DkimAttributes?.[name] ?? {};
      const { MailFromDomain, MailFromDomainStatus } = mailFrom.MailFromDomainAttributes?.[name] ?? {};
      return [
        {
          name,
          isVerified: verified.VerificationStatus === 'Success',
          dkim: {
            isOn: DkimEnabled ?? false,
            status: DkimVerificationStatus ?? 'NotStarted',
            selectors: DkimTokens ?? [],
          },
          ...(MailFromDomain
            ? { mailFrom: { domain: MailFromDomain, status: MailFromDomainStatus ?? '' } }
            : {}),
        },
      ];
    });
  },
});

await runCommand(main);
