import { setTimeout } from 'node:timers/promises';
import type { SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import { subjectOf } from '../../shared/contracts/events.ts';
import type { EventsHandler } from '../../shared/runtime/consume-events.ts';
import {
  batchSize,
  functionFor,
  type IntakeFunction,
  intakeFunctions,
  mostDeliveries,
} from '../intake-rules.ts';
import type { Activity } from './activity.ts';
import { asFunction } from './calling-function.ts';
import type { DeadLetterOffice } from './dead-letter-office.ts';
import { Lanes } from './lanes.ts';
import { type Batch, nextSequence, sequenceKey, type Storage } from './storage.ts';

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

/** How many batches each function handles at once: Lambda starts with as many pollers for each queue. */
const concurrentBatches = 5;

/** Milliseconds until the second delivery; three times as long until each further one. */
const redeliveryPause = 50;

/**
 * The milliseconds before another delivery after so many: on AWS the queue's visibility timeout, far longer and always
 * the same. Half of it is random, so that what failed together does not meet again.
 */
const pauseAfter = (deliveries: number): number =>
  redeliveryPause * 3 ** (deliveries - 1) * (0.5 + Math.random() / 2);

/**
 * The bus with its rules and queues. An event is stored before it counts as accepted, and forgotten only when its
 * function is done with it or it is a dead letter; what a killed process leaves is delivered at the next start. As with
 * SQS and Lambda, no function waits for another, and what waits to be delivered again keeps nothing else waiting. More
 * than there, events of one line reach a function one batch after the other, so that a line with many keeps a single
 * batch busy, and they do not fight over one item of a database that shares the processor.
 */
export class EventBus {
  readonly #storage: Storage;
  readonly #office: DeadLetterOffice;
  readonly #activity: Activity;
  readonly #now: () => Date;
  readonly #pause: (milliseconds: number) => Promise<unknown>;
  readonly #queues = new Map(
    intakeFunctions.map((name) => [name, { lanes: new Lanes<[string, Queued]>(), batchesInHand: 0 }]),
  );
  #next: number;
  #handlers: ReadonlyMap<IntakeFunction, EventsHandler> | undefined;

  private constructor(
    storage: Storage,
    office: DeadLetterOffice,
    activity: Activity,
    now: () => Date,
    next: number,
    pause: (milliseconds: number) => Promise<unknown>,
  ) {
    this.#storage = storage;
    this.#office = office;
    this.#activity = activity;
    this.#now = now;
    this.#next = next;
    this.#pause = pause;
  }

  /** @param pause waits so many milliseconds of real time */
  static async open(
    storage: Storage,
    office: DeadLetterOffice,
    activity: Activity,
    now: () => Date,
    pause: (milliseconds: number) => Promise<unknown> = setTimeout,
  ): Promise<EventBus> {
    return new EventBus(storage, office, activity, now, await nextSequence(part(storage)), pause);
  }

  /** Starts to deliver, first what an earlier process left. */
  async start(handlers: ReadonlyMap<IntakeFunction, EventsHandler>): Promise<void> {
    this.#handlers = handlers;
    const left = await part(this.#storage).iterator().all();
    this.#deliver(left.map(([key, value]) => [key, queued.parse(value)]));
  }

  /**
   * Stores the events; they are handled after that.
   * @param also what is stored with them, as a whole or not at all
   */
  async put(events: readonly BusEvent[], also?: (batch: Batch) => void): Promise<void> {
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
      const functionName = functionFor(event);
      if (functionName) {
        entries.push([sequenceKey(this.#next), { functionName, body, deliveries: 0 }]);
        this.#next += 1;
      } else {
        await this.#office.keep(body, 'source: no events are taken from this source', this.#now());
      }
    }
    const batch = this.#storage.batch();
    for (const [key, value] of entries) batch.put(key, value, { sublevel: part(this.#storage) });
    also?.(batch);
    await batch.write();
    this.#deliver(entries);
  }

  /** Hands each event to its function when it is its turn, until it is handled or a dead letter. */
  #deliver(entries: readonly [string, Queued][]): void {
    for (const entry of entries) {
      const [key, { functionName, body }] = entry;
      this.#queueOf(functionName).lanes.add(subjectOf(JSON.parse(body)) ?? key, entry);
    }
    for (const functionName of intakeFunctions) this.#handOut(functionName);
  }

  /** Lets a function have as many batches as it may; called again whenever one of them ends. */
  #handOut(functionName: IntakeFunction): void {
    const queue = this.#queueOf(functionName);
    while (queue.batchesInHand < concurrentBatches) {
      const { entries, done } = queue.lanes.take(batchSize);
      if (entries.length === 0) return;
      queue.batchesInHand += 1;
      void this.#activity.during(async () => {
        const again = await this.#handle(functionName, entries).finally(() => {
          queue.batchesInHand -= 1;
          done();
          this.#handOut(functionName);
        });
        const [first] = again;
        if (!first) return;
        await this.#pause(pauseAfter(first[1].deliveries));
        this.#deliver(again);
      });
    }
  }

  #queueOf(functionName: IntakeFunction) {
    const queue = this.#queues.get(functionName);
    if (!queue) throw new Error(`${functionName} has no queue`);
    return queue;
  }

  /** Answers what is to be delivered again. */
  async #handle(
    functionName: IntakeFunction,
    batch: readonly [string, Queued][],
  ): Promise<readonly [string, Queued][]> {
    const handler = this.#handlers?.get(functionName);
    if (!handler) throw new Error(`${functionName} takes no events before the start`);
    const failed = await failures(asFunction(functionName, handler), batch);
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
    await part(this.#storage).batch(again.map(([key, value]) => ({ type: 'put', key, value })));
    return again;
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

const part = (storage: Storage) => storage.part('events');
