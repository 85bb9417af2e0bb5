import { setTimeout } from 'node:timers/promises';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import { asFunction } from './calling-function.ts';
import type { DeadLetterOffice } from './dead-letter-office.ts';
import type { Job, Jobs } from './jobs.ts';
import { Lanes } from './lanes.ts';
import { type Batch, sequenceKey } from './storage.ts';

/** The function that a queue delivers to, and how. */
export interface Consumer {
  readonly handler: (batch: SQSEvent) => Promise<SQSBatchResponse>;
  readonly batchSize: number;
  /** How many batches it handles at once. */
  readonly mostAtOnce: number;
  /** How often a message is delivered before it becomes a dead letter. */
  readonly mostDeliveries: number;
  /** Milliseconds of real time before the first delivery of a message. */
  readonly deliveryDelay?: number;
  /** The subject of a message: messages of one subject are handled one batch after the other. */
  readonly subjectOf?: (body: string) => string | undefined;
}

interface Sent {
  /** The function that the message is for. */
  readonly functionName: string;
  readonly body: string;
  readonly delaySeconds?: number;
}

const queued = z.object({ functionName: z.string(), body: z.string(), deliveries: z.int() });
type Queued = z.output<typeof queued>;

/** A message on its way to its function. */
interface Delivery {
  readonly job: Job;
  readonly message: Queued;
  /** Called when it is handled, hidden or a dead letter. */
  readonly done: () => void;
}

/** The state of a queue while the process runs. */
interface Queue {
  readonly consumer: Consumer;
  readonly lanes: Lanes<Delivery>;
  batchesInHand: number;
  /** How many messages are in these batches. */
  inHand: number;
}

/** Milliseconds until the second delivery; three times as long before each further one, up to `longestPause`. */
const redeliveryPause = 50;
const longestPause = 10_000;

/**
 * Milliseconds before a failed message is delivered again; on AWS this is the visibility timeout, far longer and
 * constant. Half of it is random, so that messages that failed together do not collide again.
 */
const pauseAfter = (deliveries: number): number =>
  Math.min(redeliveryPause * 3 ** (deliveries - 1), longestPause) * (0.5 + Math.random() / 2);

/**
 * The queues of this machine, each delivering to one function. A message is stored before it counts as sent, and
 * removed only when its function is done with it or it is a dead letter; what a killed process leaves is delivered at
 * the next start. As with SQS and Lambda, no function waits for another, and a message that waits for redelivery holds
 * up no others.
 */
export class Queues {
  readonly #jobs: Jobs;
  readonly #office: DeadLetterOffice;
  readonly #now: () => Date;
  readonly #pause: (milliseconds: number) => Promise<unknown>;
  readonly #queues = new Map<string, Queue>();
  /** The messages being handled, by receipt: until when they are hidden if they are not done by then. */
  readonly #inHand = new Map<string, string | undefined>();
  #sent = 0;

  /** @param pause waits the given number of milliseconds, in real time */
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

  /** Sets the functions that messages are delivered to; call it before the jobs start. */
  deliverTo(consumers: ReadonlyMap<string, Consumer>): void {
    for (const [functionName, consumer] of consumers)
      this.#queues.set(functionName, { consumer, lanes: new Lanes(), batchesInHand: 0, inHand: 0 });
    this.#jobs.assign('event', async (job) => {
      const message = queued.parse(job.payload);
      const { deliveryDelay } = this.#queueOf(message.functionName).consumer;
      if (deliveryDelay !== undefined) await this.#pause(deliveryDelay);
      await new Promise<void>((done) => this.#deliver({ job, message, done }));
    });
  }

  /**
   * Stores the messages; they are handled afterwards.
   * @param also what is stored with them, all or nothing
   */
  async send(messages: readonly Sent[], also?: (batch: Batch) => void): Promise<void> {
    await this.#jobs.add(
      messages.map((message) => this.#jobOf(message)),
      also,
    );
  }

  #jobOf({ functionName, body, delaySeconds = 0 }: Sent): Job {
    const payload: Queued = { functionName, body, deliveries: 0 };
    const id = `${sequenceKey(this.#sent)}-${crypto.randomUUID()}`;
    this.#sent += 1;
    return { dueAt: this.#inSeconds(delaySeconds), kind: 'event', id, payload };
  }

  /** How many messages wait for a function, and how many it is handling, not counting delayed and hidden ones. */
  lengthOf(functionName: string): { readonly waiting: number; readonly inHand: number } {
    const { lanes, inHand } = this.#queueOf(functionName);
    return { waiting: lanes.size, inHand };
  }

  /** Hides a message that is being handled; false if its handling is over. */
  hide(receiptHandle: string, seconds: number): boolean {
    const isInHand = this.#inHand.has(receiptHandle);
    if (isInHand) this.#inHand.set(receiptHandle, this.#inSeconds(seconds));
    return isInHand;
  }

  #inSeconds = (seconds: number): string => new Date(this.#now().getTime() + seconds * 1000).toISOString();

  /** Passes a message to its function when it is its turn. */
  #deliver(delivery: Delivery): void {
    const { functionName, body } = delivery.message;
    const queue = this.#queueOf(functionName);
    queue.lanes.add(queue.consumer.subjectOf?.(body) ?? delivery.job.id, delivery);
    // Messages that were sent together are delivered together, even if timers brought them here one by one.
    setImmediate(() => this.#handOut(functionName, queue));
  }

  /** Gives a function as many batches as it may have; called again whenever one ends. */
  #handOut(functionName: string, queue: Queue): void {
    const { consumer, lanes } = queue;
    while (queue.batchesInHand < consumer.mostAtOnce) {
      const { entries, done } = lanes.take(consumer.batchSize);
      if (entries.length === 0) return;
      queue.batchesInHand += 1;
      queue.inHand += entries.length;
      void this.#handle(functionName, consumer, entries)
        .finally(() => {
          queue.batchesInHand -= 1;
          queue.inHand -= entries.length;
          done();
          this.#handOut(functionName, queue);
        })
        .then(async (again) => {
          const [first] = again;
          if (!first) return;
          await this.#pause(pauseAfter(first.message.deliveries));
          for (const delivery of again) this.#deliver(delivery);
        });
    }
  }

  #queueOf(functionName: string): Queue {
    const queue = this.#queues.get(functionName);
    if (!queue) throw new Error(`${functionName} has no queue`);
    return queue;
  }

  /** Returns what is to be delivered again soon. */
  async #handle(
    functionName: string,
    { handler, mostDeliveries }: Consumer,
    batch: readonly Delivery[],
  ): Promise<readonly Delivery[]> {
    for (const { job } of batch) this.#inHand.set(job.id, undefined);
    const failed = await failures(asFunction(functionName, handler), batch);
    const again: Delivery[] = [];
    const atOnce: Delivery[] = [];
    const ended: Delivery[] = [];
    const changes: (readonly [Job, Job | undefined])[] = [];
    for (const delivery of batch) {
      const { job } = delivery;
      const message = { ...delivery.message, deliveries: delivery.message.deliveries + 1 };
      const hiddenUntil = this.#inHand.get(job.id);
      this.#inHand.delete(job.id);
      if (!failed.has(job.id)) {
        ended.push(delivery);
        changes.push([job, undefined]);
      } else if (message.deliveries >= mostDeliveries) {
        const reason = `${functionName} failed ${message.deliveries} times; its log says why`;
        await this.#office.keep(message.body, reason, this.#now());
        ended.push(delivery);
        changes.push([job, undefined]);
      } else if (hiddenUntil === undefined) {
        again.push({ ...delivery, message });
        changes.push([job, { ...job, payload: message }]);
      } else if (hiddenUntil <= this.#inSeconds(0)) {
        atOnce.push({ ...delivery, message });
        changes.push([job, { ...job, payload: message }]);
      } else {
        ended.push(delivery);
        changes.push([job, { ...job, dueAt: hiddenUntil, payload: message }]);
      }
    }
    await this.#jobs.replace(changes);
    for (const delivery of atOnce) this.#deliver(delivery);
    for (const { done } of ended) done();
    return again;
  }
}

/** Calls the function with the batch as Lambda does, and returns the ids of the messages that it did not handle. */
async function failures(
  handler: Consumer['handler'],
  batch: readonly Delivery[],
): Promise<ReadonlySet<string>> {
  const { batchItemFailures } = await handler({
    Records: batch.map(({ job, message }) => recordOf(job.id, message.body, message.deliveries + 1)),
  });
  return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
}

/** The record that SQS passes to a function with each delivery of a message. */
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
