import { setTimeout } from 'node:timers/promises';
import type { SQSRecord } from 'aws-lambda';
import pLimit from 'p-limit';
import * as z from 'zod';
import type { EventsHandler } from '../../shared/runtime/intake.ts';
import {
  batchSize,
  type IntakeFunction,
  intakeFunctions,
  intakeRules,
  mostDeliveries,
} from '../intake-rules.ts';
import type { Activity } from './activity.ts';
import type { DeadLetterOffice } from './dead-letter-office.ts';
import { nextSequence, sequenceKey, type Storage } from './storage.ts';

/** JSON that nests deeper cannot be written as text again: that works by recursion. */
const mostLevels = 100;

const nestsAtMost = (levels: number, value: unknown): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (levels > 0 && Object.values(value).every((inner) => nestsAtMost(levels - 1, inner)));

/** What senders put on the bus. */
export const busEvent = z.object({
  source: z.string().min(1).max(256),
  'detail-type': z.string().min(1).max(128),
  detail: z
    .unknown()
    .refine((detail) => nestsAtMost(mostLevels, detail), `must nest at most ${mostLevels} levels deep`),
});
export type BusEvent = z.output<typeof busEvent>;

const queued = z.object({ functionName: z.enum(intakeFunctions), body: z.string(), deliveries: z.int() });
type Queued = z.output<typeof queued>;

/** How many batches are handled at once: Lambda starts with as many pollers. */
const concurrentBatches = 5;

/** The pause before another delivery, times the deliveries so far. On AWS it is the queue's visibility timeout. */
const redeliveryPause = 50;

/**
 * The bus with its rules and queues. An event is stored before it counts as accepted, and forgotten only when its
 * function is done with it or it is a dead letter; what a killed process leaves is delivered at the next start.
 */
export class EventBus {
  readonly #storage: Storage;
  readonly #office: DeadLetterOffice;
  readonly #activity: Activity;
  readonly #now: () => Date;
  readonly #limit = pLimit(concurrentBatches);
  #next: number;
  #handlers: Readonly<Record<IntakeFunction, EventsHandler>> | undefined;

  private constructor(
    storage: Storage,
    office: DeadLetterOffice,
    activity: Activity,
    now: () => Date,
    next: number,
  ) {
    this.#storage = storage;
    this.#office = office;
    this.#activity = activity;
    this.#now = now;
    this.#next = next;
  }

  static async open(
    storage: Storage,
    office: DeadLetterOffice,
    activity: Activity,
    now: () => Date,
  ): Promise<EventBus> {
    return new EventBus(storage, office, activity, now, await nextSequence(part(storage)));
  }

  /** Starts to deliver, first what an earlier process left. */
  async start(handlers: Readonly<Record<IntakeFunction, EventsHandler>>): Promise<void> {
    this.#handlers = handlers;
    const left = await part(this.#storage).iterator().all();
    this.#deliver(left.map(([key, value]) => [key, queued.parse(value)]));
  }

  /** Stores the events; they are handled after that. */
  async put(events: readonly BusEvent[]): Promise<void> {
    const entries: [string, Queued][] = [];
    for (const event of events) {
      const time = this.#now().toISOString();
      const body = JSON.stringify({
        version: '0',
        id: crypto.randomUUID(),
        source: event.source,
        'detail-type': event['detail-type'],
        time,
        detail: event.detail,
      });
      const functionName = route(event);
      if (functionName) {
        entries.push([sequenceKey(this.#next), { functionName, body, deliveries: 0 }]);
        this.#next += 1;
      } else {
        await this.#office.keep(body, 'source: no events are taken from this source', this.#now());
      }
    }
    await part(this.#storage).batch(entries.map(([key, value]) => ({ type: 'put', key, value })));
    this.#deliver(entries);
  }

  #deliver(entries: readonly [string, Queued][]): void {
    const byFunction = Object.groupBy(entries, ([, { functionName }]) => functionName);
    for (const queue of Object.values(byFunction)) {
      for (let start = 0; start < queue.length; start += batchSize) {
        const batch = queue.slice(start, start + batchSize);
        void this.#activity.during(() => this.#limit(() => this.#handle(batch)));
      }
    }
  }

  async #handle(batch: readonly [string, Queued][]): Promise<void> {
    const [first] = batch;
    if (!first || !this.#handlers) throw new Error('a batch needs an event and a handler');
    const [, { functionName }] = first;
    const failed = await failures(this.#handlers[functionName], batch);
    const again: [string, Queued][] = [];
    for (const [key, entry] of batch) {
      const deliveries = entry.deliveries + 1;
      if (!failed.has(key)) {
        await part(this.#storage).del(key);
      } else if (deliveries < mostDeliveries) {
        again.push([key, { ...entry, deliveries }]);
      } else {
        await this.#office.keep(
          entry.body,
          `${functionName} failed ${deliveries} times; its log says why`,
          this.#now(),
        );
        await part(this.#storage).del(key);
      }
    }
    if (again.length === 0) return;
    await part(this.#storage).batch(again.map(([key, value]) => ({ type: 'put', key, value })));
    await setTimeout(redeliveryPause * (again[0]?.[1].deliveries ?? 1));
    this.#deliver(again);
  }
}

/** Calls the function with the batch as SQS does, and answers the keys of the events that it did not handle. */
async function failures(
  handler: EventsHandler,
  batch: readonly [string, Queued][],
): Promise<ReadonlySet<string>> {
  const { batchItemFailures } = await handler({
    Records: batch.map(([messageId, { body, deliveries }]) => recordOf(messageId, body, deliveries + 1)),
  });
  return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
}

/** What SQS hands to a function when it delivers a message, for the first time or again. */
export const recordOf = (messageId: string, body: string, delivery: number): SQSRecord => ({
  messageId,
  body,
  receiptHandle: messageId,
  attributes: {
    ApproximateReceiveCount: String(delivery),
    SentTimestamp: '',
    SenderId: '',
    ApproximateFirstReceiveTimestamp: '',
  },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: '',
  awsRegion: 'local',
});

function route(event: BusEvent): IntakeFunction | undefined {
  return intakeRules.find(({ source, detailType }) => {
    if (source !== event.source) return false;
    if (detailType === undefined) return true;
    return 'only' in detailType
      ? detailType.only.includes(event['detail-type'])
      : !detailType.allBut.includes(event['detail-type']);
  })?.functionName;
}

const part = (storage: Storage) => storage.part('events');
