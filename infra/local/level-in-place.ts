import { ClassicLevel } from 'classic-level';

type Text = ClassicLevel;
type TextOptions = NonNullable<Parameters<Text['getSync']>[1]>;

interface Puts {
  readonly operations: { readonly type: 'put'; readonly key: string; readonly value: string }[];
  readonly written: Promise<void>;
}

/** LevelDB's own: dynalite puts one in its place that takes no options. */
const batch: (this: Text, operations: Puts['operations'], options: TextOptions) => Promise<void> =
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called on a database each time
  ClassicLevel.prototype.batch;

/** The puts of each database that are not handed over yet. */
const waiting = new WeakMap<Text, Puts>();

/*
 * How LevelDB is read and written in a thread that does nothing else. Its calls hand each read and write to a pool of
 * threads and back, which takes far longer than to find what is in memory. So reads are done in place, what is put at
 * the same time is written at once, and what is there already, as most entries of the indexes of a changed item, is
 * left as it is. Whoever uses this waits for a write of a key before the next one of that key.
 */
const inPlace = {
  // eslint-disable-next-line @typescript-eslint/require-await -- it fails as a promise does
  async _get(this: Text, key: string, options: TextOptions) {
    return this.getSync(key, options);
  },

  async _put(this: Text, key: string, value: string, options: TextOptions) {
    if (this.getSync(key, options) === value) return;
    const puts = waiting.get(this) ?? startPuts(this, options);
    puts.operations.push({ type: 'put', key, value });
    await puts.written;
  },
};

function startPuts(level: Text, options: TextOptions): Puts {
  const operations: Puts['operations'] = [];
  const written = Promise.resolve().then(() => {
    waiting.delete(level);
    return batch.call(level, operations, options);
  });
  const puts = { operations, written };
  waiting.set(level, puts);
  return puts;
}

/** Makes every database of this thread work so. */
export function workInPlace(): void {
  Object.assign(ClassicLevel.prototype, inPlace);
}
