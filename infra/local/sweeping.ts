import { Duration } from 'luxon';
import type { Clock } from './clock.ts';
import type { Job, Jobs } from './jobs.ts';
import { localSettings } from './local-settings.ts';
import type { Storage } from './storage.ts';

const hour = 60 * 60 * 1000;

/** The most sweeps during one move of the clock, unless it is so long that emails would wait for them. */
const sweepsPerMove = 10;

/** Sweeps start the executions of lines that far ahead, so with this time between them, none comes too late. */
const longestInterval = Duration.fromISO(localSettings.EXECUTION_HORIZON).toMillis();

/** Milliseconds before a failed sweep is retried, doubled with each further failure. */
const retryAfter = 60 * 1000;

/**
 * Sweeps every hour and retries failures soon. The schedule on AWS sweeps more often, which here would only take time
 * whenever the clock moves.
 */
export async function sweepHourly(
  storage: Storage,
  jobs: Jobs,
  clock: Clock,
  sweep: () => Promise<unknown>,
): Promise<void> {
  let failures = 0;

  /** Milliseconds from one sweep to the next. */
  function interval(): number {
    if (!jobs.move) return hour;
    const { from, until } = jobs.move;
    return Math.min(Math.max(hour, (until - from) / sweepsPerMove), longestInterval);
  }

  async function pauseAfterSweep(): Promise<number> {
    try {
      await sweep();
      failures = 0;
      return interval();
    } catch (error) {
      console.error('A sweep failed and will be retried.', error);
      failures += 1;
      return Math.min(retryAfter * 2 ** (failures - 1), interval());
    }
  }

  jobs.assign('sweep', async (job) => {
    const next = clock.now().getTime() + (await pauseAfterSweep());
    // However far the clock moves, the next sweep afterwards comes within the hour.
    const latest = jobs.move ? jobs.move.until + hour : Infinity;
    await jobs.replace([[job, sweepAt(Math.min(next, latest))]]);
  });

  const part = storage.part('schedule');
  if ((await part.get('isSweeping')) === true) return;
  await jobs.add([sweepAt(clock.now().getTime() + hour)], (batch) =>
    batch.put('isSweeping', true, { sublevel: part }),
  );
}

const sweepAt = (at: number): Job => ({ dueAt: new Date(at).toISOString(), kind: 'sweep', id: 'hourly' });
