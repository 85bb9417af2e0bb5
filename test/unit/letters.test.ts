import { SQSClient } from '@aws-sdk/client-sqs';
import { goThrough } from '../../infra/letters.ts';

/* How an operator's command goes through a queue of dead letters. */

/** A queue that delivers these messages, by id, one batch for each call, and then nothing. */
function queueOf(...batches: readonly (readonly string[])[]) {
  const sqs = new SQSClient({ region: 'eu-central-1' });
  const calls: { readonly command: string; readonly input: object }[] = [];
  const waiting = [...batches];
  const handleOf = (id: string) => `handle of ${id} in batch ${batches.length - waiting.length}`;
  const answerTo = (command: string): object => {
    if (command === 'ReceiveMessageCommand')
      return {
        Messages: waiting.shift()?.map((id) => ({ MessageId: id, ReceiptHandle: handleOf(id) })),
      };
    // Messages that are visible already cannot be shown again.
    if (command === 'ChangeMessageVisibilityBatchCommand')
      return { Failed: [{ Id: '0', Code: 'MessageNotInflight', SenderFault: true }] };
    return {};
  };
  sqs.middlewareStack.add(
    (_next, { commandName = '' }) =>
      ({ input }) => {
        calls.push({ command: commandName, input });
        const output = { $metadata: {}, ...answerTo(commandName) };
        return Promise.resolve({ response: {}, output: output as never });
      },
    { name: 'answer', step: 'initialize', priority: 'high' },
  );
  const inputsOf = (command: string) =>
    calls.filter((call) => call.command === command).map(({ input }) => input);
  return { sqs, inputsOf };
}

const url = 'https://sqs.example/dead-letters';

test('each letter is inspected once, although those of a long run come again before its end', async () => {
  const { sqs, inputsOf } = queueOf(['a', 'b'], ['c', 'a'], ['a'], ['d']);
  const inspected: (string | undefined)[] = [];
  await goThrough(sqs, url, {
    isOver: () => false,
    isDone: ({ MessageId }) => {
      inspected.push(MessageId);
      return Promise.resolve(MessageId === 'b');
    },
  });
  expect(inspected).toEqual(['a', 'b', 'c', 'd']);
  expect(inputsOf('DeleteMessageCommand')).toEqual([
    { QueueUrl: url, ReceiptHandle: 'handle of b in batch 1' },
  ]);
  // By the handles that came last: SQS need not take earlier ones.
  expect(inputsOf('ChangeMessageVisibilityBatchCommand')).toMatchObject([
    {
      Entries: ['a in batch 3', 'c in batch 2', 'd in batch 4'].map((one) => ({
        ReceiptHandle: `handle of ${one}`,
      })),
    },
  ]);
});

test('what stays is shown again, also after a fault, and whatever is visible already', async () => {
  const { sqs, inputsOf } = queueOf(['a', 'b', 'c']);
  const fault = new Error('the table is away');
  const going = goThrough(sqs, url, {
    isOver: () => false,
    isDone: ({ MessageId }) => (MessageId === 'c' ? Promise.reject(fault) : Promise.resolve(false)),
  });
  await expect(going).rejects.toBe(fault);
  expect(inputsOf('ChangeMessageVisibilityBatchCommand')).toMatchObject([
    {
      Entries: [
        { ReceiptHandle: 'handle of a in batch 1', VisibilityTimeout: 0 },
        { ReceiptHandle: 'handle of b in batch 1' },
      ],
    },
  ]);
});

test('nothing is inspected once its time is up', async () => {
  const { sqs, inputsOf } = queueOf(['a']);
  await goThrough(sqs, url, { isOver: () => true, isDone: () => Promise.resolve(true) });
  expect(inputsOf('ReceiveMessageCommand')).toEqual([]);
});
