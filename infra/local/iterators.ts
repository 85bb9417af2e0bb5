import { AbstractKeyIterator, AbstractValueIterator } from 'abstract-level';

/**
 * Lets dynalite close its iterators. It ends each through the method `return`, which those of the current LevelDB lack,
 * and leaves it open: every query would keep some 40 KB of read-ahead and a snapshot of the database for as long as the
 * process lives.
 */
export function letIteratorsEnd(): void {
  for (const { prototype } of [AbstractKeyIterator, AbstractValueIterator]) {
    Object.assign(prototype, {
      return(this: { close(): Promise<void> }) {
        return this.close();
      },
    });
  }
}
