import { openStorage } from '../../infra/local/storage.ts';

const never = <Result>(): Promise<Result> => new Promise(() => undefined);

/** The life of a runtime that dies in the middle of things, as a killed process does. */
export class Life {
  #isOver = false;
  /** Who waits for something, and learns of its end. */
  readonly #waiting = new Set<() => void>();

  isOver(): boolean {
    return this.#isOver;
  }

  /** From now on nothing that this life began goes on. */
  end(): void {
    this.#isOver = true;
    for (const leave of this.#waiting) leave();
  }

  /** Waits for what others do in this life; undefined if it ends before. */
  async outcomeOf<Result>(work: () => Promise<Result>): Promise<{ readonly result: Result } | undefined> {
    const { promise: left, resolve } = Promise.withResolvers<undefined>();
    const leave = () => {
      resolve(undefined);
    };
    this.#waiting.add(leave);
    try {
      return await Promise.race([work().then((result) => ({ result })), left]);
    } finally {
      // A promise of the end would hold on to all that anybody ever waited for.
      this.#waiting.delete(leave);
    }
  }

  /** Does some work, whose end nobody learns of if the life is over by then. */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.isOver()) return await never();
    try {
      const result = await work();
      return this.isOver() ? await never() : result;
    } catch (error) {
      if (this.isOver()) return await never();
      throw error;
    }
  }
}

/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return -- LevelDB's objects are taken as they come */

/** Makes calls of `names` part of a life. */
function bind(life: Life, target: any, names: readonly string[]): any {
  for (const name of names) {
    const call = target[name].bind(target);
    target[name] = (...given: any[]) => life.during(() => call(...given));
  }
  return target;
}

const endless = { all: never, next: never, close: never };
const deadIterator = { ...endless, [Symbol.asyncIterator]: () => endless };
const deadBatch: any = { put: () => deadBatch, del: () => deadBatch, write: never };

/** Opens storage that a life reads and writes until it is over; closing works all the same. */
export const mortalStorage =
  (life: Life): typeof openStorage =>
  async (...given) => {
    const storage: any = await openStorage(...given);
    const bound = new Set<unknown>();
    const part = storage.part.bind(storage);
    const batch = storage.batch.bind(storage);
    storage.part = (name: string) => {
      const opened = part(name);
      if (bound.has(opened)) return opened;
      bound.add(opened);
      bind(life, opened, ['get', 'put', 'del', 'batch']);
      for (const listing of ['iterator', 'keys', 'values']) {
        const list = opened[listing].bind(opened);
        opened[listing] = (...options: any[]) =>
          life.isOver() ? deadIterator : bind(life, list(...options), ['all', 'next']);
      }
      return opened;
    };
    storage.batch = () => (life.isOver() ? deadBatch : bind(life, batch(), ['write']));
    return storage;
  };
