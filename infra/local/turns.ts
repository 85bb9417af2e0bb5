import pLimit from 'p-limit';

/**
 * Lets so many pieces of work run at once and so many wait for their turn, first come, first served.
 * @param patience milliseconds; work that waited longer is not begun, since whoever asked for it has given up or should
 * @returns starts the work, and answers undefined instead of its result when there was no room for it
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
