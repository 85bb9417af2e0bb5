import type { JobAnswer, JobItem } from '../contracts/api.ts';
import { csv } from '../contracts/csv.ts';
import { jobStatus, type ResendJob } from '../domain/resend-job.ts';

/** A job as callers see it. */
export const presentJob = (job: ResendJob): JobAnswer => ({
  jobId: job.jobId,
  status: jobStatus(job),
  counts: { total: job.total, ...job.counts },
  createdAt: job.createdAt,
  createdBy: job.createdBy,
  ...(job.locale === undefined ? {} : { locale: job.locale }),
  ...(job.completedAt === undefined ? {} : { completedAt: job.completedAt }),
});

/** The outcomes of lines as CSV. */
export const itemsAsCsv = (items: readonly JobItem[]): string =>
  csv(['orderId', 'lineId', 'result', 'code', 'messageId', 'to', 'at'], items);
