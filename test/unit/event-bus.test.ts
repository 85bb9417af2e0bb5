import type { SQSEvent } from 'aws-lambda';
import { Activity } from '../../infra/local/activity.ts';
import { Clock } from '../../infra/local/clock.ts';
import { DeadLetterOffice } from '../../infra/local/dead-letter-office.ts';
import { EventBus } from '../../infra/local/event-bus.ts';
import { Jobs } from '../../infra/local/jobs.ts';
import { Queues } from '../../infra/local/queues.ts';
import { openStorage } from '../../infra/local/storage.ts';
import { batchSize, type IntakeFunction, intakeFunctions, mostDeliveries } from '../../infra/intake-rules.ts';
import { subjectOf } from '../../shared/contracts/events.ts';
import type { EventsHandler } from '../../shared/runtime/consume-events.ts';
import { booked, cancelled, onboarded, rescheduled } from '../support/events.ts';
import { temporaryFolder } from '../support/service.ts';
import { until } from '../support/until.ts';

/** The orders that a batch is about, in its order. */
const ordersOf = ({ Records }: SQSEvent): string[] =>
  Records.map(({ body }) => (JSON.parse(body) as { detail: { orderId: string } }).detail.orderId);
const handled = () => Promise.resolve({ batchItemFailures: [] });

async function startBus(
  handlers: Partial<Record<IntakeFunction, EventsHandler>>,
  pause?: () => Promise<unknown>,
) {
  const storage = await openStorage(await temporaryFolder(), { reset: false });
  const clock = await Clock.open(storage);
  const jobs = new Jobs(storage, clock, new Activity());
  const office = await DeadLetterOffice.open(storage);
  const queues = new Queues(jobs, office, clock.now, pause);
  queues.deliverTo(
    new Map(
      intakeFunctions.map((name) => [
        name,
        {
          handler: handlers[name] ?? handled,
          batchSize,
          mostAtOnce: 5,
          mostDeliveries,
          subjectOf: (body: string) => subjectOf(JSON.parse(body)),
        },
      ]),
    ),
  );
  return new EventBus(queues, office, clock.now);
}

const move = (orderId: string, second = 0) =>
  rescheduled(orderId, '2027-01-01', new Date(second * 1000).toISOString());

test('a function that is busy keeps no other waiting, and a busy line no other of its function', async () => {
  const batches: string[][] = [];
  const bookings: string[] = [];
  const bus = await startBus({
    'reschedule-order-line': (batch) => {
      const orders = ordersOf(batch);
      batches.push(orders);
      return orders.includes('hot') ? new Promise(() => undefined) : handled();
    },
    'book-order-line': (batch) => {
      bookings.push(...ordersOf(batch));
      return handled();
    },
  });
  await bus.put([...Array.from({ length: 100 }, (_, at) => move('hot', at)), move('other'), booked('new')]);
  await until(
    () => Promise.resolve([...bookings, ...batches.flat()]),
    (seen) => seen.includes('new') && seen.includes('other'),
  );
  expect(batches.flat().filter((order) => order === 'hot')).toHaveLength(10);
});

test('what waits to be delivered again keeps nothing else waiting', async () => {
  const seen: string[] = [];
  const bus = await startBus(
    {
      'book-order-line': (batch) => {
        seen.push(...ordersOf(batch));
        return Promise.resolve({
          batchItemFailures: batch.Records.map(({ messageId }) => ({ itemIdentifier: messageId })),
        });
      },
    },
    () => new Promise(() => undefined),
  );
  const orders = Array.from({ length: 100 }, (_, at) => `ORD-${at}`);
  await bus.put([...orders.map((order) => booked(order)), cancelled('x'), onboarded('y')]);
  await until(
    () => Promise.resolve(seen),
    (all) => all.length >= orders.length,
  );
  expect(new Set(seen)).toEqual(new Set(orders));
});

test('events of one line come one batch after the other, as they were put', async () => {
  const times: string[] = [];
  const bus = await startBus({
    'reschedule-order-line': async ({ Records }) => {
      await new Promise(setImmediate);
      times.push(
        ...Records.map(
          ({ body }) => (JSON.parse(body) as { detail: { changedAt: string } }).detail.changedAt,
        ),
      );
      return { batchItemFailures: [] };
    },
  });
  await bus.put(Array.from({ length: 95 }, (_, at) => move('hot', at)));
  await until(
    () => Promise.resolve(times),
    (all) => all.length === 95,
  );
  expect(times).toEqual(times.toSorted());
});
