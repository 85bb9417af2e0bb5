import dynalite, { type Database, type Item, type Store } from 'dynalite/db/index.js';
import { sequenceKey } from './storage.ts';

/** A change of an item, with the item before and after it as JSON. */
export interface NotedChange {
  readonly sequence: number;
  readonly images: string;
}

/** Some of the changes, and the sequence up to which there are no others. */
export interface Taken {
  readonly changes: readonly NotedChange[];
  readonly upTo: number;
}

/** Which changes are noted. */
export interface Noting {
  /** Only those of items whose sort keys begin so. */
  readonly sortKeyStart: string;
  /** Only those of this attribute: what the stream is read for passes over the others, which are many. */
  readonly attribute: string;
}

const itemsStart = 'item-';
const changesStart = 'change~';

/**
 * The changes of items that nobody has taken up yet. Each is noted in the same write as the change itself, so that a
 * killed process leaves both or neither; those of one item are noted in their order.
 */
export class NotedChanges {
  readonly #database: Database;
  readonly #noting: Noting;
  /** The items that are just being written over, by those that are written. */
  readonly #before = new WeakMap<Item, Item>();
  /** What is being written: later changes may be there before earlier ones. */
  readonly #writing = new Set<Promise<void>>();
  #first: number;
  #next: number;

  private constructor(database: Database, noting: Noting, first: number, next: number) {
    this.#database = database;
    this.#noting = noting;
    this.#first = first;
    this.#next = next;
  }

  /** Notes from now on what is put into the tables of a store of dynalite's; there may be one in a thread. */
  static async of({ db: database }: Store, noting: Noting): Promise<NotedChanges> {
    const range = { gte: changesStart, lt: `${changesStart}~` };
    const [first] = await database.keys({ ...range, limit: 1 }).all();
    const [last] = await database.keys({ ...range, limit: 1, reverse: true }).all();
    const changes = new NotedChanges(
      database,
      noting,
      first === undefined ? 0 : sequenceOf(first),
      last === undefined ? 0 : sequenceOf(last) + 1,
    );
    changes.#listen();
    return changes;
  }

  /** The sequence of the last change that was noted or is about to be; below that of all others if there was none. */
  get last(): number {
    return this.#next - 1;
  }

  /** The first changes that are not forgotten, so many at most, in the order of their notes. */
  async take(most: number): Promise<Taken> {
    const end = this.#next;
    await Promise.all(this.#writing);
    const range = { gte: keyOf(this.#first), lt: keyOf(end), limit: most, valueEncoding: 'utf8' };
    const found = await this.#database.iterator(range).all();
    const changes = found.map(([key, images]) => ({ sequence: sequenceOf(key), images: String(images) }));
    return { changes, upTo: (changes.length === most ? changes.at(-1)?.sequence : undefined) ?? end - 1 };
  }

  /** Forgets the changes up to `sequence`. */
  async forget(sequence: number): Promise<void> {
    const range = { gte: keyOf(this.#first), lte: keyOf(sequence) };
    this.#first = sequence + 1;
    await this.#database.clear(range);
  }

  /** dynalite locks an item, reads it, calls `updateIndexes` with the old and the new one, and puts the new one. */
  #listen(): void {
    const { updateIndexes } = dynalite;
    dynalite.updateIndexes = (store, table, before, after, done) => {
      if (before && after) this.#before.set(after, before);
      updateIndexes(store, table, before, after, done);
    };
    const put = this.#database.put.bind(this.#database);
    this.#database.put = (key, value, done) => {
      const before = this.#before.get(value);
      if (key.startsWith(itemsStart) && this.#isNoted(before, value)) this.#note(key, before, value, done);
      else put(key, value, done);
    };
  }

  #isNoted(before: Item | undefined, after: Item): boolean {
    const { sortKeyStart, attribute } = this.#noting;
    return (
      after['sk']?.S?.startsWith(sortKeyStart) === true &&
      JSON.stringify(before?.[attribute]) !== JSON.stringify(after[attribute])
    );
  }

  #note(key: string, before: Item | undefined, item: Item, done: (error: Error | null) => void): void {
    const note = keyOf(this.#next);
    this.#next += 1;
    const after = JSON.stringify(item);
    const images = `{${before ? `"before":${JSON.stringify(before)},` : ''}"after":${after}}`;
    const write = new Promise<void>((resolve) => {
      this.#database.batch(
        [
          { type: 'put', key, value: after, valueEncoding: 'utf8' },
          { type: 'put', key: note, value: images, valueEncoding: 'utf8' },
        ],
        (failure) => {
          resolve();
          done(failure);
        },
      );
    });
    this.#writing.add(write);
    void write.then(() => this.#writing.delete(write));
  }
}

const keyOf = (sequence: number): string => changesStart + sequenceKey(sequence);
const sequenceOf = (key: string): number => Number(key.slice(changesStart.length));
