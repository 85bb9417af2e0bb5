import { setTimeout } from 'node:timers/promises';
import {
  ChangeMessageVisibilityBatchCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { faultNames, NamedFault } from '../contracts/faults.ts';

/** A queue between two of the product's functions. */
export interface Queue {
  /**
   * Sends the messages; some may arrive more than once, and in any order.
   * @param messages as JSON
   * @throws NamedFault MessagesNotQueued; some of the messages may have been queued
   */
  send(messages: readonly unknown[], options?: SendOptions): Promise<void>;
  /**
   * Makes messages that are being handled come again later. Best effort: if that fails, a message comes again when its
   * visibility timeout ends.
   */
  putBack(messages: readonly PutBack[]): Promise<void>;
}

export interface SendOptions {
  /** Seconds until they are delivered, at most 900. */
  readonly delaySeconds?: number;
  /**
   * Whose messages these are. If one tenant has so many in the queue that others would wait, SQS delivers the others'
   * first: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
   */
  readonly tenant?: string;
}

/** A queue that knows its length. */
export interface MeasuredQueue extends Queue {
  /** Roughly how many messages are in it, including those being handled or hidden. */
  length(): Promise<number>;
}

export interface PutBack {
  readonly receiptHandle: string;
  /** Seconds from now until it comes again; at most 12 hours. */
  readonly seconds: number;
}

/** The most entries of one call to SQS. */
const batchLimit = 10;

/** Milliseconds before SQS is offered again what it did not accept. */
const pauses = [100, 400] as const;

/** Seconds. SQS hides a message for at most 12 hours after it was received. */
const longestPutBack = 12 * 60 * 60 - 60;

/** The counts of a queue's messages, by their state. */
const counts = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

/** @param pause waits the given number of milliseconds */
export function queue(
  client: SQSClient,
  queueUrl: string,
  pause: (milliseconds: number) => Promise<unknown> = setTimeout,
): MeasuredQueue {
  /** Returns the bodies that SQS did not accept. */
  async function sendOnce(bodies: readonly string[], options: SendOptions): Promise<readonly string[]> {
    const { delaySeconds = 0, tenant } = options;
    const { Failed = [] } = await client.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: bodies.map((MessageBody, at) => ({
          Id: String(at),
          MessageBody,
          ...(delaySeconds === 0 ? {} : { DelaySeconds: delaySeconds }),
          ...(tenant === undefined ? {} : { MessageGroupId: tenant }),
        })),
      }),
    );
    const failed = new Set(Failed.map(({ Id }) => Id));
    return bodies.filter((_, at) => failed.has(String(at)));
  }

  async function sendAll(bodies: readonly string[], options: SendOptions): Promise<void> {
    let left = await sendOnce(bodies, options);
    for (const milliseconds of pauses) {
      if (left.length === 0) return;
      await pause(milliseconds);
      left = await sendOnce(left, options);
    }
    if (left.length > 0) throw new NamedFault(faultNames.messagesNotQueued, `${left.length} were not taken`);
  }

  return {
    async send(messages, options = {}) {
      const bodies = messages.map((message) => JSON.stringify(message));
      for (const piece of inPieces(bodies, batchLimit)) await sendAll(piece, options);
    },

    async putBack(messages) {
      for (const piece of inPieces(messages, batchLimit)) {
        await client.send(
          new ChangeMessageVisibilityBatchCommand({
            QueueUrl: queueUrl,
            Entries: piece.map(({ receiptHandle, seconds }, at) => ({
              Id: String(at),
              ReceiptHandle: receiptHandle,
              VisibilityTimeout: Math.min(Math.ceil(seconds), longestPutBack),
            })),
          }),
        );
      }
    },

    async length() {
      const { Attributes = {} } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...counts] }),
      );
      return counts.reduce((sum, count) => sum + Number(Attributes[count] ?? 0), 0);
    },
  };
}

const inPieces = <Entry>(entries: readonly Entry[], size: number): readonly (readonly Entry[])[] =>
  Array.from({ length: Math.ceil(entries.length / size) }, (_, at) =>
    entries.slice(at * size, (at + 1) * size),
  );
