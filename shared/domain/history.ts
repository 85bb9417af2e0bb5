import type { Instant } from './time.ts';

export const historyTypes = [
  'Booked',
  'Rescheduled',
  'ProvisioningEmailSent',
  'ProvisioningEmailFailed',
  /** Its outcome is unknown: it may have been sent. Once the mail service reports it, it becomes a sent one. */
  'ProvisioningEmailUnconfirmed',
  'ProvisioningEmailFeedback',
  'ProvisioningContactChanged',
  'Onboarded',
  'Closed',
  'Cancelled',
] as const;
export type HistoryType = (typeof historyTypes)[number];

/** What happened to a line: when, what, who did it, and for emails to whom and with what result. */
export interface HistoryEntry {
  readonly at: Instant;
  readonly type: HistoryType;
  readonly actor: string;
  readonly to?: string;
  readonly messageId?: string;
  readonly result?: string;
  readonly reason?: string;
  /** The claim of an email that may have been sent. Not shown to callers. */
  readonly claimId?: string;
  /** How often it happened in a row, the last time at `at`. */
  readonly repeated?: { readonly times: number; readonly since: Instant };
}

/** The longest name of who did something, in bytes of UTF-8: that of the longest mail address. */
export const longestActor = 254;

/** The longest reason of an entry, in bytes of UTF-8. */
export const longestReason = 200;

/** The most emails, or contact changes without one, that a line may be allowed in its life: see `historyLimit`. */
export const mostEmailsPerLine = 100;

/** The most emails that a line may be allowed in 24 hours, with an answer kept for each: see `historyLimit`. */
export const mostEmailsPerDay = 20;

/**
 * The most entries that a history keeps. DynamoDB lets the item of a line have 400 KB, of which it needs at most
 *
 *     history         320 entries of 0.75 KB   240 KB   actor and address of 254 B; reports have a reason of 200 B,
 *                                                       and `aws.ses` as actor
 *     kept answers     20 of 5 KB              100 KB   `mostEmailsPerDay`; an unconfirmed email, of 2 KB, has none
 *     quiet changes    20 of 0.5 KB             10 KB   `mostQuietChanges`, kept among the answers
 *     undeliverable    50 of 0.5 KB             25 KB   `mostUndeliverable`
 *     all else                                  10 KB
 *                                              385 KB
 *
 * Room is made by what tells least. There is always enough of that: the entries that tell most are 1 booking, 101 sent
 * emails (the first is not limited), 100 contact changes, 101 bounces, and an onboarding, a closing and a cancellation,
 * 305 together.
 */
export const historyLimit = 320;

/** The history with one more entry. The same failure again, with nothing between, is one entry that counts. */
export function withEntry(history: readonly HistoryEntry[], entry: HistoryEntry): readonly HistoryEntry[] {
  const last = history.at(-1);
  return last && isRepeated(last, entry)
    ? [...history.slice(0, -1), { ...entry, repeated: countedOn(last) }]
    : trimmed([...history, entry]);
}

const isRepeated = (last: HistoryEntry, { type, actor, to, reason }: HistoryEntry): boolean =>
  type === 'ProvisioningEmailFailed' &&
  last.type === type &&
  last.actor === actor &&
  last.to === to &&
  last.reason === reason;

const countedOn = ({ at, repeated = { times: 1, since: at } }: HistoryEntry) => ({
  ...repeated,
  times: repeated.times + 1,
});

/** Without the oldest of those that tell least, as many as there are too many. */
function trimmed(history: readonly HistoryEntry[]): readonly HistoryEntry[] {
  if (history.length <= historyLimit) return history;
  const leastTelling = history.reduce((least, entry) => (tells(entry) < tells(least) ? entry : least));
  return trimmed(history.filter((entry) => entry !== leastTelling));
}

/** How much an entry tells who wants to know what became of the line's emails; the more, the longer it is kept. */
function tells({ type, result, reason }: HistoryEntry): number {
  switch (type) {
    case 'ProvisioningEmailFailed':
      return 0;
    case 'ProvisioningEmailFeedback':
      if (result === 'Bounced') return 6;
      return result === 'Delayed' ? 1 : result === 'Delivered' ? 3 : 5;
    case 'Rescheduled':
      return reason === undefined ? 4 : 2;
    case 'ProvisioningEmailUnconfirmed':
      return 5;
    case 'ProvisioningEmailSent':
    case 'ProvisioningContactChanged':
    case 'Onboarded':
    case 'Closed':
    case 'Cancelled':
      return 6;
    case 'Booked':
      return 7;
  }
}
