import { SendMessageCommand, SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { withinBytes } from '../domain/text.ts';
import { quickCalls } from './time-limits.ts';

/** Where events go that no retry can fix. */
export interface DeadLetters {
  /** Keeps the event as it arrived, with the reason it was refused. */
  keep(event: string, reason: string): Promise<void>;
}

export const sqsClient = (config: SQSClientConfig = {}): SQSClient =>
  new SQSClient({ ...quickCalls, ...config });

/** The message attribute that says why an event is a dead letter. */
export const reasonAttribute = 'reason';

/** The longest reason that is kept, in bytes of UTF-8. */
const longestReason = 1000;

export function deadLetters(client: SQSClient, queueUrl: string): DeadLetters {
  return {
    async keep(event, reason) {
      await client.send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody: sendable(event),
          MessageAttributes: {
            [reasonAttribute]: { DataType: 'String', StringValue: withinBytes(reason, longestReason) },
          },
        }),
      );
    },
  };
}

/** SQS replaces these two characters; JSON may contain them, and means the same when they are escaped. */
const sendable = (json: string): string =>
  json.replaceAll(/[\ufffe\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
