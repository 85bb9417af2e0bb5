import type { Locale } from './order-line.ts';
import { earlier, type Instant, type IsoDuration, later, plus } from './time.ts';

/**
 * Why a webhook gets nothing: somebody turned it off, its receiver answered 410 Gone, or nothing got through for days.
 */
export const disablings = ['person', 'gone', 'failing'] as const;
export type Disabling = (typeof disablings)[number];

/**
 * Stored in plain text, encrypted only by the table's key: whoever may read the table may read the lines that the
 * webhook reports on.
 */
export interface WebhookSecret {
  /** In the form of the Standard Webhooks specification: `whsec_` and base64. */
  readonly secret: string;
  /** Until when it signs alongside the secret that replaced it; missing for the current one. */
  readonly until?: Instant;
  /** The key of the request that created it: the same request gets it again. */
  readonly idempotencyKey?: string;
}

/** An address in a partner's own system that gets events about the partner's order lines. */
export interface Webhook {
  readonly webhookId: string;
  readonly partnerId: string;
  readonly url: string;
  readonly description?: string;
  /** The types of events that it gets; empty: all. */
  readonly events: readonly string[];
  readonly status: 'Enabled' | 'Disabled' | 'Deleted';
  /** While it is Disabled. */
  readonly disabled?: {
    readonly at: Instant;
    readonly because: Disabling;
    /** Whether the person who added it was told by email. */
    readonly told?: boolean;
  };
  /** Newest first; expired ones may still be among them. */
  readonly secrets: readonly WebhookSecret[];
  readonly createdAt: Instant;
  readonly createdBy: string;
  /** The language in which that person is told. */
  readonly locale: Locale;
  /** How many attempts in a row failed. */
  readonly failures: number;
  /** When the first of them failed. */
  readonly failingSince?: Instant;
  /** Until when nothing is tried. */
  readonly pausedUntil?: Instant;
  /** Identifies the write, to recognize one whose answer was lost. */
  readonly writer?: string;
  readonly version: number;
}

/** How many webhooks a partner may have. */
export const mostWebhooks = 10;

/** How long an old secret signs alongside the new one. */
const secretOverlap: IsoDuration = 'P1D';

/** The most secrets that sign at once, however often they are replaced within a day. */
const mostSecrets = 5;

/** The secrets that are valid at a time, newest first. */
export const validSecrets = ({ secrets }: Webhook, at: Instant): readonly string[] =>
  secrets.filter(({ until }) => until === undefined || until > at).map(({ secret }) => secret);

/** With a new secret; the previous one stays valid for a day. */
export function withSecret(webhook: Webhook, made: WebhookSecret, at: Instant): Webhook {
  const before = webhook.secrets
    .filter(({ until }) => until === undefined || until > at)
    .map((one) => ({ ...one, until: one.until ?? plus(at, secretOverlap) }));
  return { ...webhook, secrets: [made, ...before].slice(0, mostSecrets) };
}

/** As if nothing had been tried yet. */
export function healthy({ failingSince, pausedUntil, ...webhook }: Webhook): Webhook {
  return { ...webhook, failures: 0 };
}

export function enabled({ disabled, ...webhook }: Webhook): Webhook {
  return healthy({ ...webhook, status: 'Enabled' });
}

export const disabled = (webhook: Webhook, at: Instant, because: Disabling): Webhook => ({
  ...webhook,
  status: 'Disabled',
  disabled: { at, because },
});

/** The webhook after its owner was told that it is disabled, or was not told after all. */
export const told = (webhook: Webhook, isTold: boolean): Webhook =>
  webhook.disabled && (webhook.disabled.told ?? false) !== isTold
    ? { ...webhook, disabled: { ...webhook.disabled, told: isTold } }
    : webhook;

export const chooses = ({ events }: Webhook, type: string): boolean =>
  events.length === 0 || events.includes(type);

/**
 * Pauses before each further attempt, as the Standard Webhooks specification recommends: 71 hours 35 minutes and 5
 * seconds in all, within the three days for which an event is tried.
 */
export const retryPauses: readonly IsoDuration[] = [
  'PT5S',
  'PT5M',
  'PT30M',
  'PT2H',
  'PT5H',
  'PT10H',
  'PT14H',
  'PT18H',
  'PT22H',
];

/**
 * The last attempt is due no later than this after the event was queued. Each attempt may have waited for others of its
 * webhook, which adds up; the last one may still have to.
 */
const lastAttemptAfter: IsoDuration = 'PT71H40M';

/** How long an event is tried. */
export const tryingSpan: IsoDuration = 'P3D';

/** An event on its way to a webhook. */
export interface Errand {
  /** When it was queued for the webhook. */
  readonly createdAt: Instant;
  /** How many attempts there have been. */
  readonly attempts: number;
  /** When the first of them failed. */
  readonly failedAt?: Instant;
}

/** When an event is tried again after an attempt that failed at that time; undefined: never. */
export function nextAttempt({ createdAt, attempts }: Errand, at: Instant): Instant | undefined {
  const pause = retryPauses[attempts - 1];
  const last = plus(createdAt, lastAttemptAfter);
  return pause === undefined || at >= last ? undefined : earlier(plus(at, pause), last);
}

export const isOver = ({ createdAt }: Errand, at: Instant): boolean => plus(createdAt, tryingSpan) <= at;

/** Whether nothing has got through since the event was first tried, or was queued and had to wait. */
export const failsThroughout = ({ failingSince }: Webhook, { createdAt, failedAt }: Errand): boolean =>
  failingSince !== undefined && failingSince <= (failedAt ?? createdAt);

/** After this many failures in a row, only one event is tried at a time, and all others wait. */
const patience = 5;

/** Longer than one attempt takes. */
const oneAttempt: IsoDuration = 'PT30S';

/** A slower answer, in milliseconds, makes the webhook pause, so that it does not keep the senders from others. */
const slowAnswer = 2000;
const restAfterSlow: IsoDuration = 'PT30S';

/** Each pause is twice as long as the one before. */
const pauses: readonly IsoDuration[] = ['PT1M', 'PT2M', 'PT4M', 'PT8M', 'PT15M'];

/** Whether only one attempt is made at a time, while the others wait for its outcome. */
export const isOnProbation = ({ failures }: Webhook): boolean => failures >= patience;

/** Until when others wait for an attempt of a webhook on probation. */
export const whileTried = (webhook: Webhook, at: Instant): Webhook => ({
  ...webhook,
  pausedUntil: plus(at, oneAttempt),
});

/** Until when nothing may be tried; undefined: it may be now. */
export const pausedUntil = (webhook: Webhook, at: Instant): Instant | undefined =>
  webhook.pausedUntil !== undefined && webhook.pausedUntil > at ? webhook.pausedUntil : undefined;

/** The outcome of one attempt. */
export interface Tried {
  readonly at: Instant;
  readonly result: 'delivered' | 'failed' | 'gone';
  readonly milliseconds: number;
}

/** The webhook after an attempt; the same object if that changes nothing. */
export function afterAttempt(webhook: Webhook, { at, result, milliseconds }: Tried): Webhook {
  const rest = milliseconds > slowAnswer ? plus(at, restAfterSlow) : undefined;
  switch (result) {
    case 'delivered': {
      const isNews = webhook.failures > 0 || rest !== undefined;
      if (!isNews) return webhook;
      return { ...healthy(webhook), ...(rest === undefined ? {} : { pausedUntil: rest }) };
    }
    case 'gone':
      return disabled(webhook, at, 'gone');
    case 'failed': {
      const failures = webhook.failures + 1;
      const pause = pauses[Math.min(failures - patience, pauses.length - 1)];
      const until = pause === undefined ? rest : later(plus(at, pause), rest ?? at);
      const { pausedUntil, ...known } = webhook;
      return {
        ...known,
        failures,
        failingSince: webhook.failingSince ?? at,
        ...(until === undefined ? {} : { pausedUntil: until }),
      };
    }
  }
}
