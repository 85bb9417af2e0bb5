/** Counts what is in progress: events, execution steps and emails. */
export class Activity {
  #count = 0;
  #waiting: (() => void)[] = [];

  /** Counts `work` as in progress until it ends. */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#count += 1;
    try {
      return await work();
    } finally {
      this.#count -= 1;
      if (this.#count === 0) {
        const waiting = this.#waiting;
        this.#waiting = [];
        for (const resolve of waiting) resolve();
      }
    }
  }

  /** Resolves as soon as nothing is in progress. */
  async idle(): Promise<void> {
    while (this.#count > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
