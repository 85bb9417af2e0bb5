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
  /** Only those of one of these attributes, and removals: readers of the stream pass over the others, which are many. */
  readonly attributes: readonly string[];
}

const itemsStart = 'item-';
const changesStart = 'change~';

/** Some of the batch that notes a change. */
type Change = Parameters<Database['batch']>[0][number];

/**
 * The changes of items that not everybody has taken up yet. Each is noted in the same write as the change itself, so that
 * a killed process leaves both or neither; those of one item are noted in their order.
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

  /** The first changes from a sequence on that are not forgotten, so many at most, in the order of their notes. */
  async take(from: number, most: number): Promise<Taken> {
    const end = this.#next;
    await Promise.all(this.#writing);
    const first = Math.max(from, this.#first);
    const range = { gte: keyOf(first), lt: keyOf(end), limit: most, valueEncoding: 'utf8' };
    const found = first < end ? await this.#database.iterator(range).all() : [];
    const changes = found.map(([key, images]) => ({ sequence: sequenceOf(key), images: String(images) }));
    return { changes, upTo: (changes.length === most ? changes.at(-1)?.sequence : undefined) ?? end - 1 };
  }

  /** Forgets the changes up to `sequence`. */
  async forget(sequence: number): Promise<void> {
    const range = { gte: keyOf(this.#first), lte: keyOf(sequence) };
    this.#first = sequence + 1;
    await this.#database.clear(range);
  }

  /**
   * dynalite locks an item, reads it, calls `updateIndexes` with the old and the new one, and puts the new one; or it
   * removes the old one.
   */
  #listen(): void {
    const { updateIndexes } = dynalite;
    dynalite.updateIndexes = (store, table, before, after, done) => {
      if (before && after) this.#before.set(after, before);
      updateIndexes(store, table, before, after, done);
    };
    const put = this.#database.put.bind(this.#database);
    this.#database.put = (key, value, done) => {
      const before = this.#before.get(value);
      if (!key.startsWith(itemsStart) || !this.#isNoted(before, value)) {
        put(key, value, done);
        return;
      }
      const after = JSON.stringify(value);
      const change = { type: 'put', key, value: after, valueEncoding: 'utf8' } as const;
      this.#note(change, { ...(before ? { before: JSON.stringify(before) } : {}), after }, done);
    };
    const remove = this.#database.del.bind(this.#database);
    this.#database.del = (key, done) => {
      if (!key.startsWith(itemsStart)) {
        remove(key, done);
        return;
      }
      this.#database.get(key, (failure, before) => {
        if (failure || !before || !this.#isOfNoted(before)) remove(key, done);
        else this.#note({ type: 'del', key }, { before: JSON.stringify(before) }, done);
      });
    };
  }

  #isOfNoted(item: Item): boolean {
    return item['sk']?.S?.startsWith(this.#noting.sortKeyStart) === true;
  }

  #isNoted(before: Item | undefined, after: Item): boolean {
    return (
      this.#isOfNoted(after) &&
      this.#noting.attributes.some((name) => JSON.stringify(before?.[name]) !== JSON.stringify(after[name]))
    );
  }

  /** @param images as JSON */
  #note(
    change: Change,
    images: { readonly before?: string; readonly after?: string },
    done: (error: Error | null) => void,
  ): void {
    const note = keyOf(this.#next);
    this.#next += 1;
    const value = `{${Object.entries(images)
      .map(([name, item]) => `"${name}":${item}`)
      .join(',')}}`;
    const write = new Promise<void>((resolve) => {
      this.#database.batch([change, { type: 'put', key: note, value, valueEncoding: 'utf8' }], (failure) => {
        resolve();
        done(failure);
      });
    });
    this.#writing.add(write);
    void write.then(() => this.#writing.delete(write));
  }
}

const keyOf = (sequence: number): string => changesStart + sequenceKey(sequence);
const sequenceOf = (key: string): number => Number(key.slice(changesStart.length));
