import { DateTime, type Duration } from 'luxon';
import pLimit from 'p-limit';
import * as z from 'zod';
import type { Activity } from './activity.ts';
import type { Clock } from './clock.ts';
import type { Executions } from './executions.ts';
import type { Storage } from './storage.ts';

const hour = 60 * 60 * 1000;

/** A move of the clock sweeps this often at most, however long it is: more would only cost time. */
const sweepsPerMove = 10;

/** How soon a sweep that failed is tried again; each time that it fails again, after twice as long. */
const sweepRetry = 60 * 1000;

/** The longest that a timer sleeps: far below the 24.8 days beyond which `setTimeout` fires at once. */
const longestSleep = 60 * 1000;

/** Lets what is due run: executions at their time, and the sweep every hour. */
export class Timers {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #activity: Activity;
  readonly #executions: Pick<Executions, 'runDue' | 'nextDue'>;
  readonly #sweep: () => Promise<unknown>;
  readonly #moves = pLimit(1);
  #sweepAt: number;
  #failedSweeps = 0;
  #isStopped = false;
  #timer: NodeJS.Timeout | undefined;

  private constructor(
    storage: Storage,
    clock: Clock,
    activity: Activity,
    executions: Pick<Executions, 'runDue' | 'nextDue'>,
    sweep: () => Promise<unknown>,
    sweepAt: number,
  ) {
    this.#storage = storage;
    this.#clock = clock;
    this.#activity = activity;
    this.#executions = executions;
    this.#sweep = sweep;
    this.#sweepAt = sweepAt;
  }

  static async open(
    storage: Storage,
    clock: Clock,
    activity: Activity,
    executions: Pick<Executions, 'runDue' | 'nextDue'>,
    sweep: () => Promise<unknown>,
  ): Promise<Timers> {
    const kept = await schedule(storage).get('sweepAt');
    const sweepAt = z
      .number()
      .default(clock.now().getTime() + hour)
      .parse(kept);
    await schedule(storage).put('sweepAt', sweepAt);
    return new Timers(storage, clock, activity, executions, sweep, sweepAt);
  }

  /** Runs what is due by now, and sets the timer for what comes next. */
  async runDue(sweepEvery = hour): Promise<void> {
    await this.#executions.runDue();
    if (this.#sweepAt <= this.#clock.now().getTime()) {
      // Now already, so that no timer starts another one beside it.
      this.#sweepAt = this.#clock.now().getTime() + sweepEvery;
      await this.#activity.during(() => this.#sweepOrRetry(sweepEvery));
    }
    this.arm();
  }

  /** A sweep that fails is tried again soon, as the schedule does on AWS. */
  async #sweepOrRetry(sweepEvery: number): Promise<void> {
    try {
      await this.#sweep();
      this.#failedSweeps = 0;
    } catch (error) {
      console.error('A sweep failed, and will be tried again.', error);
      const pause = Math.min(sweepRetry * 2 ** this.#failedSweeps, sweepEvery);
      this.#sweepAt = this.#clock.now().getTime() + pause;
      this.#failedSweeps += 1;
    }
    await schedule(this.#storage).put('sweepAt', this.#sweepAt);
  }

  arm(): void {
    void this.#nextDue().then((due) => {
      const sleep = Math.min(Math.max(due - this.#clock.now().getTime(), 0), longestSleep);
      clearTimeout(this.#timer);
      if (this.#isStopped) return;
      this.#timer = setTimeout(() => void this.runDue(), sleep).unref();
    });
  }

  /** Lets nothing run any more. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  async advance(duration: Duration): Promise<void> {
    await this.#moves(async () => {
      await this.#activity.idle();
      const start = this.#clock.now();
      const target = DateTime.fromJSDate(start, { zone: 'utc' }).plus(duration).toJSDate();
      const sweepEvery = Math.max(hour, (target.getTime() - start.getTime()) / sweepsPerMove);
      for (;;) {
        const due = await this.#nextDue();
        if (due > target.getTime()) break;
        await this.#clock.moveTo(new Date(due));
        await this.runDue(sweepEvery);
        await this.#activity.idle();
      }
      await this.#clock.moveTo(target);
      this.#sweepAt = Math.min(this.#sweepAt, this.#clock.now().getTime() + hour);
      this.arm();
    });
  }

  async #nextDue(): Promise<number> {
    const execution = await this.#executions.nextDue();
    return Math.min(this.#sweepAt, execution === undefined ? Infinity : Date.parse(execution));
  }
}

const schedule = (storage: Storage) => storage.part('schedule');
