import { AbstractKeyIterator, AbstractValueIterator } from 'abstract-level';

/**
 * Lets dynalite close its iterators. It ends each by the method `return`, which those of the present LevelDB have not got,
 * and then leaves it open: every query of the table would keep what it had read ahead, some 40 KB, and a view of the
 * database as it was then, for as long as the process lives.
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
