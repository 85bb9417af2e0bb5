import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type * as z from 'zod';
import type { DeadLetters } from '../adapters/dead-letters.ts';
import { check, inputErrorText } from '../contracts/validation.ts';
import { NamedFault } from '../contracts/workflow.ts';
import { faultForLog, type Log } from './logger.ts';

/**
 * A consumer of EventBridge events from its queue. Each is checked against `schema` and handed to `handle` on its own:
 * one that does not fit goes to the dead letters with the reason and is not tried again, one whose handling fails is
 * left in the queue for another try.
 */
export function consumeEvents<Schema extends z.ZodType>(
  schema: Schema,
  handle: (event: z.output<Schema>) => Promise<void>,
  services: { readonly deadLetters: DeadLetters; readonly log: Log },
): (event: SQSEvent) => Promise<SQSBatchResponse> {
  const { deadLetters, log } = services;

  async function consume({ body, messageId, attributes }: SQSRecord): Promise<void> {
    const { event, reason } = parse(schema, body);
    if (reason !== undefined) {
      log.warn('event refused', { messageId, reason });
      await deadLetters.keep(body, reason);
      return;
    }
    try {
      await handle(event);
    } catch (error) {
      const fault = faultForLog(error);
      // A fault that has a name here is foreseen, and gone by the next try.
      const isForeseen = error instanceof NamedFault && attributes.ApproximateReceiveCount === '1';
      if (isForeseen) log.info('event comes again', { messageId, fault });
      else log.error('event failed', { messageId, fault });
      throw error;
    }
  }

  return (event) =>
    processPartialResponse(event, consume, new BatchProcessor(EventType.SQS), {
      throwOnFullBatchFailure: false,
    });
}

type Parsed<Event> = { event: Event; reason?: undefined } | { event?: undefined; reason: string };

function parse<Schema extends z.ZodType>(schema: Schema, body: string): Parsed<z.output<Schema>> {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return { reason: 'the event is not JSON' };
  }
  const result = check(schema, json);
  return result.success ? { event: result.data } : { reason: inputErrorText(result.error) };
}
