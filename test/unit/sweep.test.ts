import { handle, type SweepReport } from '../../functions/sweep-order-lines/handler.ts';
import { defaults } from '../../infra/settings.ts';
import { dueShardsOf, indexKeys } from '../../shared/adapters/order-line-item.ts';
import type { OrderLineStore } from '../../shared/adapters/order-line-store.ts';
import type { LineOfOrder } from '../../shared/adapters/order-store.ts';
import { pacedWorkflow, stoppingLater } from '../../shared/adapters/paced-workflow.ts';
import { faultNames, NamedFault } from '../../shared/contracts/faults.ts';
import { type ExecutionCall, executionQuota, sweepPaces } from '../../shared/domain/quotas.ts';
import { nextDueAt } from '../../shared/domain/follow-up.ts';
import { isBooked, type LineKey, type OrderLine, type StoredLine } from '../../shared/domain/order-line.ts';
import { tokenBucket } from '../../shared/domain/token-bucket.ts';
import { silentMetrics } from '../../shared/runtime/metrics.ts';
import { daysAfter, itemOf, line, type LineChanges, minutesBefore, now } from '../support/lines.ts';
import { memoryTable, storeOn } from '../support/memory-store.ts';
import { VirtualTime } from '../support/virtual-time.ts';

/* The sweep on masses of lines: in memory, with AWS's latencies and quotas on a clock that waits for nothing. */

const region = 'eu-central-1';
const minute = 60_000;
const second = 1000;

/** What AWS takes for a call of the table and of Step Functions, in milliseconds. */
const latency = { table: 15, workflow: 60 };

/** A run of the sweep has this long, and the next one begins as soon after the last began. */
const interval = 15 * minute;
const runTime = interval - 1.5 * minute;

const nameOf = ({ orderId, lineId }: LineKey): string => `${orderId}/${lineId}`;

type Due = LineKey & { readonly shard: string; readonly dueAt: string };

/** Where a line is in the lists of what is due, reckoned once: each run of the sweep lists the lines anew. */
function dueOf(line: OrderLine): Due | undefined {
  if (!dueOfLines.has(line)) {
    const { orderId, lineId } = line;
    const dueAt = nextDueAt(line);
    const { dueShard: shard = '' } = dueAt === undefined ? {} : indexKeys(line);
    dueOfLines.set(line, dueAt === undefined ? undefined : { orderId, lineId, shard, dueAt });
  }
  return dueOfLines.get(line);
}

const dueOfLines = new WeakMap<OrderLine, Due | undefined>();

/** The product's table and workflow as the sweep sees them, with the quotas of an account of its own. */
class Service {
  readonly time = new VirtualTime();
  readonly lines = new Map<string, OrderLine>();
  readonly started: string[] = [];
  readonly running = new Set<string>();
  readonly calls: Record<ExecutionCall, number> = {
    StartExecution: 0,
    StopExecution: 0,
    DescribeExecution: 0,
  };
  throttled = 0;
  readonly #runTime: number;
  #buckets = {
    StartExecution: tokenBucket(executionQuota('StartExecution', region), this.time),
    StopExecution: tokenBucket(executionQuota('StopExecution', region), this.time),
    DescribeExecution: tokenBucket(executionQuota('DescribeExecution', region), this.time),
  };

  constructor(itsRunTime = runTime) {
    this.#runTime = itsRunTime;
  }

  add(count: number, changes: LineChanges, order: string): void {
    const first = line(changes);
    for (let index = 0; index < count; index += 1) {
      const added = { ...first, orderId: `${order}-${index}` };
      this.lines.set(nameOf(added), added);
    }
  }

  run(isKilled: () => boolean = () => false): Promise<SweepReport> {
    const from = this.time.now();
    return this.time.during(this.#run(() => this.time.now() - from > this.#runTime, isKilled));
  }

  /** Sweeps as the schedule does until nothing is left; answers after how many minutes. */
  async sweepUntilDone(): Promise<number> {
    const from = this.time.now();
    for (let runs = 1; runs < 100; runs += 1) {
      const { isCutShort } = await this.run();
      if (!isCutShort) return (this.time.now() - from) / minute;
      await this.time.during(this.time.sleep(from + runs * interval - this.time.now()));
    }
    throw new Error('the sweep does not come to an end');
  }

  async #run(isTimeUp: () => boolean, isKilled: () => boolean): Promise<SweepReport> {
    const alive = async <Result>(call: () => Result, takes: number): Promise<Result> => {
      if (isKilled()) throw new Error('the process died');
      await this.time.sleep(takes);
      return call();
    };
    return await handle(
      {
        store: this.#store(alive),
        workflow: stoppingLater(
          pacedWorkflow(
            sweepPaces(region),
            this.time,
          )({
            start: ({ revision, ...key }) =>
              alive(() => {
                this.#take('StartExecution');
                this.started.push(nameOf(key));
                this.running.add(`${nameOf(key)} ${revision}`);
              }, latency.workflow),
            stop: (key, revision) =>
              alive(() => {
                this.#take('StopExecution');
                this.running.delete(`${nameOf(key)} ${revision}`);
              }, latency.workflow),
            isRunning: (key, revision) =>
              alive(() => {
                this.#take('DescribeExecution');
                return this.running.has(`${nameOf(key)} ${revision}`);
              }, latency.workflow),
          }),
          () => Promise.resolve(),
        ),
        executionHorizon: defaults.executionHorizon,
        now: () => new Date(Date.parse(now) + this.time.now()),
        log: { info: () => undefined, warn: () => undefined, error: () => undefined },
        metrics: silentMetrics,
      },
      isTimeUp,
    );
  }

  #take(call: ExecutionCall): void {
    this.calls[call] += 1;
    if (this.#buckets[call].tryTake()) return;
    this.throttled += 1;
    throw new NamedFault(faultNames.throttled, 'too many');
  }

  #store(alive: <Result>(call: () => Result, takes: number) => Promise<Result>): OrderLineStore {
    const never = () => Promise.reject(new Error('not expected here'));
    const { lines } = this;
    return {
      lane: { note: never, wait: () => Promise.resolve(undefined) },
      find: never,
      findWithOrder: never,
      findOnboarding: never,
      findOrder: never,
      linesOfOrder: never,
      recordOnboarding: never,
      keepOnboarding: never,
      list: never,
      search: never,
      async *listDue(list, { after = '', by }) {
        const listed = [...lines.values()]
          .map(dueOf)
          .filter((due) => due !== undefined)
          .filter(({ dueAt }) => dueAt <= by && dueAt >= after);
        listed.sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1));
        const shards = dueShardsOf(list).map((name) => listed.filter(({ shard }) => shard === name));
        for (let from = 0; shards.some((shard) => shard.length > from); from += 100) {
          const page = shards.flatMap((shard) => shard.slice(from, from + 100));
          await alive(() => undefined, shards.length * latency.table);
          yield page;
        }
      },
      findAllWithOrders: (keys) =>
        alive(
          () =>
            keys.flatMap((key): LineOfOrder[] => {
              const found = lines.get(nameOf(key));
              return found ? [{ line: found }] : [];
            }),
          latency.table * Math.ceil(keys.length / 50),
        ),
      change: <Decided extends { readonly line: StoredLine }>(
        from: StoredLine,
        decide: (line: StoredLine) => Decided,
      ) =>
        alive(() => {
          const decided = decide(lines.get(nameOf(from)) ?? from);
          if (isBooked(decided.line)) lines.set(nameOf(from), decided.line);
          return decided;
        }, latency.table),
    };
  }

  count(is: (line: OrderLine) => boolean): number {
    return [...this.lines.values()].filter(is).length;
  }
}

const ranOut: LineChanges = {
  status: 'AwaitingProvisioningDetails',
  firstEmailSentAt: daysAfter(-8),
  closesAt: daysAfter(-1),
};
const unsent: LineChanges = { requestedStartDate: daysAfter(-0.5) };
const near: LineChanges = { requestedStartDate: daysAfter(1), executionRevision: 1, awaitsExecution: true };
const healthy: LineChanges = { requestedStartDate: minutesBefore(-30) };

const isClosed = ({ status }: OrderLine) => status === 'Closed';
const isStarted = ({ executionStartedAt }: OrderLine) => executionStartedAt !== undefined;

test('a hundred thousand overdue windows are closed within two hours, by the quotas of most regions', async () => {
  const service = new Service();
  service.add(100_000, ranOut, 'late');
  const minutes = await service.sweepUntilDone();
  console.log(
    `100,000 windows closed in ${minutes.toFixed(1)} minutes; ${service.calls.StopExecution} executions stopped, ${service.throttled} calls throttled`,
  );
  expect(service.count(isClosed)).toBe(100_000);
  expect(minutes).toBeLessThan(120);
  expect(service.throttled).toBe(0);
});

test('the executions of a midnight are started long before it, as fast as their share of the quota allows', async () => {
  const service = new Service();
  service.add(10_000, near, 'near');
  const minutes = await service.sweepUntilDone();
  console.log(`10,000 executions started in ${minutes.toFixed(1)} minutes, ${service.throttled} throttled`);
  expect(service.count(isStarted)).toBe(10_000);
  expect(minutes).toBeLessThan(6);
  expect(service.throttled).toBe(0);
  expect(new Set(service.started).size).toBe(service.started.length);
});

test('windows that ran out come before first emails, and those before start dates that come near', async () => {
  const service = new Service();
  service.add(500, near, 'near');
  service.add(500, unsent, 'unsent');
  service.add(500, ranOut, 'late');
  let atFirstStart = 0;
  await service.run(() => {
    if (service.started.length === 0) atFirstStart = service.count(isClosed);
    return false;
  });
  expect(atFirstStart).toBe(500);
  const orders = service.started.map((name) => name.split('-')[0]);
  expect(orders).toEqual([...Array<string>(500).fill('unsent'), ...Array<string>(500).fill('near')]);
});

test('overdue lines of every shard are reached, however many healthy ones are due soon', async () => {
  const service = new Service();
  service.add(20_000, healthy, 'healthy');
  for (const { orderId } of service.lines.values()) service.running.add(`${orderId}/1 1`);
  service.add(400, ranOut, 'late');
  const { close, isCutShort } = await service.run();
  expect({ close, isCutShort }).toEqual({ close: 400, isCutShort: false });
  expect(service.calls.DescribeExecution).toBeLessThanOrEqual(25);
  expect(service.time.now()).toBeLessThan(30 * second);
});

test('when the executions of a sample are lost, all that are due soon are looked at', async () => {
  const service = new Service();
  service.add(600, healthy, 'healthy');
  await service.sweepUntilDone();
  expect(new Set(service.started).size).toBe(600);
});

test('a line that cannot be read is reported, and holds up no others', async () => {
  const [first, other, broken] = ['1', '2', '3'].map((lineId) => line({ ...ranOut, lineId }));
  if (!first || !other || !broken) throw new Error('there are three');
  const table = memoryTable(first, other);
  table.put({ ...itemOf(broken), window: 7 });
  const reported: unknown[] = [];
  const report = await handle({
    store: storeOn(table),
    workflow: {
      start: () => Promise.reject(new Error('not expected here')),
      stop: () => Promise.resolve(),
      isRunning: () => Promise.reject(new Error('not expected here')),
    },
    executionHorizon: defaults.executionHorizon,
    now: () => new Date(now),
    log: { info: () => undefined, warn: () => undefined, error: (_, about) => reported.push(about) },
    metrics: silentMetrics,
  });
  expect(report).toEqual({ close: 2, failed: 1, isCutShort: false });
  expect(reported).toMatchObject([{ orderId: broken.orderId, lineId: '3', fault: { name: 'ZodError' } }]);
});

describe('what one run could not do', () => {
  it('the next does, and nothing is done twice', async () => {
    const service = new Service(minute);
    service.add(6_000, unsent, 'unsent');
    const { isCutShort } = await service.run();
    expect(isCutShort).toBe(true);
    const first = service.started.length;
    expect(first).toBeGreaterThan(3_000);
    expect(service.time.now()).toBeLessThan(interval);
    expect((await service.run()).isCutShort).toBe(false);
    expect(service.started.length).toBe(6_000);
    expect(new Set(service.started).size).toBe(6_000);
  });

  it('when it was killed at any call, too', async () => {
    const service = new Service();
    service.add(300, near, 'near');
    service.add(300, ranOut, 'late');
    let calls = 0;
    for (let killed = 0; killed < 20; killed += 1) {
      calls = 0;
      const dies = 40 + killed * 7;
      await service.run(() => (calls += 1) > dies).catch(() => undefined);
    }
    await service.run();
    expect(service.count(isClosed)).toBe(300);
    expect(service.count(isStarted)).toBe(300);
  });
});
