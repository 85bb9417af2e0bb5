import pLimit from 'p-limit';

/**
 * Limits how many tasks run at once and how many wait, first come, first served.
 * @param patience milliseconds; a task that waited longer is not started, because its caller has given up or should
 * @returns a function that runs a task; it resolves to undefined instead of the task's result if there was no room
 */
export function turns(
  {
    atOnce,
    waiting,
    patience,
  }: { readonly atOnce: number; readonly waiting: number; readonly patience: number },
  now = () => performance.now(),
) {
  const limit = pLimit(atOnce);
  return async <Result>(work: () => Promise<Result>): Promise<Result | undefined> => {
    if (limit.activeCount + limit.pendingCount >= atOnce + waiting) return undefined;
    const since = now();
    return await limit(async () => (now() - since > patience ? undefined : await work()));
  };
}
