import type { Queue } from '../../shared/adapters/queue.ts';
import type { ResendJobStore } from '../../shared/adapters/resend-job-store.ts';
import { faultForLog } from '../../shared/contracts/log.ts';
import type { LineKey, SentEmail } from '../../shared/domain/order-line.ts';
import {
  isCompleted,
  isForgotten,
  type JobLine,
  type LineOutcome,
  type ResendJob,
  type Slice,
  withSlice,
  workedOn,
} from '../../shared/domain/resend-job.ts';
import { type Instant, toInstant } from '../../shared/domain/time.ts';
import type { Delivery, Postponed } from '../../shared/runtime/consume-messages.ts';
import { findRequestedEmail } from '../../shared/use-cases/find-requested-email.ts';
import type { ResendServices, Unmet } from '../../shared/use-cases/requested-email.ts';
import { resend } from '../../shared/use-cases/resend.ts';

export interface SliceServices extends ResendServices {
  readonly jobs: ResendJobStore;
  /** The queue of this function. */
  readonly queue: Queue;
}

/** No line is begun after this many milliseconds. */
const timeLimit = 60_000;

/**
 * Seconds before retrying lines of a slice that met faults of our own, by how often that happened; after these, they
 * are given up.
 */
const faultPauses = [0, 10, 30, 60] as const;

/** Seconds before retrying a slice that the mail service throttled, doubled whenever none of it left. */
const throttlePause = { first: 10, longest: 900 };

/** Seconds before checking again what became of an email whose sender died. */
const claimPause = 5;

/** Seconds before checking again what another delivery did with the slice. */
const overtakenPause = 5;

/** The outcome of a line; `claimed`: an earlier run may have sent its email, and its claim has not expired. */
type Attempt = LineOutcome | 'claimed' | 'throttled' | 'faulty';

/**
 * Works off the next slice of a job, and queues the one after it. Every step may happen twice: a line is resent with an
 * idempotency key of the job's own, its outcome is written before the job counts it, and the write that counts a slice
 * also moves on to the next.
 */
export async function workOffSlice(
  jobId: string,
  delivery: Delivery,
  services: SliceServices,
): Promise<Postponed | undefined> {
  const { jobs, queue, now, newId } = services;
  const job = await jobs.find(jobId);
  if (!job || isCompleted(job)) return undefined;
  const number = job.nextSlice;
  if (job.workedAt === undefined) await jobs.change(job, newId(), (current) => begun(current, now()));

  const before = await jobs.slice(jobId, number);
  if (!before) return undefined; // it has expired, and its job will
  const { slice, againIn } = await workOff(before, job, delivery, services);
  // Another delivery of the message may have written more than this one knows.
  if (slice !== before && !(await jobs.writeSlice(job, number, slice))) return { againIn: overtakenPause };
  if (againIn !== undefined) {
    await jobs.change(job, newId(), (current) => workedOn(current, toInstant(now()), againIn));
    return { againIn };
  }
  const at = toInstant(now());
  const isCounted = await jobs.change(job, newId(), (current) =>
    current.nextSlice === number ? withSlice(current, slice, at) : undefined,
  );
  // If another delivery of the message counted it, that one queues the next.
  if (isCounted && !isCompleted(withSlice(job, slice, at))) await queue.send([{ jobId }]);
  return undefined;
}

const begun = (job: ResendJob, now: Date): ResendJob | undefined =>
  job.workedAt === undefined ? workedOn(job, toInstant(now)) : undefined;

/** Resends what is left of a slice; `againIn`: seconds until the lines that are still left are retried. */
async function workOff(
  before: Slice,
  job: ResendJob,
  delivery: Delivery,
  services: SliceServices,
): Promise<{ readonly slice: Slice; readonly againIn?: number }> {
  const lines: JobLine[] = [...before.lines];
  const attempts: Attempt[] = [];
  let isCutShort = false;
  for (const [index, line] of before.lines.entries()) {
    if (line.outcome) continue;
    isCutShort ||= attempts.includes('throttled') || delivery.elapsed() > timeLimit;
    if (isCutShort) break;
    const attempt = await attemptLine(line, job, before.faults, services);
    attempts.push(attempt);
    if (typeof attempt === 'object') lines[index] = { ...line, outcome: attempt };
  }
  const faults = before.faults + (attempts.includes('faulty') ? 1 : 0);
  const slice = attempts.length > 0 ? { ...before, lines, faults } : before;
  if (lines.every(({ outcome }) => outcome)) return { slice };
  return { slice, againIn: pauseAfter(attempts, faults, delivery) };
}

function pauseAfter(attempts: readonly Attempt[], faults: number, { count }: Delivery): number {
  if (attempts.includes('throttled')) {
    const { first, longest } = throttlePause;
    const hasSent = attempts.some((attempt) => typeof attempt === 'object' && attempt.result === 'sent');
    return hasSent ? first : Math.min(first * 2 ** (count - 1), longest);
  }
  if (attempts.includes('faulty')) return faultPauses[faults - 1] ?? 0;
  return attempts.includes('claimed') ? claimPause : 0;
}

async function attemptLine(
  { orderId, lineId }: LineKey,
  job: ResendJob,
  faults: number,
  services: SliceServices,
): Promise<Attempt> {
  const { log, now } = services;
  if (isForgotten(job, toInstant(now())))
    return await outcomeOfGivenUp({ orderId, lineId }, job, 'unconfirmed', services);
  try {
    return await resendLine({ orderId, lineId }, job, services);
  } catch (error) {
    log.error('a line of a job could not be resent', { orderId, lineId, fault: faultForLog(error) });
    return faults < faultPauses.length
      ? 'faulty'
      : await outcomeOfGivenUp({ orderId, lineId }, job, 'failed', services);
  }
}

/**
 * The outcome of a line that is given up: an earlier run may have died after it sent the email.
 * @param otherwise if the line knows of no email
 */
async function outcomeOfGivenUp(
  key: LineKey,
  job: ResendJob,
  otherwise: 'failed' | 'unconfirmed',
  services: SliceServices,
): Promise<LineOutcome> {
  const at = toInstant(services.now());
  try {
    const found = await findRequestedEmail(key, { of: 'resend', ...requestOf(job) }, services);
    if (!found) return { result: otherwise, code: 'internal', at };
    return found.outcome === 'sent' ? sent(found.email) : inDoubt(found.to, at);
  } catch {
    return { result: 'unconfirmed', code: 'internal', at };
  }
}

const inDoubt = (to: string, at: Instant): LineOutcome => ({
  result: 'unconfirmed',
  code: 'email-unconfirmed',
  to,
  at,
});

/** The request that a job makes for each of its lines. */
const requestOf = ({ jobId, partnerId, createdBy }: ResendJob) => ({
  caller: { name: createdBy, partnerId, roles: new Set(['resend']) },
  requestId: jobId,
  // No caller can send a key with a space in it.
  idempotencyKey: `job ${jobId}`,
});

const sent = ({ messageId, to, sentAt: at }: SentEmail): LineOutcome => ({
  result: 'sent',
  messageId,
  to,
  at,
});

/** Resends a line with the rights of the person who started the job. */
async function resendLine(key: LineKey, job: ResendJob, services: SliceServices): Promise<Attempt> {
  const outcome = await resend(key, { ...requestOf(job), locale: job.locale }, services);
  if (outcome.outcome === 'sent') return sent(outcome.email);
  return (await emailBefore(key, job, outcome, services)) ?? unmet(outcome, toInstant(services.now()));
}

/** The outcome of the email that an earlier run of the job may have sent, if there is one. */
async function emailBefore(
  key: LineKey,
  job: ResendJob,
  outcome: Unmet,
  services: SliceServices,
): Promise<Attempt | undefined> {
  if (outcome.outcome === 'denied') return undefined;
  const found = await findRequestedEmail(key, { of: 'resend', ...requestOf(job) }, services);
  if (found?.outcome === 'sent') return sent(found.email);
  if (found === undefined) return undefined;
  return outcome.outcome === 'unconfirmed' ? inDoubt(found.to, toInstant(services.now())) : 'claimed';
}

function unmet(outcome: Unmet, at: string): Attempt {
  const { code } = outcome;
  switch (outcome.outcome) {
    case 'denied':
    case 'refused':
      return { result: 'skipped', code, at };
    case 'not-sent':
      return outcome.isThrottled ? 'throttled' : { result: 'failed', code, at };
    case 'unconfirmed':
      return { result: 'unconfirmed', code, at };
  }
}
