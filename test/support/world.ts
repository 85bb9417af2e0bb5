import { Duration } from 'luxon';
import { asFunction, type Invocation } from '../../infra/local/calling-function.ts';
import { openDynamoDb } from '../../infra/local/dynamo-db.ts';
import { type BusEvent, busEvent } from '../../infra/local/event-bus.ts';
import type { KeptEmail } from '../../infra/local/mailbox.ts';
import { type Runtime, startRuntime } from '../../infra/local/runtime.ts';
import { tableName } from '../../infra/local/table.ts';
import { recount } from '../../infra/recounting.ts';
import { defaults } from '../../infra/settings.ts';
import { orderLineStore } from '../../shared/adapters/order-line-store.ts';
import type {
  ContactChangeAnswer,
  InsightsAnswer,
  JobAnswer,
  JobItemsAnswer,
  LineAnswer,
  ResendAnswer,
  SummaryAnswer,
} from '../../shared/contracts/api.ts';
import { isBooked, type OrderLine } from '../../shared/domain/order-line.ts';
import type { LineEvent } from '../../shared/domain/line-events.ts';
import { eventsIn, type PublishedEvent } from './client.ts';
import { newOrder, partner } from './events.ts';
import { Life, mortalStorage } from './mortal.ts';
import { somebodyElse, type Trial, TrialFaults } from './trial.ts';

type JobItem = JobItemsAnswer['items'][number];

const minute = 60_000;
const origin = 'http://localhost:1';

/** What a user relies on, and did not get. */
export class Violation extends Error {}

/** A service on a data folder of its own, that is started again whenever it dies. */
export class Place {
  readonly #dataFolder: string;
  #runtime: Runtime | undefined;
  #life = new Life();
  #token = '';
  /** The trial that is on; what happens outside of one is not observed. */
  trial: Trial | undefined;

  constructor(dataFolder: string) {
    this.#dataFolder = dataFolder;
  }

  get runtime(): Runtime {
    if (!this.#runtime) throw new Error('the service has not started');
    return this.#runtime;
  }

  /** Whether it has started; before that, it already goes on with what it did when it died. */
  get isUp(): boolean {
    return this.#runtime !== undefined;
  }

  async start({ reset } = { reset: false }): Promise<void> {
    const life = new Life();
    const faults = new TrialFaults(life, () => this.trial);
    const options = { dataFolder: this.#dataFolder, reset, seed: false, origin, faults };
    this.#life = life;
    this.#runtime = undefined;
    this.#runtime = await startRuntime(options, mortalStorage(life), openDynamoDb);
    this.#token ||= await this.runtime.signIn.issueToken({
      partnerId: partner,
      roles: ['resend'],
      email: 'ann@northwind.example',
      expiresIn: 24 * 60 * 60,
    });
  }

  async stop(): Promise<void> {
    this.#life.end();
    await this.runtime.stop();
  }

  /** What was counted of all lines as they changed, and what a recount finds. */
  async counts(): Promise<{ readonly counted: unknown; readonly recounted: unknown }> {
    await this.idle();
    const read = async () => {
      const { asOf, ...summary } = await this.#ask<SummaryAnswer>('/order-lines/summary');
      const { items } = await this.#ask<InsightsAnswer>('/insights');
      return { ...summary, items };
    };
    const counted = await read();
    const { clients, clock } = this.runtime;
    const noWait = () => Promise.resolve();
    await recount({
      dynamoDb: clients.dynamoDb,
      tableName,
      now: clock.now,
      newId: () => crypto.randomUUID(),
      settle: noWait,
      pages: { take: noWait },
      onProgress: () => undefined,
    });
    return { counted, recounted: await read() };
  }

  /** Begins anew with an empty data folder. */
  async beginAnew(): Promise<void> {
    await this.stop();
    this.#token = '';
    await this.start({ reset: true });
  }

  /** Waits for what the service does; undefined if it died meanwhile and was started again. */
  async outlive<Result>(work: () => Promise<Result>): Promise<{ readonly result: Result } | undefined> {
    const outcome = await this.#life.outcomeOf(work);
    if (outcome && !this.#life.isOver()) return outcome;
    await this.stop();
    await this.start();
    return undefined;
  }

  /** Lets the service do what may be done twice, again for as long as it dies meanwhile. */
  async insist<Result>(work: () => Promise<Result>): Promise<Result> {
    for (;;) {
      const outcome = await this.outlive(work);
      if (outcome) return outcome.result;
    }
  }

  /** Waits until nothing is in progress. */
  async idle(): Promise<void> {
    await this.insist(() => this.runtime.activity.idle());
  }

  /** Asks the API; status 0 if no answer came. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows what is answered
  async request<Body>(path: string, method = 'GET', headers = {}, json?: unknown) {
    const answer = await this.outlive(async () => {
      const { api, signIn } = this.runtime;
      const request = new Request(origin + path, {
        method,
        headers: {
          authorization: `Bearer ${this.#token}`,
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      });
      const claims = await signIn.verify(this.#token);
      const requestContext = { requestId: crypto.randomUUID(), authorizer: { jwt: { claims } } };
      const response = await asFunction('serve-api', () =>
        Promise.resolve(api.fetch(request, { event: { requestContext } })),
      )();
      return { status: response.status, body: (await response.json()) as Body };
    });
    return answer?.result ?? { status: 0, body: undefined };
  }

  async #ask<Body>(path: string): Promise<Body> {
    const { status, body } = await this.request<Body>(path);
    if (status !== 200 || !body) throw new Error(`${path} was answered with ${status}`);
    return body;
  }

  /** Does what is not part of the trial. */
  async aside<Result>(work: () => Promise<Result>): Promise<Result> {
    const { trial } = this;
    this.trial = undefined;
    try {
      return await work();
    } finally {
      this.trial = trial;
    }
  }
}

/** What people and other systems see and do of one order, while the service may fail at any call. */
export class World {
  readonly orderId = newOrder();
  readonly #place: Place;
  readonly #redriven = new Set<unknown>();

  constructor(place: Place) {
    this.#place = place;
  }

  get #trial(): Trial {
    if (!this.#place.trial) throw new Error('a story runs outside of a trial');
    return this.#place.trial;
  }

  now(): Date {
    return this.#place.runtime.clock.now();
  }

  /** The product's time so much later. */
  in(duration: string): string {
    return new Date(this.now().getTime() + Duration.fromISO(duration).toMillis()).toISOString();
  }

  /** Names what follows. */
  async step<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    this.#trial.step = name;
    return await work();
  }

  /** Puts events on the bus, and waits until what they lead to is done. */
  async send(...events: BusEvent[]): Promise<void> {
    await this.#place.insist(() => this.#place.runtime.bus.put(events));
    await this.#place.idle();
  }

  /** Lets it become a minute after `instant`, with a sweep a minute before it. */
  async reach(instant: string): Promise<void> {
    const before = new Date(Date.parse(instant) - minute);
    await this.#place.insist(async () => {
      await this.#place.runtime.clock.moveTo(before);
      await this.#place.runtime.advance(Duration.fromMillis(2 * minute));
    });
    await this.#place.idle();
  }

  /** Lets it become `instant` at once, as on a machine that was off meanwhile. */
  async sleepUntil(instant: string): Promise<void> {
    await this.#place.insist(async () => {
      await this.#place.runtime.clock.moveTo(new Date(instant));
      await this.#place.runtime.advance(Duration.fromMillis(1000));
    });
    await this.#place.idle();
  }

  /**
   * Lets somebody else write the line once, right before a function makes its `nth` write in one run: that fails, and it
   * reads the line again.
   */
  letOthersWrite(functionName: string, nth: number, lineId = '1'): void {
    const writes = new Map<Invocation, number>();
    const write = asFunction(somebodyElse, async () => {
      const store = this.#store;
      const line = await store.find({ orderId: this.orderId, lineId });
      await store.change(line, (known) => ({ line: { ...known } }));
    });
    const trial = this.#trial;
    trial.before = async (invocation, call) => {
      if (!this.#place.isUp || call !== 'PutItem' || invocation.functionName !== functionName) return;
      const made = (writes.get(invocation) ?? 0) + 1;
      writes.set(invocation, made);
      if (made < nth) return;
      trial.before = undefined;
      await write();
    };
  }

  get #store() {
    const { dynamoDb } = this.#place.runtime.clients;
    return orderLineStore(dynamoDb, tableName, defaults.settledLineDays);
  }

  /** Ends the executions of the order, and nobody knows. */
  async loseExecutions(): Promise<void> {
    for (const { name } of await this.executions())
      await this.#place.insist(() => this.#place.runtime.executions.stop(name));
  }

  readonly #path = (lineId: string) => `/orders/${this.orderId}/lines/${lineId}`;

  readonly line = (lineId = '1') => this.#place.request<LineAnswer>(this.#path(lineId));

  async history(lineId = '1') {
    const { status, body } = await this.#place.aside(() =>
      this.#place.request<{ items: { type: string; messageId?: string; to?: string }[] }>(
        `${this.#path(lineId)}/history`,
      ),
    );
    if (status !== 200 || !body) throw new Violation(`the history was answered with ${status}`);
    return body.items;
  }

  /**
   * Asks for a resend as a careful caller does: without an answer, or with an error, again by the same key a while
   * later, until the same is said twice.
   */
  async resend(key: string, lineId = '1') {
    let last = 0;
    for (let tries = 0; tries < 8; tries += 1) {
      const before = (await this.emails()).length;
      const { status, body } = await this.#place.request<ResendAnswer>(
        `${this.#path(lineId)}/resend`,
        'POST',
        { 'idempotency-key': key },
      );
      if (status === 200 && body) {
        if (!(await this.emails()).some(({ messageId }) => messageId === body.email.messageId))
          throw new Violation('a resend that was answered 200 has no email');
        return { status, messageId: body.email.messageId };
      }
      if (status === 502 && (await this.emails()).length > before)
        throw new Violation('an email left that was said not to be sent');
      if (status === last && (status === 409 || status === 504)) return { status };
      last = status;
      await this.#place.idle();
      await this.reach(this.in('PT2M'));
    }
    throw new Violation(`a resend was answered with ${last} again and again`);
  }

  /**
   * Has lines resent by a job, whose caller asks again by the same key until it is known, and waits until it is done.
   * @returns what came of each line
   */
  async resendAll(key: string, lineIds: readonly string[]): Promise<readonly JobItem[]> {
    const { orderId } = this;
    const json = { lines: lineIds.map((lineId) => ({ orderId, lineId })) };
    let jobId: string | undefined;
    for (let tries = 0; tries < 12; tries += 1) {
      if (jobId === undefined) {
        const asked = await this.#place.request<JobAnswer>(
          '/resend-jobs',
          'POST',
          { 'idempotency-key': key },
          json,
        );
        if (asked.status === 202) jobId = asked.body?.jobId;
      }
      await this.#place.idle();
      const path = `/resend-jobs/${jobId ?? ''}`;
      const job = jobId === undefined ? undefined : (await this.#place.request<JobAnswer>(path)).body;
      if (job?.status !== 'Completed') {
        await this.reach(this.in('PT10M'));
        continue;
      }
      const list = () => this.#place.request<JobItemsAnswer>(`${path}/items`);
      const items = (await this.#place.aside(list)).body?.items ?? [];
      for (const result of ['sent', 'skipped', 'failed', 'unconfirmed'] as const)
        if (job.counts[result] !== items.filter((item) => item.result === result).length)
          throw new Violation(`the job counts ${job.counts[result]} lines as ${result}, and lists others`);
      return items;
    }
    throw new Violation('a job of resends does not come to its end');
  }

  /** Changes the contact as a careful caller does: looks what came of it before asking again. */
  async changeContact(change: { email: string; applyToAllLines?: boolean }, lineIds = ['1']): Promise<void> {
    for (let tries = 0; tries < 8; tries += 1) {
      const { status, body } = await this.#place.request<ContactChangeAnswer>(
        `${this.#path('1')}/provisioning-contact`,
        'PUT',
        {},
        change,
      );
      if (status === 200 && body?.skipped.length === 0) return;
      await this.#place.idle();
      await this.reach(this.in('PT2M'));
      const contacts: (string | undefined)[] = [];
      for (const lineId of lineIds) contacts.push((await this.line(lineId)).body?.provisioningContact.email);
      if (contacts.every((email) => email === change.email)) return;
    }
    throw new Violation('the contact could not be changed');
  }

  /** Waits until the line is as it should be, with the help of operators and of time. */
  async until(holds: (line: OrderLine) => boolean, lineId = '1'): Promise<OrderLine> {
    for (let tries = 0; ; tries += 1) {
      await this.redrive();
      const line = await this.peek(lineId);
      if (line && holds(line)) return line;
      if (tries === 6) throw new Violation(`line ${lineId} stays ${line?.status ?? 'unbooked'}`);
      await this.reach(this.in('PT1H'));
    }
  }

  awaiting(lineId = '1') {
    return this.until(({ status }) => status === 'AwaitingProvisioningDetails', lineId);
  }

  /** Puts the dead letters of the order on the bus again. */
  async redrive(): Promise<void> {
    const letters = (await this.deadLetters()).filter((letter) => !this.#redriven.has(letter));
    for (const letter of letters) this.#redriven.add(letter);
    if (letters.length > 0) await this.send(...letters.map((letter) => busEvent.parse(JSON.parse(letter))));
  }

  /** The dead letters of the order, as text. */
  async deadLetters(): Promise<string[]> {
    const letters = await this.#place.insist(() => this.#place.runtime.office.list());
    return letters
      .map((letter) => JSON.stringify((letter as { event: unknown }).event))
      .filter((text) => text.includes(this.orderId));
  }

  /** A line as it is stored. */
  peek(lineId = '1'): Promise<OrderLine | undefined> {
    const look = async () => {
      const line = await this.#store.find({ orderId: this.orderId, lineId });
      return isBooked(line) ? line : undefined;
    };
    return this.#place.aside(() => this.#place.insist(look));
  }

  /** What other systems were told of a line, in order. */
  async told(lineId = '1'): Promise<readonly LineEvent[]> {
    const { orderId } = this;
    const published = await this.#place.insist(() => this.#place.runtime.published.list({ orderId, lineId }));
    return eventsIn(published as readonly unknown[] as readonly PublishedEvent[]);
  }

  async emails(): Promise<readonly KeptEmail[]> {
    const all = await this.#place.insist(() => this.#place.runtime.mailbox.list(undefined));
    return all.filter(({ tags }) => tags.orderId === this.orderId);
  }

  executions() {
    return this.#place.insist(() => this.#place.runtime.executions.list(`${this.orderId}_`));
  }
}
