import { isDeepStrictEqual } from 'node:util';
import type fc from 'fast-check';

/** A call that a task is about to make, and the names of what it reads and writes: the order of others is the same. */
export interface Call {
  readonly name: string;
  readonly reads?: readonly string[];
  readonly writes?: readonly string[];
}

const touchesNothing = ({ reads = [], writes = [] }: Call): boolean => reads.length + writes.length === 0;

/** Whether it makes a difference which of two calls comes first. */
const isOrderTold = (one: Call, other: Call): boolean =>
  meets(one.writes, other.writes) || meets(one.writes, other.reads) || meets(one.reads, other.writes);

const meets = (some: readonly string[] = [], others: readonly string[] = []): boolean =>
  some.some((name) => others.includes(name));

interface Halt {
  readonly call: Call;
  readonly isReady: () => boolean;
  readonly go: (wasReady: boolean) => void;
}

/** One of several things that happen side by side. It halts before each of its calls, until it is its turn. */
export class Task {
  readonly name: string;
  readonly #work: (task: Task) => Promise<void>;
  #halt: Halt | undefined;
  #halted = Promise.withResolvers<undefined>();

  constructor(name: string, work: (task: Task) => Promise<void>) {
    this.name = name;
    this.#work = work;
  }

  /**
   * Waits for its turn to make a call, and until it `isReady`; answers whether it was. If it was not, nobody else is
   * left who could change that.
   */
  at(call: Call, isReady = () => true): Promise<boolean> {
    const turn = Promise.withResolvers<boolean>();
    this.#halt = { call, isReady, go: turn.resolve };
    this.#halted.resolve(undefined);
    return turn.promise;
  }

  start(): void {
    void this.#work(this).then(
      () => {
        this.#halted.resolve(undefined);
      },
      (error: unknown) => {
        this.#halted.reject(error);
      },
    );
  }

  /** Done as soon as the task waits for its turn, or has ended; fails as the task does. */
  get halted(): Promise<undefined> {
    return this.#halted.promise;
  }

  get next(): Call | undefined {
    return this.#halt?.call;
  }

  get isReady(): boolean {
    return this.#halt?.isReady() ?? false;
  }

  go(): void {
    const halt = this.#halt;
    this.#halt = undefined;
    this.#halted = Promise.withResolvers();
    halt?.go(halt.isReady());
  }
}

/** Says whose turn it is; undefined: this schedule leads nowhere new. */
export type Choose = (ready: readonly Task[]) => Task | undefined | Promise<Task | undefined>;

/** How often tasks may wait where nobody is left for whom they could. */
const mostIdleTurns = 10;

/** Runs tasks side by side, one call at a time, until all have ended; answers whether they did. */
export async function play(tasks: readonly Task[], choose: Choose): Promise<boolean> {
  let idleTurns = 0;
  for (const task of tasks) task.start();
  for (;;) {
    for (const task of tasks) await task.halted;
    const waiting = tasks.filter((task) => task.next);
    if (waiting.length === 0) return true;
    const ready = waiting.filter((task) => task.isReady);
    if (ready.length === 0) idleTurns += 1;
    if (idleTurns > mostIdleTurns) throw new Error('somebody waits for ever');
    // A call that touches nothing has no order to try.
    const free = ready.find(({ next }) => next && touchesNothing(next));
    const chosen = ready.length === 0 ? waiting[0] : (free ?? (await choose(ready)));
    if (!chosen) return false;
    chosen.go();
  }
}

interface Fork {
  readonly ready: ReadonlyMap<string, Call>;
  /** Whose turn was tried before, here or where it makes no difference. */
  readonly tried: Map<string, Call>;
  chosen: string;
}

/**
 * All schedules of tasks that do the same whenever they are scheduled the same way: each is played from the start,
 * until all turns at all forks were tried. Of schedules that differ only in the order of calls that do not touch the
 * same, one is tried ("sleep sets", P. Godefroid, Partial-Order Methods for the Verification of Concurrent Systems).
 */
export class AllSchedules {
  readonly #forks: Fork[] = [];
  #depth = 0;

  readonly choose: Choose = (ready) => {
    const known = this.#forks[this.#depth];
    const chosen = known ? known.chosen : this.#fork(ready);
    if (known && !isDeepStrictEqual(known.ready, callsOf(ready)))
      throw new Error('the tasks do not run the same way twice');
    this.#depth += 1;
    return ready.find(({ name }) => name === chosen);
  };

  #fork(tasks: readonly Task[]): string | undefined {
    const ready = callsOf(tasks);
    const last = this.#forks.at(-1);
    const taken = last?.ready.get(last.chosen);
    const tried = new Map([...(last?.tried ?? [])].filter(([, call]) => taken && !isOrderTold(call, taken)));
    const chosen = untried({ ready, tried });
    if (chosen !== undefined) this.#forks.push({ ready, tried, chosen });
    return chosen;
  }

  /** Whether there is a further schedule, which is played next. */
  next(): boolean {
    this.#depth = 0;
    for (let fork = this.#forks.at(-1); fork; fork = this.#forks.at(-1)) {
      const call = fork.ready.get(fork.chosen);
      if (call) fork.tried.set(fork.chosen, call);
      const chosen = untried(fork);
      if (chosen !== undefined) {
        fork.chosen = chosen;
        return true;
      }
      this.#forks.pop();
    }
    return false;
  }
}

const callsOf = (tasks: readonly Task[]): ReadonlyMap<string, Call> =>
  new Map(tasks.flatMap(({ name, next }) => (next ? [[name, next]] : [])));

const untried = ({ ready, tried }: Pick<Fork, 'ready' | 'tried'>): string | undefined =>
  [...ready.keys()].find((name) => !tried.has(name));

/** The one schedule of these turns; after them, whoever comes first. */
export function given(turns: readonly number[], tasks: readonly Task[]): Choose {
  const left = [...turns];
  return (ready) => {
    const task = tasks[left.shift() ?? -1];
    return task && ready.includes(task) ? task : ready[0];
  };
}

/** A schedule that fast-check chooses. */
export function chosenBy(scheduler: fc.Scheduler): Choose {
  const waiting = new Set<Task>();
  let picked = Promise.withResolvers<Task>();
  return async (ready) => {
    picked = Promise.withResolvers();
    for (const task of ready.filter((one) => !waiting.has(one))) {
      waiting.add(task);
      void scheduler.schedule(Promise.resolve(), `${task.name}: ${task.next?.name ?? ''}`).then(() => {
        waiting.delete(task);
        picked.resolve(task);
      });
    }
    await scheduler.waitNext(1);
    return await picked.promise;
  };
}

/** The schedule in which each waits until the one before it has ended, or waits for others. */
export function oneAfterTheOther(order: readonly Task[]): Choose {
  let current: Task | undefined;
  return (ready) => {
    if (!current || !ready.includes(current)) current = order.find((task) => ready.includes(task));
    return current;
  };
}
