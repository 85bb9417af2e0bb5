/** What is not used of this many milliseconds of a rate is made up for at once. */
const longestCredit = 1000;

/** What is left of the rate each time that more was sent than the mail service takes: at most once a second. */
const slower = 0.9;
const slowestShare = 0.05;

/** By so much of the whole rate it becomes faster again in a second. */
const fasterPerSecond = 0.02;

/** Gives places in time to what may happen only so many times a second. */
export interface Pace {
  /**
   * Takes the next place, and answers in how many milliseconds it is. One that is further off than `most` is not taken.
   */
  take(most: number): { readonly wait: number; readonly isTaken: boolean };
  /** Gives a place back that was not needed. */
  giveBack(): void;
  /** Becomes slower for a while, because the rate turned out to be too much. */
  slowDown(): void;
}

/**
 * A pace that keeps to a rate, and to less after it was slowed down: the less the more often, and then step by step to
 * the whole rate again. So it finds the rate that others leave it.
 * @param perSecond the rate by now; Infinity: no limit
 * @param now milliseconds from any start
 */
export function paceOf(perSecond: () => number, now: () => number): Pace {
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
