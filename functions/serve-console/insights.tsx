import type { Context, Hono } from 'hono';
import { insightsQuery } from '../../shared/contracts/api.ts';
import { checked, Problem } from '../../shared/contracts/problems.ts';
import { check } from '../../shared/contracts/validation.ts';
import { findInsights, insightsAsCsv, readInsights } from '../../shared/use-cases/read-insights.ts';
import { type ConsoleContext, type ConsoleEnv, personalView } from './console-context.ts';
import { InsightsPage, type InsightsRequest } from './pages/insights.tsx';
import { paths } from './paths.ts';
import { download, show } from './show.ts';

/** The page that shows what became of lines after their first email, and its figures as CSV. */
export function insights(app: Hono<ConsoleEnv>, context: ConsoleContext): void {
  const { services } = context;

  app.get(paths.insights, async (c) => {
    const { caller } = c.get('person');
    const view = personalView(context, c);
    const request = requestOf(c);
    const wrong = () => show(c, <InsightsPage view={view} request={request} />, 400);
    const query = check(insightsQuery, asked(request));
    if (!query.success) return wrong();
    try {
      const found = await findInsights(caller, query.data, services);
      return await show(c, <InsightsPage view={view} request={request} found={found} />);
    } catch (error) {
      if (error instanceof Problem && error.code === 'invalid-request') return wrong();
      throw error;
    }
  });

  app.get(paths.insightsTable, async (c) => {
    const query = checked(insightsQuery, asked(requestOf(c)));
    const table = insightsAsCsv(await readInsights(c.get('person').caller, query, services));
    return download(c, table, 'insights.csv');
  });
}

/** The request in the address; empty parameters count as missing. */
function requestOf(c: Context): InsightsRequest {
  const given = (name: string): string | undefined => {
    const text = c.req.query(name)?.trim();
    return text === '' ? undefined : text;
  };
  return {
    partnerId: given('partnerId'),
    from: given('from'),
    to: given('to'),
    offer: given('offer'),
    language: given('language'),
  };
}

/** The part of it that the counts are found by. */
const asked = ({ partnerId, from, to }: InsightsRequest) =>
  Object.fromEntries(Object.entries({ partnerId, from, to }).filter(([, value]) => value !== undefined));
