import type { StackOutputs } from '../../infra/outputs.ts';
import { settingsIssuer, stage, type Version } from '../support/deployment.ts';
import { partner } from '../support/events.ts';
import { audience, type Issuer } from '../support/issuer.ts';

/** The window of A-FLEX-3, as it is deployed here: long enough to act in it, short enough to wait for its end. */
export const shortWindow = 'PT8S';

export const senderAddress = 'provisioning@example.com';

const settings = {
  stage,
  mail: { senderAddress, senderName: 'Provisioning' },
  signIn: { issuer: settingsIssuer, audience: [audience], consoleClientId: 'console' },
  eventSources: {
    commerce: { accountIds: ['000000000000'] },
    controlHub: { accountIds: ['000000000000'] },
  },
  // A-FLEX lasts longer than a deployment takes.
  offerWindows: { default: 'P30D', families: { 'A-FLEX': 'PT1M', 'A-FLEX-3': shortWindow } },
  // No email: the first one left within the 24 hours before. Systems are told that the line closes soon.
  reminders: { beforeClose: ['PT3S'] },
};

export const firstVersion: Version = { settings };

export const secondSender = 'Provisioning desk';
export const secondClosing = 'Close order line at the end of its window';

/** A newer version of the product: another definition of the workflow, and functions that are set another way. */
export const secondVersion: Version = {
  settings: { ...settings, mail: { senderAddress, senderName: secondSender } },
  change: (template) => template.replaceAll('Close order line', secondClosing),
};

const { signIn, ...settingsWithoutIssuer } = settings;

/** A system of the partner. */
export const program = 'orders';

/** Another stack: people and programs sign in with its own user pool. */
export const poolVersion: Version = {
  settings: { ...settingsWithoutIssuer, programs: { [program]: { partnerId: partner, roles: ['resend'] } } },
};

/** The same, but nothing of it stays when it is destroyed. */
export const throwawayVersion: Version = { settings: { ...settingsWithoutIssuer, keepData: false } };

/** What the tests are told of the deployment that was made for them. */
export interface Deployment {
  readonly url: string;
  readonly issuer: Issuer;
  readonly outputs: StackOutputs;
}

const variable = 'DEPLOYMENT';

export const handOver = (deployment: Deployment) => ({ [variable]: JSON.stringify(deployment) });

/** The deployment that these tests were started for. */
export function deployment(): Deployment {
  const text = process.env[variable];
  if (text === undefined) throw new Error('These tests need a deployment: run npm run test:deployed');
  return JSON.parse(text) as Deployment;
}
