import { orderLineBooked } from '../../functions/book-order-line/event.ts';
import { orderLineCancelled } from '../../functions/cancel-order-line/event.ts';
import { organizationOnboarded } from '../../functions/record-onboarding/event.ts';
import { defaults } from '../../infra/settings.ts';
import { tableName } from '../../infra/local/table.ts';
import { orderLineStore } from '../../shared/adapters/order-line-store.ts';
import type { StoredLine } from '../../shared/domain/order-line.ts';
import { silentMetrics } from '../../shared/runtime/metrics.ts';
import { resend } from '../../shared/use-cases/resend.ts';
import { unitsOf } from '../scale/line-life.ts';
import { booked, cancelled, onboarded } from '../support/events.ts';
import { itemOf, line, now } from '../support/lines.ts';
import { MemoryTable } from '../support/memory-table.ts';
import { mailSettings } from '../support/mail-settings.ts';

/** What the usual ways cost at the table: each call is time for somebody, and money. */

function world(...stored: readonly StoredLine[]) {
  const table = new MemoryTable();
  for (const one of stored) table.put(itemOf(one));
  const seeded = table.writes.length;
  const calls: string[] = [];
  const bytesRead: number[] = [];
  const client = table.client(async (command, call) => {
    calls.push(command.replace('Command', ''));
    const answer = await call();
    bytesRead.push(JSON.stringify(answer).length);
    return answer;
  });
  /** Of the table and its indexes. */
  const unitsWritten = () => table.writes.slice(seeded).map(({ before, after }) => unitsOf(before, after));
  const done = () => Promise.resolve();
  const services = {
    store: orderLineStore(client, tableName, defaults.settledLineDays),
    workflow: { start: done, stop: done, isRunning: () => Promise.resolve(true) },
    deadLetters: { keep: done },
    onboardings: { send: done },
    mail: { send: () => Promise.resolve({ outcome: 'accepted', messageId: 'message' } as const) },
    mailSettings,
    settings: { OFFER_WINDOWS: defaults.offerWindows, REMINDERS: defaults.reminders },
    executionHorizon: defaults.executionHorizon,
    limits: defaults.resendLimits,
    now: () => new Date(now),
    newId: () => crypto.randomUUID(),
    pause: done,
    metrics: silentMetrics,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  };
  return { services, calls, bytesRead, unitsWritten };
}

const orderId = 'ORD-1';
const awaiting = line({ orderId, status: 'AwaitingProvisioningDetails' });

test('a resend: one read, the claim, the record', async () => {
  const { services, calls } = world(awaiting);
  const caller = { name: 'maya', partnerId: 'northwind', roles: new Set(['resend']) };
  await resend(awaiting, { caller, requestId: 'r' }, services);
  expect(calls).toEqual(['BatchGetItem', 'PutItem', 'PutItem']);
});

test('a resend that is refused: one read', async () => {
  const { services, calls } = world(line({ orderId }));
  const caller = { name: 'maya', partnerId: 'northwind', roles: new Set(['resend']) };
  const outcome = await resend(awaiting, { caller, requestId: 'r' }, services);
  expect(outcome).toMatchObject({ outcome: 'refused', code: 'not-started' });
  expect(calls).toEqual(['BatchGetItem']);
});

test('a resend that was made before: one read, and the first outcome for whoever makes it again', async () => {
  const { services, calls } = world(awaiting);
  const caller = { name: 'maya', partnerId: 'northwind', roles: new Set(['resend']) };
  const first = await resend(awaiting, { caller, requestId: 'job 1', idempotencyKey: 'k' }, services);
  calls.length = 0;
  expect(await resend(awaiting, { caller, requestId: 'job 1', idempotencyKey: 'k' }, services)).toEqual({
    ...first,
    isReplayed: true,
  });
  expect(calls).toEqual(['BatchGetItem']);
});

test('an onboarding: the order, its lines, and a write for each of them', async () => {
  const { services, calls } = world(...['1', '2', '3'].map((lineId) => ({ ...awaiting, lineId })));
  const event = organizationOnboarded.schema.parse(onboarded(orderId));
  await organizationOnboarded.handle(event, services);
  expect(calls).toEqual(['PutItem', 'Query', 'PutItem', 'PutItem', 'PutItem']);
  calls.length = 0;
  await organizationOnboarded.handle(event, services);
  expect(calls).toEqual(['PutItem', 'GetItem', 'Query']);
});

test('a booking: one read, the line, the order once more', async () => {
  const { services, calls } = world();
  await orderLineBooked.handle(orderLineBooked.schema.parse(booked(orderId)), services);
  expect(calls).toEqual(['BatchGetItem', 'PutItem', 'GetItem']);
});

test('a cancellation: one read, one write', async () => {
  const { services, calls } = world(awaiting);
  await orderLineCancelled.handle(orderLineCancelled.schema.parse(cancelled(orderId)), services);
  expect(calls).toEqual(['GetItem', 'PutItem']);
});

test('a booking: the same calls, as much read and as much written in an order of 1 line and of 1,000', async () => {
  const costIn = async (lines: number) => {
    const others = Array.from({ length: lines }, (_, index) => line({ orderId, lineId: `other-${index}` }));
    const { services, calls, bytesRead, unitsWritten } = world(...others);
    await orderLineBooked.handle(orderLineBooked.schema.parse(booked(orderId)), services);
    return { calls, bytesRead, units: unitsWritten() };
  };
  const alone = await costIn(1);
  expect(alone.units).toEqual([{ item: 1, entries: 12 }]);
  expect(await costIn(1000)).toEqual(alone);
});
