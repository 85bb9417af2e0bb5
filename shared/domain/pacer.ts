/** Up to this many milliseconds of unused rate are made up for at once. */
const longestCredit = 1000;

/** The factor by which the rate drops when more was sent than the mail service accepts: at most once a second. */
const slower = 0.9;
const slowestShare = 0.05;

/** The share of the whole rate by which it recovers each second. */
const fasterPerSecond = 0.02;

/** Spaces out what may happen only so many times a second. */
export interface Pacer {
  /**
   * Takes the next place, and returns how many milliseconds away it is. A place further away than `most` is not taken.
   */
  take(most: number): { readonly wait: number; readonly isTaken: boolean };
  /** Returns a place that was not needed. */
  giveBack(): void;
  /** Slows down for a while, because the rate turned out to be too high. */
  slowDown(): void;
}

/**
 * A pace at a given rate, or below it after being slowed down: each time further, then step by step back to the whole
 * rate. That way it finds the rate that others leave.
 * @param perSecond the current rate; Infinity: no limit
 * @param now milliseconds from any start
 */
export function pacer(perSecond: () => number, now: () => number): Pacer {
  let share = 1;
  let changedAt = now();
  let slowedAt = -Infinity;
  let next = -Infinity;

  function interval(): number {
    const at = now();
    share = Math.min(1, share + ((at - changedAt) / 1000) * fasterPerSecond);
    changedAt = at;
    return 1000 / (perSecond() * share);
  }

  return {
    take(most) {
      const between = interval();
      const at = now();
      const turn = Math.max(next, at - longestCredit);
      const wait = Math.max(0, turn - at);
      if (wait > most) return { wait, isTaken: false };
      next = turn + between;
      return { wait, isTaken: true };
    },
    giveBack() {
      next -= interval();
    },
    slowDown() {
      interval();
      const at = now();
      if (at - slowedAt < 1000) return;
      slowedAt = at;
      share = Math.max(slowestShare, share * slower);
      next = Math.max(next, at);
    },
  };
}
