import { Duration } from 'luxon';
import { Activity } from '../../infra/local/activity.ts';
import { Clock } from '../../infra/local/clock.ts';
import { Jobs } from '../../infra/local/jobs.ts';
import { openStorage } from '../../infra/local/storage.ts';
import { sweepHourly } from '../../infra/local/sweeping.ts';
import { temporaryFolder } from '../support/service.ts';

const minute = 60_000;

/** Moves the clock over sweeps of which the first so many fail; answers after how many minutes each came. */
async function sweepsOf(failures: number, duration: string): Promise<{ sweeps: number[]; moved: number }> {
  const storage = await openStorage(await temporaryFolder(), { reset: false });
  const clock = await Clock.open(storage);
  const start = clock.now().getTime();
  const sweeps: number[] = [];
  const sweep = () => {
    sweeps.push(Math.round((clock.now().getTime() - start) / minute));
    return sweeps.length <= failures ? Promise.reject(new Error('the table is away')) : Promise.resolve();
  };
  const jobs = new Jobs(storage, clock, new Activity());
  await sweepHourly(storage, jobs, clock, sweep);
  await jobs.advance(Duration.fromISO(duration));
  const moved = Math.round((clock.now().getTime() - start) / minute);
  jobs.stop();
  await storage.close();
  return { sweeps, moved };
}

describe('a sweep that fails', () => {
  const { error: report } = console;
  let reports = 0;
  beforeEach(() => {
    reports = 0;
    console.error = () => {
      reports += 1;
    };
  });
  afterEach(() => {
    console.error = report;
  });

  it.each([
    [0, [60, 120]],
    [1, [60, 61, 121]],
    [3, [60, 61, 63, 67, 127]],
  ])(
    'is reported and tried again soon, and the clock gets where it should: %i times',
    async (failures, at) => {
      const { sweeps, moved } = await sweepsOf(failures, 'PT2H10M');
      expect(sweeps).toEqual(at);
      expect(moved).toBe(130);
      expect(reports).toBe(failures);
    },
  );

  it('again and again is tried less often', async () => {
    const { sweeps, moved } = await sweepsOf(Infinity, 'P20D');
    expect(sweeps.length).toBeLessThan(30);
    expect(moved).toBe(20 * 24 * 60);
  });
});

describe('while the clock moves', () => {
  const day = 24 * 60;
  it.each([
    ['a month, ten sweeps are enough', 'P30D', 3 * day],
    ['twenty years, no line waits for the next one longer than it is known ahead', 'P20Y', 180 * day],
  ])('%s', async (_, duration, longest) => {
    const { sweeps } = await sweepsOf(0, duration);
    const pauses = sweeps.slice(1).map((at, index) => at - (sweeps[index] ?? 0));
    expect(Math.max(...pauses)).toBe(longest);
  });
});
