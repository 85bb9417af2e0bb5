import * as z from 'zod';
import { recordOf } from '../../infra/local/queues.ts';
import { NamedFault } from '../../shared/contracts/faults.ts';
import { consumeEvents } from '../../shared/runtime/consume-events.ts';

/** What is logged, by level, when an event fails with `fault` as it is delivered for the given time. */
async function loggedOf(fault: Error, delivery: number): Promise<readonly string[]> {
  const logged: string[] = [];
  const log = {
    info: () => logged.push('info'),
    warn: () => logged.push('warn'),
    error: () => logged.push('error'),
  };
  const deadLetters = { keep: () => Promise.reject(new Error('not expected here')) };
  const consume = consumeEvents(z.object({}), () => Promise.reject(fault), { deadLetters, log });
  const { batchItemFailures } = await consume({ Records: [recordOf('m-1', '{}', delivery)] });
  expect(batchItemFailures).toEqual([{ itemIdentifier: 'm-1' }]);
  return logged;
}

test('an event that only comes too early alarms nobody, unless it does so again', async () => {
  const tooEarly = new NamedFault('SendInProgress', 'not yet');
  expect(await loggedOf(tooEarly, 1)).toEqual(['info']);
  expect(await loggedOf(tooEarly, 2)).toEqual(['error']);
});

test('a fault that nobody foresaw is an error at once', async () => {
  expect(await loggedOf(new Error('out of order'), 1)).toEqual(['error']);
});

test('a refused event that the dead-letter queue does not take is an error, and comes again', async () => {
  const faults: unknown[] = [];
  const log = {
    info: () => undefined,
    warn: () => undefined,
    error: (_: string, { fault }: { readonly fault?: unknown } = {}) => faults.push(fault),
  };
  const deadLetters = { keep: () => Promise.reject(new Error('too large')) };
  const consume = consumeEvents(z.object({ detail: z.object({}) }), () => Promise.resolve(), {
    deadLetters,
    log,
  });
  expect(await consume({ Records: [recordOf('m-1', '{}', 1)] })).toEqual({
    batchItemFailures: [{ itemIdentifier: 'm-1' }],
  });
  expect(faults).toMatchObject([{ name: 'Error' }]);
});

test('events of one line are handled one after the other, and different lines side by side', async () => {
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const deadLetters = { keep: () => Promise.reject(new Error('not expected here')) };
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const detail = z.object({ orderId: z.string(), lineId: z.string(), name: z.string() });
  const consume = consumeEvents(
    z.object({ detail }),
    async ({ detail: { name } }) => {
      begun.push(name);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (name === 'first') throw new Error('out of order');
    },
    { deadLetters, log },
  );
  const record = (name: string, orderId: string, lineId: string) =>
    recordOf(name, JSON.stringify({ detail: { orderId, lineId, name } }), 1);
  const answer = consume({
    Records: [record('first', 'A', '1'), record('second', 'A', '1'), record('other line', 'A', '2')],
  });

  await new Promise(setImmediate);
  expect(begun).toEqual(['first', 'other line']);
  ends.forEach((end) => end());
  await new Promise(setImmediate);
  expect(begun).toEqual(['first', 'other line', 'second']);
  ends.at(-1)?.();
  expect(await answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'first' }] });
});

test('an event gets what the one of the same line before it left, unless that failed', async () => {
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const deadLetters = { keep: () => Promise.reject(new Error('not expected here')) };
  const given: (readonly [string, string | undefined])[] = [];
  const detail = z.object({ orderId: z.string(), lineId: z.string(), name: z.string() });
  const consume = consumeEvents(
    z.object({ detail }),
    ({ detail: { name } }, left: string | undefined) => {
      given.push([name, left]);
      return name === 'third' ? Promise.reject(new Error('out of order')) : Promise.resolve(name);
    },
    { deadLetters, log },
  );
  const record = (name: string, lineId: string) =>
    recordOf(name, JSON.stringify({ detail: { orderId: 'A', lineId, name } }), 1);
  const names = ['first', 'second', 'third', 'fourth'];
  await consume({ Records: [...names.map((name) => record(name, '1')), record('other line', '2')] });
  expect(Object.fromEntries(given)).toEqual({
    first: undefined,
    second: 'first',
    third: 'second',
    fourth: undefined,
    'other line': undefined,
  });
});
