import * as z from 'zod';
import type { LineEventType } from '../domain/line-events.ts';
import { publishedTypes } from './published-events.ts';

/** How an attempt may fail. */
export const attemptErrors = [
  'timeout',
  'name-not-found',
  'address-not-allowed',
  'certificate',
  'connection',
  'redirect',
  'status',
] as const;
export type AttemptError = (typeof attemptErrors)[number];

/** The result of an attempt; `given-up`: the event is not tried any more. */
export const attemptResults = ['delivered', 'failed', 'given-up'] as const;

/** The name of an event type in webhooks, by the Standard Webhooks specification: `order_line.email_sent`. */
export const webhookType = (type: LineEventType): string =>
  type.replace('Order Line ', 'order_line.').toLowerCase().replaceAll(' ', '_');

/** All types that a webhook may choose. */
export const webhookTypes = publishedTypes.map(webhookType);

/** The type of a test event. */
export const testType = 'webhook.test';

const text = z.string();

/** A message of the delivery queue: an event on its way to a webhook. */
export const errand = z.lazy(() =>
  z.object({
    partnerId: text,
    webhookId: text,
    createdAt: text,
    attempts: z.int(),
    failedAt: text.exactOptional(),
    /** Not tried before then. */
    dueAt: text,
    /** Tried once, whatever state the webhook is in. */
    isTest: z.boolean().exactOptional(),
    /** Repeated events have the same id. */
    messageId: text,
    payload: z.object({
      type: text,
      timestamp: text,
      data: z.record(z.string(), z.unknown()),
    }),
  }),
);
export type WebhookErrand = z.output<typeof errand>;
