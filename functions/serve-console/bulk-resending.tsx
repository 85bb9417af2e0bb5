import type { Context, Hono } from 'hono';
import * as z from 'zod';
import {
  jobItemsQuery,
  jobListQuery,
  jobPath,
  type LineAnswer,
  type JobRequest,
  jobRequest,
  linePath,
} from '../../shared/contracts/api.ts';
import { identifier } from '../../shared/contracts/fields.ts';
import { checked, Problem } from '../../shared/contracts/problems.ts';
import { type LineKey, type Locale, locales } from '../../shared/domain/order-line.ts';
import { lineResults, mostFilteredLines } from '../../shared/domain/resend-job.ts';
import { toInstant } from '../../shared/domain/time.ts';
import { type Caller, resendingPartner } from '../../shared/use-cases/access.ts';
import { presentLine } from '../../shared/use-cases/present-line.ts';
import { allLines, readLine } from '../../shared/use-cases/read-order-lines.ts';
import {
  listJobs,
  readJob,
  readJobItems,
  readJobItemsAsCsv,
} from '../../shared/use-cases/read-resend-jobs.ts';
import { startJob } from '../../shared/use-cases/start-resend-job.ts';
import { type ConsoleContext, type ConsoleEnv, personalView } from './console-context.ts';
import { readForm } from './form.ts';
import {
  BulkConfirmationPage,
  JobInProgressPage,
  JobPage,
  JobsPage,
  type Preview,
  type Selection,
} from './pages/bulk-resend.tsx';
import { leftList, type ListRequest, type Tab, tabOf, tabs } from './pages/orders.tsx';
import { paths, root } from './paths.ts';
import { resendPreview } from './resending.tsx';
import { download, show } from './show.ts';

const path = `${root}/resend-jobs` as const;

/** The language of the emails; by default that of each contact. */
const chosenLocale = () => z.enum(locales).optional().catch(undefined);

/** The list that lines were chosen from. */
const listFields = () => ({
  q: z.string().optional().catch(undefined),
  show: z.enum(tabs).optional().catch(undefined),
  partnerId: identifier.optional().catch(undefined),
});

const form = z.lazy(() =>
  z.object({
    token: z.string().optional().catch(undefined),
    lines: z.string().optional().catch(undefined),
    ...listFields(),
    locale: chosenLocale(),
  }),
);

/** The form of a preview. */
const previewForm = z.lazy(() =>
  z.object({ locale: chosenLocale(), example: z.string().optional().catch(undefined) }),
);

/** The pages that resend the emails of many lines and show the progress. */
export function bulkResending(app: Hono<ConsoleEnv>, context: ConsoleContext): void {
  const { services, formTokens } = context;

  app.get(`${path}/new`, (c) => {
    const { q, show: shown, partnerId } = c.req.query();
    const request = z.object(listFields()).parse({ q, show: shown, partnerId });
    const lines = c.req.query('all') === undefined ? { lines: c.req.queries('line') ?? [] } : {};
    return confirmationPage(c, { request, ...lines });
  });

  app.post(path, async (c) => {
    const { caller } = c.get('person');
    const { token, lines, locale, ...request } = await readForm(c, form);
    const names = lines === undefined ? {} : { lines: lines.split(' ') };
    const selection = { request, ...names };
    const idempotencyKey = await formTokens.idempotencyKeyOf(c.get('session'), token);
    if (idempotencyKey === undefined) return await confirmationPage(c, selection, { locale });
    try {
      const asked = { request: requestOf(selection), partnerId: request.partnerId, locale, idempotencyKey };
      const { job } = await startJob(caller, asked, services);
      return c.redirect(paths.job(job.jobId, { list: leftList(request) }), 303);
    } catch (error) {
      if (!(error instanceof Problem) || error.extras.jobId === undefined) throw error;
      return await show(c, <JobInProgressPage view={viewOf(c, request)} jobId={error.extras.jobId} />, 409);
    }
  });

  app.post(`${path}/preview`, async (c) => {
    const { locale, example = '' } = await readForm(c, previewForm);
    const key = keyOf(example);
    if (!key) throw new Problem({ code: 'not-found' });
    return await resendPreview(c, context, key, locale);
  });

  app.get(path, async (c) => {
    const { caller } = c.get('person');
    const { list: _, ...asked } = c.req.query();
    const query = checked(jobListQuery, asked);
    const list = await listJobs(caller, query, services);
    const view = personalView(context, c);
    const { cursor, partnerId } = query;
    const page = { list, partnerId, isFirstPage: cursor === undefined };
    return show(c, <JobsPage view={view} {...page} />);
  });

  app.get(`${path}/:jobId`, async (c) => {
    const { caller } = c.get('person');
    const { jobId } = checked(jobPath, c.req.param());
    const query = itemsQueryOf(c);
    const job = await readJob(caller, jobId, services);
    const items = await readJobItems(caller, jobId, query, services);
    const view = personalView(context, c);
    const page = { job, items, shown: query.result, isFirstPage: query.cursor === undefined };
    return show(c, <JobPage view={view} {...page} />);
  });

  app.get(`${path}/:jobId/results.csv`, async (c) => {
    const { jobId } = checked(jobPath, c.req.param());
    const text = await readJobItemsAsCsv(c.get('person').caller, jobId, itemsQueryOf(c), services);
    return download(c, text, `resend-job-${jobId}.csv`);
  });

  /** @param repeated what was confirmed in another session, which did not count */
  async function confirmationPage(
    c: Context<ConsoleEnv>,
    selection: Selection,
    repeated?: { readonly locale: Locale | undefined },
  ) {
    const { caller } = c.get('person');
    const partnerId = resendingPartner(caller, selection.request.partnerId);
    const preview = selection.lines
      ? await previewOfNamed(selection.lines, caller, context)
      : await previewOfAll(partnerId, selection, context);
    const page = { selection, preview, repeated, token: await formTokens.issue(c.get('session')) };
    const view = viewOf(c, selection.request);
    return show(c, <BulkConfirmationPage view={view} {...page} />, repeated ? 403 : 200);
  }

  /** The view for a page about a selection from the list. */
  const viewOf = (c: Context<ConsoleEnv>, request: ListRequest) => ({
    ...personalView(context, c),
    list: leftList(request),
  });
}

/** The query for results; invalid parameters are ignored. */
const itemsQueryOf = (c: Context) =>
  checked(jobItemsQuery, {
    ...(c.req.query('cursor') === undefined ? {} : { cursor: c.req.query('cursor') }),
    ...resultOf(c.req.query('result')),
  });

const resultOf = (name: string | undefined) => {
  const result = lineResults.find((known) => known === name);
  return result === undefined ? {} : { result };
};

/** @throws Problem invalid-request */
const requestOf = ({ lines, request }: Selection): JobRequest =>
  checked(
    jobRequest,
    lines ? { lines: lines.flatMap((name) => keyOf(name) ?? []) } : { filter: filterOf(request) },
  );

const filterOf = (request: ListRequest): NonNullable<JobRequest['filter']> => ({
  ...(request.q === undefined ? {} : { q: request.q }),
  ...filterOfTab[tabOf(request)],
});

/** The filter that matches the lines of a tab; lines with nothing to resend are skipped one by one. */
const filterOfTab: Readonly<Record<Tab, NonNullable<JobRequest['filter']>>> = {
  attention: { status: 'AwaitingProvisioningDetails' },
  lapsed: { status: 'Closed', provisioningPending: true },
  scheduled: { status: 'Scheduled' },
  settled: { status: 'Onboarded' },
  all: {},
};

function keyOf(name: string): LineKey | undefined {
  const [orderId, lineId] = name.split('/');
  return linePath.safeParse({ orderId, lineId }).data;
}

async function previewOfNamed(
  names: readonly string[],
  caller: Caller,
  { services }: ConsoleContext,
): Promise<Preview> {
  const keys = [...new Set(names)].flatMap((name) => keyOf(name) ?? []);
  const found = await Promise.all(
    keys.map((key) =>
      readLine(caller, key, services).catch((error: unknown) => {
        if (error instanceof Problem && error.code === 'order-line-not-found') return undefined;
        throw error;
      }),
    ),
  );
  const lines = found.filter((line) => line !== undefined);
  const all = found.map((line) => (line ? chosen(line) : { code: 'order-line-not-found' }));
  return { ...counted(all), lines };
}

/** @returns undefined if there are more lines than a job may have */
async function previewOfAll(
  partnerId: string,
  { request }: Selection,
  { services }: ConsoleContext,
): Promise<Preview | undefined> {
  const { filter = {} } = requestOf({ request });
  const at = toInstant(services.now());
  const all: Chosen[] = [];
  for await (const lines of allLines(partnerId, filter, services)) {
    all.push(...lines.map((line) => chosen(presentLine(line, at, services.limits))));
    if (all.length > mostFilteredLines) return undefined;
  }
  return { ...counted(all), lines: [] };
}

/** A chosen line that is sent, or why it is skipped. */
type Chosen = { readonly code: string } | { readonly key: LineKey; readonly to: string };

const chosen = ({ resend, orderId, lineId, provisioningContact }: LineAnswer): Chosen =>
  resend.reason === undefined
    ? { key: { orderId, lineId }, to: provisioningContact.email }
    : { code: resend.reason };

function counted(all: readonly Chosen[]): Omit<Preview, 'lines'> {
  const going = all.filter((one) => 'key' in one);
  const skipped = new Map<string, number>();
  for (const one of all) if ('code' in one) skipped.set(one.code, (skipped.get(one.code) ?? 0) + 1);
  const addresses = new Set(going.map(({ to }) => to.toLowerCase()));
  const [first] = going;
  return {
    goes: going.length,
    recipients: addresses.size,
    skipped,
    ...(first ? { example: first.key } : {}),
  };
}
