import type * as z from 'zod';
import { jobCursors } from '../adapters/resend-job-store.ts';
import type {
  JobAnswer,
  JobItem,
  jobItemsQuery,
  JobItemsAnswer,
  JobListAnswer,
  jobListQuery,
} from '../contracts/api.ts';
import { invalidRequest, Problem } from '../contracts/problems.ts';
import { countsWith, isCompleted, type ResendJob, sliceSize } from '../domain/resend-job.ts';
import { type Caller, isOperator, partnerOf, mayView } from './access.ts';
import { pickUpIfAbandoned } from './pick-up-resend-job.ts';
import { itemsAsCsv, presentJob } from './present-resend-job.ts';
import type { JobServices } from './start-resend-job.ts';

/**
 * The bulk resends of the caller's partner, newest first; an operator names the partner.
 * @throws Problem no-access, invalid-request
 */
export async function listJobs(
  caller: Caller,
  { limit, cursor, partnerId }: z.output<typeof jobListQuery>,
  { jobs }: Pick<JobServices, 'jobs'>,
): Promise<JobListAnswer> {
  const listed = partnerOf(caller, partnerId);
  const after = placeOf(cursor, jobCursors.decode);
  const { jobs: found, next } = await jobs.list(listed, {
    limit,
    ...(after === undefined ? {} : { after }),
  });
  return {
    items: (await Promise.all(found.map((job) => upToDate(job, { jobs })))).map(presentJob),
    ...(next === undefined ? {} : { cursor: jobCursors.encode(next) }),
  };
}

/** @throws Problem no-access, job-not-found */
export async function readJob(caller: Caller, jobId: string, services: JobServices): Promise<JobAnswer> {
  return presentJob(await upToDate(await visibleJob(caller, jobId, services), services));
}

/** Counts the slice in hand as far as it got, so that the counts of a job agree with its items. */
async function upToDate(job: ResendJob, { jobs }: Pick<JobServices, 'jobs'>): Promise<ResendJob> {
  if (isCompleted(job)) return job;
  const slice = await jobs.slice(job.jobId, job.nextSlice);
  return slice ? { ...job, counts: countsWith(job, slice) } : job;
}

/**
 * The outcomes of a job's lines so far, in the job's order.
 * @throws Problem no-access, job-not-found, invalid-request
 */
export async function readJobItems(
  caller: Caller,
  jobId: string,
  { limit, cursor, result }: z.output<typeof jobItemsQuery>,
  services: JobServices,
): Promise<JobItemsAnswer> {
  const job = await visibleJob(caller, jobId, services);
  const from = placeOf(cursor, lineNumber) ?? 0;
  const items: JobItem[] = [];
  for await (const { item, number } of itemsOf(job, from, result, services)) {
    if (items.length === limit) return { items, cursor: String(number) };
    items.push(item);
  }
  return { items };
}

/**
 * The same as CSV, complete.
 * @throws Problem no-access, job-not-found
 */
export async function readJobItemsAsCsv(
  caller: Caller,
  jobId: string,
  { result }: z.output<typeof jobItemsQuery>,
  services: JobServices,
): Promise<string> {
  const job = await visibleJob(caller, jobId, services);
  const rows: JobItem[] = [];
  for await (const { item } of itemsOf(job, 0, result, services)) rows.push(item);
  return itemsAsCsv(rows);
}

/** The finished lines of a job from one onward, with their numbers. */
async function* itemsOf(
  { jobId }: ResendJob,
  from: number,
  wanted: JobItem['result'] | undefined,
  { jobs }: Pick<JobServices, 'jobs'>,
) {
  const first = Math.floor(from / sliceSize);
  let number = first * sliceSize;
  for await (const slices of jobs.slices(jobId, first)) {
    for (const { outcome, ...key } of slices.flatMap(({ lines }) => lines)) {
      const isWanted = number >= from && outcome && (wanted === undefined || outcome.result === wanted);
      if (isWanted) yield { item: { ...key, ...outcome }, number };
      number += 1;
    }
  }
}

/** @throws Problem no-access, job-not-found */
async function visibleJob(caller: Caller, jobId: string, services: JobServices): Promise<ResendJob> {
  const job = await services.jobs.find(jobId);
  if (!job || !(isOperator(caller) || job.partnerId === caller.partnerId))
    throw new Problem({ code: 'job-not-found' });
  if (!mayView(caller)) throw new Problem({ code: 'no-access' });
  await pickUpIfAbandoned(job, services);
  return job;
}

const lineNumber = (cursor: string): number | undefined =>
  /^\d{1,6}$/.test(cursor) ? Number(cursor) : undefined;

/** @throws Problem invalid-request */
function placeOf<Place>(
  cursor: string | undefined,
  decode: (cursor: string) => Place | undefined,
): Place | undefined {
  if (cursor === undefined) return undefined;
  const place = decode(cursor);
  if (place !== undefined) return place;
  throw invalidRequest([{ path: 'cursor', message: 'must be the `cursor` of an earlier answer' }]);
}
