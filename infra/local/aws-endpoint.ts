import { createHash } from 'node:crypto';
import * as z from 'zod';
import { reasonAttribute } from '../../shared/adapters/dead-letters.ts';
import type { DeadLetterOffice } from './dead-letter-office.ts';
import type { EventBus } from './event-bus.ts';
import type { Executions } from './executions.ts';
import { awsError, jsonAnswer, type LocalService } from './in-process.ts';
import { published, type PublishedEvents } from './published-events.ts';
import type { Queues } from './queues.ts';

export const stateMachineArn = 'arn:aws:states:local:000000000000:stateMachine:order-line';

const startExecution = z.object({ name: z.string(), input: z.string() });
const namedExecution = z
  .object({ executionArn: z.string() })
  .transform(({ executionArn }) => ({ executionArn, name: executionArn.split(':').at(-1) ?? '' }));

/** The URL of the queue that leads to a function. */
export const queueUrlOf = (functionName: string): string => `http://127.0.0.1/queues/${functionName}`;
const functionOf = z.url().transform((url) => new URL(url).pathname.split('/').at(-1) ?? '');

const sendMessageBatch = z.object({
  QueueUrl: functionOf,
  Entries: z.array(
    z.object({ Id: z.string(), MessageBody: z.string(), DelaySeconds: z.int().exactOptional() }),
  ),
});
const changeMessageVisibilityBatch = z.object({
  Entries: z.array(z.object({ Id: z.string(), ReceiptHandle: z.string(), VisibilityTimeout: z.int() })),
});
const sendMessage = z.object({
  QueueUrl: functionOf,
  MessageBody: z.string(),
  /** Only dead letters have a reason. */
  MessageAttributes: z.object({ [reasonAttribute]: z.object({ StringValue: z.string() }) }).exactOptional(),
});
const ofQueue = z.object({ QueueUrl: functionOf });
const taskSuccess = z.object({ taskToken: z.string(), output: z.string() });
const taskFailure = z.object({ taskToken: z.string(), error: z.string() });

const json = z.string().transform((text): unknown => JSON.parse(text));
const putEvents = z.object({
  Entries: z.array(
    z
      .object({ Source: z.string(), DetailType: z.string(), Detail: json })
      .transform(({ Source, DetailType, Detail }) => ({
        source: Source,
        'detail-type': DetailType,
        detail: Detail,
      }))
      .pipe(published),
  ),
});

/*
 * The parts of Step Functions, SQS and EventBridge that the product uses, in AWS's JSON protocol: no maintained library
 * has these APIs without Docker or Python.
 */

export const stepFunctions =
  (executions: () => Executions, now: () => Date): LocalService =>
  async ({ target, input }) => {
    switch (target) {
      case 'AWSStepFunctions.StartExecution': {
        const { name, input: text } = startExecution.parse(input);
        const { startedAt, isNew } = await executions().start(name, JSON.parse(text));
        if (!isNew) return awsError('ExecutionAlreadyExists');
        return jsonAnswer({ executionArn: `${executionArnPrefix}${name}`, startDate: seconds(startedAt) });
      }
      case 'AWSStepFunctions.StopExecution': {
        const { name } = namedExecution.parse(input);
        if (!(await executions().stop(name))) return awsError('ExecutionDoesNotExist');
        return jsonAnswer({ stopDate: seconds(now().toISOString()) });
      }
      case 'AWSStepFunctions.DescribeExecution': {
        const { name, executionArn } = namedExecution.parse(input);
        const known = await executions().find(name);
        if (!known) return awsError('ExecutionDoesNotExist');
        const { status, startedAt } = known;
        return jsonAnswer({ executionArn, stateMachineArn, name, status, startDate: seconds(startedAt) });
      }
      case 'AWSStepFunctions.SendTaskSuccess': {
        const { taskToken, output } = taskSuccess.parse(input);
        const isAwaited = await executions().answer(taskToken, { result: JSON.parse(output) });
        return isAwaited ? jsonAnswer({}) : awsError('TaskTimedOut');
      }
      case 'AWSStepFunctions.SendTaskFailure': {
        const { taskToken, error } = taskFailure.parse(input);
        return (await executions().answer(taskToken, { error })) ? jsonAnswer({}) : awsError('TaskTimedOut');
      }
      default:
        return awsError('UnknownOperationException');
    }
  };

export const sqs =
  (queues: Queues, office: DeadLetterOffice, now: () => Date): LocalService =>
  async ({ target, input }) => {
    switch (target) {
      case 'AmazonSQS.SendMessage': {
        const { QueueUrl: functionName, MessageBody, MessageAttributes } = sendMessage.parse(input);
        if (MessageAttributes)
          await office.keep(MessageBody, MessageAttributes[reasonAttribute].StringValue, now());
        else await queues.send([{ functionName, body: MessageBody }]);
        return jsonAnswer(receiptOf(MessageBody));
      }
      case 'AmazonSQS.SendMessageBatch': {
        const { QueueUrl: functionName, Entries } = sendMessageBatch.parse(input);
        await queues.send(
          Entries.map(({ MessageBody, DelaySeconds: delaySeconds = 0 }) => ({
            functionName,
            body: MessageBody,
            delaySeconds,
          })),
        );
        return jsonAnswer({
          Successful: Entries.map(({ Id, MessageBody }) => ({ Id, ...receiptOf(MessageBody) })),
          Failed: [],
        });
      }
      case 'AmazonSQS.GetQueueAttributes': {
        const { waiting, inHand } = queues.lengthOf(ofQueue.parse(input).QueueUrl);
        return jsonAnswer({
          Attributes: {
            ApproximateNumberOfMessages: String(waiting),
            ApproximateNumberOfMessagesNotVisible: String(inHand),
            ApproximateNumberOfMessagesDelayed: '0',
          },
        });
      }
      case 'AmazonSQS.ChangeMessageVisibilityBatch': {
        const { Entries } = changeMessageVisibilityBatch.parse(input);
        const isHidden = Map.groupBy(Entries, ({ ReceiptHandle, VisibilityTimeout }) =>
          queues.hide(ReceiptHandle, VisibilityTimeout),
        );
        return jsonAnswer({
          Successful: (isHidden.get(true) ?? []).map(({ Id }) => ({ Id })),
          Failed: (isHidden.get(false) ?? []).map(({ Id }) => ({
            Id,
            SenderFault: true,
            Code: 'ReceiptHandleIsInvalid',
          })),
        });
      }
      default:
        return awsError('UnknownOperationException');
    }
  };

export const eventBridge =
  (publishedEvents: PublishedEvents, bus: EventBus): LocalService =>
  async ({ target, input }) => {
    if (target !== 'AWSEvents.PutEvents') return awsError('UnknownOperationException');
    const { Entries } = putEvents.parse(input);
    await bus.put(Entries);
    await publishedEvents.keep(Entries);
    return jsonAnswer({
      FailedEntryCount: 0,
      Entries: Entries.map(() => ({ EventId: crypto.randomUUID() })),
    });
  };

/** Lets the SDK verify that SQS got the whole message. */
const receiptOf = (text: string) => ({
  MessageId: crypto.randomUUID(),
  MD5OfMessageBody: createHash('md5').update(text).digest('hex'),
});

const executionArnPrefix = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:`;
const seconds = (instant: string): number => Date.parse(instant) / 1000;
