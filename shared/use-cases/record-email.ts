import type { MailOutcome } from '../adapters/mail.ts';
import type { OrderLineStore } from '../adapters/order-line-store.ts';
import { faultForLog, type Log } from '../contracts/log.ts';
import type { Metrics } from '../contracts/metrics.ts';
import { giveUpClaim } from '../domain/claims.ts';
import { workflowActor } from '../domain/history.ts';
import type { Claim, OrderLine, SentEmail } from '../domain/order-line.ts';
import { recordFailure, recordSent, sentEmailOf } from '../domain/sent-emails.ts';
import { type Instant, toInstant } from '../domain/time.ts';
import { booked } from './booked.ts';

/** The pauses, in milliseconds, between tries to record the outcome of an email. */
export const recordPauses = [100, 200, 400, 800] as const;

/** No retry starts later than this, in milliseconds. */
const recordLimit = 2000;

export interface RecordServices {
  readonly store: OrderLineStore;
  readonly now: () => Date;
  /** Waits, in real time. */
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** No email is known to have left. */
export type NotSent =
  /** Nothing left, and nothing is counted. */
  | { readonly outcome: 'refused'; readonly reason: string }
  /** The same, because the mail service throttled it. */
  | { readonly outcome: 'throttled'; readonly reason: string; readonly by: 'rate' | 'day' }
  /** It may have left: it is counted, and the mail service's report will confirm it. */
  | { readonly outcome: 'unconfirmed'; readonly line: OrderLine };

export interface Sent {
  readonly outcome: 'sent';
  readonly line: OrderLine;
  readonly email: SentEmail;
}

/** What else changes in the same write as the record of an email. */
export type Also = (recorded: OrderLine, email: SentEmail) => OrderLine;

/**
 * Records the outcome of a claimed email. Nothing else knows it, so the write is retried; if all tries fail, the claim
 * expires and counts as an email that may have been sent, and the mail service's report makes the record.
 */
export async function recordEmail(
  { line, claim }: { readonly line: OrderLine; readonly claim: Claim },
  answer: MailOutcome,
  services: RecordServices,
  also: Also,
): Promise<Sent | NotSent> {
  const { store, now, log, metrics } = services;
  const { kind: Kind } = claim;
  if (answer.outcome === 'unknown') {
    log.warn('an email may have been sent', { kind: Kind, reason: answer.reason });
    metrics.add('EmailsUnconfirmed', { Kind });
  }
  const at = toInstant(now());
  const write = () =>
    store.change(
      line,
      booked((current) => recorded(current, claim, answer, at, also)),
    );
  try {
    const outcome = await insistently(write, services);
    if (outcome.outcome === 'sent' && outcome.isNews) metrics.add('EmailsSent', { Kind });
    return outcome;
  } catch (error) {
    log.error('the outcome of an email could not be recorded', { fault: faultForLog(error) });
    return { outcome: 'unconfirmed', line: giveUpClaim(line) };
  }
}

/** The current line with the mail service's answer applied. */
function recorded(line: OrderLine, claim: Claim, answer: MailOutcome, at: Instant, also: Also) {
  switch (answer.outcome) {
    case 'accepted': {
      const { messageId } = answer;
      // The mail service's report may have arrived first.
      const reported = sentEmailOf(line, messageId);
      const email: SentEmail = { messageId, to: claim.to.email, sentAt: at, ...reported };
      const sent = also(recordSent(line, claim, { messageId, sentAt: at }), email);
      // The time matches this very record: an earlier try wrote it, but its answer was lost.
      const isNews = reported === undefined || reported.sentAt === at;
      return { outcome: 'sent', line: sent, email, isNews } as const;
    }
    case 'refused':
      return { ...answer, line: recordFailure(line, claim, { at, reason: answer.reason }) } as const;
    case 'throttled': {
      // The workflow retries by itself, so the history says nothing of it.
      const failure = claim.actor === workflowActor ? undefined : { at, reason: answer.reason };
      return { ...answer, line: recordFailure(line, claim, failure) } as const;
    }
    case 'unknown':
      return {
        outcome: 'unconfirmed',
        line: line.claim?.id === claim.id ? giveUpClaim(line) : line,
      } as const;
  }
}

/** Retries an idempotent write until it succeeds, or until tries or time run out. */
export async function insistently<Result>(
  write: () => Promise<Result>,
  { pause, log }: Pick<RecordServices, 'pause' | 'log'>,
): Promise<Result> {
  const start = performance.now();
  for (const milliseconds of recordPauses) {
    try {
      return await write();
    } catch (error) {
      if (performance.now() - start + milliseconds > recordLimit) throw error;
      log.warn('a line is not written yet', { fault: faultForLog(error) });
      await pause(milliseconds);
    }
  }
  return await write();
}
