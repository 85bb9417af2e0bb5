import type { CameBackStore } from '../adapters/came-back-store.ts';
import type { OrderLineStore } from '../adapters/order-line-store.ts';
import {
  type Choice,
  closingSoonSpan,
  type DigestNews,
  type DigestSection,
  mostShown,
  tellsUntil,
} from '../domain/notifications.ts';
import { isBooked, isOpen, isProvisioningPending, type OrderLine } from '../domain/order-line.ts';
import { isContactUndeliverable } from '../domain/rules.ts';
import { type Instant, minus, plus } from '../domain/time.ts';
import { type SummaryServices, summaryOfPartner } from './read-summary.ts';

export interface GatherServices extends SummaryServices {
  readonly store: Pick<OrderLineStore, 'list' | 'findAllWithOrders'>;
  readonly cameBack: CameBackStore;
}

/** The most lines that a digest looks at, for those that came back and for those that closed. */
const mostLookedAt = 300;

/**
 * How long before the last digest a line's window may have ended if the line closed since then: lists are sorted by the
 * end of windows, and except after an outage a line closes within minutes of it.
 */
const mostLateClosing = 'P1D';

const pageSize = 100;

/** The news of a digest: only about lines of the choice's partner, found by key. */
export async function gatherNews(choice: Choice, at: Instant, services: GatherServices): Promise<DigestNews> {
  const [cameBack, closingSoon, closed] = await Promise.all([
    linesThatCameBack(choice, at, services),
    linesThatCloseSoon(choice, at, services),
    linesThatClosed(choice, at, services),
  ]);
  return { cameBack, closingSoon, closed };
}

/** Lines that still need to be set up, and whose contact still gets no mail. */
async function linesThatCameBack(
  choice: Choice,
  at: Instant,
  { cameBack, store }: GatherServices,
): Promise<DigestSection> {
  const { partnerId } = choice;
  const period = { from: choice.coveredUntil, until: tellsUntil(choice, at) };
  const { lines: keys, isMore } = await cameBack.during(partnerId, period, mostLookedAt);
  if (keys.length === 0) return sectionOf([], false);
  const found = new Map(
    (await store.findAllWithOrders(keys)).map(({ line }) => [`${line.orderId}/${line.lineId}`, line]),
  );
  const lines = keys
    .map(({ orderId, lineId }) => found.get(`${orderId}/${lineId}`))
    .filter((line) => isBooked(line))
    .filter((line) => line.partnerId === partnerId && isContactUndeliverable(line))
    .filter((line) => isOpen(line) || isProvisioningPending(line));
  return sectionOf(lines, isMore);
}

async function linesThatCloseSoon(
  { partnerId }: Choice,
  at: Instant,
  services: GatherServices,
): Promise<DigestSection> {
  const closesBy = plus(at, closingSoonSpan);
  const { lines, next } = await services.store.list({ partnerId, closesBy, limit: mostShown });
  if (next === undefined) return sectionOf(lines, false);
  // There are more than the digest shows; the counts know how many.
  const { closingWithin72h } = await summaryOfPartner(partnerId, services);
  return { lines, count: Math.max(closingWithin72h, lines.length), isAtLeast: false };
}

/** Lines that nobody has set up since they closed. */
async function linesThatClosed(
  choice: Choice,
  at: Instant,
  { store }: GatherServices,
): Promise<DigestSection> {
  const { partnerId, coveredUntil } = choice;
  const until = tellsUntil(choice, at);
  const closed: OrderLine[] = [];
  let lookedAt = 0;
  /** Returns whether some were left out. */
  async function look(from: string, isInReach: (line: OrderLine) => boolean): Promise<boolean> {
    let after: string | undefined = from;
    while (after !== undefined && lookedAt < mostLookedAt) {
      const page = await store.list({ partnerId, provisioningPending: true, after, limit: pageSize });
      const lines = page.lines.filter(isInReach);
      closed.push(...lines.filter(({ closedAt = '' }) => closedAt >= coveredUntil && closedAt < until));
      lookedAt += page.lines.length;
      after = lines.length < page.lines.length ? undefined : page.next;
    }
    return after !== undefined;
  }
  const isMore = await look(coveredUntil, () => true);
  // Lines that closed late come last, since many of the day before may not have.
  await look(minus(coveredUntil, mostLateClosing), ({ closesAt = '' }) => closesAt <= coveredUntil);
  return sectionOf(closed, isMore);
}

const sectionOf = (lines: readonly OrderLine[], isAtLeast: boolean): DigestSection => ({
  lines: lines.slice(0, mostShown),
  count: lines.length,
  isAtLeast,
});
