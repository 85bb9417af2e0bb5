import { type DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { limitSpan } from '../domain/claims.ts';
import { faultNames } from '../contracts/faults.ts';
import { locales } from '../domain/order-line.ts';
import { type JobStart, newJob, type ResendJob } from '../domain/resend-job.ts';
import { type Instant, plus } from '../domain/time.ts';
import { itemsIn, toAttributes } from './attributes.ts';
import { changeItem } from './change-item.ts';
import { absent, having, putIf } from './conditional-put.ts';
import { asKept, jobPartition, type JobSlices, jobSlices } from './job-slices.ts';
import { readItem } from './read-item.ts';
import { wholeSchema } from './whole-schema.ts';

/**
 * Bulk resends, in the table of the order lines. Each has a partition with one item for the job and one for each slice
 * of its lines. A partition for each partner lists its jobs, newest first, and holds its latest job and the jobs that
 * the idempotency keys of the last day started. All reads are strongly consistent.
 */
export interface ResendJobStore extends JobSlices {
  find(jobId: string): Promise<ResendJob | undefined>;
  /** The job that the partner started last, or is starting. */
  latest(partnerId: string): Promise<JobStart | undefined>;
  /** The job that a request with that idempotency key started within the last 24 hours. */
  byIdempotencyKey(partnerId: string, key: string, now: Instant): Promise<ResendJob | undefined>;
  /**
   * Makes a job the latest of its partner, in place of another or of none; false if another job came first. From then
   * on the job exists, whoever writes the rest of it.
   */
  becomeLatest(start: JobStart, inPlaceOf: JobStart | undefined): Promise<boolean>;
  /** Writes the rest of a job that became the latest; may be repeated. */
  complete(start: JobStart): Promise<ResendJob>;
  /**
   * Changes a job by one conditional write. `decide` gets the job and returns its new state; undefined writes nothing.
   * If somebody else wrote in between, it is called again with the current job.
   * @param writer names this change, to recognize it if its answer was lost
   * @returns whether the change was written
   */
  change(job: ResendJob, writer: string, decide: (job: ResendJob) => ResendJob | undefined): Promise<boolean>;
  /** The jobs of a partner, newest first. */
  list(
    partnerId: string,
    page: { readonly limit: number; readonly after?: string },
  ): Promise<{ readonly jobs: readonly ResendJob[]; readonly next?: string }>;
}

const text = z.string();

const jobStart = wholeSchema<JobStart>()(
  z.object({
    jobId: text,
    partnerId: text,
    createdAt: text,
    createdBy: text,
    total: z.int(),
    locale: z.enum(locales).exactOptional(),
    idempotencyKey: text.exactOptional(),
  }),
);

const job = wholeSchema<ResendJob>()(
  z.lazy(() =>
    jobStart.extend({
      counts: z.object({ sent: z.int(), skipped: z.int(), failed: z.int(), unconfirmed: z.int() }),
      nextSlice: z.int(),
      startedAt: text.exactOptional(),
      completedAt: text.exactOptional(),
      expectedBy: text,
      workedAt: text.exactOptional(),
      writer: text.exactOptional(),
      version: z.int(),
    }),
  ),
);

const keptKey = z.object({ jobId: text, at: text });
const listed = z.object({ sk: text, jobId: text });

const jobKey = (jobId: string) => ({ pk: jobPartition(jobId), sk: 'job' });
/** Ids of orders cannot contain `#`, so nothing else is in this partition. */
const partnerPartition = (partnerId: string) => `jobs#${partnerId}`;
const latestKey = (partnerId: string) => ({ pk: partnerPartition(partnerId), sk: 'latest' });
const idempotencyKeyOf = (partnerId: string, key: string) => ({
  pk: partnerPartition(partnerId),
  sk: `key#${key}`,
});
const entryPrefix = 'job#';
const place = ({ createdAt, jobId }: Pick<JobStart, 'createdAt' | 'jobId'>) => `${createdAt}#${jobId}`;

/** Places in a list of jobs, as callers see them. */
export const jobCursors = {
  encode: (after: string): string => Buffer.from(after).toString('base64url'),
  decode: (cursor: string): string | undefined => {
    const after = Buffer.from(cursor, 'base64url').toString('utf8');
    return /^\d{4}-\d\d-\d\dT[\d:.]+Z#[\w-]+$/.test(after) ? after : undefined;
  },
};

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
      // The SDK repeats a write whose answer was lost, and the repeat finds the first one's effect.
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
      // Comes last, so that whatever finds the job finds everything else.
      const made = newJob(start);
      const isNew = await putIf(dynamoDb, tableName, asKept({ ...jobKey(jobId), ...made }, start), absent);
      return isNew ? made : ((await find(jobId)) ?? made);
    },

    async change(from, writer, decide) {
      const { isWritten } = await changeItem({
        from,
        writer,
        find: () => find(from.jobId),
        decide: (known) => known && decide(known),
        put: (changed, version) => {
          const item = asKept({ ...jobKey(changed.jobId), ...changed }, changed);
          return putIf(dynamoDb, tableName, item, having('version', version));
        },
        contended: faultNames.jobContended,
      });
      return isWritten;
    },

    async list(partnerId, { limit, after }) {
      const answer = await dynamoDb.send(
        new QueryCommand({
          TableName: tableName,
          // The entries sort before everything else in the partition, and `~` after any time.
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
        // An entry whose job is missing belongs to one that is just being started.
        jobs: jobs.filter((found) => found !== undefined),
        ...(last && entries.length > limit ? { next: last.sk.slice(entryPrefix.length) } : {}),
      };
    },
  };
}
