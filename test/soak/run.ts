import { parseArgs } from 'node:util';
import { MemoryService } from '../support/model/memory-service.ts';
import { runInMemory, sequencesInMemory, Tally } from '../support/model/run.ts';
import { newSeed } from '../support/seed.ts';

/*
 * Runs the random sequences of test/proofs/model.test.ts with ever new seeds until the time is over, and says how often
 * what is not promised has occurred: `npm run test:soak -- --minutes 30`.
 */
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error('--minutes must be a number above zero');

/** So many sequences share a seed: no more than the test runs, which replays them by it. */
const atOnce = Math.min(50, sequencesInMemory);

const open = await MemoryService.open();
const tally = new Tally();
const end = performance.now() + minutes * 60_000;
for (let next = newSeed; performance.now() < end; next += 1) {
  try {
    await runInMemory(next, atOnce, open, tally);
  } catch (error) {
    console.error(error);
    console.error(
      `Seed ${next} fails. Again: FC_SEED=${next} npm run jest -- --selectProjects proofs -- test/proofs/model.test.ts`,
    );
    process.exitCode = 1;
    break;
  }
}

console.log(`soak: ${tally.toString()} (from FC_SEED=${newSeed})`);
for (const [fault, times] of [...tally.faults].sort()) console.log(`  ${fault}: ${times}`);
