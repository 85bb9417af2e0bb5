import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { orderLineBooked } from '../../functions/book-order-line/event.ts';
import { orderLineCancelled } from '../../functions/cancel-order-line/event.ts';
import { emailReported } from '../../functions/record-email-feedback/event.ts';
import { organizationOnboarded } from '../../functions/record-onboarding/event.ts';
import { orderLineRescheduled } from '../../functions/reschedule-order-line/event.ts';
import { sendDueEmail } from '../../functions/send-provisioning-email/due-email.ts';
import { handle as sweep } from '../../functions/sweep-order-lines/handler.ts';
import { tableName } from '../../infra/local/table.ts';
import { defaults } from '../../infra/settings.ts';
import { closedStateKey, orderSortKey } from '../../shared/adapters/order-line-item.ts';
import type { OrderLineStore } from '../../shared/adapters/order-line-store.ts';
import { reportedTags } from '../../shared/contracts/email-tags.ts';
import { faultNames, NamedFault } from '../../shared/contracts/faults.ts';
import type { EmailKind } from '../../shared/domain/email-kinds.ts';
import { isOpen, type LineKey, type OrderLine, type StoredLine } from '../../shared/domain/order-line.ts';
import { silentMetrics } from '../../shared/runtime/metrics.ts';
import { changeContact } from '../../shared/use-cases/change-contact.ts';
import { changeCopyTo } from '../../shared/use-cases/change-copy-to.ts';
import type { ResendServices } from '../../shared/use-cases/requested-email.ts';
import { resend } from '../../shared/use-cases/resend.ts';
import { closeInput } from './close-state.ts';
import { booked, cancelled, daysAfter, onboarded, partner, rescheduled } from './events.ts';
import { itemOf, line as aLine, minutesBefore, now } from './lines.ts';
import { linesOf, storeOn } from './memory-store.ts';
import { type Around, MemoryTable } from './memory-table.ts';
import { type Call, type Choose, play, Task } from './schedules.ts';
import { mailSettings } from './mail-settings.ts';
import { untold } from './untold.ts';

/** What can happen to an order line. */
export const operations = [
  'resend',
  'contact change',
  'onboarding',
  'cancel',
  'reschedule',
  'booking',
  'window end',
  'sweep',
  'feedback',
  /** Whatever the execution has to send: the first email, a copy or a reminder. */
  'first email',
  'copy change',
] as const;
export type Operation = (typeof operations)[number];

/** How things are when something happens. */
export interface Beginning {
  readonly line?: OrderLine;
  /** The email that was sent last; feedback is on it, and without one on the next that leaves. */
  readonly reported?: string;
  /** When the organization is onboarded, if it is. */
  readonly onboardedAt?: string;
  /** The email of the line's claim, whose sender died. */
  readonly lost?: Omit<LeftEmail, 'by'>;
  /** The idempotency key of all resends. */
  readonly key?: string;
}

export interface LeftEmail {
  readonly messageId: string;
  readonly to: string;
  readonly kind: EmailKind;
  readonly claimId: string;
  /** Who sent it. */
  readonly by: string;
}

/** What somebody was answered: the email that was sent to him, or in a word what else. */
export interface Answer {
  readonly word: string;
  readonly messageId?: string;
}

/** What a write made of the line. */
export interface Change {
  readonly by: string;
  readonly before: StoredLine | undefined;
  readonly after: StoredLine;
  /** Whether the writer had read that the order is onboarded. */
  readonly knewOnboarding: boolean;
}

/** What fails once for a task. */
export interface Failing {
  /** The task, by its name. */
  readonly of: string;
  /** Its first, second, … such call. */
  readonly nth: number;
  /** A write of the line, before it takes effect or after; or only the answer of the mail service. */
  readonly when: 'before' | 'after' | 'mailed';
}

interface Execution {
  readonly requestedStartDate: string;
  status: 'RUNNING' | 'ENDED';
}

type Services = ResendServices &
  Parameters<typeof orderLineBooked.handle>[1] &
  Parameters<typeof organizationOnboarded.handle>[1];

/** One of those who act on the line, with a store of his own, as each process has. */
interface Actor {
  readonly store: OrderLineStore;
  readonly client: DynamoDBClient;
  /** What he does at present, and where. */
  busy: { readonly world: OneLine; readonly task: Task } | undefined;
}

const key: LineKey = { orderId: aLine().orderId, lineId: aLine().lineId };
const table = new MemoryTable();
const caller = { name: 'maya', partnerId: partner, roles: new Set(['resend'] as const) };

function actor(): Actor {
  const self: Pick<Actor, 'busy'> = { busy: undefined };
  const around: Around = (command, call, input) =>
    self.busy ? self.busy.world.around({ task: self.busy.task, command, input }, call) : call();
  return Object.assign(self, { store: storeOn(table, around), client: table.client(around) });
}

const actors: readonly Actor[] = [actor(), actor(), actor()];

const text = z.object({ S: z.string() }).transform(({ S }) => S);
const requested = z.object({ pk: text, sk: text });
const inputs = {
  GetItemCommand: z.object({ Key: requested }).transform(({ Key }) => [Key]),
  BatchGetItemCommand: z
    .object({ RequestItems: z.record(z.string(), z.object({ Keys: z.array(requested) })) })
    .transform(({ RequestItems }) => RequestItems[tableName]?.Keys ?? []),
  PutItemCommand: z.object({ Item: requested }).transform(({ Item }) => [Item]),
  UpdateItemCommand: z.object({ Key: requested }).transform(({ Key }) => [Key]),
};
const ofShard = z.object({ ExpressionAttributeValues: z.object({ ':shard': text }) });

const orderItem = `${key.orderId} ${orderSortKey}`;
const itemName = ({ sk }: { sk: string }) => (sk === orderSortKey ? 'order' : 'line');

/** The line is found in the partition of this number of one list or the other while it is open. */
const shardNumber = (name: string): string | undefined => name.split('-').at(-1);
const ownItem = itemOf(aLine());
const ownShard = 'dueShard' in ownItem ? shardNumber(ownItem.dueShard) : undefined;

/** What a call of the table reads and writes. */
function touched(command: string, input: unknown): Call {
  const name = command.replace(/Command$/, '');
  switch (command) {
    case 'GetItemCommand':
    case 'BatchGetItemCommand':
      return { name, reads: inputs[command].parse(input).map(itemName) };
    case 'PutItemCommand':
    case 'UpdateItemCommand':
      return { name, writes: inputs[command].parse(input).map(itemName) };
    case 'QueryCommand': {
      const index = ofShard.safeParse(input);
      if (!index.success) return { name, reads: ['line', 'order'] };
      const isOwn = shardNumber(index.data.ExpressionAttributeValues[':shard']) === ownShard;
      return { name, reads: isOwn ? ['line'] : [] };
    }
    default:
      throw new Error(`nobody knows what ${command} touches`);
  }
}

/** One order line, all that the product keeps elsewhere about it, and those who act on it side by side. */
export class OneLine {
  readonly emails: LeftEmail[] = [];
  readonly changes: Change[] = [];
  readonly answers: Answer[] = [];
  readonly executions = new Map<number, Execution>();
  readonly beginning: Beginning;
  readonly tasks: readonly Task[];
  readonly #failing: Failing | undefined;
  /** How many such calls of the task are left until the one that fails. */
  #untilFailing: number;
  /** Whose write failed, until he pauses. */
  #triesAgain: Task | undefined;
  #writes = 0;
  #calls = 0;
  readonly #knowOnboarding = new Set<string>();

  constructor(beginning: Beginning, happening: readonly Operation[], failing?: Failing) {
    this.beginning = beginning;
    this.#failing = failing;
    this.#untilFailing = failing?.nth ?? 0;
    table.items.clear();
    if (beginning.line) {
      table.put(itemOf({ ...beginning.line, version: 1 }));
      const { executionRevision, requestedStartDate } = beginning.line;
      if (executionRevision > 0)
        this.executions.set(executionRevision, {
          requestedStartDate,
          status: isOpen(beginning.line) ? 'RUNNING' : 'ENDED',
        });
    }
    this.tasks = happening.map((operation, index) => {
      const name = 'abc'.charAt(index);
      const doing = actors[index];
      if (!doing) throw new Error('there are not so many actors');
      return new Task(name, async (task) => {
        doing.busy = { world: this, task };
        this.answers[index] = await this.#do(operation, task, this.#services(task, doing), doing.client);
      });
    });
  }

  /** Lets everything happen; answers whether the schedule was played to its end. */
  play(choose: Choose): Promise<boolean> {
    return play(this.tasks, choose);
  }

  /** Does one thing more, when everything has happened. */
  async after(operation: Operation, at = this.now().toISOString()): Promise<void> {
    const [first] = actors;
    if (!first) throw new Error('there is no actor');
    const task = new Task('z', async () => {
      first.busy = { world: this, task };
      const services = { ...this.#services(task, first), now: () => new Date(at) };
      await this.#do(operation, task, services, first.client);
    });
    await play([task], ([only]) => only);
  }

  /** Whether the call that was to fail was made. */
  get hasFailed(): boolean {
    return this.#failing !== undefined && this.#untilFailing <= 0;
  }

  get line(): StoredLine | undefined {
    return linesOf(table)[0];
  }

  /** The line's item, as it is stored. */
  get item(): unknown {
    return [...table.items.values()].find(({ sk }) => sk !== orderSortKey);
  }

  /** A millisecond passes with each call. */
  now(): Date {
    return new Date(Date.parse(now) + this.#calls);
  }

  /** Makes a call when it is its turn, and a millisecond passes. */
  async #turn(task: Task, call: Call): Promise<void> {
    await task.at(call);
    this.#calls += 1;
  }

  /** Makes a call of the table when it is its turn, and notes what it did to the line. */
  async around<Result>(
    { task, command, input }: { readonly task: Task; readonly command: string; readonly input: unknown },
    call: () => Promise<Result>,
  ): Promise<Result> {
    const touches = touched(command, input);
    await this.#turn(task, touches);
    if (touches.reads?.includes('order') && table.items.has(orderItem)) this.#knowOnboarding.add(task.name);
    if (!touches.writes?.includes('line')) return await call();
    const fails = this.#failsNow(task, 'write');
    if (fails === 'before') throw new WriteLost();
    const before = this.line;
    const result = await call();
    this.#writes += 1;
    const { line: after } = this;
    if (after)
      this.changes.push({
        by: task.name,
        before,
        after,
        knewOnboarding: this.#knowOnboarding.has(task.name),
      });
    if (fails === 'after') throw new WriteLost();
    return result;
  }

  /** How the call fails that a task makes, if it does. */
  #failsNow(task: Task, call: 'write' | 'mail'): Failing['when'] | undefined {
    if (task.name !== this.#failing?.of) return undefined;
    const { when } = this.#failing;
    if ((when === 'mailed') !== (call === 'mail')) return undefined;
    this.#untilFailing -= 1;
    if (this.#untilFailing !== 0) return undefined;
    if (call === 'write') this.#triesAgain = task;
    return when;
  }

  #services(task: Task, { store }: Actor): Services {
    let ids = 0;
    const newId = () => `${task.name}${(ids += 1)}`;
    return {
      store,
      mail: {
        send: async ({ to, tags }) => {
          await this.#turn(task, { name: 'SendEmail', writes: ['mail'] });
          const messageId = `message-${newId()}`;
          const { kind = 'first', claimId = '' } = reportedTags.parse(
            Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, [value]])),
          );
          this.emails.push({ messageId, to, kind, claimId, by: task.name });
          if (this.#failsNow(task, 'mail')) return { outcome: 'unknown', reason: 'TimeoutError' };
          return { outcome: 'accepted', messageId };
        },
      },
      workflow: {
        start: async ({ revision, requestedStartDate }) => {
          await this.#turn(task, { name: 'StartExecution', writes: ['executions'] });
          if (!this.executions.has(revision))
            this.executions.set(revision, { requestedStartDate, status: 'RUNNING' });
        },
        stop: async (_, revision) => {
          await this.#turn(task, { name: 'StopExecution', writes: ['executions'] });
          this.#end(revision);
        },
        isRunning: async (_, revision) => {
          await this.#turn(task, { name: 'DescribeExecution', reads: ['executions'] });
          return this.executions.get(revision)?.status === 'RUNNING';
        },
      },
      deadLetters: { keep: () => Promise.reject(new Error('nothing is refused here')) },
      onboardings: { send: () => Promise.reject(new Error('no order has so many lines here')) },
      mailSettings,
      limits: defaults.resendLimits,
      settings: { OFFER_WINDOWS: defaults.offerWindows, REMINDERS: defaults.reminders },
      executionHorizon: defaults.executionHorizon,
      now: () => this.now(),
      newId,
      pause: () => this.#pause(task),
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      metrics: silentMetrics,
    };
  }

  /**
   * Waits until somebody wrote to the line: before that, whoever waits finds what he found. Whose write failed tries again
   * at once.
   */
  async #pause(task: Task): Promise<void> {
    if (this.#triesAgain === task) {
      this.#triesAgain = undefined;
      return;
    }
    const writes = this.#writes;
    await task.at({ name: 'pause' }, () => this.#writes > writes);
  }

  #end(revision: number): void {
    const execution = this.executions.get(revision);
    if (execution) execution.status = 'ENDED';
  }

  async #do(operation: Operation, task: Task, services: Services, client: DynamoDBClient): Promise<Answer> {
    const { name } = task;
    switch (operation) {
      case 'resend': {
        const { key: idempotencyKey } = this.beginning;
        const outcome = await answered(resend(key, { caller, requestId: name, idempotencyKey }, services));
        if (outcome === undefined) return noAnswer;
        if (outcome.outcome !== 'sent') return { word: outcome.code };
        return { word: 'sent', messageId: outcome.email.messageId };
      }
      case 'contact change': {
        const request = { caller, requestId: name, applyToAllLines: false };
        const outcome = await answered(changeContact(key, { email: newAddress(name) }, request, services));
        if (outcome === undefined) return noAnswer;
        return { word: 'code' in outcome ? outcome.code : (outcome.lines[0]?.outcome ?? 'nothing') };
      }
      case 'copy change': {
        const outcome = await answered(changeCopyTo(key, { email: newCopy(name) }, caller, services));
        if (outcome === undefined) return noAnswer;
        return { word: 'code' in outcome ? outcome.code : outcome.outcome };
      }
      case 'onboarding':
        return await this.#delivered(task, () =>
          organizationOnboarded.handle(onboarding(this.beginning.onboardedAt), services),
        );
      case 'cancel':
        return await this.#delivered(task, () => orderLineCancelled.handle(cancellation, services));
      case 'reschedule':
        return await this.#delivered(task, () => orderLineRescheduled.handle(rescheduling(name), services));
      case 'booking':
        return await this.#delivered(task, () => orderLineBooked.handle(booking, services));
      case 'sweep': {
        const { failed } = await sweep(services);
        return { word: failed === 0 ? 'swept' : 'failed' };
      }
      case 'feedback': {
        const messageId = await this.#reported(task);
        if (messageId === undefined) return { word: 'nothing to report' };
        return await this.#delivered(task, () =>
          emailReported.handle(this.#feedback(name, messageId), { ...services, ...untold }),
        );
      }
      case 'first email':
        return await this.#sendFirst(task, services);
      case 'window end':
        return await this.#endWindow(task, client);
    }
  }

  /** Delivers an event as its queue does: again, if what is going on must end first, or after a fault. */
  async #delivered(task: Task, handle: () => Promise<unknown>): Promise<Answer> {
    for (;;) {
      try {
        await handle();
        return { word: 'handled' };
      } catch (error) {
        if (isOfLostWrite(error)) continue;
        if (!(error instanceof NamedFault)) throw error;
        // The workflow retries.
        if (error.name === faultNames.emailNotSent && this.hasFailed) continue;
        if (error.name !== faultNames.sendInProgress) throw error;
        await this.#pause(task);
      }
    }
  }

  /** The email that feedback is on, the first that leaves, once it did; undefined if none does. */
  async #reported(task: Task): Promise<string | undefined> {
    const { reported = this.beginning.lost?.messageId } = this.beginning;
    if (reported !== undefined) return reported;
    await task.at({ name: 'learn of the email', reads: ['mail'] }, () => this.emails.length > 0);
    return this.emails[0]?.messageId;
  }

  #feedback(name: string, messageId: string) {
    const { lost, line } = this.beginning;
    const email = [...(lost ? [lost] : []), ...this.emails].find((left) => left.messageId === messageId);
    const mail = {
      messageId,
      timestamp: email === lost ? line?.claim?.at : this.now().toISOString(),
      destination: email && [email.to],
      tags: {
        orderId: [key.orderId],
        lineId: [key.lineId],
        ...(email ? { claimId: [email.claimId], kind: [email.kind] } : {}),
      },
    };
    return emailReported.schema.parse(
      name === 'b'
        ? { source: 'aws.ses', 'detail-type': 'Email Delivered', detail: { mail } }
        : {
            source: 'aws.ses',
            'detail-type': 'Email Bounced',
            detail: { mail, bounce: { bounceType: 'Permanent' } },
          },
    );
  }

  /** What the line's first execution does on the requested start date that it was given, once it has begun. */
  async #sendFirst(task: Task, services: Services): Promise<Answer> {
    const revision = this.beginning.line?.executionRevision ?? 1;
    const execution = () => this.executions.get(revision);
    await task.at({ name: 'wait for the execution', reads: ['executions'] }, () => execution() !== undefined);
    const { requestedStartDate } = execution() ?? {};
    if (requestedStartDate === undefined || requestedStartDate > now) return { word: 'not due' };
    return await this.#delivered(task, async () => {
      let sending = await sendDueEmail({ ...key, revision }, services);
      // A copy goes by another turn of the same message.
      while (sending.outcome === 'handed-over' && sending.isMoreDue)
        sending = await sendDueEmail({ ...key, revision }, services);
      const isOver = 'answer' in sending && ['settled', 'superseded'].includes(sending.answer.outcome);
      if (isOver) this.#end(revision);
    });
  }

  /** What the line's first execution does when the window has ended. */
  async #endWindow(task: Task, client: DynamoDBClient): Promise<Answer> {
    const { executionRevision: revision = 1 } = this.beginning.line ?? {};
    const input = await closing(revision, this.now().toISOString());
    for (;;) {
      try {
        await client.send(new UpdateItemCommand(input));
        this.#end(revision);
        return { word: 'closed' };
      } catch (error) {
        // The workflow retries.
        if (isOfLostWrite(error)) continue;
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        this.#end(revision);
        return { word: 'left as it is' };
      }
    }
  }
}

/** A write of which nobody knows whether it took effect. */
class WriteLost extends Error {
  override readonly name = 'TimeoutError';
}

const isOfLostWrite = (error: unknown): boolean =>
  error instanceof WriteLost || (error instanceof NamedFault && error.cause instanceof WriteLost);

const noAnswer: Answer = { word: 'internal' };

/** What somebody was answered; undefined: only that there was a fault. */
async function answered<Outcome>(request: Promise<Outcome>): Promise<Outcome | undefined> {
  try {
    return await request;
  } catch (error) {
    if (isOfLostWrite(error)) return undefined;
    throw error;
  }
}

/** The address that a task changes the contact to. */
export const newAddress = (name: string): string => `new-${name}@example.com`;

/** The address that a task has copies sent to. */
const newCopy = (name: string): string => `copy-${name}@example.com`;

const { subscriptionId, provisioningContact } = aLine();
const cancellation = orderLineCancelled.schema.parse(cancelled(key.orderId));

const onboarding = (at: string | undefined) => organizationOnboarded.schema.parse(onboarded(key.orderId, at));

const booking = orderLineBooked.schema.parse(booked(key.orderId, { subscriptionId, provisioningContact }));

/** Each task has another date, and who comes later in the alphabet changed it later. */
const rescheduling = (name: string) =>
  orderLineRescheduled.schema.parse(
    rescheduled(
      key.orderId,
      daysAfter(now, name.charCodeAt(0) - 90),
      minutesBefore(200 - name.charCodeAt(0)),
    ),
  );

/** What the workflow asks for is worked out once for each moment, since that takes long. */
const closings = new Map<string, Promise<UpdateItemCommandInput>>();
function closing(revision: number, at: string): Promise<UpdateItemCommandInput> {
  const name = `${revision} ${at}`;
  const known = closings.get(name) ?? closeInput(key, revision, closedStateKey(aLine()), at);
  closings.set(name, known);
  return known;
}
