import { type Metrics, productMetrics } from '../contracts/metrics.ts';
import { keptAnswer } from '../domain/answers.ts';
import { unconfirmedOf, withoutStaleClaim } from '../domain/claims.ts';
import type { Contact, KeptAnswer, LineKey, OrderLine, SentEmail, StoredLine } from '../domain/order-line.ts';
import { type Refusal, refuseResend, type ResendLimits } from '../domain/rules.ts';
import { type Instant, toInstant } from '../domain/time.ts';
import { type Caller, type Denial, resendAccess } from './access.ts';
import type { Permit } from './claim-email.ts';
import type { Also } from './record-email.ts';
import { type EmailOutcome, sendEmail, type SendServices } from './send-email.ts';

/*
 * What all emails that people request have in common. The outcome of a request is a value for every caller: the API
 * returns it, the console shows it, a job records it for its line. Only faults are thrown.
 */

export interface ResendServices extends SendServices {
  readonly limits: ResendLimits;
}

/** Somebody's request for an email, whether they wait for it or a job makes it on their behalf. */
export interface Asked {
  readonly caller: Caller;
  /** Identifies the request in the log and for support, and owns its claims: a retry uses the same id. */
  readonly requestId: string;
  /** A request with the same key within 24 hours gets the first outcome, and sends nothing. */
  readonly idempotencyKey?: string | undefined;
}

/** Why a request was not met, by the code of its answer. */
export type Unmet =
  /** The caller may not do this, whatever the state of the line. */
  | ({ readonly outcome: 'denied' } & Denial)
  | ({ readonly outcome: 'refused' } & Refusal)
  /** The mail service rejected it: nothing left, and nothing is counted. */
  | {
      readonly outcome: 'not-sent';
      readonly code: 'email-not-sent';
      /** The mail service throttled it: a retry may succeed. */
      readonly isThrottled: boolean;
    }
  /** It may have left, and is counted. Without `canResendAt`, the line has used up its emails. */
  | { readonly outcome: 'unconfirmed'; readonly code: 'email-unconfirmed'; readonly canResendAt?: Instant };

export const notSent = { outcome: 'not-sent', code: 'email-not-sent', isThrottled: false } as const;

/** What to do about a request that was not made before. */
export type Decision<Met> = { readonly sendTo: Contact } | Exclude<Permit<Met | Unmet>, { send: unknown }>;

/** One way of requesting an email; `Met` is the result of a request that is met. */
interface Way<Met> {
  readonly kind: 'resend' | 'contact-change';
  readonly decide: (line: OrderLine, at: Instant, key: string | undefined) => Decision<Met>;
  /** The earlier outcome of the same request. */
  readonly replay: (line: OrderLine, kept: KeptAnswer, at: Instant) => Permit<Met>;
  /** What to store in the same write as the record of its email. */
  readonly keep?: Also;
  readonly sent: (line: OrderLine, email: SentEmail) => Met;
}

/** Sends a requested email if the caller's role and the rules allow it. */
export async function askForEmail<Met>(
  key: LineKey,
  asked: Asked,
  way: Way<Met>,
  services: ResendServices,
): Promise<Met | Unmet> {
  const authorize = (line: StoredLine, at: Instant) => permit(line, at, asked, way, services);
  const outcome = await sendEmail(key, authorize, services, way.keep);
  return outcome.outcome === 'sent'
    ? way.sent(outcome.line, outcome.email)
    : without(outcome, asked, services);
}

function permit<Met>(
  stored: StoredLine,
  at: Instant,
  { caller, requestId, idempotencyKey }: Asked,
  way: Way<Met>,
  { limits }: ResendServices,
): Permit<Met | Unmet> {
  const access = resendAccess(stored, caller);
  if ('denial' in access) return { instead: { outcome: 'denied', ...access.denial } };
  const { line } = access;
  const { kind } = way;
  const key = idempotencyKey === undefined ? undefined : keptKey(kind, idempotencyKey);
  if (key !== undefined) {
    const kept = keptAnswer(line, key, at);
    if (kept) return way.replay(line, kept, at);
    const current = withoutStaleClaim(line, at);
    if (unconfirmedOf(current, key)) return { instead: unconfirmed(current, at, limits), line: current };
  }
  const decision = way.decide(line, at, key);
  if (!('sendTo' in decision)) return decision;
  const owner = `request ${requestId}`;
  const send = {
    kind,
    to: decision.sendTo,
    actor: caller.name,
    owner,
    ...(key === undefined ? {} : { key }),
  };
  return { send, line };
}

/** The outcome of a request for which no email is known to have left. */
function without<Met>(
  outcome: Exclude<EmailOutcome<Met | Unmet>, { outcome: 'sent' }>,
  { requestId }: Asked,
  { log, now, limits }: ResendServices,
): Met | Unmet {
  switch (outcome.outcome) {
    case 'instead':
      return outcome.instead;
    case 'refused':
    case 'throttled':
      log.error('an email was not sent', { requestId, reason: outcome.reason });
      return { ...notSent, isThrottled: outcome.outcome === 'throttled' };
    case 'unconfirmed':
      return unconfirmed(outcome.line, toInstant(now()), limits);
  }
}

/** Whether the email left is unknown; says when the next one may. */
function unconfirmed(line: OrderLine, at: Instant, limits: ResendLimits): Unmet {
  const next = refuseResend(line, at, limits);
  const canResendAt = next === undefined ? at : 'canResendAt' in next ? next.canResendAt : undefined;
  return {
    outcome: 'unconfirmed',
    code: 'email-unconfirmed',
    ...(canResendAt === undefined ? {} : { canResendAt }),
  };
}

/** Separates what a line keeps for the idempotency keys of resends and of contact changes. */
export const keptKey = (kind: Way<unknown>['kind'], idempotencyKey: string): string =>
  kind === 'resend' ? idempotencyKey : `contact ${idempotencyKey}`;

const refusals = productMetrics.RequestsRefused.dimensions.Code;

/** Counts a request if it was refused. */
export function countRefusal(
  outcome: Unmet | { readonly outcome: 'sent' | 'changed' },
  metrics: Metrics,
): void {
  const refusal = 'code' in outcome && refusals.find((code) => code === outcome.code);
  if (refusal) metrics.add('RequestsRefused', { Code: refusal });
}
