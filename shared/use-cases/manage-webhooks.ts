import { createHash, randomBytes } from 'node:crypto';
import type { Queue } from '../adapters/queue.ts';
import type { WebhookStore } from '../adapters/webhook-store.ts';
import type {
  WebhookAnswer,
  WebhookAttemptsAnswer,
  WebhookChange,
  WebhookListAnswer,
  WebhookRequest,
  WebhookTestAnswer,
  WebhookWithSecretAnswer,
} from '../contracts/webhook-api.ts';
import { invalidRequest, Problem } from '../contracts/problems.ts';
import { type Reach, whyNotThere } from '../contracts/webhook-address.ts';
import { testType, type WebhookErrand } from '../contracts/webhooks.ts';
import { limitSpan } from '../domain/claims.ts';
import { type Instant, plus, toInstant } from '../domain/time.ts';
import {
  disabled,
  enabled,
  healthy,
  mostWebhooks,
  validSecrets,
  type Webhook,
  withSecret,
} from '../domain/webhook.ts';
import { type Caller, managingPartner, partnerOf } from './access.ts';

export interface WebhookServices {
  readonly webhooks: WebhookStore;
  /** The queue of the function that calls webhooks. */
  readonly errands: Pick<Queue, 'send'>;
  /** Where webhooks may lead. */
  readonly reach: Reach;
  readonly now: () => Date;
  readonly newId: () => string;
}

/** The partner, if an operator names one. */
interface Named {
  readonly partnerId?: string | undefined;
}

interface AskedOnce extends Named {
  readonly idempotencyKey?: string | undefined;
}

interface Addressed extends Named {
  readonly webhookId: string;
}

/** 32 random bytes: the Standard Webhooks specification asks for 24 to 64. */
const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

/**
 * Registers a webhook. Only this answer contains its secret; the same idempotency key within 24 hours gets it again.
 * @throws Problem no-access, invalid-request, webhook-limit-reached
 */
export async function createWebhook(
  caller: Caller,
  { url, events, description, locale }: WebhookRequest,
  { partnerId: named, idempotencyKey }: AskedOnce,
  services: WebhookServices,
): Promise<WebhookWithSecretAnswer & { readonly isReplayed: boolean }> {
  const { webhooks, reach, now, newId } = services;
  const partnerId = managingPartner(caller, named);
  requireReachable(url, reach);
  const at = toInstant(now());
  const place =
    idempotencyKey === undefined
      ? { webhookId: newId(), known: undefined }
      : await placeOf(partnerId, idempotencyKey, at, webhooks);
  if (place.known) return { ...shownOnce(place.known, at), isReplayed: true };
  if ((await webhooks.list(partnerId)).length >= mostWebhooks)
    throw new Problem({ code: 'webhook-limit-reached' });
  const made: Webhook = {
    webhookId: place.webhookId,
    partnerId,
    url,
    ...(description === undefined ? {} : { description }),
    events,
    status: 'Enabled',
    secrets: [{ secret: newSecret() }],
    createdAt: at,
    createdBy: caller.name,
    locale,
    failures: 0,
    version: 1,
  };
  const created = await webhooks.create(made);
  if (await isTooMany(created, webhooks)) {
    await deleteWebhook(caller, created, services);
    throw new Problem({ code: 'webhook-limit-reached' });
  }
  return { ...shownOnce(created, at), isReplayed: false };
}

/** Whether others that were registered at the same time left no room for this one. */
async function isTooMany({ partnerId, webhookId }: Webhook, webhooks: WebhookStore): Promise<boolean> {
  const rankOf = (one: Webhook): string => `${one.createdAt}#${one.webhookId}`;
  const all = (await webhooks.list(partnerId)).toSorted((a, b) => (rankOf(a) < rankOf(b) ? -1 : 1));
  return all.findIndex((one) => one.webhookId === webhookId) >= mostWebhooks;
}

/**
 * The id of the webhook that a key makes, and the webhook itself if the request is repeated: ids are derived from the key,
 * and from the id of the webhook that it made before if that is older than a day or deleted.
 */
async function placeOf(
  partnerId: string,
  idempotencyKey: string,
  at: Instant,
  webhooks: WebhookStore,
): Promise<{ readonly webhookId: string; readonly known: Webhook | undefined }> {
  for (let webhookId = idOf(partnerId, idempotencyKey); ; webhookId = idOf(partnerId, webhookId)) {
    const known = await webhooks.find(partnerId, webhookId);
    const isOver = known && (known.status === 'Deleted' || plus(known.createdAt, limitSpan) <= at);
    if (!isOver) return { webhookId, known };
  }
}

const idOf = (partnerId: string, idempotencyKey: string): string =>
  createHash('sha256').update(`${partnerId}/${idempotencyKey}`).digest('hex').slice(0, 32);

/** @throws Problem no-access, invalid-request */
export async function listWebhooks(
  caller: Caller,
  { partnerId }: Named,
  { webhooks, now }: WebhookServices,
): Promise<WebhookListAnswer> {
  const at = toInstant(now());
  const found = await webhooks.list(partnerOf(caller, partnerId));
  return {
    items: found
      .toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
      .map((webhook) => presentWebhook(webhook, at)),
  };
}

/** @throws Problem no-access, invalid-request, webhook-not-found */
export async function readWebhook(
  caller: Caller,
  { webhookId, partnerId }: Addressed,
  services: WebhookServices,
): Promise<WebhookAnswer> {
  const webhook = await required(partnerOf(caller, partnerId), webhookId, services);
  return presentWebhook(webhook, toInstant(services.now()));
}

/**
 * Changes the given fields. Enabling a webhook, or changing where it leads, clears its failures.
 * @throws Problem no-access, invalid-request, webhook-not-found
 */
export async function changeWebhook(
  caller: Caller,
  { webhookId, partnerId }: Addressed,
  change: WebhookChange,
  services: WebhookServices,
): Promise<WebhookAnswer> {
  const { reach, now } = services;
  const owner = managingPartner(caller, partnerId);
  if (change.url !== undefined) requireReachable(change.url, reach);
  const at = toInstant(now());
  const changed = await update(owner, webhookId, services, (webhook) => changedBy(webhook, change, at));
  return presentWebhook(changed, at);
}

function changedBy(
  webhook: Webhook,
  { url, events, description, status }: WebhookChange,
  at: Instant,
): Webhook {
  const { description: purpose = '', ...addressed } =
    url === undefined || url === webhook.url ? webhook : healthy({ ...webhook, url });
  const text = description ?? purpose;
  const told: Webhook = {
    ...addressed,
    ...(events === undefined ? {} : { events }),
    ...(text === '' ? {} : { description: text }),
  };
  if (status === undefined || status === told.status) return told;
  return status === 'Enabled' ? enabled(told) : disabled(told, at, 'person');
}

/** @throws Problem no-access, invalid-request, webhook-not-found */
export async function deleteWebhook(
  caller: Caller,
  { webhookId, partnerId }: Addressed,
  services: WebhookServices,
): Promise<{ readonly webhookId: string }> {
  const at = toInstant(services.now());
  await update(managingPartner(caller, partnerId), webhookId, services, (webhook) => ({
    ...disabled(webhook, at, 'person'),
    status: 'Deleted',
    secrets: [],
  }));
  return { webhookId };
}

/**
 * Creates a new secret, which only this answer contains; the old one signs as well for another day. The same
 * idempotency key gets the same secret as long as it is the current one.
 * @throws Problem no-access, invalid-request, webhook-not-found
 */
export async function rotateSecret(
  caller: Caller,
  { webhookId, partnerId }: Addressed,
  { idempotencyKey }: Pick<AskedOnce, 'idempotencyKey'>,
  services: WebhookServices,
): Promise<WebhookWithSecretAnswer & { readonly isReplayed: boolean }> {
  const at = toInstant(services.now());
  const made = { secret: newSecret(), ...(idempotencyKey === undefined ? {} : { idempotencyKey }) };
  const rotated = await update(managingPartner(caller, partnerId), webhookId, services, (webhook) =>
    idempotencyKey !== undefined && webhook.secrets[0]?.idempotencyKey === idempotencyKey
      ? webhook
      : withSecret(webhook, made, at),
  );
  return { ...shownOnce(rotated, at), isReplayed: rotated.secrets[0]?.secret !== made.secret };
}

/**
 * Sends a test event, even if the webhook is disabled. The outcome appears in the log a moment later.
 * @throws Problem no-access, invalid-request, webhook-not-found
 */
export async function testWebhook(
  caller: Caller,
  { webhookId, partnerId: named }: Addressed,
  services: WebhookServices,
): Promise<WebhookTestAnswer> {
  const { errands, newId, now } = services;
  const partnerId = managingPartner(caller, named);
  await required(partnerId, webhookId, services);
  const at = toInstant(now());
  const messageId = `msg_${newId().replaceAll('-', '')}`;
  const errand: WebhookErrand = {
    partnerId,
    webhookId,
    createdAt: at,
    attempts: 0,
    dueAt: at,
    isTest: true,
    messageId,
    payload: { type: testType, timestamp: at, data: { partnerId, webhookId } },
  };
  await errands.send([errand], { tenant: errand.partnerId });
  return { messageId };
}

/**
 * The latest attempts, newest first.
 * @throws Problem no-access, invalid-request, webhook-not-found
 */
export async function listAttempts(
  caller: Caller,
  { webhookId, partnerId }: Addressed,
  { limit }: { readonly limit: number },
  services: WebhookServices,
): Promise<WebhookAttemptsAnswer> {
  await required(partnerOf(caller, partnerId), webhookId, services);
  return { items: [...(await services.webhooks.attempts(webhookId, limit))] };
}

/** @throws Problem invalid-request */
function requireReachable(url: string, reach: Reach): void {
  const message = whyNotThere(url, reach);
  if (message !== undefined) throw invalidRequest([{ path: 'url', message }]);
}

/** @throws Problem webhook-not-found */
async function required(
  partnerId: string,
  webhookId: string,
  { webhooks }: Pick<WebhookServices, 'webhooks'>,
): Promise<Webhook> {
  const found = await webhooks.find(partnerId, webhookId);
  if (!found || found.status === 'Deleted') throw new Problem({ code: 'webhook-not-found' });
  return found;
}

/** @throws Problem webhook-not-found */
async function update(
  partnerId: string,
  webhookId: string,
  services: WebhookServices,
  decide: (webhook: Webhook) => Webhook,
): Promise<Webhook> {
  const webhook = await required(partnerId, webhookId, services);
  const changed = await services.webhooks.change(webhook, services.newId(), (known) =>
    known.status === 'Deleted' ? known : decide(known),
  );
  if (!changed) throw new Problem({ code: 'webhook-not-found' });
  return changed;
}

function shownOnce(webhook: Webhook, at: Instant): WebhookWithSecretAnswer {
  const [secret = ''] = validSecrets(webhook, at);
  return { webhook: presentWebhook(webhook, at), secret };
}

function presentWebhook(webhook: Webhook, at: Instant): WebhookAnswer {
  const { webhookId, url, description, events, status, createdAt, createdBy, failingSince } = webhook;
  const [, before] = webhook.secrets;
  const oldSecretUntil = before?.until !== undefined && before.until > at ? before.until : undefined;
  return {
    webhookId,
    url,
    ...(description === undefined ? {} : { description }),
    events: [...events],
    status: status === 'Enabled' ? status : 'Disabled',
    ...(webhook.disabled && status !== 'Enabled'
      ? { disabledAt: webhook.disabled.at, disabledBecause: webhook.disabled.because }
      : {}),
    ...(failingSince === undefined ? {} : { failingSince }),
    ...(oldSecretUntil === undefined ? {} : { oldSecretUntil }),
    createdAt,
    createdBy,
  };
}
