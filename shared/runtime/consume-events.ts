import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type * as z from 'zod';
import type { DeadLetters } from '../adapters/dead-letters.ts';
import { subjectOf } from '../contracts/events.ts';
import { check, inputErrorText } from '../contracts/validation.ts';
import { NamedFault } from '../contracts/faults.ts';
import { faultForLog, type Log } from '../contracts/log.ts';

/** SQS calls it with a batch of events. */
export type EventsHandler = (event: SQSEvent) => Promise<SQSBatchResponse>;

export interface ConsumerServices {
  readonly deadLetters: DeadLetters;
  readonly log: Log;
}

/**
 * A consumer of EventBridge events from its queue. Each is checked against `schema` and handed to `handle` on its
 * own. One that does not fit goes to the dead-letter queue with the reason and is not retried; one whose handling
 * fails stays in the queue and is.
 *
 * Events in one batch that write to the same line are handled one after the other, in order of arrival: in parallel
 * they would only make each other's writes fail. Different lines are handled in parallel. Many simultaneous changes
 * of one line are then as many writers as there are batches, which the store lets take turns. A change that never
 * gets its turn fails alone (partial batch failure): the queue hides it for the visibility timeout, which holds up
 * nothing else, and delivers it again once the others are through. Each function has its own queue and concurrency,
 * so a busy line delays no other function's events.
 * @param handle gets what it returned for the previous event of the same line in the batch, if any
 */
export function consumeEvents<Schema extends z.ZodType, Carried>(
  schema: Schema,
  handle: (event: z.output<Schema>, carried: Carried | undefined) => Promise<Carried | undefined>,
  services: ConsumerServices,
): EventsHandler {
  const { deadLetters, log } = services;

  async function consume(
    { body, messageId, attributes }: SQSRecord,
    { event, reason }: Parsed<z.output<Schema>>,
    carried: Carried | undefined,
  ): Promise<Carried | undefined> {
    try {
      if (reason === undefined) return await handle(event, carried);
      log.warn('event refused', { messageId, reason });
      await deadLetters.keep(body, reason);
      return undefined;
    } catch (error) {
      const fault = faultForLog(error);
      // A named fault is expected, and gone by the next try.
      const isForeseen = error instanceof NamedFault && attributes.ApproximateReceiveCount === '1';
      if (isForeseen) log.info('event will be retried', { messageId, fault });
      else log.error('event failed', { messageId, fault });
      throw error;
    }
  }

  return (batch) => {
    /** What `handle` returns for the last event of each subject so far; nothing if it fails. */
    const ends = new Map<string, Promise<Carried | undefined>>();

    async function consumeInTurn(record: SQSRecord): Promise<void> {
      const parsed = parseBody(schema, record.body);
      const subject = subjectOf(parsed.event) ?? record.messageId;
      const before = ends.get(subject) ?? Promise.resolve(undefined);
      const handled = before.then((carried) => consume(record, parsed, carried));
      ends.set(
        subject,
        handled.catch(() => undefined),
      );
      await handled;
    }

    return processPartialResponse(batch, consumeInTurn, new BatchProcessor(EventType.SQS), {
      throwOnFullBatchFailure: false,
    });
  };
}

type Parsed<Event> = { event: Event; reason?: undefined } | { event?: undefined; reason: string };

/** The event in a message, or why it has none. */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: string): Parsed<z.output<Schema>> {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return { reason: 'the event is not JSON' };
  }
  const result = check(schema, json);
  return result.success ? { event: result.data } : { reason: inputErrorText(result.error) };
}
