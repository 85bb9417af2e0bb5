import * as z from 'zod';
import { recordOf } from '../../infra/local/event-bus.ts';
import { NamedFault } from '../../shared/contracts/workflow.ts';
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
