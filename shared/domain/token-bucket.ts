/** How many calls an AWS API accepts: `burst` at once, then `perSecond`. */
export interface Pace {
  readonly burst: number;
  readonly perSecond: number;
}

/** Time in milliseconds from any start. */
export interface Time {
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}

/** Keeps all calls that take a token within a pace, as AWS counts them. */
export interface TokenBucket {
  /** Resolves when it is the caller's turn; first come, first served. */
  take(): Promise<void>;
  /** Whether there is a token left; if so, takes it. */
  tryTake(): boolean;
}

export function tokenBucket({ burst, perSecond }: Pace, { now, sleep }: Time): TokenBucket {
  const interval = 1000 / perSecond;
  /** When the last token that was given out became available. */
  let last = -Infinity;
  const next = () => Math.max(last + interval, now() - (burst - 1) * interval);

  return {
    async take() {
      last = next();
      const wait = last - now();
      if (wait > 0) await sleep(wait);
    },
    tryTake() {
      const turn = next();
      if (turn > now()) return false;
      last = turn;
      return true;
    },
  };
}
