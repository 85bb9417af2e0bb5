import { Duration } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Queue } from 'aws-cdk-lib/aws-sqs';

/** What Lambda needs to poll a queue, as in AWSLambdaSQSQueueExecutionRole; the CDK's own grant allows more. */
export const polling = ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'] as const;

/** As long as SQS can keep a message: what is queued must be done, however long its function is down. */
export const longestRetention = Duration.days(14);

type MessageAction = (typeof polling)[number] | 'SendMessage' | 'ChangeMessageVisibility';

/** Grants `grantee` these actions on the queue's messages, and nothing else. */
export function grantMessages(queue: Queue, grantee: IGrantable, ...actions: readonly MessageAction[]): void {
  Grant.addToPrincipal({
    grantee,
    actions: actions.map((action) => `sqs:${action}`),
    resourceArns: [queue.queueArn],
  });
}
