import { orderLineBooked } from '../../functions/book-order-line/event.ts';
import { orderLineCancelled } from '../../functions/cancel-order-line/event.ts';
import { consumer } from '../../functions/stop-executions/handler.ts';
import { handle as sweep } from '../../functions/sweep-order-lines/handler.ts';
import { recordOf } from '../../infra/local/queues.ts';
import { defaults } from '../../infra/settings.ts';
import { pacedWorkflow, stoppingLater } from '../../shared/adapters/paced-workflow.ts';
import { faultNames, NamedFault } from '../../shared/contracts/faults.ts';
import type { NeedlessExecution } from '../../shared/contracts/messages.ts';
import type { LineKey, StoredLine } from '../../shared/domain/order-line.ts';
import { silentMetrics } from '../../shared/runtime/metrics.ts';
import { booked, cancelled } from '../support/events.ts';
import { line, now } from '../support/lines.ts';
import { memoryStore } from '../support/memory-store.ts';
import { VirtualTime } from '../support/virtual-time.ts';

/* What Step Functions takes no more of fails nothing, and is made up for. */

const orderId = 'ORD-1';
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A workflow that throttles while it is told to, and what is to be stopped later. */
function world(...given: readonly StoredLine[]) {
  const { store, lines } = memoryStore(...given);
  const running = new Set<string>();
  const toStop: NeedlessExecution[] = [];
  const state = { isThrottling: true };
  const name = ({ lineId }: LineKey, revision: number) => `${lineId} ${revision}`;
  const call = <Result>(make: () => Result): Promise<Result> =>
    state.isThrottling
      ? Promise.reject(new NamedFault(faultNames.throttled, 'too many'))
      : Promise.resolve(make());
  const workflow = {
    start: ({ revision, ...key }: NeedlessExecution) => call(() => void running.add(name(key, revision))),
    stop: (key: LineKey, revision: number) => call(() => void running.delete(name(key, revision))),
    isRunning: (key: LineKey, revision: number) => call(() => running.has(name(key, revision))),
  };
  const services = {
    store,
    workflow: stoppingLater(workflow, (execution) => Promise.resolve(toStop.push(execution))),
    deadLetters: { keep: () => Promise.reject(new Error('nothing is refused here')) },
    settings: { OFFER_WINDOWS: defaults.offerWindows, REMINDERS: defaults.reminders },
    executionHorizon: defaults.executionHorizon,
    now: () => new Date(now),
    metrics: silentMetrics,
    log,
  };
  return { services, workflow, lines, running, toStop, state };
}

test('a booking is done whose execution cannot be started now, and the sweep starts it', async () => {
  const { services, lines, running, state } = world();
  await orderLineBooked.handle(orderLineBooked.schema.parse(booked(orderId)), services);
  expect(lines()).toMatchObject([{ status: 'Scheduled', awaitsExecution: true }]);

  expect(await sweep(services)).toMatchObject({ isCutShort: true });
  expect(running).toEqual(new Set());
  state.isThrottling = false;
  expect(await sweep(services)).toMatchObject({ 'start-execution': 1, isCutShort: false });
  expect(running).toEqual(new Set(['1 1']));
  expect(lines()).toMatchObject([{ awaitsExecution: false }]);
});

test('a cancellation is done whose execution cannot be stopped now, and it is stopped later', async () => {
  const { services, workflow, lines, running, toStop, state } = world(
    line({ status: 'AwaitingProvisioningDetails' }),
  );
  running.add('1 1');
  await orderLineCancelled.handle(orderLineCancelled.schema.parse(cancelled(orderId)), services);
  expect(lines()).toMatchObject([{ status: 'Cancelled' }]);
  expect(toStop).toEqual([{ orderId, lineId: '1', revision: 1 }]);

  const putBack: string[] = [];
  const stopper = consumer({
    ...services,
    workflow,
    turns: { take: () => Promise.resolve() },
    queue: {
      send: () => Promise.reject(new Error('nothing is sent')),
      putBack: (messages) => {
        putBack.push(...messages.map(({ receiptHandle }) => receiptHandle));
        return Promise.resolve();
      },
    },
  });
  const Records = toStop.map((execution) => recordOf('stop', JSON.stringify(execution), 1));
  expect(await stopper({ Records })).toEqual({ batchItemFailures: [{ itemIdentifier: 'stop' }] });
  expect(putBack).toEqual(['stop']);
  state.isThrottling = false;
  expect(await stopper({ Records })).toEqual({ batchItemFailures: [] });
  expect(running).toEqual(new Set());
});

test('what is stopped beyond the pace is stopped later, without asking Step Functions', async () => {
  const time = new VirtualTime();
  const pace = { burst: 3, perSecond: 1 };
  const stopped: string[] = [];
  const later: string[] = [];
  const paced = pacedWorkflow(
    { StartExecution: pace, StopExecution: pace, DescribeExecution: pace },
    time,
  )({
    start: () => Promise.resolve(),
    stop: ({ lineId }) => Promise.resolve(void stopped.push(lineId)),
    isRunning: () => Promise.resolve(true),
  });
  const workflow = stoppingLater(paced, ({ lineId }) => Promise.resolve(later.push(lineId)));
  for (const lineId of ['1', '2', '3', '4', '5']) await workflow.stop({ orderId, lineId }, 1);
  expect({ stopped, later }).toEqual({ stopped: ['1', '2', '3'], later: ['4', '5'] });
});

test('a line that was cancelled before its booking has no execution to stop', async () => {
  const { services, lines, toStop } = world();
  await orderLineCancelled.handle(orderLineCancelled.schema.parse(cancelled(orderId)), services);
  await orderLineBooked.handle(orderLineBooked.schema.parse(booked(orderId)), services);
  expect(lines()).toMatchObject([{ status: 'Cancelled', executionRevision: 0 }]);
  expect(toStop).toEqual([]);
});
