import { consumer, handle } from '../../functions/onboard-order-lines/handler.ts';
import { organizationOnboarded } from '../../functions/record-onboarding/event.ts';
import { sendDueEmail } from '../../functions/send-provisioning-email/due-email.ts';
import { recordOf } from '../../infra/local/queues.ts';
import { defaults } from '../../infra/settings.ts';
import { unreachedLines, type UnreachedLines } from '../../shared/contracts/messages.ts';
import { isBooked, type LineKey, type OrderLine } from '../../shared/domain/order-line.ts';
import { silentMetrics } from '../../shared/runtime/metrics.ts';
import { onboarded } from '../support/events.ts';
import { itemOf, line, minutesBefore, now } from '../support/lines.ts';
import { linesOf, storeOn } from '../support/memory-store.ts';
import { MemoryTable } from '../support/memory-table.ts';
import { mailSettings } from '../support/mail-settings.ts';
import { randomFrom } from '../support/random.ts';

/* The onboarding of an order with more lines than are onboarded at once. */

const orderId = 'ORD-1';
const onboardedAt = minutesBefore(10);
const event = organizationOnboarded.schema.parse(onboarded(orderId, onboardedAt));
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

interface Batch {
  readonly id: string;
  readonly body: string;
}

/** An order with so many lines, and a queue that delivers at least once. */
class World {
  readonly table = new MemoryTable();
  readonly stopped = new Set<string>();
  readonly #messages: Batch[] = [];
  readonly sent: UnreachedLines[] = [];
  /** Milliseconds that a call of the table takes. */
  latency = 0;
  calls = 0;
  /** Before which call of the table or the workflow the process dies. */
  diesAt = Infinity;
  #isDead = false;

  constructor(count: number, first: OrderLine = line({ orderId })) {
    for (let index = 1; index <= count; index += 1)
      this.table.put(itemOf({ ...first, lineId: String(index), version: 1 }));
  }

  get lines(): readonly OrderLine[] {
    return linesOf(this.table).filter(isBooked);
  }

  get onboarded(): number {
    return this.lines.filter(({ status }) => status === 'Onboarded').length;
  }

  readonly services = this.#services();

  #services() {
    const call = <Result>(make: () => Result): Result => {
      this.calls += 1;
      if (this.calls === this.diesAt) this.#isDead = true;
      if (this.#isDead) throw new Error('the process died');
      return make();
    };
    const queue = {
      send: (messages: readonly unknown[]) =>
        call(() => {
          for (const message of messages) {
            this.sent.push(unreachedLines.parse(message));
            this.#messages.push({ id: `message-${this.sent.length}`, body: JSON.stringify(message) });
          }
          return Promise.resolve();
        }),
      putBack: () => Promise.resolve(),
    };
    return {
      store: storeOn(this.table, async (_, make) => call(make)),
      workflow: {
        start: () => Promise.reject(new Error('nothing is started')),
        stop: ({ lineId }: LineKey, revision: number) =>
          call(() => Promise.resolve(void this.stopped.add(`${lineId} ${revision}`))),
        isRunning: () => Promise.resolve(true),
      },
      queue,
      onboardings: queue,
      deadLetters: { keep: () => Promise.reject(new Error('nothing is refused here')) },
      executionHorizon: defaults.executionHorizon,
      now: () => new Date(now),
      metrics: silentMetrics,
      log: silent,
    };
  }

  /** Handles the event until it is done; a process that dies is followed by another. */
  async receive(): Promise<void> {
    for (;;) {
      this.#isDead = false;
      try {
        await organizationOnboarded.handle(event, this.services);
        return;
      } catch {
        this.diesAt = Infinity;
      }
    }
  }

  /** Works off the queue, each message as often as it is delivered. */
  async work({ deliveries = 1 } = {}): Promise<void> {
    const handler = consumer(this.services);
    for (let message = this.#messages.shift(); message; message = this.#messages.shift()) {
      for (let delivery = 1; delivery <= deliveries;) {
        this.#isDead = false;
        const record = recordOf(message.id, message.body, delivery);
        const { batchItemFailures } = await handler({ Records: [record] });
        if (batchItemFailures.length === 0) delivery += 1;
        else this.diesAt = Infinity;
      }
    }
  }
}

test('an order of 10,000 lines is onboarded: some at once, and the others piece by piece', async () => {
  const world = new World(10_000);
  await world.receive();
  expect(world.onboarded).toBe(100);
  expect(world.sent).toHaveLength(1);
  await world.work();
  expect(world.onboarded).toBe(10_000);
  expect(world.stopped.size).toBe(10_000);
});

test('one with few lines is onboarded at once, and asks nothing of the queue', async () => {
  const world = new World(99);
  await world.receive();
  expect(world.onboarded).toBe(99);
  expect(world.sent).toEqual([]);
});

test('whenever the process dies, and however often a piece comes, each line is onboarded once and stopped', async () => {
  const whole = new World(250);
  await whole.receive();
  await whole.work();
  const random = randomFrom(1);
  const places = Array.from({ length: 15 }, () => 1 + Math.floor(random() * whole.calls));
  for (const place of [1, 2, whole.calls, ...places]) {
    const world = new World(250);
    world.diesAt = place;
    await world.receive();
    await world.work({ deliveries: 2 });
    expect(world.stopped.size).toBe(250);
    for (const { history } of world.lines)
      expect(history.map(({ type }) => type)).toEqual(['Booked', 'Onboarded']);
  }
});

test('a call that has gone on for long hands on what is left', async () => {
  const world = new World(400);
  await world.receive();
  let elapsed = 0;
  const slow = { count: 1, elapsed: () => (elapsed += 15_000) };
  const [left] = world.sent;
  if (left) await handle(left, slow, world.services);
  expect(world.onboarded).toBe(200);
  await world.work();
  expect(world.onboarded).toBe(400);
});

test('no email leaves for a line that the onboarding has not reached, and one that is closed meanwhile is onboarded', async () => {
  const due = { requestedStartDate: minutesBefore(1), orderId };
  const world = new World(150, line(due));
  const closed = line({ orderId, lineId: '99', status: 'Closed', closesAt: minutesBefore(5) });
  world.table.put(itemOf({ ...closed, version: 1 }));
  await world.receive();
  const unreached = world.lines.filter(({ status }) => status !== 'Onboarded');
  expect(unreached.map(({ lineId }) => lineId)).toContain('99');

  const sending = {
    ...world.services,
    mail: { send: () => Promise.reject(new Error('an email leaves')) },
    mailSettings,
    limits: defaults.resendLimits,
    newId: () => 'claim',
    pause: () => Promise.resolve(),
  };
  for (const { lineId, requestedStartDate } of unreached.filter(({ status }) => status === 'Scheduled')) {
    const input = { orderId, lineId, requestedStartDate, revision: 1 };
    expect(await sendDueEmail(input, sending)).toMatchObject({ answer: { outcome: 'settled' } });
  }
  await world.work();
  expect(world.onboarded).toBe(150);
});
