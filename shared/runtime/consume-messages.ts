import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type * as z from 'zod';
import type { PutBack, Queue } from '../adapters/queue.ts';
import { faultForLog } from '../contracts/log.ts';
import { type ConsumerServices, parseBody } from './consume-events.ts';

/** Lambda calls it with a batch of a queue's messages. */
export type MessagesHandler = (batch: SQSEvent) => Promise<SQSBatchResponse>;

export interface WorkerServices extends ConsumerServices {
  /** The queue that the messages come from. */
  readonly queue: Queue;
}

/** The delivery of a message. */
export interface Delivery {
  /** Its number, from 1. */
  readonly count: number;
  /** Milliseconds since the function was called with the batch. */
  elapsed(): number;
}

/** A message that is to come again: it is not done, but nothing has failed. */
export interface Postponed {
  /** Seconds until then, from 0 to 12 hours. */
  readonly againIn: number;
}

/**
 * Works off a queue between the product's functions. Each message is checked against `schema` and passed to `handle`,
 * all of a batch at once. One that does not fit goes to the dead-letter queue with the reason; one whose handling fails
 * comes again when its visibility timeout ends, and a postponed one at its time. None holds up another.
 */
export const consumeMessages =
  <Schema extends z.ZodType>(
    schema: Schema,
    handle: (message: z.output<Schema>, delivery: Delivery) => Promise<Postponed | undefined>,
    { queue, deadLetters, log }: WorkerServices,
  ): MessagesHandler =>
  async ({ Records }) => {
    const start = performance.now();
    const elapsed = () => performance.now() - start;

    async function consume({ body, messageId, attributes }: SQSRecord): Promise<Outcome> {
      try {
        const { event: message, reason } = parseBody(schema, body);
        if (reason !== undefined) {
          log.warn('message refused', { messageId, reason });
          await deadLetters.keep(body, reason);
          return 'done';
        }
        const count = Number(attributes.ApproximateReceiveCount);
        return (await handle(message, { count, elapsed })) ?? 'done';
      } catch (error) {
        log.error('message failed', { messageId, fault: faultForLog(error) });
        return 'failed';
      }
    }

    const outcomes = await Promise.all(
      Records.map(async (record) => ({ record, outcome: await consume(record) })),
    );
    const left = outcomes.filter(({ outcome }) => outcome !== 'done');
    const postponed = left.flatMap(({ record: { receiptHandle }, outcome }): readonly PutBack[] =>
      typeof outcome === 'object' ? [{ receiptHandle, seconds: outcome.againIn }] : [],
    );
    try {
      await queue.putBack(postponed);
    } catch (error) {
      log.warn('messages come again when their visibility timeout is over', { fault: faultForLog(error) });
    }
    return { batchItemFailures: left.map(({ record }) => ({ itemIdentifier: record.messageId })) };
  };

type Outcome = 'done' | 'failed' | Postponed;
