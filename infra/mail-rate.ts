import { type AccountMail, laneDayShare, laneRate } from '../shared/domain/lane.ts';

/** Every account begins in the sandbox with these quotas; no other account has as little. */
const sandbox = { perSecond: 1, most: 200 };

/** Whether SES delivers to verified addresses only. */
export const isSandbox = ({ perSecond, most }: AccountMail): boolean =>
  perSecond <= sandbox.perSecond && most <= sandbox.most;

/** Realistic numbers of lines with the same start date. */
const examples = [1000, 10_000, 50_000, 100_000] as const;

/** What the account's sending quotas mean for the service, for the deployer. */
export function wordsOnMail(account: AccountMail): string {
  const { perSecond, most, sent } = account;
  const number = new Intl.NumberFormat('en');
  const day = most === Infinity ? 'any number' : number.format(most);
  const left = examples.map((lines) => `${number.format(lines)} in ${spanOf(lines, perSecond, most)}`);
  return [
    `SES lets this account send ${number.format(perSecond)} emails a second and ${day} in 24 hours in this region; ` +
      `it has sent ${number.format(sent)} in the last 24.`,
    `First emails that are due at the same time leave at that rate: ${left.join(', ')}. ` +
      `People's resends and contact changes do not wait for them.`,
    ...(isSandbox(account)
      ? [
          'WARNING: the account is in the SES sandbox. SES delivers to verified addresses only and refuses all others. ' +
            'Ask for production access in the SES console, and deploy again.',
        ]
      : []),
  ].join('\n');
}

/** How long the lane takes for this many emails if nothing else uses the quotas. */
function spanOf(emails: number, perSecond: number, most: number): string {
  const aDay = most * laneDayShare;
  // All emails except the last day's take whole days.
  const days = Math.max(0, Math.ceil(emails / aDay) - 1);
  const lastDay = days === 0 ? emails : emails - days * aDay;
  const hours = days * 24 + lastDay / laneRate(perSecond) / 3600;
  if (hours >= 48) return `${Math.ceil(hours / 24)} days`;
  return hours >= 2 ? `${Math.ceil(hours)} hours` : `${Math.ceil(hours * 60)} minutes`;
}
