import { type DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { LineKey } from '../domain/order-line.ts';
import { forEach } from '../domain/parallel.ts';
import {
  inSlices,
  jobDays,
  type JobStart,
  lineResults,
  type ResendJob,
  type Slice,
} from '../domain/resend-job.ts';
import { itemsIn, toAttributes } from './attributes.ts';
import { having, putIf } from './conditional-put.ts';
import { expiryAfter, expiryAttribute } from './expiry.ts';
import { readItem } from './read-item.ts';
import { wholeSchema } from './whole-schema.ts';

/** The lines of bulk resends in slices: one item each, in the partition of the job. All reads are strongly consistent. */
export interface JobSlices {
  /** Writes the lines of a job that is about to start. */
  writeLines(start: Pick<JobStart, 'jobId' | 'createdAt'>, lines: readonly LineKey[]): Promise<void>;
  /** A slice; undefined: it has expired. DynamoDB removes it and its job in any order. */
  slice(jobId: string, slice: number): Promise<Slice | undefined>;
  /** Writes a slice over the one that was read; false if somebody else, or a repeat of this write, came first. */
  writeSlice(job: ResendJob, slice: number, content: Slice): Promise<boolean>;
  /** The slices of a job from one onward, several at a time. */
  slices(jobId: string, from: number): AsyncIterable<readonly Slice[]>;
}

const text = z.string();

const sliceSchema = wholeSchema<Slice>()(
  z.lazy(() =>
    z.object({
      lines: z.array(
        z.object({
          orderId: text,
          lineId: text,
          outcome: z
            .object({
              result: z.enum(lineResults),
              code: text.exactOptional(),
              messageId: text.exactOptional(),
              to: text.exactOptional(),
              at: text,
            })
            .exactOptional(),
        }),
      ),
      faults: z.int(),
      version: z.int(),
    }),
  ),
);

/** Ids of orders cannot contain `#`, so nothing else is in this partition. */
export const jobPartition = (jobId: string) => `job#${jobId}`;
/** No job has more than 9,999 slices. */
const sortKey = (number: number) => `slice#${String(number).padStart(4, '0')}`;
const keyOf = (jobId: string, number: number) => ({ pk: jobPartition(jobId), sk: sortKey(number) });

/** An item that expires with its job. */
export const asKept = (item: object, { createdAt }: Pick<JobStart, 'createdAt'>) => ({
  ...item,
  [expiryAttribute]: expiryAfter(createdAt, jobDays),
});

/** How many slices are written or read at once. */
const slicesAtOnce = 20;

export function jobSlices(dynamoDb: DynamoDBClient, tableName: string): JobSlices {
  return {
    async writeLines(start, lines) {
      await forEach([...inSlices(lines).entries()], slicesAtOnce, async ([number, content]) => {
        const Item = toAttributes(asKept({ ...keyOf(start.jobId, number), ...content }, start));
        await dynamoDb.send(new PutItemCommand({ TableName: tableName, Item }));
      });
    },

    async slice(jobId, number) {
      return sliceSchema.optional().parse(await readItem(dynamoDb, tableName, keyOf(jobId, number)));
    },

    async writeSlice(job, number, content) {
      const { version } = content;
      const next = asKept({ ...keyOf(job.jobId, number), ...content, version: version + 1 }, job);
      return await putIf(dynamoDb, tableName, next, having('version', version));
    },

    async *slices(jobId, from) {
      for (let first = from; ; first += slicesAtOnce) {
        const answer = await dynamoDb.send(
          new QueryCommand({
            TableName: tableName,
            KeyConditionExpression: 'pk = :job AND sk BETWEEN :first AND :last',
            ExpressionAttributeValues: toAttributes({
              ':job': jobPartition(jobId),
              ':first': sortKey(first),
              ':last': sortKey(first + slicesAtOnce - 1),
            }),
            ConsistentRead: true,
          }),
        );
        const items = itemsIn(answer);
        if (items.length === 0) return;
        yield z.array(sliceSchema).parse(items);
      }
    },
  };
}
