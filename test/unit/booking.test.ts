import { orderLineBooked } from '../../functions/book-order-line/event.ts';
import { eventsOf } from '../../shared/domain/line-events.ts';
import type { StoredLine } from '../../shared/domain/order-line.ts';
import { silentMetrics } from '../../shared/runtime/metrics.ts';
import { booked } from '../support/events.ts';
import { daysAfter, now } from '../support/lines.ts';
import { linesOf, storeOn } from '../support/memory-store.ts';
import { MemoryTable } from '../support/memory-table.ts';

test('an earlier onboarding that comes while a line is booked reaches the line, and other systems', async () => {
  const orderId = 'ORD-1';
  const [early, late] = [
    { organizationId: 'early', onboardedAt: daysAfter(-2) },
    { organizationId: 'late', onboardedAt: daysAfter(-1) },
  ];
  const table = new MemoryTable();
  const others = storeOn(table);
  await others.recordOnboarding(orderId, late, now);
  const written: StoredLine[] = [];
  const store = storeOn(table, async (command, call) => {
    const answer = await call();
    // The booking has read the order by then, and not yet written its line.
    if (command === 'BatchGetItemCommand') await others.recordOnboarding(orderId, early, now);
    const [line] = linesOf(table);
    if (line && line !== written.at(-1)) written.push(line);
    return answer;
  });

  await orderLineBooked.handle(orderLineBooked.schema.parse(booked(orderId)), {
    store,
    metrics: silentMetrics,
    workflow: {
      start: () => Promise.reject(new Error('it needs no execution')),
      stop: () => Promise.resolve(),
    },
    settings: { OFFER_WINDOWS: { default: 'P7D', families: {} }, REMINDERS: { beforeClose: [] } },
    executionHorizon: 'P2D',
    now: () => new Date(now),
  } as unknown as Parameters<typeof orderLineBooked.handle>[1]);

  expect(written.at(-1)).toMatchObject({ status: 'Onboarded', ...early });
  const told = written.flatMap((line, place) => eventsOf(written[place - 1], line));
  expect(told.flatMap(({ detail }) => ('onboardedAt' in detail ? [detail.onboardedAt] : []))).toEqual([
    late.onboardedAt,
    early.onboardedAt,
  ]);
  expect(new Set(told.map(({ detail }) => detail.id)).size).toBe(told.length);
});
