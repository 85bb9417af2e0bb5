import { Duration } from 'luxon';
import { Activity } from '../../infra/local/activity.ts';
import { Clock } from '../../infra/local/clock.ts';
import { type Job, Jobs } from '../../infra/local/jobs.ts';
import { adoptOlderQueues } from '../../infra/local/older-queues.ts';
import { openStorage, type Storage } from '../../infra/local/storage.ts';
import { temporaryFolder } from '../support/service.ts';

const minute = 60_000;
const inMinutes = (clock: Clock, minutes: number) =>
  new Date(clock.now().getTime() + minutes * minute).toISOString();
const step = (id: string, dueAt: string, payload?: unknown): Job => ({
  kind: 'execution',
  id,
  dueAt,
  payload,
});

let folder: string;
let storage: Storage;
let clock: Clock;
let activity: Activity;
let jobs: Jobs;
let done: string[];

/** Opens the folder as a process does, with somebody who does each step by noting it. */
async function open() {
  storage = await openStorage(folder, { reset: false });
  clock = await Clock.open(storage);
  activity = new Activity();
  jobs = new Jobs(storage, clock, activity);
  done = [];
  jobs.assign('execution', async (job) => {
    done.push(job.id);
    await jobs.replace([[job, undefined]]);
  });
}
async function close() {
  jobs.stop();
  await activity.idle();
  await storage.close();
}
beforeEach(async () => {
  folder = await temporaryFolder();
  await open();
});
afterEach(close);

test('a job is done at its time, in the order in which jobs are due, and once', async () => {
  await jobs.add([step('late', inMinutes(clock, 20)), step('soon', inMinutes(clock, 10))]);
  await jobs.add([step('now', inMinutes(clock, 0))]);
  await activity.idle();
  expect(done).toEqual(['now']);

  await jobs.advance(Duration.fromISO('PT15M'));
  expect(done).toEqual(['now', 'soon']);

  await jobs.advance(Duration.fromISO('P1D'));
  expect(done).toEqual(['now', 'soon', 'late']);
});

test('what follows from a job within a move of the clock is done within it', async () => {
  jobs.assign('execution', async (job) => {
    done.push(job.id);
    await jobs.replace([[job, job.id === 'first' ? step('second', inMinutes(clock, 10)) : undefined]]);
  });
  await jobs.add([step('first', inMinutes(clock, 10))]);

  await jobs.advance(Duration.fromISO('PT30M'));

  expect(done).toEqual(['first', 'second']);
});

test('what was not replaced before the end of the process is begun again, what was is not', async () => {
  jobs.assign('execution', async (job) => {
    if (job.payload === 'ends') await jobs.replace([[job, undefined]]);
  });
  await jobs.add([
    step('ends', inMinutes(clock, 0), 'ends'),
    step('begun', inMinutes(clock, 0), { in: 'the middle' }),
    step('waiting', inMinutes(clock, 10)),
  ]);
  await close();
  await open();
  await jobs.start();
  await activity.idle();
  expect(done).toEqual(['begun']);

  await jobs.advance(Duration.fromISO('PT15M'));
  expect(done).toEqual(['begun', 'waiting']);
});

test('what is stored with a job is stored with it or not at all', async () => {
  const part = storage.part('records');
  await jobs.add([step('one', inMinutes(clock, 10))], (batch) => batch.put('one', 1, { sublevel: part }));
  expect(await part.get('one')).toBe(1);

  const broken = jobs.add([step('two', inMinutes(clock, 0))], (batch) => {
    batch.put('two', 2, { sublevel: part });
    throw new Error('no disk');
  });
  await expect(broken).rejects.toThrow('no disk');
  expect(await part.get('two')).toBeUndefined();
  await jobs.start();
  await activity.idle();
  expect(done).toEqual([]);
});

test('a timer that looks as soon as a job is stored does not begin it a second time', async () => {
  const batch = storage.batch.bind(storage);
  storage.batch = () => {
    const made = batch();
    const write = made.write.bind(made);
    return Object.assign(made, { write: () => write().then(() => jobs.start()) });
  };
  await jobs.add([step('once', inMinutes(clock, 0))]);
  await activity.idle();
  expect(done).toEqual(['once']);
});

test('executions, events and the sweep that an earlier version left waiting are done', async () => {
  const event = { functionName: 'book-order-line', body: '{}', deliveries: 1 };
  const sweepAt = clock.now().getTime() + 5 * minute;
  await storage.part('due').put(`${inMinutes(clock, 10)}|ORD-1--1--1`, true);
  await storage.part('events').put('000000000007', event);
  await storage.part('schedule').put('sweepAt', sweepAt);
  await adoptOlderQueues(storage, clock.now());
  const others: Job[] = [];
  for (const kind of ['event', 'sweep'] as const) {
    jobs.assign(kind, async (job) => {
      others.push(job);
      await jobs.replace([[job, undefined]]);
    });
  }

  await jobs.start();
  await activity.idle();
  expect(others).toMatchObject([{ kind: 'event', id: '000000000007', payload: event }]);
  await jobs.advance(Duration.fromISO('PT15M'));
  expect(others[1]).toMatchObject({ kind: 'sweep', dueAt: new Date(sweepAt).toISOString() });
  expect(done).toEqual(['ORD-1--1--1']);
});
