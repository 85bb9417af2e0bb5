import { MemoryService } from '../support/model/memory-service.ts';
import { runInMemory, sequencesInMemory } from '../support/model/run.ts';
import { seed } from '../support/seed.ts';

/*
 * Random sequences of all that can happen to order lines, beside a small model of the rules, while any call of AWS may
 * fail in any way and any function may die. After every step the API, the histories and the mail service must be as the
 * model says, and once all has recovered the books must agree. Nothing here is a process: see
 * test/support/model/memory-service.ts. A failure prints the seed and the shortest sequence that it could find. Every
 * build runs the same sequences; `FC_SEED=<seed>` in the environment runs those of another seed, `FC_SEED=random` any.
 */
it(`whatever happens and fails, in any order, the product does what the model says (FC_SEED=${seed})`, async () => {
  const tally = await runInMemory(seed, sequencesInMemory, await MemoryService.open());
  process.stdout.write(`model in memory: ${tally.toString()} (FC_SEED=${seed})\n`);
  expect(tally.faultsMet).toBeGreaterThan(sequencesInMemory / 2);
}, 600_000);
