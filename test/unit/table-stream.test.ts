import type { DynamoDBStreamEvent } from 'aws-lambda';
import { Activity } from '../../infra/local/activity.ts';
import { type ChangeSource, TableStream } from '../../infra/local/table-stream.ts';

/** Notes of changes, and what was read of them and forgotten. */
function source(count: number) {
  const read: number[] = [];
  const forgotten: number[] = [];
  const changes: ChangeSource = {
    take: (from, most) => {
      const taken = sequences(count).slice(from, from + most);
      read.push(...taken);
      return Promise.resolve({
        changes: taken.map((sequence) => ({ sequence, images: '{"after":{}}' })),
        upTo: taken.at(-1) ?? count - 1,
      });
    },
    forget: (sequence) => forgotten.push(sequence),
  };
  return { changes, read, forgotten };
}

const sequences = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);

/** A function that notes what it handles; `fails` says whether it fails at a change now. */
function reader(functionName: string, fails: (sequence: number) => boolean = () => false) {
  const handled: number[] = [];
  const handler = async ({ Records }: DynamoDBStreamEvent) => {
    for (const { dynamodb } of Records) {
      const sequence = Number(dynamodb?.SequenceNumber);
      if (fails(sequence)) return { batchItemFailures: [{ itemIdentifier: String(sequence) }] };
      await Promise.resolve();
      handled.push(sequence);
    }
    return { batchItemFailures: [] };
  };
  return { functionName, handler, handled };
}

/** Passes changes to functions until all have had them. */
async function stream(count: number, changes: ChangeSource, readers: readonly ReturnType<typeof reader>[]) {
  const activity = new Activity();
  new TableStream(changes, readers, activity).noted(count - 1);
  await activity.idle();
}

test('functions get every change in order, and it is read once for all of them', async () => {
  const { changes, read, forgotten } = source(900);
  const failing = new Set([170, 171, 500]);
  const readers = [reader('is quick'), reader('fails at times', (sequence) => failing.delete(sequence))];
  await stream(900, changes, readers);
  for (const { handled } of readers) expect(handled).toEqual(sequences(900));
  expect(read).toEqual(sequences(900));
  expect(forgotten.at(-1)).toBe(899);
});

test('one that falls far behind gets every change in order too; before that, none of its is forgotten', async () => {
  const { changes, forgotten } = source(2500);
  const forgottenAtFailures: (number | undefined)[] = [];
  const fails = (sequence: number) =>
    sequence === 30 && forgottenAtFailures.length < 3 && forgottenAtFailures.push(forgotten.at(-1)) > 0;
  const readers = [reader('is quick'), reader('keeps failing', fails)];
  await stream(2500, changes, readers);
  for (const { handled } of readers) expect(handled).toEqual(sequences(2500));
  expect(forgottenAtFailures).toEqual([undefined, 29, 29]);
  expect(forgotten.at(-1)).toBe(2499);
});
