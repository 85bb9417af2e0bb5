import * as z from 'zod';
import { type Job, putJob } from './jobs.ts';
import type { Storage } from './storage.ts';

/**
 * Migrates the queues of data folders written before there were jobs: executions in `due`, events in `events`, and
 * the sweep in `schedule`.
 */
export async function adoptOlderQueues(storage: Storage, now: Date): Promise<void> {
  const due = await storage.part('due').keys().all();
  const events = await storage.part('events').iterator().all();
  const sweepAt = z
    .number()
    .optional()
    .parse(await storage.part('schedule').get('sweepAt'));
  const jobs: Job[] = [
    ...due.map((key): Job => {
      const separator = key.indexOf('|');
      return { dueAt: key.slice(0, separator), kind: 'execution', id: key.slice(separator + 1) };
    }),
    ...events.map(([id, payload]): Job => ({ dueAt: now.toISOString(), kind: 'event', id, payload })),
    ...(sweepAt === undefined ? [] : [sweepDue(new Date(sweepAt))]),
  ];
  if (jobs.length === 0) return;
  const batch = storage.batch();
  for (const job of jobs) putJob(storage, batch, job);
  for (const key of due) batch.del(key, { sublevel: storage.part('due') });
  for (const [key] of events) batch.del(key, { sublevel: storage.part('events') });
  if (sweepAt !== undefined) {
    const sublevel = storage.part('schedule');
    batch.del('sweepAt', { sublevel }).put('isSweeping', true, { sublevel });
  }
  await batch.write();
}

const sweepDue = (at: Date): Job => ({ dueAt: at.toISOString(), kind: 'sweep', id: 'hourly' });
