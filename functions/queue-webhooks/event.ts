import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Queue } from '../../shared/adapters/queue.ts';
import { variables } from '../../shared/contracts/environment.ts';
import { eventSchema, sources } from '../../shared/contracts/events.ts';
import { identifier, instant } from '../../shared/contracts/fields.ts';
import { publishedTypes } from '../../shared/contracts/published-events.ts';
import { type WebhookErrand, webhookType } from '../../shared/contracts/webhooks.ts';
import { toInstant } from '../../shared/domain/time.ts';
import { chooses, type Webhook } from '../../shared/domain/webhook.ts';
import {
  declareEvents,
  recordingEnvironment,
  type RecordingServices,
} from '../../shared/runtime/declare-events.ts';

const detail = z.looseObject({ id: z.string().min(1), at: instant, partnerId: identifier });

const [first, ...others] = publishedTypes.map((type) => eventSchema(sources.product, type, detail));
if (!first) throw new Error('the product publishes no events');
const schema = z.discriminatedUnion('detail-type', [first, ...others]);

export const lineEventPublished = declareEvents({
  functionName: 'queue-webhooks',
  description: 'Queues what happened to order lines for the webhooks of their partner',
  userImpact: "Partners' systems have missed events of some lines.",
  schema,
  takesUnknownTypes: true,
  environment: recordingEnvironment.extend({ WEBHOOKS_QUEUE_URL: variables.WEBHOOKS_QUEUE_URL }),
  calls: { table: ['Query'], executions: [] },
  handle,
});

export interface Services extends Pick<RecordingServices, 'now'> {
  /** The webhooks of a partner. */
  readonly webhooksOf: (partnerId: string) => Promise<readonly Webhook[]>;
  /** The queue of events on their way to webhooks. */
  readonly errands: Pick<Queue, 'send'>;
}

/** Queues an event for each webhook of the line's partner that subscribes to its type. Most partners have none. */
async function handle(
  { 'detail-type': type, detail }: z.output<typeof schema>,
  { webhooksOf, errands, now }: Services,
): Promise<void> {
  const name = webhookType(type);
  const chosen = (await webhooksOf(detail.partnerId)).filter(
    (webhook) => webhook.status === 'Enabled' && chooses(webhook, name),
  );
  if (chosen.length === 0) return;
  const at = toInstant(now());
  const messageId = messageIdOf(detail.id);
  await errands.send(
    chosen.map(
      ({ partnerId, webhookId }) =>
        ({
          partnerId,
          webhookId,
          createdAt: at,
          attempts: 0,
          dueAt: at,
          messageId,
          payload: { type: name, timestamp: detail.at, data: detail },
        }) satisfies WebhookErrand,
    ),
    { tenant: detail.partnerId },
  );
}

/** The id of an event within webhooks: the signature separates it with a full stop, so it must not contain one. */
const messageIdOf = (eventId: string): string =>
  `msg_${createHash('sha256').update(eventId).digest('base64url').slice(0, 32)}`;

/**
 * Combines reads for the same key at the same moment: a batch of events of one partner takes one read. Later requests
 * read again, so that a webhook gets every event after its registration.
 */
export function oncePerMoment<Found>(read: (key: string) => Promise<Found>): (key: string) => Promise<Found> {
  const underWay = new Map<string, Promise<Found>>();
  return (key) => {
    const known = underWay.get(key);
    if (known) return known;
    const found = read(key);
    underWay.set(key, found);
    setImmediate(() => underWay.delete(key));
    return found;
  };
}
