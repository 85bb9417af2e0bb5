import type { Time } from '../../shared/domain/token-bucket.ts';

/** Time that passes only while everybody sleeps, and at once then. */
export class VirtualTime implements Time {
  #now = 0;
  /** Who sleeps, by when they wake up. */
  readonly #sleepers = new Map<number, (() => void)[]>();

  readonly now = (): number => this.#now;

  readonly sleep = (milliseconds: number): Promise<void> =>
    new Promise((wake) => {
      const at = this.#now + Math.max(0, milliseconds);
      const sleepers = this.#sleepers.get(at);
      if (sleepers) sleepers.push(wake);
      else this.#sleepers.set(at, [wake]);
    });

  /** Lets time pass until `work` is done. */
  async during<Result>(work: Promise<Result>): Promise<Result> {
    const state = { isDone: false };
    const watched = work.finally(() => {
      state.isDone = true;
    });
    watched.catch(() => undefined);
    for (;;) {
      // Whatever can be done without time passing has been done by then.
      await new Promise((resolve) => setImmediate(resolve));
      if (state.isDone) return await watched;
      const next = Math.min(...this.#sleepers.keys());
      if (next === Infinity) throw new Error('everybody waits, and not for time to pass');
      this.#now = next;
      const sleepers = this.#sleepers.get(next) ?? [];
      this.#sleepers.delete(next);
      for (const wake of sleepers) wake();
    }
  }
}
