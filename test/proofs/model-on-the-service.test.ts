import fc from 'fast-check';
import { RunningService } from '../support/model/running-service.ts';
import { seed } from '../support/seed.ts';
import { Sequence } from '../support/model/sequence.ts';
import { onceFailed, sequencesWithoutFaults, type Step } from '../support/model/steps.ts';

/*
 * The sequences of test/proofs/model.test.ts on the real service, which shows that what is proven there in memory is the
 * service: its database, its bus, its timers and its HTTP. Every build runs the same ones; `FC_SEED=<seed>` in the
 * environment runs those of another seed, `FC_SEED=random` any.
 */
const services = 3;
const sequencesEach = 8;

describe('whatever happens, in any order', () => {
  const running: RunningService[] = [];

  beforeAll(async () => {
    running.push(...(await Promise.all(Array.from({ length: services }, () => RunningService.start()))));
  });

  afterAll(async () => {
    await Promise.all(running.map((service) => service.stop()));
  });

  it(`the service does what the model of the rules says (FC_SEED=${seed})`, async () => {
    await Promise.all(
      running.map(async (service, index) => {
        const sequences: Sequence[] = [];
        const property = fc.asyncProperty(sequencesWithoutFaults, async (steps) => {
          const sequence = new Sequence(service);
          sequences.push(sequence);
          try {
            for (const step of steps) await sequence.take(step);
          } finally {
            await sequence.settle();
          }
          await sequence.recover();
        });
        const examples = index === 0 ? onceFailed.map((steps): [Step[]] => [steps]) : [];
        await fc.assert(property, { seed: seed + index, numRuns: sequencesEach, examples });
        const emails = await service.mailbox();
        for (const sequence of sequences) sequence.compareMailbox(emails);
      }),
    );
  }, 600_000);
});
