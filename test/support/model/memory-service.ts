import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { ExecutionAlreadyExists, ExecutionDoesNotExist, TaskTimedOut } from '@aws-sdk/client-sfn';
import type { Hono } from 'hono';
import { Duration } from 'luxon';
import * as z from 'zod';
import * as sendProvisioningEmail from '../../../functions/send-provisioning-email/handler.ts';
import { Lane } from '../../../functions/send-provisioning-email/lane.ts';
import { firstEmailsQueue } from '../../../functions/send-provisioning-email/queue.ts';
import { createApp } from '../../../functions/serve-api/app.ts';
import * as stopExecutions from '../../../functions/stop-executions/handler.ts';
import { executionsToStop } from '../../../functions/stop-executions/queue.ts';
import * as sweepOrderLines from '../../../functions/sweep-order-lines/handler.ts';
import {
  declaredEvents,
  functionFor,
  type IntakeFunction,
  mostDeliveries,
} from '../../../infra/intake-rules.ts';
import { queueUrlOf } from '../../../infra/local/aws-endpoint.ts';
import { recordOf } from '../../../infra/local/queues.ts';
import { reportsOn } from '../../../infra/local/mail-simulator.ts';
import { defaults } from '../../../infra/settings.ts';
import { deadLetters, sqsClient } from '../../../shared/adapters/dead-letters.ts';
import { linePrefix } from '../../../shared/adapters/order-line-item.ts';
import { stoppingLater } from '../../../shared/adapters/paced-workflow.ts';
import { mail, sesClient } from '../../../shared/adapters/mail.ts';
import { queue } from '../../../shared/adapters/queue.ts';
import { taskTokens } from '../../../shared/adapters/task-tokens.ts';
import { sfnClient, workflow } from '../../../shared/adapters/workflow.ts';
import { workflowInput } from '../../../shared/contracts/workflow.ts';
import { lookAhead } from '../../../shared/domain/follow-up.ts';
import { eventsOf, type LineEvent } from '../../../shared/domain/line-events.ts';
import { pacer } from '../../../shared/domain/pacer.ts';
import { isBooked, type OrderLine } from '../../../shared/domain/order-line.ts';
import type { MessagesHandler } from '../../../shared/runtime/consume-messages.ts';
import { silentMetrics } from '../../../shared/runtime/metrics.ts';
import type { BusEvent } from '../client.ts';
import { closeInput } from '../close-state.ts';
import { partner } from '../events.ts';
import { publicInternet } from '../../../shared/contracts/webhook-address.ts';
import { jobStoreOn, lineOf, linesOf, storeOn, tallyStoreOn, webhookStoreOn } from '../memory-store.ts';
import { MemoryTable } from '../memory-table.ts';
import { Life } from '../mortal.ts';
import { makeCall } from '../trial.ts';
import { Agenda } from './agenda.ts';
import { type Machine, MemoryExecutions, readMachine, type RunTask } from './memory-executions.ts';
import {
  type Fault,
  type LeftEmail,
  type MetFault,
  type Person,
  type ReportFate,
  type RequestOptions,
  type Target,
} from './target.ts';
import { mailSettings } from '../mail-settings.ts';
import { cameBackStore } from '../../../shared/adapters/came-back-store.ts';
import { choiceStore } from '../../../shared/adapters/choice-store.ts';
import { noticeStore } from '../../../shared/adapters/notice-store.ts';
import { untold } from '../untold.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** How long SES takes for an email; longer than nothing, as all that must come before something else. */
const mailTime = 5;

/** After so long a queue delivers again what was not handled. */
const visibilityTimeout = 3 * minute;

/** How far ahead a sweep looks, once for all: each sequence asks for it in every hour of years. */
const sweptAhead = {
  started: Duration.fromISO(lookAhead).toMillis(),
  unstarted: Duration.fromISO(defaults.executionHorizon).toMillis(),
};

/** How late late reports are: before and after the first email's patience with them. */
const lateReports = [5 * minute, 50 * minute, 110 * minute] as const;

const stateMachineArn = 'arn:aws:states:local:000000000000:stateMachine:order-line';

const silentLog = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** The model starts no bulk resend. */
const unasked = () => Promise.reject(new Error('no queue is asked for anything'));

const claims: Readonly<Record<Person, object>> = {
  resend: { partner_id: partner, roles: ['view', 'resend'], email: 'rana@northwind.example' },
  view: { partner_id: partner, roles: ['view'] },
  nobody: { partner_id: partner, roles: [] },
  'other partner': { partner_id: 'contoso', roles: ['view', 'resend'] },
  operator: { partner_id: 'operations', roles: ['operator'] },
};

const sentInput = z.object({
  Source: z.string(),
  Destination: z.object({ ToAddresses: z.tuple([z.string()]) }),
  Tags: z.array(z.object({ Name: z.string(), Value: z.string() })),
});
const startInput = z.object({ name: z.string(), input: z.string() });
const namedInput = z
  .object({ executionArn: z.string() })
  .transform(({ executionArn }) => executionArn.split(':').at(-1) ?? '');
const letterInput = z.object({ MessageBody: z.string() });
const batchInput = z.object({
  QueueUrl: z.string().transform((url) => url.split('/').at(-1) ?? ''),
  Entries: z.array(z.object({ MessageBody: z.string() })),
});
const hidingInput = z.object({
  Entries: z.array(z.object({ ReceiptHandle: z.string(), VisibilityTimeout: z.number() })),
});
const intakeFunction = z.custom<IntakeFunction>((name) => name !== undefined);
const answerInput = z.object({
  taskToken: z.string(),
  output: z.string().optional(),
  error: z.string().optional(),
});
const sending = z.object({ sending: z.object({ closedStateKey: z.string() }) });

/** A function that a queue leads to, and how often it gets a message at most. */
interface Consumer {
  readonly handler: MessagesHandler;
  readonly mostDeliveries: number;
}

interface Message {
  readonly id: string;
  readonly body: string;
}

const passed = () => Promise.resolve();

/** An email in the mail service's hands. */
interface Email extends LeftEmail {
  reportedAt?: string;
}

const config = {
  region: 'local',
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  cacheMiddleware: true,
};
const outermost = { name: 'memory', step: 'initialize', priority: 'low' } as const;

/**
 * The product without its process, its database and its mail service: its functions, its API and its workflow on AWS
 * clients that lead into memory, with a clock that waits for nothing. The same calls in the same order come to the same.
 */
export class MemoryService implements Target {
  readonly #agenda = new Agenda();
  readonly #table = new MemoryTable();
  readonly #executions: MemoryExecutions;
  readonly #api: Hono;
  readonly #handlers: ReadonlyMap<string, Consumer>;
  /** For how many seconds messages that are being handled are hidden after that. */
  readonly #hidden = new Map<string, number>();
  readonly #sweep: () => Promise<unknown>;
  readonly #emails: Email[] = [];
  readonly #executionOf = new Map<string, string>();
  #deadLetters: { readonly functionName: string; readonly body: string }[] = [];
  #life = new Life();
  #orders = 0;
  #ids = 0;
  #due = { writes: -1, started: Infinity, unstarted: Infinity };
  #refusals = { left: 0, error: '' };
  #armed: (Fault & { left: number; throttled: string }) | undefined;
  #met: MetFault[] = [];
  /** The faults that were met in its whole life. */
  readonly allMet: MetFault[] = [];
  #fates: ReportFate[] = [];

  static async open(): Promise<() => MemoryService> {
    const machine = await readMachine();
    return () => new MemoryService(machine);
  }

  private constructor(machine: Machine) {
    const { now } = this.#agenda;
    const dynamoDb = this.#table.client((command, call) => this.#call('dynamodb', command, call));
    const clients = { ses: sesClient(config), sfn: sfnClient(config), sqs: sqsClient(config) };
    clients.ses.middlewareStack.add(
      (_next, { commandName = '' }) =>
        ({ input }) =>
          this.#answer('ses', commandName, () => this.#takeEmail(input)),
      outermost,
    );
    clients.sfn.middlewareStack.add(
      (_next, { commandName = '' }) =>
        ({ input }) =>
          this.#answer('sfn', commandName, () => this.#askWorkflow(commandName, input)),
      outermost,
    );
    clients.sqs.middlewareStack.add(
      (_next, { commandName = '' }) =>
        ({ input }) =>
          this.#answer('sqs', commandName, () => this.#askQueue(commandName, input)),
      outermost,
    );

    const store = storeOn(this.#table, (command, call) => this.#call('dynamodb', command, call));
    const common = { store, now, log: silentLog, metrics: silentMetrics };
    const sendServices = {
      ...common,
      mail: mail(clients.ses, 'memory'),
      mailSettings,
      limits: defaults.resendLimits,
      newId: () => this.#nextId('claim'),
      pause: (milliseconds: number) => {
        this.#agenda.pass(milliseconds);
        return Promise.resolve();
      },
    };
    const intake = {
      ...common,
      workflow: stoppingLater(workflow(clients.sfn, stateMachineArn), (execution) =>
        queue(clients.sqs, queueUrlOf('stop-executions'), passed).send([execution]),
      ),
      deadLetters: deadLetters(clients.sqs, 'http://127.0.0.1/dead-letters'),
      executionHorizon: defaults.executionHorizon,
    };
    const working = (functionName: string) => ({
      ...intake,
      workflow: workflow(clients.sfn, stateMachineArn),
      queue: queue(clients.sqs, queueUrlOf(functionName), passed),
    });
    const consumers = {
      webhooksOf: () => Promise.resolve([]),
      errands: { send: unasked },
      ...untold,
      ...intake,
      settings: { OFFER_WINDOWS: defaults.offerWindows, REMINDERS: defaults.reminders },
      onboardings: { send: () => Promise.reject(new Error('no order has so many lines here')) },
    };
    const sendingQueue = queue(clients.sqs, queueUrlOf(firstEmailsQueue.functionName), passed);
    const lane = new Lane({
      perSecond: () => Infinity,
      calls: 1,
      pace: pacer(
        () => Infinity,
        () => 0,
      ),
      mail: sendServices.mail,
      quota: { account: () => Promise.resolve({ perSecond: Infinity, most: Infinity, sent: 0 }) },
      queue: sendingQueue,
      laneStore: store.lane,
      now,
      elapsed: () => 0,
      pause: sendServices.pause,
      log: silentLog,
    });
    const sender = sendProvisioningEmail.consumer({
      ...sendServices,
      lane,
      mail: lane.mail,
      tasks: taskTokens(clients.sfn),
      queue: sendingQueue,
      deadLetters: intake.deadLetters,
    });
    this.#handlers = new Map<string, Consumer>([
      ...declaredEvents.map(({ functionName, consumer }): [string, Consumer] => [
        functionName,
        { handler: consumer(consumers), mostDeliveries },
      ]),
      [
        'stop-executions',
        {
          ...executionsToStop,
          handler: stopExecutions.consumer({ ...working('stop-executions'), turns: { take: passed } }),
        },
      ],
      [firstEmailsQueue.functionName, { ...firstEmailsQueue, handler: sender }],
    ]);
    this.#sweep = () => sweepOrderLines.handle(intake);
    this.#api = createApp({
      ...sendServices,
      cameBack: cameBackStore(this.#table.client(), 'table'),
      notices: noticeStore(this.#table.client(), 'table'),
      choices: choiceStore(this.#table.client(), 'table'),
      jobs: jobStoreOn(this.#table),
      tallies: tallyStoreOn(this.#table),
      jobQueue: { send: unasked, putBack: unasked },
      webhooks: webhookStoreOn(this.#table),
      errands: { send: unasked },
      reach: publicInternet,
      claimNames: defaults.claimNames,
      programs: { issuer: 'https://id.example.com' },
      callerHash: { prepare: () => undefined, of: () => Promise.resolve(undefined) },
    });
    const closeLine: RunTask = (_state, data) =>
      this.#during(async () => {
        const input = workflowInput.parse(data);
        const { closedStateKey } = sending.parse(data).sending;
        const at = now().toISOString();
        try {
          return await dynamoDb.send(
            new UpdateItemCommand(await closeInput(input, input.revision, closedStateKey, at)),
          );
        } catch (error) {
          if (error instanceof Error) error.name = `DynamoDB.${error.name}`;
          throw error;
        }
      });
    this.#executions = new MemoryExecutions(machine, this.#agenda, closeLine, (taskToken, data) => {
      const body = JSON.stringify({ ...data, taskToken });
      this.#agenda.work(() =>
        this.#deliver(firstEmailsQueue.functionName, [{ id: this.#nextId('email'), body }], 1),
      );
    });
    this.#sweepHourly();
  }

  // What Target asks for

  newOrder(): string {
    this.#orders += 1;
    return `ORD-${this.#orders}`;
  }

  now(): Promise<string> {
    return Promise.resolve(this.instant());
  }

  async advance(duration: string): Promise<void> {
    await this.#agenda.advance(Duration.fromISO(duration).toMillis());
    await this.#redrive();
  }

  async send(...events: readonly BusEvent[]): Promise<void> {
    this.#put(events);
    await this.idle();
  }

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows what is answered
  async request<Body>(by: Person, path: string, { method = 'GET', headers = {}, json }: RequestOptions = {}) {
    const identity = { sub: by, exp: 4_102_444_800 };
    const payload = Buffer.from(JSON.stringify({ ...identity, ...claims[by] })).toString('base64url');
    const answer = await this.#during(async () => {
      const response = await this.#api.request(
        path,
        {
          method,
          headers: {
            authorization: `Bearer ${unsigned}.${payload}.`,
            ...(json === undefined ? {} : { 'content-type': 'application/json' }),
            ...headers,
          },
          ...(json === undefined ? {} : { body: JSON.stringify(json) }),
        },
        {
          event: {
            requestContext: { requestId: this.#nextId('request'), authorizer: { jwt: { claims: identity } } },
          },
        },
      );
      return { status: response.status, body: JSON.parse(await response.text()) as Body };
    });
    return answer?.result ?? { status: 0, body: {} as Body };
  }

  async idle(): Promise<void> {
    await this.#agenda.idle();
    await this.#redrive();
  }

  refuseMail(times: number, error: string): Promise<void> {
    this.#refusals = { left: times, error };
    return Promise.resolve();
  }

  arm(fault: Fault): Promise<void> {
    this.#met = [];
    this.#armed = { ...fault, left: fault.name === 'is throttled three times' ? 3 : 1, throttled: '' };
    return Promise.resolve();
  }

  disarm(): Promise<void> {
    this.#armed = undefined;
    return Promise.resolve();
  }

  met(): readonly MetFault[] {
    return this.#met;
  }

  letReports(be: ReportFate, times: number): void {
    this.#fates = Array.from({ length: times }, () => be);
  }

  loseExecutions(orderId: string, lineId: string): void {
    for (const [name, line] of this.#executionOf)
      if (line === `${orderId}/${lineId}`) this.#executions.stop(name);
  }

  sweepsEvery(): number {
    return hour;
  }

  emails(): readonly LeftEmail[] {
    return this.#emails;
  }

  // What the books are checked with

  instant(): string {
    return this.#agenda.now().toISOString();
  }

  /** What the product tells other systems of a line. */
  published(orderId: string, lineId: string): readonly LineEvent[] {
    return this.#table.writes
      .filter(({ after }) => after['pk'] === orderId && after['sk'] === linePrefix + lineId)
      .flatMap(({ before, after }) => eventsOf(before && lineOf(before), lineOf(after)));
  }

  lines(): readonly OrderLine[] {
    return linesOf(this.#table).filter(isBooked);
  }

  running(orderId: string, lineId: string): number {
    const inputs = this.#executions.running().map((input) => workflowInput.parse(input));
    return inputs.filter((input) => input.orderId === orderId && input.lineId === lineId).length;
  }

  // How it works

  #nextId(of: string): string {
    this.#ids += 1;
    return `${of}-${this.#ids}`;
  }

  /** Makes one run of a function; undefined if its process died in the middle. */
  async #during<Result>(work: () => Promise<Result>): Promise<{ readonly result: Result } | undefined> {
    const life = new Life();
    this.#life = life;
    const now = performance.now.bind(performance);
    // The product measures how long it waits by the machine's time, which does not pass here.
    performance.now = () => this.#agenda.now().getTime();
    try {
      return await life.outcomeOf(work);
    } finally {
      performance.now = now;
    }
  }

  /** Makes one call of AWS, with the fault that it meets. */
  #call<Result>(service: string, command: string, call: () => Promise<Result>): Promise<Result> {
    const fault = this.#meet(service, command);
    const life = this.#life;
    const again = async () => {
      await call();
      if (service === 'ses') throw Object.assign(new Error('made to fail'), { code: 'ECONNRESET' });
      return await call();
    };
    return life.during(() => makeCall({ service, fault, life, call }, again));
  }

  #meet(service: string, command: string): Fault['name'] | undefined {
    const armed = this.#armed;
    if (armed?.service !== service || armed.left === 0) return undefined;
    if (armed.after > 0) {
      this.#armed = { ...armed, after: armed.after - 1 };
      return undefined;
    }
    if (armed.throttled !== '' && armed.throttled !== command) return undefined;
    this.#armed = { ...armed, left: armed.left - 1, throttled: command };
    const { name, after } = armed;
    const met = { service: armed.service, name, after, at: this.instant() };
    this.#met.push(met);
    this.allMet.push(met);
    return name;
  }

  async #answer(service: string, command: string, answer: () => object) {
    const output = await this.#call(service, command, () => Promise.resolve().then(answer));
    return { output: { ...output, $metadata: {} } as never, response: {} };
  }

  // The mail service

  #takeEmail(given: unknown): object {
    this.#agenda.pass(mailTime);
    if (this.#refusals.left > 0) {
      this.#refusals.left -= 1;
      throw Object.assign(new Error('made to fail'), { name: this.#refusals.error });
    }
    const { Source: from, Destination, Tags } = sentInput.parse(given);
    const messageId = this.#nextId('message');
    const fate = this.#fates.shift();
    const email: Email = {
      messageId,
      to: Destination.ToAddresses[0],
      sentAt: this.instant(),
      tags: Object.fromEntries(Tags.map(({ Name, Value }) => [Name, Value])),
    };
    this.#emails.push(email);
    const reports = reportsOn({ ...email, from, subject: '', html: '', text: '' });
    const publish = async (...given: readonly BusEvent[]) => {
      email.reportedAt ??= this.instant();
      this.#put(given);
      await Promise.resolve();
    };
    switch (fate) {
      case 'lost':
        break;
      case 'late': {
        const later = lateReports[this.#emails.length % lateReports.length] ?? minute;
        this.#agenda.after(later, () => publish(...reports));
        break;
      }
      case 'twice':
        this.#agenda.work(() => publish(...reports, ...reports));
        break;
      case 'reordered':
        this.#agenda.work(() => publish(...reports.toReversed()));
        break;
      case undefined:
        this.#agenda.work(() => publish(...reports));
    }
    return { MessageId: messageId };
  }

  // The workflow

  #askWorkflow(command: string, given: unknown): object {
    switch (command) {
      case 'StartExecutionCommand': {
        const { name, input } = startInput.parse(given);
        if (this.#executions.status(name)) throw new ExecutionAlreadyExists({ message: name, $metadata: {} });
        const started = workflowInput.parse(JSON.parse(input));
        this.#executionOf.set(name, `${started.orderId}/${started.lineId}`);
        this.#executions.start(name, started);
        return {};
      }
      case 'StopExecutionCommand':
        this.#known(namedInput.parse(given));
        this.#executions.stop(namedInput.parse(given));
        return {};
      case 'SendTaskSuccessCommand':
      case 'SendTaskFailureCommand': {
        const { taskToken, output, error } = answerInput.parse(given);
        const answer = error === undefined ? { result: JSON.parse(output ?? 'null') as unknown } : { error };
        if (!this.#executions.answer(taskToken, answer))
          throw new TaskTimedOut({ message: taskToken, $metadata: {} });
        return {};
      }
      case 'DescribeExecutionCommand':
        return { status: this.#known(namedInput.parse(given)) };
      default:
        throw new Error(`the workflow in memory knows no ${command}`);
    }
  }

  #known(name: string): string {
    const status = this.#executions.status(name);
    if (!status) throw new ExecutionDoesNotExist({ message: name, $metadata: {} });
    return status;
  }

  /** The sweep of every hour; one that fails is tried again soon, as the schedule does. */
  #sweepHourly(): void {
    const next = (milliseconds: number) => {
      this.#agenda.after(milliseconds, async () => {
        // Most find nothing that is due, and do nothing.
        const done = !this.#isAnyDue() || (await this.#during(this.#sweep).catch(() => undefined));
        next(done ? hour : minute);
      });
    };
    next(hour);
  }

  #isAnyDue(): boolean {
    const now = this.#agenda.now().getTime();
    const { started, unstarted } = this.#firstDue();
    return started <= now + sweptAhead.started || unstarted <= now + sweptAhead.unstarted;
  }

  /** When the first line of each list is due, in milliseconds since 1970; worked out once for what is in the table. */
  #firstDue() {
    const writes = this.#table.writes.length;
    if (this.#due.writes === writes) return this.#due;
    const first = (list: string) =>
      [...this.#table.items.values()]
        .filter(({ dueShard, dueAt }) => typeof dueAt === 'string' && String(dueShard).startsWith(list))
        .reduce((least, { dueAt }) => Math.min(least, Date.parse(String(dueAt))), Infinity);
    this.#due = { writes, started: first('open'), unstarted: first('unstarted') };
    return this.#due;
  }

  // The bus

  #put(events: readonly BusEvent[]): void {
    const records = events.map((event) => ({
      functionName: intakeFunction.parse(functionFor(event)),
      id: this.#nextId('event'),
      body: JSON.stringify(event),
    }));
    for (const [functionName, batch] of Map.groupBy(records, (record) => record.functionName))
      this.#agenda.work(() => this.#deliver(functionName, batch, 1));
  }

  async #deliver(functionName: string, batch: readonly Message[], delivery: number): Promise<void> {
    const records = batch.map(({ id, body }) => recordOf(id, body, delivery));
    const consumer = this.#handlers.get(functionName);
    if (!consumer) throw new Error(`there is no ${functionName}`);
    const done = await this.#during(() => consumer.handler({ Records: records }));
    const failed = done?.result.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    const left = failed ? batch.filter(({ id }) => failed.includes(id)) : batch;
    if (delivery === consumer.mostDeliveries)
      this.#deadLetters.push(...left.map(({ body }) => ({ functionName, body })));
    else
      for (const [pause, again] of Map.groupBy(left, ({ id }) => this.#pauseOf(id)))
        this.#agenda.work(() => this.#deliver(functionName, again, delivery + 1), pause);
  }

  /** After how many milliseconds a message that was not handled is delivered again. */
  #pauseOf(id: string): number {
    const seconds = this.#hidden.get(id);
    this.#hidden.delete(id);
    return seconds === undefined ? visibilityTimeout : seconds * second;
  }

  #askQueue(command: string, given: unknown): object {
    switch (command) {
      case 'SendMessageCommand':
        return this.#keepRefused(letterInput.parse(given).MessageBody);
      case 'SendMessageBatchCommand': {
        const { QueueUrl: functionName, Entries } = batchInput.parse(given);
        const batch = Entries.map(({ MessageBody: body }) => ({ id: this.#nextId('message'), body }));
        this.#agenda.work(() => this.#deliver(functionName, batch, 1));
        return {};
      }
      case 'ChangeMessageVisibilityBatchCommand':
        for (const { ReceiptHandle, VisibilityTimeout } of hidingInput.parse(given).Entries)
          this.#hidden.set(ReceiptHandle, VisibilityTimeout);
        return {};
      default:
        throw new Error(`the queues in memory know no ${command}`);
    }
  }

  #keepRefused(body: string): object {
    const functionName = intakeFunction.parse(functionFor(busEvent.parse(JSON.parse(body))));
    this.#deadLetters.push({ functionName, body });
    return {};
  }

  /** Operators put the dead letters back into their queues, once what made them is over. */
  async #redrive(): Promise<void> {
    while (this.#deadLetters.length > 0) {
      const letters = this.#deadLetters;
      this.#deadLetters = [];
      await this.disarm();
      for (const { functionName, body } of letters) {
        const batch = [{ id: this.#nextId('letter'), body }];
        this.#agenda.work(() => this.#deliver(functionName, batch, 1));
      }
      await this.#agenda.idle();
    }
  }
}

const unsigned = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');

const busEvent = z.object({ source: z.string(), 'detail-type': z.string() });
