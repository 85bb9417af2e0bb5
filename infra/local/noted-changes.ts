import { isDeepStrictEqual } from 'node:util';
import dynalite, { type Database, type Item, type Store, type Table } from 'dynalite/db/index.js';
import { sequenceKey } from './storage.ts';
import { indexesOf } from './table-schema.ts';

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
  /** Only items whose sort keys begin like this. */
  readonly sortKeyStart: string;
  /**
   * Only changes of one of these attributes, and removals: readers of the stream ignore the others, and there are many.
   */
  readonly attributes: readonly string[];
}

const itemsStart = 'item-';
const changesStart = 'change~';
const tablesStart = 'table~';

/** What dynalite says about a change before it puts or removes an item. */
interface Changing {
  readonly before: Item | undefined;
  /** The operations on its index entries. */
  readonly entries: readonly Operation[];
}

/**
 * The changes of items that some readers have yet to handle. Each is noted in the same write as the change and its
 * index entries, so that a killed process leaves all of it or nothing; the changes of one item are noted in order.
 */
export class NotedChanges {
  readonly #database: Database;
  readonly #noting: Noting;
  /** The change in preparation. */
  #changing: Changing | undefined;
  /** The writes in progress: later changes may be there before earlier ones. */
  readonly #writing = new Set<Promise<void>>();
  #first: number;
  #next: number;

  private constructor(database: Database, noting: Noting, first: number, next: number) {
    this.#database = database;
    this.#noting = noting;
    this.#first = first;
    this.#next = next;
  }

  /** From now on makes all writes of the tables of a dynalite store. */
  static async of(store: Store, noting: Noting): Promise<NotedChanges> {
    const { db: database } = store;
    const range = { gte: changesStart, lt: `${changesStart}~` };
    const [first] = await database.keys({ ...range, limit: 1 }).all();
    const [last] = await database.keys({ ...range, limit: 1, reverse: true }).all();
    const changes = new NotedChanges(
      database,
      noting,
      first === undefined ? 0 : sequenceOf(first),
      last === undefined ? 0 : sequenceOf(last) + 1,
    );
    changes.#listen(store);
    return changes;
  }

  /** The sequence of the last change that was noted or is about to be; lower than any other if there was none. */
  get last(): number {
    return this.#next - 1;
  }

  /** The first unforgotten changes from a sequence on, in the order of their notes. */
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
   * dynalite locks an item, reads it, calls `updateIndexes` with the old and the new item, and right after that puts
   * the new one or removes the old one. On its own it would pass each answer on through a timer, and write each index
   * entry separately, changed or not.
   */
  #listen(store: Store): void {
    const database = this.#database;
    const descriptions = new Map<string, Item | undefined>();
    const writeOther = (operations: readonly Operation[], done: Done): void => {
      void write(database, operations, (error) => {
        descriptions.clear();
        done(error);
      });
    };
    database.get = readWith(database, descriptions);
    indexUpdates.set(store, (_store, table, before, after, done) => {
      this.#changing = { before: before ?? undefined, entries: entriesOf(table, before, after) };
      done(null);
      this.#changing = undefined;
    });
    dynalite.updateIndexes = (changed, ...change) => indexUpdates.get(changed)?.(changed, ...change);
    database.put = (key, value, done) => {
      if (key.startsWith(itemsStart)) this.#change(key, value, done);
      else writeOther([{ type: 'put', key, value: JSON.stringify(value), ...asText }], done);
    };
    database.del = (key, done) => {
      if (key.startsWith(itemsStart)) this.#change(key, undefined, done);
      else writeOther([{ type: 'del', key }], done);
    };
  }

  #isNoted(before: Item | undefined, after: Item | undefined): boolean {
    const { sortKeyStart, attributes } = this.#noting;
    const isOfNoted = (after ?? before)?.['sk']?.S?.startsWith(sortKeyStart) === true;
    return (
      isOfNoted && (!after || attributes.some((name) => !isDeepStrictEqual(before?.[name], after[name])))
    );
  }

  /** @param after missing: the item is removed */
  #change(key: string, after: Item | undefined, done: Done): void {
    if (!this.#changing) throw new Error('an item is written whose indexes are not');
    const { before, entries } = this.#changing;
    const image = after && JSON.stringify(after);
    const operations: Operation[] = [
      ...entries,
      image === undefined ? { type: 'del', key } : { type: 'put', key, value: image, ...asText },
    ];
    if (!this.#isNoted(before, after)) {
      void write(this.#database, operations, done);
      return;
    }
    const images = [
      ...(before ? [`"before":${JSON.stringify(before)}`] : []),
      ...(image === undefined ? [] : [`"after":${image}`]),
    ];
    operations.push({ type: 'put', key: keyOf(this.#next), value: `{${images.join(',')}}`, ...asText });
    this.#next += 1;
    const written = write(this.#database, operations, done);
    this.#writing.add(written);
    void written.then(() => this.#writing.delete(written));
  }
}

/** What updates the indexes of each store. */
const indexUpdates = new WeakMap<Store, typeof dynalite.updateIndexes>();

type Operation = Parameters<Database['batch']>[0][number];
type Done = (error: Error | null) => void;

const asText = { valueEncoding: 'utf8' } as const;

/** Reads a key. Each request reads the description of its table, so that is cached. */
const readWith =
  (database: Database, descriptions: Map<string, Item | undefined>): Database['get'] =>
  (key, done) => {
    if (!key.startsWith(tablesStart)) {
      done(null, database.getSync(key));
      return;
    }
    if (!descriptions.has(key)) descriptions.set(key, database.getSync(key));
    done(null, descriptions.get(key));
  };

/** Writes operations all or nothing; resolves after the callback. */
const write = (database: Database, operations: readonly Operation[], done: Done): Promise<void> =>
  database.batch(operations).then(() => done(null), done);

/** The operations on the index entries of an item: none where they stay the same. */
function entriesOf(
  table: Table,
  before: Item | null | undefined,
  after: Item | null | undefined,
): readonly Operation[] {
  const { GlobalSecondaryIndexes = [] } = table;
  const indexes = GlobalSecondaryIndexes.filter(({ KeySchema, Projection }) =>
    [...KeySchema.map(({ AttributeName }) => AttributeName), ...(Projection.NonKeyAttributes ?? [])].some(
      (name) => !isDeepStrictEqual(before?.[name], after?.[name]),
    ),
  );
  const { puts, deletes } = dynalite.getIndexActions(indexes, before, after, table);
  const keyOfEntry = ({ index, key }: { readonly index: string; readonly key: string }) =>
    `${indexesOf(table.TableName)}${index}~${key}`;
  return [
    ...deletes.map((entry) => ({ type: 'del', key: keyOfEntry(entry) }) as const),
    ...puts.map((entry) => {
      const value = JSON.stringify(entry.item);
      return { type: 'put', key: keyOfEntry(entry), value, ...asText } as const;
    }),
  ];
}

const keyOf = (sequence: number): string => changesStart + sequenceKey(sequence);
const sequenceOf = (key: string): number => Number(key.slice(changesStart.length));
