import { type DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { limitSpan } from '../domain/claims.ts';
import { faultNames, NamedFault } from '../contracts/faults.ts';
import { locales } from '../domain/order-line.ts';
import { type JobStart, newJob, type ResendJob } from '../domain/resend-job.ts';
import { type Instant, plus } from '../domain/time.ts';
import { itemsIn, toAttributes } from './attributes.ts';
import { absent, having, putIf } from './conditional-put.ts';
import { asKept, jobPartition, type JobSlices, jobSlices } from './job-slices.ts';
import { readItem } from './read-item.ts';

/**
 * Bulk resends, in the table of the order lines. Each has a partition of its own, with one item for the job and one for
 * each slice of its lines. A partition for each partner lists its jobs, newest first, keeps which is the latest, and
 * what the idempotency keys of the last day led to. All reads are strongly consistent.
 */
export interface ResendJobStore extends JobSlices {
  find(jobId: string): Promise<ResendJob | undefined>;
  /** The job that the partner started last, or is about to. */
  latest(partnerId: string): Promise<JobStart | undefined>;
  /** The job that a request with that idempotency key started within the last 24 hours. */
  byIdempotencyKey(partnerId: string, key: string, now: Instant): Promise<ResendJob | undefined>;
  /**
   * Makes a job the latest of its partner, in place of another or of none; false if it is too late for that. From then
   * on the job exists, whoever completes what is written of it.
   */
  becomeLatest(start: JobStart, inPlaceOf: JobStart | undefined): Promise<boolean>;
  /** Writes what else there is of a job that became the latest; as often as you like. */
  complete(start: JobStart): Promise<ResendJob>;
  /**
   * Changes a job by one conditional write. `decide` gets the job and says how it shall be; undefined: no write. If
   * somebody else wrote meanwhile, it is asked again with the job as it is by then.
   * @param writer names this change: one whose answer was lost is recognized by it
   * @returns whether it is written
   */
  change(job: ResendJob, writer: string, decide: (job: ResendJob) => ResendJob | undefined): Promise<boolean>;
  /** The jobs of a partner, newest first. */
  list(
    partnerId: string,
    page: { readonly limit: number; readonly after?: string },
  ): Promise<{ readonly jobs: readonly ResendJob[]; readonly next?: string }>;
}

const text = z.string();

const jobStart = z.object({
  jobId: text,
  partnerId: text,
  createdAt: text,
  createdBy: text,
  total: z.int(),
  locale: z.enum(locales).exactOptional(),
  idempotencyKey: text.exactOptional(),
}) satisfies z.ZodType<JobStart>;

const job = jobStart.extend({
  counts: z.object({ sent: z.int(), skipped: z.int(), failed: z.int(), unconfirmed: z.int() }),
  nextSlice: z.int(),
  startedAt: text.exactOptional(),
  completedAt: text.exactOptional(),
  expectedBy: text,
  writer: text.exactOptional(),
  version: z.int(),
}) satisfies z.ZodType<ResendJob>;

const keptKey = z.object({ jobId: text, at: text });
const listed = z.object({ sk: text, jobId: text });

const jobKey = (jobId: string) => ({ pk: jobPartition(jobId), sk: 'job' });
/** Ids of orders have no `#`: the partition is nobody else's. */
const partnerPartition = (partnerId: string) => `jobs#${partnerId}`;
const latestKey = (partnerId: string) => ({ pk: partnerPartition(partnerId), sk: 'latest' });
const idempotencyKeyOf = (partnerId: string, key: string) => ({
  pk: partnerPartition(partnerId),
  sk: `key#${key}`,
});
const entryPrefix = 'job#';
const place = ({ createdAt, jobId }: Pick<JobStart, 'createdAt' | 'jobId'>) => `${createdAt}#${jobId}`;

/** Where a list of jobs got to, as callers see it. */
export const jobCursors = {
  encode: (after: string): string => Buffer.from(after).toString('base64url'),
  decode: (cursor: string): string | undefined => {
    const after = Buffer.from(cursor, 'base64url').toString('utf8');
    return /^\d{4}-\d\d-\d\dT[\d:.]+Z#[\w-]+$/.test(after) ? after : undefined;
  },
};

/** So many writers of one job do not meet. */
const mostTries = 10;

export function resendJobStore(dynamoDb: DynamoDBClient, tableName: string): ResendJobStore {
  async function put(item: object): Promise<void> {
    await dynamoDb.send(new PutItemCommand({ TableName: tableName, Item: toAttributes(item) }));
  }

  async function find(jobId: string): Promise<ResendJob | undefined> {
    const item = await readItem(dynamoDb, tableName, jobKey(jobId));
    return item === undefined ? undefined : job.parse(item);
  }

  async function latest(partnerId: string): Promise<JobStart | undefined> {
    const item = await readItem(dynamoDb, tableName, latestKey(partnerId));
    return item === undefined ? undefined : jobStart.parse(item);
  }

  return {
    ...jobSlices(dynamoDb, tableName),
    find,
    latest,

    async byIdempotencyKey(partnerId, key, now) {
      const item = await readItem(dynamoDb, tableName, idempotencyKeyOf(partnerId, key));
      if (item === undefined) return undefined;
      const { jobId, at } = keptKey.parse(item);
      return plus(at, limitSpan) > now ? await find(jobId) : undefined;
    },

    async becomeLatest(start, inPlaceOf) {
      const item = { ...latestKey(start.partnerId), ...start };
      const before = inPlaceOf ? having('jobId', inPlaceOf.jobId) : absent;
      const isWritten = await putIf(dynamoDb, tableName, asKept(item, start), before);
      // A write whose answer was lost is repeated by the SDK, and then finds itself.
      return isWritten || (await latest(start.partnerId))?.jobId === start.jobId;
    },

    async complete(start) {
      const { partnerId, jobId, createdAt, idempotencyKey } = start;
      const entry = { pk: partnerPartition(partnerId), sk: entryPrefix + place(start), jobId };
      await put(asKept(entry, start));
      if (idempotencyKey !== undefined) {
        const key = idempotencyKeyOf(partnerId, idempotencyKey);
        await put(asKept({ ...key, jobId, at: createdAt }, start));
      }
      // The last: a job that is there has all the rest.
      const made = newJob(start);
      const isNew = await putIf(dynamoDb, tableName, asKept({ ...jobKey(jobId), ...made }, start), absent);
      return isNew ? made : ((await find(jobId)) ?? made);
    },

    async change(from, writer, decide) {
      let known = from;
      for (let tries = 1; tries <= mostTries; tries += 1) {
        const decided = decide(known);
        if (!decided) return false;
        const next = { ...decided, writer, version: known.version + 1 };
        const item = asKept({ ...jobKey(known.jobId), ...next }, known);
        if (await putIf(dynamoDb, tableName, item, having('version', known.version))) return true;
        const current = await find(known.jobId);
        if (!current) return false;
        if (current.writer === writer) return true;
        known = current;
      }
      throw new NamedFault(faultNames.jobContended, 'others kept writing the job');
    },

    async list(partnerId, { limit, after }) {
      const answer = await dynamoDb.send(
        new QueryCommand({
          TableName: tableName,
          // The entries come before all else in the partition; `~` after any time.
          KeyConditionExpression: 'pk = :partner AND sk < :before',
          ExpressionAttributeValues: toAttributes({
            ':partner': partnerPartition(partnerId),
            ':before': entryPrefix + (after ?? '~'),
          }),
          ScanIndexForward: false,
          ConsistentRead: true,
          Limit: limit + 1,
        }),
      );
      const entries = z.array(listed).parse(itemsIn(answer));
      const shown = entries.slice(0, limit);
      const jobs = await Promise.all(shown.map(({ jobId }) => find(jobId)));
      const last = shown.at(-1);
      return {
        // One whose job is not there yet is just being started.
        jobs: jobs.filter((found) => found !== undefined),
        ...(last && entries.length > limit ? { next: last.sk.slice(entryPrefix.length) } : {}),
      };
    },
  };
}
