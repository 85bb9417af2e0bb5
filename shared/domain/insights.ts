import { type ContactEmailKind, isCopy } from './email-kinds.ts';
import type { HistoryEntry } from './history.ts';
import {
  type DeliveryOutcome,
  isProvisioningPending,
  type Locale,
  locales,
  type OrderLine,
} from './order-line.ts';
import { type Instant, later, secondsBetween } from './time.ts';

/*
 * What becomes of lines after their first email: counts by the day of that email, the offer, and the language of the
 * contact. They remain when lines are removed.
 */

/** What is counted about a line, besides the line itself. */
export const insightCounters = [
  'lines',
  'emails',
  'bounced',
  'onboarded',
  'minutesToOnboarding',
  'onboardedWithin1Day',
  'onboardedWithin3Days',
  'onboardedWithin7Days',
  'onboardedWithin30Days',
  'onboardedLater',
  'closedUnprovisioned',
  'cancelled',
  'resent',
  'resentOnboarded',
  'corrected',
  'correctedOnboarded',
  'reminded',
  'remindedOnboarded',
] as const;
export type InsightCounter = (typeof insightCounters)[number];
export type InsightCounts = Readonly<Record<InsightCounter, number>>;

/** The prefixes of tallies for existing lines and for removed ones; both sort after the tallies of the summary. */
export const insightStarts = { there: 'mailed#', removed: 'past#' } as const;
export type InsightStart = (typeof insightStarts)[keyof typeof insightStarts];

/** In days: the longest time to onboarding of each counter, shortest first. */
const spans = [
  { counter: 'onboardedWithin1Day', days: 1 },
  { counter: 'onboardedWithin3Days', days: 3 },
  { counter: 'onboardedWithin7Days', days: 7 },
  { counter: 'onboardedWithin30Days', days: 30 },
] as const satisfies readonly { counter: InsightCounter; days: number }[];

/** Counters for lines that got an email of a kind other than the first, and for those onboarded after it. */
const helps = {
  resend: { got: 'resent', onboarded: 'resentOnboarded' },
  'contact-change': { got: 'corrected', onboarded: 'correctedOnboarded' },
  reminder: { got: 'reminded', onboarded: 'remindedOnboarded' },
} as const satisfies Readonly<
  Record<Exclude<ContactEmailKind, 'first'>, { got: InsightCounter; onboarded: InsightCounter }>
>;

type Sent = Extract<HistoryEntry, { type: 'ProvisioningEmailSent' }>;

/** What a line adds, and to which tally; undefined before its first email. Zero counters are left out. */
export function insightOf(
  line: OrderLine,
  start: InsightStart,
): { readonly tally: string; readonly counters: Readonly<Partial<InsightCounts>> } | undefined {
  const { firstEmailSentAt, offer, provisioningContact, history } = line;
  if (firstEmailSentAt === undefined) return undefined;
  // Only emails to the contact: copies are for information.
  const emails = history
    .filter((entry) => entry.type === 'ProvisioningEmailSent')
    .filter(({ kind }) => !isCopy(kind));
  const counters: Partial<InsightCounts> = {
    lines: 1,
    emails: emails.length,
    bounced: bouncedOf(emails, history),
    closedUnprovisioned: isProvisioningPending(line) ? 1 : 0,
    cancelled: line.status === 'Cancelled' ? 1 : 0,
    ...onboardingOf(line, firstEmailSentAt),
    ...helpOf(line, emails),
  };
  const day = firstEmailSentAt.slice(0, 'YYYY-MM-DD'.length);
  return {
    tally: `${start}${day}#${offer}#${provisioningContact.locale}`,
    counters: Object.fromEntries(Object.entries(counters).filter(([, count]) => count !== 0)),
  };
}

/** How many of the emails came back. An automatic reply to a delivered email is no bounce. */
function bouncedOf(emails: readonly Sent[], history: readonly HistoryEntry[]): number {
  const reports = history.filter((entry) => entry.type === 'ProvisioningEmailFeedback');
  const reported = (...outcomes: readonly DeliveryOutcome[]) =>
    new Set(reports.filter(({ delivery }) => outcomes.includes(delivery)).map(({ messageId }) => messageId));
  const cameBack = reported('Bounced', 'Rejected');
  const delivered = reported('Delivered');
  return emails.filter(({ messageId }) => cameBack.has(messageId) && !delivered.has(messageId)).length;
}

/** A cancelled line counts only as cancelled. */
const onboardingTime = ({ status, onboardedAt }: OrderLine): Instant | undefined =>
  status === 'Cancelled' ? undefined : onboardedAt;

function onboardingOf(line: OrderLine, firstEmailSentAt: Instant): Partial<InsightCounts> {
  const onboardedAt = onboardingTime(line);
  if (onboardedAt === undefined) return {};
  const minutes = Math.round(secondsBetween(firstEmailSentAt, later(firstEmailSentAt, onboardedAt)) / 60);
  const span = spans.find(({ days }) => minutes <= days * 24 * 60);
  return { onboarded: 1, minutesToOnboarding: minutes, [span?.counter ?? 'onboardedLater']: 1 };
}

function helpOf(line: OrderLine, emails: readonly Sent[]): Partial<InsightCounts> {
  const onboardedAt = onboardingTime(line);
  const counters: Partial<Record<InsightCounter, number>> = {};
  for (const [kind, { got, onboarded }] of Object.entries(helps)) {
    const first = emails.find((email) => email.kind === kind);
    if (!first) continue;
    counters[got] = 1;
    if (onboardedAt !== undefined && onboardedAt > first.at) counters[onboarded] = 1;
  }
  return counters;
}

/** The counts of the lines of one offer and language whose first emails left in one month, such as `2026-11`. */
export interface Insight extends InsightCounts {
  readonly month: string;
  readonly offer: string;
  readonly locale: Locale;
}

/** The insights that tallies hold, by month, offer and language. */
export function insightsIn(
  tallies: readonly { readonly tally: string; readonly counters: Readonly<Record<string, number>> }[],
): readonly Insight[] {
  const insights = new Map<string, Insight>();
  for (const { tally, counters } of tallies) {
    const [, day = '', offer = '', language] = tally.split('#');
    const locale = locales.find((known) => known === language);
    if (locale === undefined) continue;
    const month = day.slice(0, 'YYYY-MM'.length);
    const key = [month, offer, locale].join('#');
    insights.set(key, { month, offer, locale, ...sumOf([insights.get(key) ?? {}, counters]) });
  }
  const sorted = [...insights.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  // A line whose contact changed language has left an empty count.
  return sorted.map(([, insight]) => insight).filter(({ lines }) => lines > 0);
}

/** The sum of counts, none of them below 0. */
export function sumOf(counts: readonly Readonly<Partial<InsightCounts>>[]): InsightCounts {
  const total = (counter: InsightCounter): number =>
    Math.max(
      0,
      counts.reduce((sum, one) => sum + (one[counter] ?? 0), 0),
    );
  return {
    lines: total('lines'),
    emails: total('emails'),
    bounced: total('bounced'),
    onboarded: total('onboarded'),
    minutesToOnboarding: total('minutesToOnboarding'),
    onboardedWithin1Day: total('onboardedWithin1Day'),
    onboardedWithin3Days: total('onboardedWithin3Days'),
    onboardedWithin7Days: total('onboardedWithin7Days'),
    onboardedWithin30Days: total('onboardedWithin30Days'),
    onboardedLater: total('onboardedLater'),
    closedUnprovisioned: total('closedUnprovisioned'),
    cancelled: total('cancelled'),
    resent: total('resent'),
    resentOnboarded: total('resentOnboarded'),
    corrected: total('corrected'),
    correctedOnboarded: total('correctedOnboarded'),
    reminded: total('reminded'),
    remindedOnboarded: total('remindedOnboarded'),
  };
}
