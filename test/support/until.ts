import { setTimeout } from 'node:timers/promises';

/** Milliseconds. Far longer than anything takes that tests wait for. */
const patience = 90_000;

/**
 * Looks until what it sees holds, and answers it.
 * @throws Error with what was seen last
 */
export async function until<Seen>(look: () => Promise<Seen>, holds: (seen: Seen) => boolean): Promise<Seen> {
  const end = Date.now() + patience;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (Date.now() > end) throw new Error(`waited in vain; saw last: ${JSON.stringify(seen)}`);
    await setTimeout(100);
  }
}
