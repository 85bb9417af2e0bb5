import fc from 'fast-check';
import { expectBooksToAgree } from './books.ts';
import type { MemoryService } from './memory-service.ts';
import { Sequence } from './sequence.ts';
import { onceFailed, rare, sequencesWithFaults, type Step } from './steps.ts';

/** How many sequences a build runs in memory. */
export const sequencesInMemory = 1000;

/** What the sequences came to. */
export class Tally {
  sequences = 0;
  steps = 0;
  emails = 0;
  readonly faults = new Map<string, number>();
  /** The first emails that were sent again since answer and report of the one before were lost. */
  repeatedUnreported = 0;
  /** The same while the report was late: it came after all. */
  repeatedTooEarly = 0;

  add(steps: readonly Step[], service: MemoryService): void {
    this.sequences += 1;
    this.steps += steps.length;
    const emails = service.emails();
    this.emails += emails.length;
    for (const { service: of, name } of service.allMet) this.#count(`${of} ${name}`);
    const firsts = emails.filter(({ tags }) => tags.kind === 'first');
    for (const of of Map.groupBy(firsts, ({ tags }) => `${tags.orderId}/${tags.lineId}`).values())
      for (const { reportedAt } of of.slice(0, -1))
        if (reportedAt === undefined) this.repeatedUnreported += 1;
        else this.repeatedTooEarly += 1;
  }

  #count(fault: string): void {
    this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1);
  }

  get faultsMet(): number {
    return [...this.faults.values()].reduce((sum, times) => sum + times, 0);
  }

  toString(): string {
    return (
      `${this.sequences} sequences, ${this.steps} steps, ${this.emails} emails, ${this.faultsMet} faults met; ` +
      `first emails repeated: ${this.repeatedUnreported} without answer and report, ` +
      `${this.repeatedTooEarly} before a late report`
    );
  }
}

/** Holds random sequences in memory beside the model; the same seed makes the same ones. */
export async function runInMemory(
  seed: number,
  numRuns: number,
  open: () => MemoryService,
  tally = new Tally(),
): Promise<Tally> {
  const property = fc.asyncProperty(sequencesWithFaults, async (steps) => {
    const service = open();
    const sequence = new Sequence(service);
    for (const step of steps) await sequence.take(step);
    await sequence.recover();
    expectBooksToAgree(service);
    tally.add(steps, service);
  });
  await fc.assert(property, {
    seed,
    numRuns,
    examples: [...onceFailed, ...rare].map((steps): [Step[]] => [steps]),
  });
  return tally;
}
