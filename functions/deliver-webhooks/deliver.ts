import type { Queue } from '../../shared/adapters/queue.ts';
import type { Posted, WebhookClient } from '../../shared/adapters/webhook-client.ts';
import type { KeptAttempt } from '../../shared/adapters/webhook-log.ts';
import { signedHeaders } from '../../shared/contracts/webhook-signature.ts';
import type { WebhookErrand } from '../../shared/contracts/webhooks.ts';
import { type Instant, secondsBetween, toInstant } from '../../shared/domain/time.ts';
import {
  afterAttempt,
  disabled,
  failsThroughout,
  isOnProbation,
  isOver,
  nextAttempt,
  pausedUntil,
  type Tried,
  validSecrets,
  type Webhook,
  whileTried,
} from '../../shared/domain/webhook.ts';
import type { Delivery, Postponed } from '../../shared/runtime/consume-messages.ts';
import { type NoticeServices, tellOwner } from '../../shared/use-cases/tell-webhook-owner.ts';

export interface DeliveryServices extends NoticeServices {
  readonly client: WebhookClient;
  /** The queue of this function. */
  readonly queue: Queue;
  readonly now: () => Date;
  /** The receivers' time: they accept a signature for five minutes. */
  readonly machineTime: () => Date;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** No attempt begins after this many milliseconds. */
const timeLimit = 30_000;

/** Seconds over which everything that waits for the end of a pause is spread. */
const spread = 60;

/** SQS's longest delay in seconds. What is due later returns until it is due. */
const longestDelay = 900;

/**
 * Delivers an event to a webhook, or moves it one step closer to that. If the function dies after the receiver got the
 * event, the receiver gets it again, with the same id.
 */
export async function deliver(
  errand: WebhookErrand,
  delivery: Delivery,
  services: DeliveryServices,
): Promise<Postponed | undefined> {
  const { webhooks, now } = services;
  const at = toInstant(now());
  if (errand.dueAt > at) {
    await later(errand, errand.dueAt, services);
    return undefined;
  }
  const found = await webhooks.find(errand.partnerId, errand.webhookId);
  if (found && errand.isTest === true && found.status !== 'Deleted') {
    if (delivery.elapsed() > timeLimit) return { againIn: 0 };
    await test(found, errand, services);
  } else if (found?.status === 'Disabled') await tellOwner(found, services);
  else if (found?.status === 'Enabled') return await tryNow(found, errand, delivery, services);
  return undefined;
}

async function tryNow(
  found: Webhook,
  errand: WebhookErrand,
  delivery: Delivery,
  services: DeliveryServices,
): Promise<Postponed | undefined> {
  const at = toInstant(services.now());
  const until = pausedUntil(found, at);
  if (isOver(errand, at)) await giveUp(found, errand, at, services);
  else if (until !== undefined) await later(errand, afterPause(until, services), services);
  else if (delivery.elapsed() > timeLimit) return { againIn: 0 };
  else {
    const webhook = isOnProbation(found) ? await onlyAttempt(found, at, services) : found;
    if (webhook) await attempt(webhook, errand, services);
    else await later(errand, afterPause(at, services), services);
  }
  return undefined;
}

/** Makes others wait for the outcome of an attempt; undefined if somebody else is making one, or nobody should. */
async function onlyAttempt(
  webhook: Webhook,
  at: Instant,
  { webhooks, newId }: DeliveryServices,
): Promise<Webhook | undefined> {
  const writer = newId();
  const now = await webhooks.change(webhook, writer, (known) =>
    known.status !== 'Enabled' || pausedUntil(known, at) !== undefined ? known : whileTried(known, at),
  );
  return now?.writer === writer ? now : undefined;
}

async function attempt(webhook: Webhook, errand: WebhookErrand, services: DeliveryServices): Promise<void> {
  const { webhooks, newId, now } = services;
  const posted = await post(webhook, errand, services);
  const at = toInstant(now());
  const tried: Tried = { at, result: resultOf(posted), milliseconds: posted.milliseconds };
  const attempts = errand.attempts + 1;
  const next: WebhookErrand = {
    ...errand,
    attempts,
    ...(tried.result === 'failed' ? { failedAt: errand.failedAt ?? at } : {}),
  };
  const nextAt = tried.result === 'failed' ? nextAttempt(next, at) : undefined;
  await keep(webhook, next, entryOf(posted, at, nextAt), services);
  const after = await webhooks.change(webhook, newId(), (known) =>
    known.status === 'Enabled' ? afterAttempt(known, tried) : known,
  );
  if (tried.result === 'gone') {
    services.log.info('a webhook was disabled: its receiver is gone', about(errand));
    if (after) await tellOwner(after, services);
  }
  if (tried.result !== 'failed' || after?.status !== 'Enabled') return;
  if (nextAt === undefined) await giveUp(after, next, at, services);
  else await later(next, nextAt, services);
}

const resultOf = ({ status, error }: Posted): Tried['result'] =>
  error === undefined ? 'delivered' : status === 410 ? 'gone' : 'failed';

const entryOf = (
  { status, error, milliseconds }: Posted,
  at: Instant,
  nextAttemptAt?: Instant,
): Pick<KeptAttempt, 'at' | 'result' | 'status' | 'error' | 'milliseconds' | 'nextAttemptAt'> => ({
  at,
  result: error === undefined ? 'delivered' : 'failed',
  milliseconds,
  ...(status === undefined ? {} : { status }),
  ...(error === undefined ? {} : { error }),
  ...(nextAttemptAt === undefined ? {} : { nextAttemptAt }),
});

/** One attempt, which says nothing about the events that wait. */
async function test(webhook: Webhook, errand: WebhookErrand, services: DeliveryServices): Promise<void> {
  const posted = await post(webhook, errand, services);
  const at = toInstant(services.now());
  await keep(webhook, { ...errand, attempts: 1 }, entryOf(posted, at), services);
}

async function post(
  webhook: Webhook,
  { messageId, payload }: WebhookErrand,
  { client, now, machineTime }: DeliveryServices,
): Promise<Posted> {
  const body = JSON.stringify(payload);
  const secrets = validSecrets(webhook, toInstant(now()));
  return await client.post(webhook.url, signedHeaders(secrets, messageId, machineTime(), body), body);
}

/** Gives an event up. If nothing else got through while it was tried, the webhook is disabled. */
async function giveUp(
  webhook: Webhook,
  errand: WebhookErrand,
  at: Instant,
  services: DeliveryServices,
): Promise<void> {
  const { webhooks, newId, log } = services;
  await keep(webhook, errand, { at, result: 'given-up', milliseconds: 0 }, services);
  const writer = newId();
  const after = await webhooks.change(webhook, writer, (known) =>
    known.status === 'Enabled' && failsThroughout(known, errand) ? disabled(known, at, 'failing') : known,
  );
  if (after?.writer !== writer) return;
  log.warn('a webhook was disabled: it failed for three days', about(errand));
  await tellOwner(after, services);
}

const about = ({ partnerId, webhookId }: WebhookErrand) => ({ partnerId, webhookId });

async function keep(
  { webhookId }: Webhook,
  { messageId, payload: { type, data }, attempts }: WebhookErrand,
  entry: ReturnType<typeof entryOf> | Pick<KeptAttempt, 'at' | 'result' | 'milliseconds'>,
  { webhooks, newId }: DeliveryServices,
): Promise<void> {
  const { orderId, lineId } = data;
  await webhooks.keepAttempt(webhookId, newId(), {
    ...entry,
    messageId,
    type,
    attempt: attempts,
    ...(typeof orderId === 'string' ? { orderId } : {}),
    ...(typeof lineId === 'string' ? { lineId } : {}),
  });
}

/** Queues an event again, to be tried at that time. */
async function later(errand: WebhookErrand, dueAt: Instant, { queue, now }: DeliveryServices): Promise<void> {
  const wait = Math.ceil(secondsBetween(toInstant(now()), dueAt));
  const delaySeconds = Math.min(Math.max(wait, 0), longestDelay);
  await queue.send([{ ...errand, dueAt }], { delaySeconds, tenant: errand.partnerId });
}

/** Spread out, not all at once. */
const afterPause = (until: Instant, { random }: DeliveryServices): Instant =>
  toInstant(new Date(Date.parse(until) + 1000 + Math.floor(random() * spread) * 1000));
