import type { Queue } from '../adapters/queue.ts';
import type { ResendJobStore } from '../adapters/resend-job-store.ts';
import { faultForLog, type Log } from '../contracts/log.ts';
import { isAbandoned, type ResendJob, stillAlive } from '../domain/resend-job.ts';
import { toInstant } from '../domain/time.ts';

export interface JobWatch {
  readonly jobs: ResendJobStore;
  readonly jobQueue: Queue;
  readonly now: () => Date;
  readonly newId: () => string;
  readonly log: Log;
}

/**
 * Restarts a job that has been silent for too long: its starter died before queuing it, or its message became a dead
 * letter. It does no harm if the job is being worked on after all.
 */
export async function pickUpIfAbandoned(
  job: ResendJob,
  { jobs, jobQueue, now, newId, log }: JobWatch,
): Promise<void> {
  const at = toInstant(now());
  if (!isAbandoned(job, at)) return;
  try {
    const isMine = await jobs.change(job, newId(), (current) =>
      isAbandoned(current, at) ? stillAlive(current, at) : undefined,
    );
    if (isMine) await jobQueue.send([{ jobId: job.jobId }]);
  } catch (error) {
    log.error('an abandoned job was not picked up', { jobId: job.jobId, fault: faultForLog(error) });
  }
}
