import type * as z from 'zod';
import { firstMonth, type InsightsAnswer, type insightsQuery } from '../contracts/api.ts';
import { csv } from '../contracts/csv.ts';
import { invalidRequest } from '../contracts/problems.ts';
import { insightCounters, type Insight, insightsIn, insightStarts } from '../domain/insights.ts';
import { allPartners } from '../domain/tallies.ts';
import { later, minus, plus, toInstant } from '../domain/time.ts';
import { type Caller, summarizedPartner } from './access.ts';
import type { SummaryServices } from './read-summary.ts';

/** The most months in one answer, to keep it small. */
const mostMonths = 36;

/**
 * What became of the lines whose first emails left in a range of months: those of the caller's partner, of the partner
 * that an operator names, or of all partners. The default is the last twelve months.
 * @throws Problem no-access, invalid-request
 */
export async function findInsights(
  caller: Caller,
  query: z.output<typeof insightsQuery>,
  { tallies, now }: SummaryServices,
): Promise<Pick<InsightsAnswer, 'from' | 'to'> & { readonly insights: readonly Insight[] }> {
  const scope = summarizedPartner(caller, query.partnerId) ?? allPartners;
  const { to = monthOf(toInstant(now())) } = query;
  const { from = later(monthOf(minus(firstOf(to), 'P11M')), firstMonth) } = query;
  if (from > to) throw invalidRequest([{ path: 'from', message: 'must not be after to' }]);
  if (monthOf(plus(firstOf(from), `P${mostMonths}M`)) <= to) {
    throw invalidRequest([{ path: 'from', message: `must be at most ${mostMonths} months before the end` }]);
  }
  const { id } = await tallies.generation();
  const found = await Promise.all(
    Object.values(insightStarts).map((start) =>
      // In keys, the month is followed by the day.
      tallies.between(id, scope, start + from, `${start}${to}~`),
    ),
  );
  return { from, to, insights: insightsIn(found.flat()) };
}

/**
 * The same as the API shows it.
 * @throws Problem no-access, invalid-request
 */
export async function readInsights(...asked: Parameters<typeof findInsights>): Promise<InsightsAnswer> {
  const { from, to, insights } = await findInsights(...asked);
  return { from, to, items: insights.map(presentInsight) };
}

const monthOf = (instant: string): string => instant.slice(0, 'YYYY-MM'.length);
const firstOf = (month: string): string => `${month}-01T00:00:00.000Z`;

/** Insights as callers of the API see them. */
export const presentInsight = ({
  minutesToOnboarding,
  ...insight
}: Insight): InsightsAnswer['items'][number] => ({
  ...insight,
  hoursToOnboarding: Math.round(minutesToOnboarding / 6) / 10,
});

const columns = [
  'month',
  'offer',
  'locale',
  ...insightCounters.filter((counter) => counter !== 'minutesToOnboarding'),
  'hoursToOnboarding',
] as const;

/** The same as CSV. */
export const insightsAsCsv = ({ items }: InsightsAnswer): string =>
  csv(
    columns,
    items.map((item) => Object.fromEntries(columns.map((column) => [column, String(item[column])]))),
  );
