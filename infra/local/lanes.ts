/**
 * Entries that wait to be handled, in a lane for each subject. Of one subject, only the entries taken together are in
 * progress at a time, in order of arrival; subjects take turns.
 */
export class Lanes<Entry> {
  readonly #ready = new Map<string, Entry[]>();
  readonly #inHand = new Map<string, Entry[]>();

  /** How many entries wait. */
  get size(): number {
    const lanes = [...this.#ready.values(), ...this.#inHand.values()];
    return lanes.reduce((sum, lane) => sum + lane.length, 0);
  }

  add(subject: string, entry: Entry): void {
    const lane = this.#inHand.get(subject) ?? this.#ready.get(subject);
    if (lane) lane.push(entry);
    else this.#ready.set(subject, [entry]);
  }

  /** Takes up to this many entries; their subjects stay in progress until `done` is called. */
  take(most: number): { readonly entries: readonly Entry[]; readonly done: () => void } {
    const entries: Entry[] = [];
    const taken: string[] = [];
    for (const [subject, lane] of this.#ready) {
      if (entries.length === most) break;
      entries.push(...lane.splice(0, most - entries.length));
      taken.push(subject);
      this.#ready.delete(subject);
      this.#inHand.set(subject, lane);
    }
    return { entries, done: () => taken.forEach((subject) => this.#release(subject)) };
  }

  #release(subject: string): void {
    const lane = this.#inHand.get(subject) ?? [];
    this.#inHand.delete(subject);
    if (lane.length > 0) this.#ready.set(subject, lane);
  }
}
