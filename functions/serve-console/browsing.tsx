import type { Context, Hono } from 'hono';
import * as z from 'zod';
import { linePath, listQuery, orderPath } from '../../shared/contracts/api.ts';
import { identifier } from '../../shared/contracts/fields.ts';
import { checked, invalidRequest, Problem } from '../../shared/contracts/problems.ts';
import { check, inputErrors } from '../../shared/contracts/validation.ts';
import { type Caller, isOperator } from '../../shared/use-cases/access.ts';
import { historyAsCsv } from '../../shared/use-cases/present-history.ts';
import {
  findHistory,
  findSubscription,
  type Attention,
  type AttentionServices,
  listAttention,
  listLines,
  listSettledLast,
  readHistory,
  readLine,
  readOrder,
} from '../../shared/use-cases/read-order-lines.ts';
import { partnersRanked, readPartners, readSummary } from '../../shared/use-cases/read-summary.ts';
import { type ConsoleEnv, type ConsoleContext, personalView } from './console-context.ts';
import { historyKinds, LinePage } from './pages/line.tsx';
import { OrderPage, SubscriptionPage } from './pages/order.tsx';
import { leftList, listPath, type ListRequest, OrdersPage, type Tab, tabOf, tabs } from './pages/orders.tsx';
import { OverviewPage } from './pages/overview.tsx';
import { root } from './paths.ts';
import { download, show } from './show.ts';

const skipped = z.coerce.number().int().min(0).max(partnersRanked).catch(0);

const subscriptionPath = z.object({ subscriptionId: identifier });

/** The pages for looking things up. */
export function browsing(app: Hono<ConsoleEnv>, context: ConsoleContext): void {
  const { services } = context;

  app.get(root, async (c) => {
    const { q, partnerId } = listRequestOf(c);
    const isOverview = isOperator(c.get('person').caller) && partnerId === undefined && q === undefined;
    return await (isOverview ? overview : list)(c, context);
  });

  app.get(`${root}/orders/:orderId`, async (c) => {
    const { orderId } = checked(orderPath, c.req.param());
    const order = await readOrder(c.get('person').caller, orderId, services);
    return show(c, <OrderPage view={personalView(context, c)} order={order} />);
  });

  app.get(`${root}/orders/:orderId/lines/:lineId`, async (c) => {
    const { caller } = c.get('person');
    const key = checked(linePath, c.req.param());
    const line = await readLine(caller, key, services);
    const history = await findHistory(caller, key, services);
    const { senderAddress } = services.mailSettings;
    return show(
      c,
      <LinePage
        view={personalView(context, c)}
        line={line}
        history={history}
        shown={historyKinds.find((kind) => kind === c.req.query('show'))}
        senderAddress={senderAddress}
      />,
    );
  });

  app.get(`${root}/orders/:orderId/lines/:lineId/history.csv`, async (c) => {
    const key = checked(linePath, c.req.param());
    const table = historyAsCsv(await readHistory(c.get('person').caller, key, services));
    return download(c, table, `history-${key.orderId}-${key.lineId}.csv`);
  });

  app.get(`${root}/subscriptions/:subscriptionId`, async (c) => {
    const { caller } = c.get('person');
    const { subscriptionId } = checked(subscriptionPath, c.req.param());
    const partnerId = isOperator(caller) ? given(c, 'partnerId') : undefined;
    const lines = await findSubscription(caller, subscriptionId, partnerId, services);
    return show(c, <SubscriptionPage view={personalView(context, c)} lines={lines} />);
  });
}

/** The list of order lines. */
async function list(c: Context<ConsoleEnv>, context: ConsoleContext): Promise<Response> {
  const { services } = context;
  const { caller } = c.get('person');
  const request = listRequestOf(c);
  const cursor = given(c, 'cursor');
  const view = { ...personalView(context, c), list: leftList(request, cursor) };
  const common = { view, request, cursor };
  const { q, partnerId } = request;
  const query = check(listQuery, withoutGaps({ q, partnerId, cursor }));
  if (!query.success) {
    const problem = invalidRequest(inputErrors(query.error));
    if (wrongFields(problem, ['q']).length === 0) throw problem;
    return show(c, <OrdersPage {...common} wrong="q" />, 400);
  }
  try {
    const [{ returned, open }, summary] = await Promise.all([
      listTab(caller, tabOf(request), query.data, services),
      q === undefined ? readSummary(caller, partnerId, services) : undefined,
    ]);
    return await show(c, <OrdersPage {...common} list={open} returned={returned} summary={summary} />);
  } catch (error) {
    if (wrongFields(error, ['q']).length === 0) throw error;
    return await show(c, <OrdersPage {...common} wrong="tooMany" />, 400);
  }
}

/** All partners and how they are doing, for operators. */
async function overview(c: Context<ConsoleEnv>, context: ConsoleContext): Promise<Response> {
  const { services } = context;
  const { caller } = c.get('person');
  const beginning = given(c, 'partner');
  const after = identifier.safeParse(given(c, 'after')).data;
  const skip = skipped.parse(given(c, 'skip'));
  const isWrong = beginning !== undefined && !identifier.safeParse(beginning).success;
  const [all, partners] = await Promise.all([
    readSummary(caller, undefined, services),
    isWrong ? undefined : readPartners(caller, { beginning: beginning ?? '', after, skip }, services),
  ]);
  const isFirstPage = after === undefined && skip === 0;
  const [only, ...others] = partners?.items ?? [];
  if (only && others.length === 0 && beginning !== undefined && isFirstPage) {
    return c.redirect(listPath({ partnerId: only.partnerId }), 303);
  }
  const page = (
    <OverviewPage
      view={personalView(context, c)}
      all={all}
      beginning={beginning}
      isFirstPage={isFirstPage}
      partners={partners}
    />
  );
  return show(c, page, isWrong ? 400 : 200);
}

/** A parameter, unless it is empty. */
function given(c: Context, name: string): string | undefined {
  const text = c.req.query(name)?.trim();
  return text === '' ? undefined : text;
}

const listRequestOf = (c: Context): ListRequest => ({
  q: given(c, 'q'),
  partnerId: given(c, 'partnerId'),
  show: tabs.find((tab) => tab === c.req.query('show')),
});

/** The lines of a tab. */
async function listTab(
  caller: Caller,
  tab: Tab,
  query: z.output<typeof listQuery>,
  services: AttentionServices,
): Promise<Pick<Attention, 'open'> & Partial<Attention>> {
  switch (tab) {
    case 'attention':
      return await listAttention(caller, query, services);
    case 'lapsed':
      return {
        open: await listLines(caller, { ...query, status: 'Closed', provisioningPending: true }, services),
      };
    case 'scheduled':
      return { open: await listLines(caller, { ...query, status: 'Scheduled' }, services) };
    case 'settled':
      return { open: await listLines(caller, { ...query, settled: true }, services) };
    case 'all': {
      // Searches find few lines, which two lists would read twice.
      const read = query.q === undefined ? listSettledLast : listLines;
      return { open: await read(caller, query, services) };
    }
  }
}

const withoutGaps = (query: Record<string, string | undefined>) =>
  Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));

function wrongFields<Field extends string>(error: unknown, shown: readonly Field[]): readonly Field[] {
  if (!(error instanceof Problem) || error.code !== 'invalid-request') return [];
  return shown.filter((name) => error.extras.errors?.some(({ path }) => path === name));
}
