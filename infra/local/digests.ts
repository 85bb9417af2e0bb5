import type { ChoiceStore } from '../../shared/adapters/choice-store.ts';
import { digestMinutes } from '../../shared/domain/notifications.ts';
import type { Clock } from './clock.ts';
import type { Job, Jobs } from './jobs.ts';

const minute = 60 * 1000;
const interval = digestMinutes * minute;

/** Later than any digest is due. */
const everything = '9999-12-31T00:00:00.000Z';

interface Digests {
  readonly choices: ChoiceStore;
  readonly send: () => Promise<{ readonly isCutShort: boolean; readonly failed: number }>;
}

/**
 * Sends digests when the next one is due. On AWS a schedule checks every quarter of an hour; here that would be thousands
 * of checks for nothing whenever the clock moves.
 * @returns the choices, for whoever changes them: a change may make a digest due sooner
 */
export async function sendDigestsWhenDue(
  jobs: Jobs,
  clock: Clock,
  { choices, send }: Digests,
): Promise<ChoiceStore> {
  /** When the earliest job is due. */
  let planned = Infinity;

  async function nextDue(): Promise<number> {
    for await (const [first] of choices.dueDigests(everything)) if (first) return Date.parse(first.dueAt);
    return Infinity;
  }

  async function plan(due: number): Promise<void> {
    if (due >= planned) return;
    planned = due;
    await jobs.add([digestsAt(due)]);
  }

  jobs.assign('digests', async (job) => {
    let isLeft = true;
    try {
      const { isCutShort, failed } = await send();
      isLeft = isCutShort || failed > 0;
    } catch (error) {
      console.error('Digests were not sent, and will be tried again.', error);
    }
    planned = Infinity;
    const now = clock.now().getTime();
    const due = isLeft ? now + interval : await nextDue();
    if (due === Infinity) {
      await jobs.replace([[job, undefined]]);
      return;
    }
    planned = Math.max(due, now + 1);
    await jobs.replace([[job, digestsAt(planned)]]);
  });

  // The process may have been killed between the last choice and its job.
  const due = await nextDue();
  if (due !== Infinity) await plan(Math.max(due, clock.now().getTime() + 1));

  return {
    ...choices,
    async change(person, decide) {
      const choice = await choices.change(person, decide);
      if (choice?.digestDueAt !== undefined) await plan(Date.parse(choice.digestDueAt));
      return choice;
    },
  };
}

const digestsAt = (at: number): Job => ({ dueAt: new Date(at).toISOString(), kind: 'digests', id: 'next' });
