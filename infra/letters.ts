import {
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { reasonAttribute } from '../shared/adapters/dead-letters.ts';
import { type PutBack, queue } from '../shared/adapters/queue.ts';

/** How long inspected messages stay hidden from others unless they are released sooner, in seconds. */
const lookingTime = 300;

/**
 * Goes through the messages of a dead-letter queue, each once. Those that `isDone` is done with are deleted; the others
 * are visible again in the end.
 */
export async function goThrough(
  sqs: SQSClient,
  queueUrl: string,
  {
    isOver,
    isDone,
  }: { readonly isOver: () => boolean; readonly isDone: (letter: Message) => Promise<boolean> },
): Promise<void> {
  const seen = new Set<string | undefined>();
  const left = new Map<string | undefined, PutBack>();
  try {
    while (!isOver()) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: 10,
          // Queries all of the queue's servers, so that an empty answer means an empty queue.
          WaitTimeSeconds: 1,
          VisibilityTimeout: lookingTime,
          MessageAttributeNames: [reasonAttribute],
          MessageSystemAttributeNames: ['SentTimestamp'],
        }),
      );
      if (Messages.length === 0) return;
      for (const letter of Messages) {
        const { MessageId, ReceiptHandle = '' } = letter;
        // In a long run, the first ones come again before the end.
        const isNew = !seen.has(MessageId);
        seen.add(MessageId);
        if (isNew && (await isDone(letter)))
          await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
        else left.set(MessageId, { receiptHandle: ReceiptHandle, seconds: 0 });
      }
    }
  } finally {
    // SQS refuses this for messages that are visible already, which a batch does not fail for.
    await queue(sqs, queueUrl).putBack([...left.values()]);
  }
}
