interface Entry {
  readonly at: number;
  /** Whether it is something in progress, and not only something that will be due. */
  readonly isWork: boolean;
  readonly run: () => Promise<void>;
}

/** What will happen when, on a clock that moves from one such time to the next and waits for nothing. */
export class Agenda {
  #now = Date.parse('2026-11-20T09:00:00.000Z');
  readonly #entries: Entry[] = [];

  readonly now = (): Date => new Date(this.#now);

  /** Lets so many milliseconds pass in the middle of something. */
  pass(milliseconds: number): void {
    this.#now += milliseconds;
  }

  /** Goes on with something that is in progress, after a while. */
  work(run: () => Promise<void>, milliseconds = 0): void {
    this.#add({ at: this.#now + milliseconds, isWork: true, run });
  }

  /** Does something when its time has come. */
  at(instant: string, run: () => Promise<void>): void {
    this.#add({ at: Date.parse(instant), isWork: false, run });
  }

  /** Does something so many milliseconds later. */
  after(milliseconds: number, run: () => Promise<void>): void {
    this.#add({ at: this.#now + milliseconds, isWork: false, run });
  }

  /** Goes on until nothing is in progress. */
  async idle(): Promise<void> {
    while (this.#entries.some(({ isWork, at }) => isWork || at <= this.#now)) await this.#runNext();
  }

  async advance(milliseconds: number): Promise<void> {
    await this.idle();
    const target = this.#now + milliseconds;
    for (;;) {
      const [next] = this.#entries;
      if (next === undefined || next.at > target) break;
      await this.#runNext();
    }
    this.#now = Math.max(this.#now, target);
    await this.idle();
  }

  #add(entry: Entry): void {
    const place = this.#entries.findLastIndex(({ at }) => at <= entry.at);
    this.#entries.splice(place + 1, 0, entry);
  }

  async #runNext(): Promise<void> {
    const next = this.#entries.shift();
    if (!next) return;
    this.#now = Math.max(this.#now, next.at);
    await next.run();
  }
}
