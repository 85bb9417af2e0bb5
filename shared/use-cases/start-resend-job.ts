import type { Queue } from '../adapters/queue.ts';
import type { ResendJobStore } from '../adapters/resend-job-store.ts';
import type { JobAnswer, JobRequest } from '../contracts/api.ts';
import { invalidRequest, Problem } from '../contracts/problems.ts';
import { limitSpan } from '../domain/claims.ts';
import type { LineKey, Locale } from '../domain/order-line.ts';
import {
  isCompleted,
  type JobStart,
  mostFilteredLines,
  newJob,
  type ResendJob,
} from '../domain/resend-job.ts';
import { type Instant, type IsoDuration, plus, toInstant } from '../domain/time.ts';
import { type Caller, resendingPartner } from './access.ts';
import { type JobWatch, pickUpIfAbandoned } from './pick-up-resend-job.ts';
import { presentJob } from './present-resend-job.ts';
import { allLines, type ReadServices } from './read-order-lines.ts';

export interface JobServices extends ReadServices, JobWatch {
  readonly jobs: ResendJobStore;
  /** The queue of the function that works jobs off. */
  readonly jobQueue: Queue;
}

interface AskedJob {
  readonly request: JobRequest;
  /** The partner, if an operator names one. */
  readonly partnerId?: string | undefined;
  /** The language of the emails; without it, that of each contact. */
  readonly locale?: Locale | undefined;
  readonly idempotencyKey?: string | undefined;
}

/**
 * For how long anyone may still write the rest of a job that was started. Later, its emails would surprise whoever got no
 * answer and gave up.
 */
const startPatience: IsoDuration = 'PT15M';

/**
 * Starts a bulk resend. One conditional write makes it the partner's latest, unless that one is still under way; anyone
 * who finds the rest missing can then complete it. The same idempotency key within 24 hours gets the first answer.
 * @throws Problem no-access, invalid-request, job-in-progress
 */
export async function startJob(
  caller: Caller,
  { request, partnerId: named, locale, idempotencyKey }: AskedJob,
  services: JobServices,
): Promise<{ readonly job: JobAnswer; readonly isReplayed: boolean }> {
  const { jobs, now, newId } = services;
  const partnerId = resendingPartner(caller, named);
  const first = (job: JobStart) => ({ job: presentJob(newJob(job)), isReplayed: true });
  for (;;) {
    const at = toInstant(now());
    const known =
      idempotencyKey === undefined ? undefined : await jobs.byIdempotencyKey(partnerId, idempotencyKey, at);
    if (known) return first(known);
    const latest = await jobs.latest(partnerId);
    if (latest && isOfKey(latest, idempotencyKey, at)) {
      await begin(latest, services);
      return first(latest);
    }
    if (latest && (await isUnderWay(latest, at, services)))
      throw new Problem({ code: 'job-in-progress', jobId: latest.jobId });

    const lines = await linesOf(request, partnerId, services);
    const start: JobStart = {
      jobId: newId(),
      partnerId,
      createdAt: at,
      createdBy: caller.name,
      total: lines.length,
      ...(locale === undefined ? {} : { locale }),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    };
    await jobs.writeLines(start, lines);
    if (await jobs.becomeLatest(start, latest)) {
      await begin(start, services);
      return { ...first(start), isReplayed: false };
    }
  }
}

const isOfKey = ({ idempotencyKey, createdAt }: JobStart, key: string | undefined, at: Instant): boolean =>
  key !== undefined && idempotencyKey === key && plus(createdAt, limitSpan) > at;

/** Writes the rest of a job that became the latest, and queues it. */
async function begin(start: JobStart, { jobs, jobQueue }: JobServices): Promise<ResendJob> {
  const job = await jobs.complete(start);
  if (!isCompleted(job)) await jobQueue.send([{ jobId: job.jobId }]);
  return job;
}

async function isUnderWay(latest: JobStart, at: Instant, services: JobServices): Promise<boolean> {
  const found = await services.jobs.find(latest.jobId);
  // Jobs expire, and the record of the latest one may outlive its job by days.
  if (!found && plus(latest.createdAt, startPatience) < at) return false;
  const job = found ?? (await begin(latest, services));
  await pickUpIfAbandoned(job, services);
  return !isCompleted(job);
}

/** @throws Problem invalid-request */
async function linesOf(
  { lines, filter = {} }: JobRequest,
  partnerId: string,
  services: JobServices,
): Promise<readonly LineKey[]> {
  if (lines) return distinct(lines);
  const found: LineKey[] = [];
  for await (const page of allLines(partnerId, filter, services)) {
    found.push(...page.map(({ orderId, lineId }) => ({ orderId, lineId })));
    if (found.length > mostFilteredLines) {
      const message = `means more than ${mostFilteredLines} lines: narrow it down`;
      throw invalidRequest([{ path: 'filter', message }]);
    }
  }
  return distinct(found);
}

const distinct = (lines: readonly LineKey[]): readonly LineKey[] => [
  ...new Map(lines.map((line) => [`${line.orderId}/${line.lineId}`, line])).values(),
];
