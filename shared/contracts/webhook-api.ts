import * as z from 'zod';
import { locales } from '../domain/order-line.ts';
import { disablings } from '../domain/webhook.ts';
import { pageFields, partnerId } from './api.ts';
import { instant, plainText } from './fields.ts';
import { longestUrl } from './webhook-address.ts';
import { attemptErrors, attemptResults, webhookTypes } from './webhooks.ts';

/* The API calls about webhooks: requests. */

const webhookFields = () => ({
  url: z
    .string()
    .regex(/^[\x21-\x7e]*$/, 'must be in visible ASCII characters: encode all others')
    .max(longestUrl, `must have at most ${longestUrl} characters`)
    .meta({
      description:
        'An https address of the public internet, port 443 or 8443, without user name and password',
      format: 'uri',
      example: 'https://hooks.northwind.example/provisioning',
    }),
  events: z
    .array(z.enum(webhookTypes, 'must be the type of an event, for example order_line.closed'))
    .refine((names) => new Set(names).size === names.length, 'must name each type once')
    .meta({
      uniqueItems: true,
      description: 'The types of events to send; all if none is named',
    }),
  description: plainText(200).meta({ description: 'A description for people' }),
});

const locale = () => z.enum(locales, `must be one of ${locales.join(', ')}`);

/** A webhook to register. */
export const webhookRequest = z.lazy(() =>
  z.strictObject({
    url: webhookFields().url,
    events: webhookFields().events.default([]),
    description: webhookFields().description.exactOptional(),
    locale: locale()
      .default('en')
      .meta({ description: 'The language of emails about it to whoever registers it' }),
  }),
);
export type WebhookRequest = z.output<typeof webhookRequest>;

/** Missing fields stay as they are. */
export const webhookChange = z.lazy(() =>
  z.strictObject({
    url: webhookFields().url.exactOptional(),
    events: webhookFields().events.exactOptional(),
    description: z
      .union([z.literal(''), webhookFields().description], 'must be text; an empty one removes it')
      .exactOptional()
      .meta({ description: 'A description for people; an empty one removes it' }),
    status: z
      .enum(['Enabled', 'Disabled'], 'must be Enabled or Disabled')
      .exactOptional()
      .meta({ description: 'Whether it gets events; once enabled, it gets those from then on' }),
  }),
);
export type WebhookChange = z.output<typeof webhookChange>;

export const webhookQuery = z.lazy(() => z.strictObject({ partnerId: partnerId() }));
export const webhookPath = z.lazy(() =>
  z.object({
    webhookId: z
      .string()
      .regex(/^[A-Za-z0-9-]{1,64}$/, 'must be the id of a webhook')
      .meta({ description: 'The webhook', example: '6c1c3f2e-9b1d-4f0a-8a3e-2d7b5c9e0f14' }),
  }),
);
export const webhookAttemptsQuery = z.lazy(() =>
  z.strictObject({ limit: pageFields().limit, partnerId: partnerId() }),
);

/* Answers. */

const text = (description: string) => z.string().meta({ description });
const when = (description: string) => instant.meta({ description });

export const webhookAnswer = z.lazy(() =>
  z
    .object({
      webhookId: text('The webhook'),
      url: text('Where it sends to'),
      description: text('A description for people').exactOptional(),
      events: z.array(z.string()).meta({ description: 'The types of events sent; all if none is named' }),
      status: z.enum(['Enabled', 'Disabled']).meta({ description: 'Whether it gets events' }),
      disabledAt: when('When it was disabled').exactOptional(),
      disabledBecause: z.enum(disablings).exactOptional().meta({
        description:
          '`person`: somebody disabled it; `gone`: its receiver answered 410; `failing`: nothing got through for three days',
      }),
      failingSince: instant
        .exactOptional()
        .meta({ description: 'Since when every attempt failed; missing while the last one did not' }),
      oldSecretUntil: instant
        .exactOptional()
        .meta({ description: 'Until when the previous secret signs as well' }),
      createdAt: when('When it was added'),
      createdBy: text('Who added it'),
    })
    .meta({ id: 'Webhook', description: 'A URL that receives the events of lines' }),
);
export type WebhookAnswer = z.output<typeof webhookAnswer>;

export const webhookListAnswer = z.lazy(() =>
  z.object({
    items: z.array(webhookAnswer).meta({ description: 'The webhooks' }),
  }),
);
export type WebhookListAnswer = z.output<typeof webhookListAnswer>;

export const webhookWithSecretAnswer = z.lazy(() =>
  z.object({
    webhook: webhookAnswer,
    secret: z
      .string()
      .meta({ description: 'The secret that signs messages. It is shown only once: keep it safe' }),
  }),
);
export type WebhookWithSecretAnswer = z.output<typeof webhookWithSecretAnswer>;

export const webhookDeletedAnswer = z.lazy(() =>
  z.object({ webhookId: text('The webhook that was deleted') }),
);

export const webhookTestAnswer = z.lazy(() =>
  z.object({
    messageId: z.string().meta({ description: 'The `webhook-id` of the test, as in the deliveries' }),
  }),
);
export type WebhookTestAnswer = z.output<typeof webhookTestAnswer>;

export const webhookAttemptsAnswer = z.lazy(() =>
  z.object({
    items: z
      .array(
        z.object({
          at: when('When it was tried'),
          messageId: text('The `webhook-id`, the same whenever the event is sent again'),
          type: text('The type of the event'),
          orderId: text('The order that it is about').exactOptional(),
          lineId: text('The line that it is about').exactOptional(),
          attempt: z.int().min(0).meta({ description: 'Which attempt of its event it was' }),
          result: z.enum(attemptResults).meta({ description: '`given-up`: the event is not retried' }),
          status: z.int().exactOptional().meta({ description: 'The status that the receiver answered' }),
          error: z.enum(attemptErrors).exactOptional().meta({ description: 'Why it failed' }),
          milliseconds: z.int().min(0).meta({ description: 'How long the receiver took, in milliseconds' }),
          nextAttemptAt: when('When it is retried').exactOptional(),
        }),
      )
      .meta({ description: 'The attempts' }),
  }),
);
export type WebhookAttemptsAnswer = z.output<typeof webhookAttemptsAnswer>;
