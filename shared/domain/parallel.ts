/**
 * Does `work` for each entry, in order, with a limited number at once. The first failure is thrown after everything
 * that was begun has ended.
 */
export async function forEach<Entry>(
  entries: readonly Entry[],
  atOnce: number,
  work: (entry: Entry) => Promise<void>,
): Promise<void> {
  const left = entries.values();
  const workers = Array.from({ length: Math.min(atOnce, entries.length) }, async () => {
    for (const entry of left) await work(entry);
  });
  const failure = (await Promise.allSettled(workers)).find(({ status }) => status === 'rejected');
  if (failure?.status === 'rejected') throw failure.reason;
}
