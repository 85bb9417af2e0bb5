import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { sesClient } from '../shared/adapters/mail.ts';
import { mailQuota } from '../shared/adapters/mail-quota.ts';
import { type AccountMail, usualMailRate } from '../shared/domain/lane.ts';
import { wordsOnMail } from './mail-rate.ts';
import { accountRateContext } from './settings.ts';

/*
 * Asks SES how many emails the account may send, deploys both stacks for that rate with the pinned CDK, and adds the next
 * step where the CDK's own error message lacks one.
 */

const nextSteps: readonly { readonly when: RegExp; readonly then: string }[] = [
  {
    when: /unable to resolve AWS account|could not load credentials|no credentials|expired ?token|security token .*(invalid|expired)|unrecognizedclient|sso session/i,
    then: 'Sign in to AWS first (for example `aws sso login`) and set AWS_PROFILE; `aws sts get-caller-identity` must show the right account.',
  },
  {
    when: /unable to determine .*region|region is missing|must specify a region/i,
    then: 'Set the region with AWS_REGION.',
  },
  {
    when: /has the environment been bootstrapped|bootstrap stack version/i,
    then: 'Bootstrap the account and region once with `npx cdk bootstrap`, and run this again.',
  },
  {
    when: /schema version mismatch|CLI is not compatible/i,
    then: 'The CDK in node_modules is older than its library: `npm ci` installs the matching pair.',
  },
];

/** What SES lets the account send; undefined if SES cannot be asked, and the CDK then says why. */
async function accountMail(): Promise<AccountMail | undefined> {
  const client = sesClient();
  try {
    return await mailQuota(client).account();
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'no reason given';
    console.error(
      `SES does not say how many emails the account may send (${reason}): without the setting mail.ratePerSecond ` +
        `first emails leave at ${usualMailRate} a second, and more slowly where SES refuses that.`,
    );
    return undefined;
  } finally {
    client.destroy();
  }
}

async function main(): Promise<number | null> {
  const account = await accountMail();
  if (account) console.log(wordsOnMail(account));
  const rate = account ? ['--context', `${accountRateContext}=${account.perSecond}`] : [];
  const cdk = createRequire(import.meta.url).resolve('aws-cdk/bin/cdk');
  const child = spawn(process.execPath, [cdk, 'deploy', '--all', ...rate, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    process.stderr.write(text);
    said += text;
  });
  await once(child, 'close');
  const { exitCode } = child;
  const step = exitCode === 0 ? undefined : nextSteps.find(({ when }) => when.test(said));
  if (step) console.error(`\nNext: ${step.then}`);
  return exitCode;
}

process.exitCode = (await main()) ?? 1;
