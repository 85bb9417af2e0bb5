import { AbstractLevel, type AbstractBatchOperation } from 'abstract-level';
import { ClassicLevel } from 'classic-level';
import * as z from 'zod';

type Text = ClassicLevel;
type Operation = AbstractBatchOperation<Text, string, string>;
type ReadOptions = NonNullable<Parameters<Text['getSync']>[1]>;
type OpenOptions = Parameters<Text['open']>[0] & object;
interface WriteOptions {
  readonly sync?: boolean;
}

/** Writes that are made together as soon as the write before has ended. */
interface Write {
  readonly operations: Operation[];
  sync: boolean;
  readonly written: Promise<void>;
}

const isFunction = (value: unknown): boolean => typeof value === 'function';

/** LevelDB's own methods to open, write and close, and the method that all such databases use to collect a batch. */
const {
  _open: open,
  _batch: batch,
  _close: close,
} = z
  .object({
    _open: z.custom<(this: Text, options: OpenOptions) => Promise<void>>(isFunction),
    _batch:
      z.custom<(this: Text, operations: readonly Operation[], options: WriteOptions) => Promise<void>>(
        isFunction,
      ),
    _close: z.custom<(this: Text) => Promise<void>>(isFunction),
  })
  .parse(ClassicLevel.prototype);
const { _chainedBatch } = z
  .object({ _chainedBatch: z.custom<() => unknown>(isFunction) })
  .parse(AbstractLevel.prototype);

/** The next write of each database, if any waits, and the last one requested. */
const next = new WeakMap<Text, Write>();
const last = new WeakMap<Text, Promise<void>>();

/**
 * Bytes that are collected in memory, and in the log, before they are sorted into files. LevelDB's own 4 MB are sorted
 * four times as often, which takes 5 % of the processor time of a busy service.
 */
const writeBufferSize = 16 * 1024 * 1024;

/*
 * How LevelDB is read and written. Its calls pass each read and write to a thread pool and back, which takes far longer
 * than finding what is in memory. So reads are done in place, and only one write runs at a time: writes that arrive in
 * the meantime go together with the next one, in order.
 */
const inPlace = {
  async _open(this: Text, options: OpenOptions) {
    await open.call(this, { ...options, writeBufferSize });
  },

  // eslint-disable-next-line @typescript-eslint/require-await -- it fails as a promise does
  async _get(this: Text, key: string, options: ReadOptions) {
    return this.getSync(key, options);
  },

  // eslint-disable-next-line @typescript-eslint/require-await -- it fails as a promise does
  async _getMany(this: Text, keys: readonly string[], options: ReadOptions) {
    return keys.map((key) => this.getSync(key, options));
  },

  async _put(this: Text, key: string, value: string, options: WriteOptions) {
    await write(this, [{ type: 'put', key, value }], options);
  },

  async _del(this: Text, key: string, options: WriteOptions) {
    await write(this, [{ type: 'del', key }], options);
  },

  async _batch(this: Text, operations: readonly Operation[], options: WriteOptions) {
    await write(this, operations, options);
  },

  /** A batch that passes its operations to `_batch`. */
  _chainedBatch,

  async _close(this: Text) {
    await last.get(this)?.catch(() => undefined);
    await close.call(this);
  },
};

function write(level: Text, operations: readonly Operation[], { sync = false }: WriteOptions): Promise<void> {
  const joined = next.get(level) ?? startWrite(level);
  for (const operation of operations) joined.operations.push(operation);
  joined.sync ||= sync;
  return joined.written;
}

function startWrite(level: Text): Write {
  const begin = () => {
    next.delete(level);
    return batch.call(level, started.operations, { sync: started.sync });
  };
  const started: Write = {
    operations: [],
    sync: false,
    written: (last.get(level) ?? Promise.resolve()).then(begin, begin),
  };
  next.set(level, started);
  last.set(level, started.written);
  return started;
}

/** Makes every database of this thread work this way. */
export function workInPlace(): void {
  Object.assign(ClassicLevel.prototype, inPlace);
}
