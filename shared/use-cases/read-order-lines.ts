import type * as z from 'zod';
import type { CameBackStore } from '../adapters/came-back-store.ts';
import { cursors, type ListRequest } from '../adapters/line-lists.ts';
import type { OrderLineStore } from '../adapters/order-line-store.ts';
import {
  type HistoryAnswer,
  type JobRequest,
  type LineAnswer,
  type ListAnswer,
  type listQuery,
  type OrderAnswer,
} from '../contracts/api.ts';
import { invalidRequest, Problem } from '../contracts/problems.ts';
import { told, type ToldEntry } from '../domain/history.ts';
import { withoutStaleClaim } from '../domain/claims.ts';
import { byLineId, failedDeliveries, isBooked, type LineKey, type OrderLine } from '../domain/order-line.ts';
import type { ResendLimits } from '../domain/rules.ts';
import { type Instant, minus, plus, toInstant } from '../domain/time.ts';
import { type Caller, isVisible, listedPartner, requireView } from './access.ts';
import { presentEntry } from './present-history.ts';
import { presenterOf } from './present-line.ts';

export interface ReadServices {
  readonly store: OrderLineStore;
  readonly limits: ResendLimits;
  readonly now: () => Date;
}

type ListQuery = z.output<typeof listQuery> & Pick<ListRequest, 'settled' | 'deliveries'>;

/**
 * The lines of the caller's partner, nearest deadline first. An operator names the partner, or searches all partners.
 * @throws Problem no-access, invalid-request
 */
export async function listLines(
  caller: Caller,
  { cursor, limit, partnerId, ...filter }: ListQuery,
  { store, limits, now }: ReadServices,
): Promise<ListAnswer> {
  const ofPartner = listedPartner(caller, partnerId, { isSearch: filter.q !== undefined });
  const after = cursor === undefined ? undefined : cursors.decode(cursor);
  if (cursor !== undefined && after === undefined) {
    throw invalidRequest([{ path: 'cursor', message: 'must be the `cursor` of an earlier answer' }]);
  }
  const at = toInstant(now());
  const { word, ...listed } = listedBy(filter, at);
  const request = {
    ...listed,
    limit,
    ...(after === undefined ? {} : { after }),
  };
  const page =
    ofPartner === undefined
      ? await store.search({ ...request, find: { word: word ?? '' } })
      : await store.list({ ...request, partnerId: ofPartner, ...(word === undefined ? {} : { word }) });
  if (!page) {
    const message = 'matches too many lines: make it longer, or name the partner';
    throw invalidRequest([{ path: 'q', message }]);
  }
  const present = await presenterOf(page.lines, at, { store, limits });
  return {
    items: page.lines.map(present),
    ...(page.next === undefined ? {} : { cursor: cursors.encode(page.next) }),
  };
}

/**
 * The lines of a subscription that the caller may see.
 * @throws Problem no-access, invalid-request, not-found
 */
export async function findSubscription(
  caller: Caller,
  subscriptionId: string,
  partnerId: string | undefined,
  { store, limits, now }: ReadServices,
): Promise<readonly LineAnswer[]> {
  const listed = listedPartner(caller, partnerId, { isSearch: true });
  const found = await store.search({
    ...(listed === undefined ? {} : { partnerId: listed }),
    find: { subscriptionId },
    limit: 100,
  });
  const lines = found?.lines.filter((line) => line.subscriptionId === subscriptionId) ?? [];
  if (lines.length === 0) throw new Problem({ code: 'not-found' }, 'There is no such subscription.');
  return lines.map(await presenterOf(lines, toInstant(now()), { store, limits }));
}

/** The filters of lists, as callers give them. */
type LineFilter = NonNullable<JobRequest['filter']> & Pick<ListRequest, 'settled' | 'deliveries'>;

const listedBy = ({ q, closingWithin, delivery, ...filter }: LineFilter, at: Instant) => ({
  ...filter,
  ...(delivery === undefined ? {} : { deliveries: [delivery] }),
  ...(q === undefined ? {} : { word: q }),
  ...(closingWithin === undefined ? {} : { closesBy: plus(at, closingWithin) }),
});

/** How many lines of a filter are read at once. */
const filteredAtOnce = 500;

/** All lines of a partner that match a filter, in pages. */
export async function* allLines(
  partnerId: string,
  filter: LineFilter,
  { store, now }: ReadServices,
): AsyncIterable<readonly OrderLine[]> {
  const request = { ...listedBy(filter, toInstant(now())), partnerId, limit: filteredAtOnce };
  let after: string | undefined;
  do {
    const { lines, next } = await store.list({ ...request, ...(after === undefined ? {} : { after }) });
    yield lines;
    after = next;
  } while (after !== undefined);
}

/** The prefix of cursors within the settled lines; no other cursor contains a dot. */
const amongSettled = 'settled.';

/**
 * The same lines as `listLines`, with settled lines last: there are ever more of them, and their deadlines are the
 * oldest.
 * @throws Problem no-access, invalid-request
 */
export async function listSettledLast(
  caller: Caller,
  { cursor, ...query }: z.output<typeof listQuery>,
  services: ReadServices,
): Promise<ListAnswer> {
  const isAmongSettled = cursor?.startsWith(amongSettled) ?? false;
  const from = isAmongSettled ? cursor?.slice(amongSettled.length) : cursor;
  const after = from === undefined || from === '' ? {} : { cursor: from };
  const open: ListAnswer = isAmongSettled
    ? { items: [] }
    : await listLines(caller, { ...query, ...after, settled: false }, services);
  if (open.cursor !== undefined) return open;

  const room = query.limit - open.items.length;
  const settled = await listLines(
    caller,
    { ...query, ...(isAmongSettled ? after : {}), settled: true, limit: Math.max(1, room) },
    services,
  );
  const { cursor: next } = settled;
  if (room === 0) {
    const isLast = settled.items.length === 0 && next === undefined;
    return { ...open, ...(isLast ? {} : { cursor: amongSettled }) };
  }
  return {
    items: [...open.items, ...settled.items],
    ...(next === undefined ? {} : { cursor: amongSettled + next }),
  };
}

/** The most returned lines shown before those listed by deadline. */
const mostReturned = 25;

export interface AttentionServices extends ReadServices {
  readonly cameBack: CameBackStore;
}

/** How long, and how many, lines are remembered whose email came back, besides those nearest to their deadline. */
const remembered = { span: 'P35D', most: 100 } as const;

/** What to look after first: the open lines whose last email came back, then all open lines by deadline. */
export interface Attention {
  /** Only on the first page. */
  readonly returned: ListAnswer;
  readonly open: ListAnswer;
}

/**
 * The open lines, nearest deadline first. On the first page, the lines whose last email came back precede them. No line
 * is on a page twice.
 * @throws Problem no-access, invalid-request
 */
export async function listAttention(
  caller: Caller,
  query: z.output<typeof listQuery>,
  services: AttentionServices,
): Promise<Attention> {
  const asked = { ...query, status: 'AwaitingProvisioningDetails' } as const;
  const [returned, open] = await Promise.all([
    query.cursor === undefined ? listReturned(caller, asked, services) : { items: [] },
    listLines(caller, asked, services),
  ]);
  const known = new Set(returned.items.map(nameOf));
  return { returned, open: { ...open, items: open.items.filter((line) => !known.has(nameOf(line))) } };
}

/**
 * The open lines whose last email came back, nearest deadline first. No index holds them: they are looked for among the
 * lines nearest to their deadline and, if that is not all, among the lines noted when mail did not reach them.
 */
async function listReturned(
  caller: Caller,
  asked: z.output<typeof listQuery> & { readonly status: 'AwaitingProvisioningDetails' },
  services: AttentionServices,
): Promise<ListAnswer> {
  const near = await listLines(
    caller,
    { ...asked, deliveries: failedDeliveries, limit: mostReturned },
    services,
  );
  const partnerId = listedPartner(caller, asked.partnerId, { isSearch: asked.q !== undefined });
  const isAll = near.cursor === undefined || near.items.length === mostReturned;
  if (isAll || partnerId === undefined || asked.q !== undefined) return near;
  const { cameBack, store, limits, now } = services;
  const at = toInstant(now());
  const { lines: keys } = await cameBack.during(
    partnerId,
    { from: minus(at, remembered.span) },
    remembered.most,
  );
  const known = new Set(near.items.map(nameOf));
  const far = (await store.findAllWithOrders(keys))
    .map(({ line }) => line)
    .filter((line) => isBooked(line))
    .filter((line) => line.partnerId === partnerId && line.status === asked.status)
    .filter(({ lastEmail }) => failedDeliveries.some((failed) => failed === lastEmail?.delivery))
    .filter((line) => !known.has(nameOf(line)));
  const present = await presenterOf(far, at, { store, limits });
  const items = [...near.items, ...far.map(present)].sort(byDeadline);
  return items.length < mostReturned ? { items } : { ...near, items: items.slice(0, mostReturned) };
}

const byDeadline = ({ closesAt: a = '' }: LineAnswer, { closesAt: b = '' }: LineAnswer): number =>
  a === b ? 0 : a < b ? -1 : 1;

const nameOf = ({ orderId, lineId }: LineKey): string => `${orderId}/${lineId}`;

/**
 * An order with the lines of it that the caller may see.
 * @throws Problem order-not-found, no-access
 */
export async function readOrder(
  caller: Caller,
  orderId: string,
  { store, limits, now }: ReadServices,
): Promise<OrderAnswer> {
  const { lines, onboarding } = await store.findOrder(orderId);
  const visible = lines.filter((line) => isVisible(line, caller)).sort(byLineId);
  const first = visible.at(0);
  if (!first) throw new Problem({ code: 'order-not-found' });
  requireView(first, caller);
  const present = await presenterOf(visible, toInstant(now()), { store, limits });
  return {
    orderId,
    ...onboarding,
    lines: visible.map(present),
  };
}

/** @throws Problem order-line-not-found, no-access */
export async function readLine(
  caller: Caller,
  key: LineKey,
  { store, limits, now }: ReadServices,
): Promise<LineAnswer> {
  const line = requireView(await store.find(key), caller);
  const present = await presenterOf([line], toInstant(now()), { store, limits });
  return present(line);
}

/**
 * Everything that happened to a line, newest first.
 * @throws Problem order-line-not-found, no-access
 */
export async function findHistory(
  caller: Caller,
  key: LineKey,
  { store, now }: ReadServices,
): Promise<readonly ToldEntry[]> {
  const line = requireView(await store.find(key), caller);
  const { history } = withoutStaleClaim(line, toInstant(now()));
  return told(history).toReversed().sort(byTimeDescending);
}

const byTimeDescending = (a: ToldEntry, b: ToldEntry): number => (a.at === b.at ? 0 : a.at < b.at ? 1 : -1);

/**
 * The same as the API presents it.
 * @throws Problem order-line-not-found, no-access
 */
export async function readHistory(
  caller: Caller,
  key: LineKey,
  services: ReadServices,
): Promise<HistoryAnswer> {
  const entries = await findHistory(caller, key, services);
  return { items: entries.map(presentEntry) };
}
