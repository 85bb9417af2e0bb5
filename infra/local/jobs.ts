import { DateTime, type Duration } from 'luxon';
import pLimit from 'p-limit';
import * as z from 'zod';
import type { Activity } from './activity.ts';
import type { Clock } from './clock.ts';
import type { Batch, Storage } from './storage.ts';

/** The kinds of work: a step of an execution, an event to deliver, the sweep, the removal of expired items, digests. */
export const jobKinds = ['execution', 'event', 'sweep', 'expiry', 'digests'] as const;
export type JobKind = (typeof jobKinds)[number];

/** Work to do at a certain time. Jobs due at the same time begin in the order of their ids. */
export interface Job {
  /** An RFC 3339 timestamp in UTC with milliseconds. */
  readonly dueAt: string;
  readonly kind: JobKind;
  readonly id: string;
  readonly payload?: unknown;
}

/** Does a job, and replaces it: a job that is not replaced begins again at the next start. */
export type Worker = (job: Job) => Promise<void>;

/** A move of the clock in progress, in milliseconds since 1970. */
export interface Move {
  readonly from: number;
  readonly until: number;
}

/** The longest sleep of the timer: far below the 24.8 days beyond which `setTimeout` fires at once. */
const longestSleep = 60 * 1000;

/**
 * The work to do, in the order in which it is due, stored until it is done: a killed process loses none of it, and
 * begins again what it was doing.
 */
export class Jobs {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #activity: Activity;
  readonly #workers = new Map<JobKind, Worker>();
  /** The keys of the jobs in progress, each with the job that has replaced it. */
  readonly #inHand = new Map<string, Job | undefined>();
  readonly #moves = pLimit(1);
  readonly #looks = pLimit(1);
  #move: Move | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** When the timer next checks for due jobs. */
  #looksAt = Infinity;
  #isStopped = false;

  constructor(storage: Storage, clock: Clock, activity: Activity) {
    this.#storage = storage;
    this.#clock = clock;
    this.#activity = activity;
  }

  /** The move of the clock in progress. */
  get move(): Move | undefined {
    return this.#move;
  }

  /** Sets the worker for jobs of a kind. */
  assign(kind: JobKind, worker: Worker): void {
    this.#workers.set(kind, worker);
  }

  /** Begins everything that is due, first what an earlier process left, and then each job at its time. */
  async start(): Promise<void> {
    await this.#beginDue();
    await this.#sleep();
  }

  async #goOn(): Promise<void> {
    try {
      await this.start();
    } catch (error) {
      // Stopping may close the storage in the middle of a check.
      if (!this.#isStopped) throw error;
    }
  }

  /** Begins nothing from now on. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /**
   * Stores jobs, and begins those that are due.
   * @param also what is stored with them, all or nothing
   */
  async add(jobs: readonly Job[], also?: (batch: Batch) => void): Promise<void> {
    await this.#change([], jobs, also);
  }

  /**
   * Stores what follows each job: the next one, or nothing.
   * @param also what is stored with that, all or nothing
   */
  async replace(
    changes: readonly (readonly [job: Job, next: Job | undefined])[],
    also?: (batch: Batch) => void,
  ): Promise<void> {
    await this.#change(changes, [], also);
  }

  async #change(
    changes: readonly (readonly [job: Job, next: Job | undefined])[],
    added: readonly Job[],
    also: ((batch: Batch) => void) | undefined,
  ): Promise<void> {
    const next = changes.flatMap(([, job]) => job ?? []);
    // What replaces a job in progress begins after that job.
    const fresh = changes.flatMap(([job, after]) => {
      if (!this.#inHand.has(keyOf(job))) return after ?? [];
      this.#inHand.set(keyOf(job), after);
      return [];
    });
    fresh.push(...added);
    const due = fresh.filter((job) => this.#isDue(job));
    // Marked as in progress already, so that the timer does not begin them too as soon as they are stored.
    for (const job of due) this.#inHand.set(keyOf(job), undefined);
    await this.#write(
      changes.map(([job]) => job),
      [...next, ...added],
      also,
    );
    for (const job of due) this.#do(job);
    for (const job of fresh) if (!due.includes(job)) this.#sleepUntil(job.dueAt);
  }

  /** Moves the product's time. Resolves when everything due by then is done, in the order of its due time. */
  async advance(duration: Duration): Promise<void> {
    await this.#moves(async () => {
      await this.#activity.idle();
      const start = this.#clock.now();
      const target = DateTime.fromJSDate(start, { zone: 'utc' }).plus(duration).toJSDate();
      this.#move = { from: start.getTime(), until: target.getTime() };
      try {
        for (;;) {
          const due = await this.#nextDue();
          if (due > target.getTime()) break;
          await this.#clock.moveTo(new Date(due));
          await this.#beginDue();
          await this.#activity.idle();
        }
        await this.#clock.moveTo(target);
      } finally {
        this.#move = undefined;
      }
      await this.#sleep();
    });
  }

  #isDue = ({ dueAt }: Job): boolean => Date.parse(dueAt) <= this.#clock.now().getTime();

  /** Begins what is due and not in progress. */
  async #beginDue(): Promise<void> {
    await this.#looks(async () => {
      for await (const key of this.#jobs.keys({ lte: `${this.#clock.now().toISOString()}~` })) {
        if (this.#inHand.has(key)) continue;
        // It may have been done since this check began.
        const value = await this.#jobs.get(key);
        if (value === undefined || this.#isStopped) continue;
        this.#inHand.set(key, undefined);
        this.#do({ ...partsOf(key), ...kept.parse(value) });
      }
    });
  }

  /** Does a job that was marked as in progress. */
  #do(job: Job): void {
    const worker = this.#workers.get(job.kind);
    if (!worker) throw new Error(`nobody does the jobs of the kind ${job.kind}`);
    void this.#activity.during(async () => {
      const key = keyOf(job);
      try {
        await worker(job);
      } finally {
        const next = this.#inHand.get(key);
        this.#inHand.delete(key);
        if (next) this.#sleepUntil(next.dueAt);
      }
    });
  }

  /** When the next job that is not in progress is due, in milliseconds since 1970, or `Infinity`. */
  async #nextDue(): Promise<number> {
    for await (const key of this.#jobs.keys()) {
      if (!this.#inHand.has(key)) return Date.parse(partsOf(key).dueAt);
    }
    return Infinity;
  }

  /** Sleeps until the next job is due. */
  async #sleep(): Promise<void> {
    this.#looksAt = Infinity;
    this.#lookAt(await this.#nextDue());
  }

  #sleepUntil(dueAt: string): void {
    this.#lookAt(Date.parse(dueAt));
  }

  #lookAt(due: number): void {
    const now = this.#clock.now().getTime();
    const at = Math.min(due, now + longestSleep);
    if (this.#isStopped || at >= this.#looksAt) return;
    this.#looksAt = at;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#goOn(), Math.max(at - now, 0)).unref();
  }

  async #write(
    done: readonly Job[],
    next: readonly Job[],
    also: ((batch: Batch) => void) | undefined,
  ): Promise<void> {
    const sublevel = this.#jobs;
    const batch = this.#storage.batch();
    for (const job of done) batch.del(keyOf(job), { sublevel });
    for (const job of next) putJob(this.#storage, batch, job);
    also?.(batch);
    await batch.write();
  }

  get #jobs() {
    return jobsOf(this.#storage);
  }
}

const jobsOf = (storage: Storage) => storage.part('jobs');

const kept = z.object({ payload: z.unknown().exactOptional() });

/** Adds a job to a batch of changes. */
export function putJob(storage: Storage, batch: Batch, { payload, ...job }: Job): void {
  batch.put(keyOf(job), { payload }, { sublevel: jobsOf(storage) });
}

/** The key of a job; keys sort by due time. */
const keyOf = ({ dueAt, kind, id }: Omit<Job, 'payload'>): string => `${dueAt}|${kind}|${id}`;

const keyParts = z.tuple([z.string(), z.enum(jobKinds), z.string()]);

function partsOf(key: string): Omit<Job, 'payload'> {
  const [first = '', second = '', ...rest] = key.split('|');
  const [dueAt, kind, id] = keyParts.parse([first, second, rest.join('|')]);
  return { dueAt, kind, id };
}
