import { type FaultName, NamedFault } from '../contracts/faults.ts';

/** What an item has that several may change at once. */
interface Versioned {
  /** How often it was written. */
  readonly version: number;
  /** The last writer, so that one whose answer was lost recognizes its own write. */
  readonly writer?: string;
}

interface Change<Item> {
  /** The item as it was read; undefined: there is none. */
  readonly from: Item | undefined;
  /** Names this change. */
  readonly writer: string;
  readonly find: () => Promise<Item | undefined>;
  /** Returns the new state of the item, or undefined if nothing is to be written. */
  readonly decide: (known: Item | undefined) => Item | undefined;
  /** Puts the item over that version, 0 for none; false: somebody else wrote since. */
  readonly put: (item: Item, over: number) => Promise<boolean>;
  /** The fault if others keep writing. */
  readonly contended: FaultName;
}

/** More writers of one item than ever meet. */
const mostTries = 20;

/**
 * Changes an item by one conditional write. If somebody else wrote in between, it decides again about the current item.
 * @returns the current item, and whether this change wrote it
 * @throws NamedFault `contended`
 */
export async function changeItem<Item extends Versioned>({
  from,
  writer,
  find,
  decide,
  put,
  contended,
}: Change<Item>): Promise<{ readonly item: Item | undefined; readonly isWritten: boolean }> {
  let known = from;
  for (let tries = 1; tries <= mostTries; tries += 1) {
    const decided = decide(known);
    if (decided === undefined) return { item: known, isWritten: false };
    const over = known?.version ?? 0;
    const item = { ...decided, writer, version: over + 1 };
    if (await put(item, over)) return { item, isWritten: true };
    known = await find();
    if (known?.writer === writer) return { item: known, isWritten: true };
  }
  throw new NamedFault(contended, 'others kept writing the item');
}
