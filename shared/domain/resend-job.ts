import type { LineKey, Locale } from './order-line.ts';
import { type Instant, type IsoDuration, plus } from './time.ts';

/** The possible outcomes of a line of a job. */
export const lineResults = ['sent', 'skipped', 'failed', 'unconfirmed'] as const;
export type LineResult = (typeof lineResults)[number];

/** The outcome of one line. */
export interface LineOutcome {
  /**
   * `skipped`: the rules refuse a resend; `failed`: nothing left; `unconfirmed`: the email may have left. If it did, it
   * is counted.
   */
  readonly result: LineResult;
  /** Why it was not sent: the problem code that a single resend would have returned. */
  readonly code?: string;
  readonly messageId?: string;
  readonly to?: string;
  readonly at: Instant;
}

/** A line of a job, with its outcome once that is known. */
export interface JobLine extends LineKey {
  readonly outcome?: LineOutcome;
}

/** Some lines of a job, worked off and written together. */
export interface Slice {
  readonly lines: readonly JobLine[];
  /** How often some of its lines met a fault of our own. */
  readonly faults: number;
  /** How often it was written after its start. */
  readonly version: number;
}

/** What is known of a job from its start. */
export interface JobStart {
  readonly jobId: string;
  readonly partnerId: string;
  readonly createdAt: Instant;
  /** The starter's name in histories. */
  readonly createdBy: string;
  /** The number of lines. */
  readonly total: number;
  /** The language of its emails; without it, that of each contact. */
  readonly locale?: Locale;
  readonly idempotencyKey?: string;
}

/** A bulk resend. Its slices are worked off one after the other. */
export interface ResendJob extends JobStart {
  readonly counts: Readonly<Record<LineResult, number>>;
  /** The slice that comes next. All before it are done; `counts` covers exactly those. */
  readonly nextSlice: number;
  readonly startedAt?: Instant;
  readonly completedAt?: Instant;
  /** Until when it counts as being worked on. After that, whoever reads it restarts it. */
  readonly expectedBy: Instant;
  /** When a slice was last begun or written; missing if none was. */
  readonly workedAt?: Instant;
  /** The last writer, so that a writer whose answer was lost recognizes its own write. */
  readonly writer?: string;
  /** How often it was written. */
  readonly version: number;
}

/** How many lines a request may name, and how many a filter may match. */
export const mostNamedLines = 1000;
export const mostFilteredLines = 10_000;

/** How many lines are written and counted together. A slice of the longest ids and addresses has 20 kB. */
export const sliceSize = 25;

/**
 * How long a job may be silent. A slice takes at most 90 s; if its function died, it is delivered again 12 minutes
 * after the first time.
 */
const patience: IsoDuration = 'PT15M';

/** How many days jobs are kept. */
export const jobDays = 90;

/** The slices of a job, before any of them is worked off. */
export const inSlices = (lines: readonly LineKey[]): readonly Slice[] =>
  Array.from({ length: sliceCount(lines.length) }, (_, slice) => ({
    lines: lines
      .slice(slice * sliceSize, (slice + 1) * sliceSize)
      .map(({ orderId, lineId }) => ({ orderId, lineId })),
    faults: 0,
    version: 0,
  }));

const sliceCount = (lines: number): number => Math.ceil(lines / sliceSize);

/** A job as it was at its start; one without lines is complete. */
export const newJob = ({
  jobId,
  partnerId,
  createdAt,
  createdBy,
  total,
  locale,
  idempotencyKey,
}: JobStart): ResendJob => ({
  jobId,
  partnerId,
  createdAt,
  createdBy,
  total,
  ...(locale === undefined ? {} : { locale }),
  ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  counts: { sent: 0, skipped: 0, failed: 0, unconfirmed: 0 },
  nextSlice: 0,
  ...(total === 0 ? { completedAt: createdAt } : {}),
  expectedBy: plus(createdAt, patience),
  version: 1,
});

/** The job after its next slice is done. */
export function withSlice(job: ResendJob, slice: Slice, at: Instant): ResendJob {
  const nextSlice = job.nextSlice + 1;
  return {
    ...workedOn(job, at),
    counts: countsWith(job, slice),
    nextSlice,
    ...(nextSlice === sliceCount(job.total) ? { completedAt: at } : {}),
  };
}

/** The counts of a job, including the finished lines of its next slice. */
export function countsWith(job: ResendJob, { lines }: Slice): ResendJob['counts'] {
  const counts = { ...job.counts };
  for (const { outcome } of lines) if (outcome) counts[outcome.result] += 1;
  return counts;
}

/** The job with a sign of life; `pause`: seconds that it rests first. */
export const stillAlive = (job: ResendJob, at: Instant, pause = 0): ResendJob => ({
  ...job,
  startedAt: job.startedAt ?? at,
  expectedBy: plus(plus(at, patience), `PT${pause}S`),
});

/** The job when a slice was begun or written; `pause`: seconds that it rests first. */
export const workedOn = (job: ResendJob, at: Instant, pause = 0): ResendJob => ({
  ...stillAlive(job, at, pause),
  workedAt: at,
});

/** Less than the time for which lines keep the idempotency keys of what was sent, by more than a slice takes. */
const keysLast: IsoDuration = 'PT23H';

/**
 * Whether the idempotency keys of a slice that was begun may have expired. Then a line of it that knows of no email may
 * have had one all the same, and must not get another.
 */
export const isForgotten = ({ workedAt }: ResendJob, now: Instant): boolean =>
  workedAt !== undefined && plus(workedAt, keysLast) <= now;

export const isCompleted = (job: ResendJob): boolean => job.completedAt !== undefined;

/** Whether nobody seems to work on an unfinished job. */
export const isAbandoned = (job: ResendJob, now: Instant): boolean =>
  !isCompleted(job) && job.expectedBy <= now;

export const jobStatuses = ['Queued', 'Running', 'Completed'] as const;

export const jobStatus = ({ startedAt, completedAt }: ResendJob): (typeof jobStatuses)[number] =>
  completedAt !== undefined ? 'Completed' : startedAt !== undefined ? 'Running' : 'Queued';
