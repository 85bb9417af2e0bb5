import { parseArgs } from 'node:util';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DescribeExecutionCommand, paginateListExecutions } from '@aws-sdk/client-sfn';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { DateTime, Duration } from 'luxon';
import * as z from 'zod';
import { reasonAttribute } from '../shared/adapters/dead-letters.ts';
import { dynamoDbClient, orderLineStore } from '../shared/adapters/order-line-store.ts';
import { sfnClient, workflow } from '../shared/adapters/workflow.ts';
import { inputErrorText } from '../shared/contracts/validation.ts';
import { workflowInput } from '../shared/contracts/workflow.ts';
import { isBooked, isOpen } from '../shared/domain/order-line.ts';
import { isPositiveDuration, toInstant } from '../shared/domain/time.ts';
import { giveExecution } from '../shared/use-cases/align-workflow.ts';
import { outputsOf, stageOption, UsageError } from './deployed-stack.ts';
import { intakeFunctions } from './intake-rules.ts';
import type { QueueUrls, StackOutputs } from './outputs.ts';
import { stackNames } from './stack-names.ts';
import { declaredQueues } from './work-queues.ts';

const queueNames = [
  ...intakeFunctions,
  ...declaredQueues.map(({ functionName }) => functionName),
  'executions',
];

const usage = `Puts back what failed: dead letters return to the queue of their function, and lines whose execution failed get a new
one. It only lists what it would do, unless you add --execute.

  npm run redrive -- [--queue NAME] [--reason TEXT] [--older-than PT1H] [--discard] [--execute]
                     [--stage prod]

  --queue       only this one: ${queueNames.join(', ')}
  --reason      only failures whose reason contains this text
  --older-than  only failures older than this ISO 8601 duration
  --discard     delete these dead letters for good, because their sender has sent corrected ones
`;

const options = z.object({
  stage: z.string(),
  queue: z.enum(queueNames).optional(),
  reason: z.string().optional(),
  'older-than': z
    .string()
    .refine(isPositiveDuration, 'must be an ISO 8601 duration above zero, for example PT1H')
    .optional(),
  discard: z.boolean(),
  execute: z.boolean(),
  help: z.boolean(),
});
type Options = z.output<typeof options>;

/** Something that failed and can be retried. */
interface Failure {
  readonly of: string;
  readonly what: string;
  readonly reason: string;
  readonly at: Date;
}

async function main(): Promise<void> {
  const chosen = readOptions();
  if (chosen.help) {
    console.log(usage);
    return;
  }
  const outputs = await outputsOf(new CloudFormationClient(), stackNames(chosen.stage).service);
  const sqs = new SQSClient();
  let found = 0;
  for (const [name, queue] of Object.entries({ ...outputs.IntakeQueues, ...outputs.WorkQueues })) {
    if (chosen.queue === undefined || chosen.queue === name) {
      found += await redriveQueue(name, queue, chosen, sqs);
    }
  }
  if (!chosen.discard && (chosen.queue === undefined || chosen.queue === 'executions')) {
    found += await redriveExecutions(outputs, chosen);
  }
  const done = chosen.discard ? 'deleted' : 'put back';
  if (found === 0) console.log(`Nothing to be ${done}.`);
  else if (chosen.execute) console.log(`${found} ${done}.`);
  else console.log(`${found} would be ${done}. Add --execute to do it.`);
}

/** @throws UsageError */
function readOptions(): Options {
  try {
    const { values } = parseArgs({
      options: {
        stage: stageOption,
        queue: { type: 'string' },
        reason: { type: 'string' },
        'older-than': { type: 'string' },
        discard: { type: 'boolean', default: false },
        execute: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    return options.parse(values);
  } catch (error) {
    const reason =
      error instanceof z.ZodError ? inputErrorText(error) : error instanceof Error ? error.message : '';
    throw new UsageError(`${reason}\n\n${usage}`, { cause: error });
  }
}

/** How long inspected messages stay hidden from others unless they are released sooner, in seconds. */
const lookingTime = 300;

/**
 * Sends each dead letter to its function's queue, unless it is discarded, then deletes it: a crash in between
 * delivers an event twice, which is allowed.
 */
async function redriveQueue(
  name: string,
  { queue, deadLetters }: QueueUrls,
  chosen: Options,
  sqs: SQSClient,
): Promise<number> {
  const left: Message[] = [];
  let found = 0;
  try {
    for await (const letter of lettersOf(sqs, deadLetters)) {
      const { Body = '', ReceiptHandle, MessageAttributes = {} } = letter;
      const failure = {
        of: name,
        what: lineNamed(Body),
        reason: MessageAttributes[reasonAttribute]?.StringValue ?? 'failed five times',
        at: new Date(Number(letter.Attributes?.SentTimestamp)),
      };
      const isWanted = matches(failure, chosen);
      if (isWanted) {
        found += 1;
        show(failure);
      }
      if (isWanted && chosen.execute) {
        if (!chosen.discard) await sqs.send(new SendMessageCommand({ QueueUrl: queue, MessageBody: Body }));
        await sqs.send(new DeleteMessageCommand({ QueueUrl: deadLetters, ReceiptHandle }));
      } else left.push(letter);
    }
  } finally {
    for (const { ReceiptHandle } of left) {
      await sqs.send(
        new ChangeMessageVisibilityCommand({ QueueUrl: deadLetters, ReceiptHandle, VisibilityTimeout: 0 }),
      );
    }
  }
  return found;
}

async function* lettersOf(sqs: SQSClient, queueUrl: string): AsyncIterable<Message> {
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 10,
        // Asks all of the queue's servers, so that an empty answer means an empty queue.
        WaitTimeSeconds: 1,
        VisibilityTimeout: lookingTime,
        MessageAttributeNames: [reasonAttribute],
        MessageSystemAttributeNames: ['SentTimestamp'],
      }),
    );
    if (Messages.length === 0) return;
    yield* Messages;
  }
}

/**
 * Gives lines a new execution, as the sweep does, on the current definition. It skips lines that need none: those
 * with a newer one, from the sweep or an earlier redrive, and settled ones.
 */
async function redriveExecutions(
  { StateMachineArn: stateMachineArn, TableName, SettledLineDays }: StackOutputs,
  chosen: Options,
): Promise<number> {
  const sfn = sfnClient();
  const executions = workflow(sfn, stateMachineArn);
  const store = orderLineStore(dynamoDbClient(), TableName, SettledLineDays);
  let found = 0;
  for (const statusFilter of ['FAILED', 'TIMED_OUT'] as const) {
    for await (const page of paginateListExecutions({ client: sfn }, { stateMachineArn, statusFilter })) {
      for (const { executionArn } of page.executions ?? []) {
        const execution = await sfn.send(new DescribeExecutionCommand({ executionArn }));
        const input = workflowInput.safeParse(JSON.parse(execution.input ?? 'null'));
        if (!input.success) continue; // started by hand
        const { orderId, lineId, revision } = input.data;
        const line = await store.find({ orderId, lineId });
        if (!isBooked(line) || !isOpen(line) || line.executionRevision !== revision) continue;
        const failure = {
          of: 'executions',
          what: `${orderId}/${lineId}`,
          reason: execution.error ?? statusFilter,
          at: execution.stopDate ?? new Date(),
        };
        if (!matches(failure, chosen)) continue;
        found += 1;
        show(failure);
        if (chosen.execute) await giveExecution(line, toInstant(new Date()), { store, workflow: executions });
      }
    }
  }
  return found;
}

function matches({ reason, at }: Failure, chosen: Options): boolean {
  const age = chosen['older-than'];
  return (
    (chosen.reason === undefined || reason.includes(chosen.reason)) &&
    (age === undefined || DateTime.fromJSDate(at) <= DateTime.now().minus(Duration.fromISO(age)))
  );
}

const show = ({ of, what, reason, at }: Failure): void =>
  console.log(`${at.toISOString()}  ${of}  ${what}  ${reason}`);

const lineEvent = z.object({
  detail: z.object({ orderId: z.string().max(64), lineId: z.string().max(64).default('') }),
});

/** The line that an event is about, if it says so. Nothing else of it is shown: it names people. */
function lineNamed(body: string): string {
  try {
    const { orderId, lineId } = lineEvent.parse(JSON.parse(body)).detail;
    return lineId === '' ? orderId : `${orderId}/${lineId}`;
  } catch {
    return 'no line named';
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
