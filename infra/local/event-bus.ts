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
import { asFunction } from './calling-function.ts';
import type { DeadLetterOffice } from './dead-letter-office.ts';
import type { Job, Jobs } from './jobs.ts';
import { Lanes } from './lanes.ts';
import { type Batch, sequenceKey } from './storage.ts';

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

/** An event on its way to its function. */
interface Delivery {
  readonly job: Job;
  readonly event: Queued;
  /** Called when it is handled or a dead letter. */
  readonly done: () => void;
}

/** How many batches each function handles at once: Lambda starts with as many pollers for each queue. */
const concurrentBatches = 5;

/** Milliseconds until the second delivery; three times as long until each further one. */
const redeliveryPause = 50;

/**
 * The delay before the next delivery, in milliseconds: on AWS the visibility timeout, far longer and constant. Half
 * of it is random, so that events that failed together do not collide again.
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
  readonly #jobs: Jobs;
  readonly #office: DeadLetterOffice;
  readonly #now: () => Date;
  readonly #pause: (milliseconds: number) => Promise<unknown>;
  readonly #queues = new Map(
    intakeFunctions.map((name) => [name, { lanes: new Lanes<Delivery>(), batchesInHand: 0 }]),
  );
  #put = 0;
  #handlers: ReadonlyMap<IntakeFunction, EventsHandler> | undefined;

  /** @param pause waits so many milliseconds of real time */
  constructor(
    jobs: Jobs,
    office: DeadLetterOffice,
    now: () => Date,
    pause: (milliseconds: number) => Promise<unknown> = setTimeout,
  ) {
    this.#jobs = jobs;
    this.#office = office;
    this.#now = now;
    this.#pause = pause;
  }

  /** Says where events are delivered to, from when the jobs are begun on. */
  deliverTo(handlers: ReadonlyMap<IntakeFunction, EventsHandler>): void {
    this.#handlers = handlers;
    this.#jobs.assign('event', (job) => {
      const event = queued.parse(job.payload);
      return new Promise((done) => this.#deliver([{ job, event, done }]));
    });
  }

  /**
   * Stores the events; they are handled after that.
   * @param also what is stored with them, as a whole or not at all
   */
  async put(events: readonly BusEvent[], also?: (batch: Batch) => void): Promise<void> {
    const jobs: Job[] = [];
    for (const event of events) {
      const time = this.#now().toISOString();
      const id = crypto.randomUUID();
      const body = JSON.stringify({
        version: '0',
        id,
        source: event.source,
        'detail-type': event['detail-type'],
        time,
        detail: event.detail,
      });
      const functionName = functionFor(event);
      if (functionName) {
        const payload: Queued = { functionName, body, deliveries: 0 };
        jobs.push({ dueAt: time, kind: 'event', id: `${sequenceKey(this.#put)}-${id}`, payload });
        this.#put += 1;
      } else {
        await this.#office.keep(body, 'source: no events are taken from this source', this.#now());
      }
    }
    await this.#jobs.add(jobs, also);
  }

  /** Hands each event to its function when it is its turn, until it is handled or a dead letter. */
  #deliver(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) {
      const { functionName, body } = delivery.event;
      this.#queueOf(functionName).lanes.add(subjectOf(JSON.parse(body)) ?? delivery.job.id, delivery);
    }
    // What was put together is handed out together.
    queueMicrotask(() => intakeFunctions.forEach((functionName) => this.#handOut(functionName)));
  }

  /** Lets a function have as many batches as it may; called again whenever one of them ends. */
  #handOut(functionName: IntakeFunction): void {
    const queue = this.#queueOf(functionName);
    while (queue.batchesInHand < concurrentBatches) {
      const { entries, done } = queue.lanes.take(batchSize);
      if (entries.length === 0) return;
      queue.batchesInHand += 1;
      void this.#handle(functionName, entries)
        .finally(() => {
          queue.batchesInHand -= 1;
          done();
          this.#handOut(functionName);
        })
        .then(async (again) => {
          const [first] = again;
          if (!first) return;
          await this.#pause(pauseAfter(first.event.deliveries));
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
  async #handle(functionName: IntakeFunction, batch: readonly Delivery[]): Promise<readonly Delivery[]> {
    const handler = this.#handlers?.get(functionName);
    if (!handler) throw new Error(`${functionName} takes no events before the start`);
    const failed = await failures(asFunction(functionName, handler), batch);
    const again: Delivery[] = [];
    const ended: Delivery[] = [];
    for (const delivery of batch) {
      const { job, event } = delivery;
      const deliveries = event.deliveries + 1;
      if (failed.has(job.id) && deliveries < mostDeliveries) {
        again.push({ ...delivery, event: { ...event, deliveries } });
        continue;
      }
      if (failed.has(job.id)) {
        const reason = `${functionName} failed ${deliveries} times; its log says why`;
        await this.#office.keep(event.body, reason, this.#now());
      }
      ended.push(delivery);
    }
    await this.#jobs.replace([
      ...ended.map(({ job }) => [job, undefined] as const),
      ...again.map(({ job, event }) => [job, { ...job, payload: event }] as const),
    ]);
    for (const { done } of ended) done();
    return again;
  }
}

/** Calls the function with the batch as SQS does, and answers the ids of the events that it did not handle. */
async function failures(handler: EventsHandler, batch: readonly Delivery[]): Promise<ReadonlySet<string>> {
  const { batchItemFailures } = await handler({
    Records: batch.map(({ job, event }) => recordOf(job.id, event.body, event.deliveries + 1)),
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
