import {
  isResting,
  type StoredTally,
  tallyName,
  type TallyName,
  tallyShard,
  type TallyStore,
} from '../adapters/tally-store.ts';
import { lineName, lineNamed } from '../adapters/tally-marks.ts';
import { faultNames, NamedFault } from '../contracts/faults.ts';
import type { LineKey } from '../domain/order-line.ts';
import { forEach } from '../domain/parallel.ts';
import { type CountedChange, leftToCount, type Mark, plusCounters } from '../domain/tallies.ts';
import { toInstant } from '../domain/time.ts';

export interface CountServices {
  readonly tallies: TallyStore;
  readonly now: () => Date;
  /** Waits the given number of milliseconds. */
  readonly pause: (milliseconds: number) => Promise<unknown>;
}

/** How many items are written at once. */
const writesAtOnce = 20;

/**
 * A caller that lost a tally to another one retries after a random pause, 2.2 s in all on average: as many calls count
 * at once as the stream has shards.
 */
const contention = { mostTries: 60, longestPause: 75 };

/**
 * Counts the changes of lines, each line's in order. Each change is counted once, no matter who repeats it and when, or
 * where this is cut short: one write adds changes to a tally and notes their marks there, and the mark of a line says
 * that all its tallies have them. Only then may a tally drop its note.
 * @returns false: nothing is counted for now, because a recount is under way
 */
export async function countChanges(
  changes: readonly CountedChange[],
  { tallies, now, pause }: CountServices,
): Promise<boolean> {
  if (changes.length === 0) return true;
  const generation = await tallies.generation();
  if (isResting(generation, toInstant(now()))) return false;

  const ofLines = Map.groupBy(changes, ({ line }) => lineName(line));
  let left = namesOf(changes);
  let marks: ReadonlyMap<string, Mark> = new Map();
  for (let tries = 0; left.length > 0; tries += 1) {
    if (tries === contention.mostTries) {
      throw new NamedFault(faultNames.tallyContended, `gave up after ${tries} tries to write counts`);
    }
    if (tries > 0) await pause(Math.random() * contention.longestPause);
    // Read in this order: a tally may have lost its note right after the mark of the line was written.
    const found = await tallies.find(generation.id, left);
    marks = await tallies.marks(generation.id, linesOf(ofLines.keys(), found));
    const lost: TallyName[] = [];
    await forEach(
      found.flatMap((tally) => afterCounting(tally, ofLines, marks) ?? []),
      writesAtOnce,
      async (tally) => {
        if (!(await tallies.write(generation.id, tally))) lost.push(tally);
      },
    );
    left = lost;
  }
  await forEach([...ofLines.values()], writesAtOnce, (ofLine) => markCounted(ofLine));
  return true;

  async function markCounted(ofLine: readonly CountedChange[]): Promise<void> {
    const last = ofLine.at(-1);
    if (!last) return;
    const { line, mark: next, isRemoval } = last;
    const removed = isRemoval ? { removedAt: toInstant(now()) } : {};
    const known = marks.get(lineName(line));
    await raiseMark(tallies, generation.id, line, { known, next, ...removed });
  }
}

/** Writes the mark of a line, unless it has, or gets, a later one. */
export async function raiseMark(
  tallies: Pick<TallyStore, 'mark' | 'marks'>,
  generation: string,
  line: LineKey,
  mark: Parameters<TallyStore['mark']>[2],
): Promise<void> {
  let { known } = mark;
  while (known === undefined || known < mark.next) {
    if (await tallies.mark(generation, line, { ...mark, known })) return;
    known = (await tallies.marks(generation, [line])).get(lineName(line));
  }
}

/** The tallies that count the changes. */
function namesOf(changes: readonly CountedChange[]): readonly TallyName[] {
  const names = changes.flatMap(({ line, before, after }) =>
    [...before, ...after].map(({ scope, tally }) => ({ scope, tally, shard: tallyShard(scope, line) })),
  );
  return [...new Map(names.map((name) => [tallyName(name), name])).values()];
}

const linesOf = (changed: Iterable<string>, tallies: readonly StoredTally[]) =>
  [...new Set([...changed, ...tallies.flatMap(({ counted }) => Object.keys(counted))])].map(lineNamed);

/** A tally with the changes that it has not counted yet; undefined if there are none. */
function afterCounting(
  tally: StoredTally,
  changes: ReadonlyMap<string, readonly CountedChange[]>,
  marks: ReadonlyMap<string, Mark>,
): StoredTally | undefined {
  let { counters } = tally;
  const counted = new Map(Object.entries(tally.counted).filter(([line, mark]) => mark > markIn(marks, line)));
  let isChanged = false;
  for (const [line, ofLine] of changes) {
    const key = lineNamed(line);
    if (tallyShard(tally.scope, key) !== tally.shard) continue;
    const left = leftToCount(tally, ofLine, counted.get(line) ?? marks.get(line));
    if (!left) continue;
    counters = plusCounters(counters, left.counters);
    counted.set(line, left.mark);
    isChanged = true;
  }
  return isChanged ? { ...tally, counters, counted: Object.fromEntries(counted) } : undefined;
}

const markIn = (marks: ReadonlyMap<string, Mark>, line: string): Mark => marks.get(line) ?? '';
