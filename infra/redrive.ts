import { parseArgs } from 'node:util';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { setTimeout } from 'node:timers/promises';
import { DateTime, Duration } from 'luxon';
import * as z from 'zod';
import { reasonAttribute } from '../shared/adapters/dead-letters.ts';
import { dynamoDbClient, orderLineStore } from '../shared/adapters/order-line-store.ts';
import { pacedWorkflow, stoppingLater } from '../shared/adapters/paced-workflow.ts';
import { eventBridgeClient, eventBus } from '../shared/adapters/event-bus.ts';
import { executionFailures, sfnClient, workflow } from '../shared/adapters/workflow.ts';
import { isThrottled } from '../shared/contracts/faults.ts';
import { isPositiveDuration, toInstant } from '../shared/domain/time.ts';
import { regionOf, sweepPaces } from '../shared/domain/quotas.ts';
import { tokenBucket } from '../shared/domain/token-bucket.ts';
import { realTime } from '../shared/runtime/real-time.ts';
import { giveExecution } from '../shared/use-cases/align-workflow.ts';
import { readArguments, runCommand } from './command-line.ts';
import { outputsOf, stageOption } from './deployed-stack.ts';
import { failedExecutions } from './failed-executions.ts';
import { intakeFunctions } from './intake-rules.ts';
import { goThrough } from './letters.ts';
import type { StackOutputs } from './outputs.ts';
import { retell, untoldBy } from './retelling.ts';
import { stackNames } from './stack-names.ts';
import { declaredQueues } from './work-queues.ts';

const queueNames = [
  ...intakeFunctions,
  ...declaredQueues.map(({ functionName }) => functionName),
  'publish-changes',
  'executions',
];

const usage = `Puts back what failed: dead letters return to the queue of their function, missed events are published again from
the histories of lines, and lines whose execution failed get a new execution. It only lists what it would do, unless you
add --execute.

  npm run redrive -- [--queue NAME] [--reason TEXT] [--older-than PT1H] [--discard] [--execute]
                     [--for PT45M] [--stage prod]

  --queue       only this one: ${queueNames.join(', ')}
  --reason      only failures whose reason contains this text
  --older-than  only failures older than this ISO 8601 duration
  --discard     delete these dead letters for good, because their sender has sent corrected ones
  --for         stop after this ISO 8601 duration and say that there is more; by default before credentials of an hour end

It keeps to a share of Step Functions' quotas and begins with what is most urgent. Run it again to continue.
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
  for: z.string().refine(isPositiveDuration, 'must be an ISO 8601 duration above zero, for example PT10M'),
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
  const run = new Run(chosen);
  const queues = Object.entries({ ...outputs.IntakeQueues, ...outputs.WorkQueues });
  for (const [name, queue] of queues.toSorted(([a], [b]) => urgencyOf(a) - urgencyOf(b))) {
    if (chosen.queue === undefined || chosen.queue === name)
      await redriveLetters(name, queue.deadLetters, run, sqs, putBackInto(queue.queue, sqs));
  }
  if (chosen.queue === undefined || chosen.queue === 'publish-changes')
    await redriveLetters('publish-changes', outputs.PublishingDeadLetters, run, sqs, retelling(outputs));
  if (!chosen.discard && (chosen.queue === undefined || chosen.queue === 'executions')) {
    await redriveExecutions(outputs, run);
  }
  const done = chosen.discard ? 'deleted' : 'put back';
  if (run.found === 0) console.log(`Nothing to be ${done}.`);
  else if (chosen.execute) console.log(`${run.found} ${done}.`);
  else console.log(`${run.found} would be ${done}. Add --execute to do it.`);
  if (run.isCutShort) console.log('Time or quotas ran out, and there may be more. Run it again to continue.');
}

/** First, whatever stops emails to people who must no longer get them; then, whatever people are waiting for. */
const mostUrgent: readonly string[] = [
  'record-onboarding',
  'cancel-order-line',
  'onboard-order-lines',
  'reschedule-order-line',
  'book-order-line',
];

const urgencyOf = (name: string): number =>
  mostUrgent.includes(name) ? mostUrgent.indexOf(name) : mostUrgent.length;

/** The findings of a run, and its time limit. */
class Run {
  readonly chosen: Options;
  found = 0;
  isCutShort = false;
  readonly #until: number;

  constructor(chosen: Options) {
    this.chosen = chosen;
    this.#until = performance.now() + Duration.fromISO(chosen.for).toMillis();
  }

  /** Whether its time is up. */
  isOver(): boolean {
    this.isCutShort ||= performance.now() > this.#until;
    return this.isCutShort;
  }

  /** Whether the failure matches the options; if so, it is shown and counted. */
  takes(failure: Failure): boolean {
    if (!matches(failure, this.chosen)) return false;
    this.found += 1;
    show(failure);
    return true;
  }
}

/** @throws UserError */
function readOptions(): Options {
  return readArguments(usage, () => {
    const { values } = parseArgs({
      options: {
        stage: stageOption,
        queue: { type: 'string' },
        reason: { type: 'string' },
        'older-than': { type: 'string' },
        discard: { type: 'boolean', default: false },
        for: { type: 'string', default: 'PT45M' },
        execute: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    return options.parse(values);
  });
}

/** Makes up for a dead letter; returns whether it did. */
type MakeUp = (body: string) => Promise<boolean>;

const putBackInto =
  (queue: string, sqs: SQSClient): MakeUp =>
  async (body) => {
    await sqs.send(new SendMessageCommand({ QueueUrl: queue, MessageBody: body }));
    return true;
  };

/** Publishes what happened, from the current lines. */
function retelling({ TableName, SettledLineDays, EventBusArn }: StackOutputs): MakeUp {
  const dynamoDb = dynamoDbClient();
  const services = {
    dynamoDb,
    tableName: TableName,
    store: orderLineStore(dynamoDb, TableName, SettledLineDays),
    bus: eventBus(eventBridgeClient(), EventBusArn),
    pause: setTimeout,
    log: { info: () => undefined, warn: console.error, error: console.error },
  };
  return async (body) => {
    const untold = untoldBy(body);
    if (!untold) return false;
    try {
      return await retell(untold, services);
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      console.error('This version cannot read the line either; the dead letter stays.');
      return false;
    }
  };
}

/**
 * Makes up for each dead letter, or discards it, then deletes it. A crash in between delivers or publishes an event
 * twice, which is allowed.
 */
async function redriveLetters(
  name: string,
  deadLetters: string,
  run: Run,
  sqs: SQSClient,
  makeUp: MakeUp,
): Promise<void> {
  const { execute, discard } = run.chosen;
  await goThrough(sqs, deadLetters, {
    isOver: () => run.isOver(),
    isDone: async ({ Body = '', MessageAttributes = {}, Attributes = {} }) => {
      const isWanted = run.takes({
        of: name,
        what: subjectOf(Body),
        reason: MessageAttributes[reasonAttribute]?.StringValue ?? unnamedReason(name),
        at: new Date(Number(Attributes.SentTimestamp)),
      });
      return isWanted && execute && (discard || (await makeUp(Body)));
    },
  });
}

/** The reason for a dead letter that does not contain one. */
const unnamedReason = (name: string): string =>
  name === 'publish-changes'
    ? 'not published within 23 hours'
    : intakeFunctions.some((known) => known === name)
      ? 'failed five times'
      : 'failed every retry';

/**
 * Gives lines whose execution failed a new one, as the sweep does: on the current definition, and at the sweep's pace.
 * Lines that need none are skipped: settled ones, and those with a newer execution from the sweep or an earlier
 * redrive.
 */
async function redriveExecutions(
  { StateMachineArn: stateMachineArn, TableName, SettledLineDays }: StackOutputs,
  run: Run,
): Promise<void> {
  const sfn = sfnClient();
  const paces = sweepPaces(regionOf(stateMachineArn));
  const looks = tokenBucket(paces.DescribeExecution, realTime);
  const failureOf = executionFailures(sfn, stateMachineArn);
  const services = {
    store: orderLineStore(dynamoDbClient(), TableName, SettledLineDays),
    // A failed execution has ended, so there is nothing to stop; superseded executions exit without help.
    workflow: stoppingLater(pacedWorkflow(paces, realTime)(workflow(sfn, stateMachineArn)), () =>
      Promise.resolve(),
    ),
  };
  const failed = failedExecutions({
    store: services.store,
    now: toInstant(new Date()),
    isOver: () => run.isOver(),
    failureOf: async (key, revision) => {
      await looks.take();
      return await failureOf(key, revision);
    },
  });
  try {
    for await (const { line, reason, at } of failed) {
      const isWanted = run.takes({ of: 'executions', what: `${line.orderId}/${line.lineId}`, reason, at });
      if (isWanted && run.chosen.execute) await giveExecution(line, toInstant(new Date()), services);
    }
  } catch (error) {
    if (!isThrottled(error)) throw error;
    run.isCutShort = true;
  }
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

const named = z.object({ orderId: z.string().max(64), lineId: z.string().max(64).default('') });
const aboutLine = z.union([z.object({ detail: named }).transform(({ detail }) => detail), named]);

/** The line or the period that a letter is about, if it says so. */
function subjectOf(body: string): string {
  const untold = untoldBy(body);
  return untold && 'from' in untold ? `${untold.from} to ${untold.to}` : lineNamed(body);
}

/** The line that an event or a message is about, if it says so. Nothing else of it is shown, because it names people. */
function lineNamed(body: string): string {
  try {
    const { orderId, lineId } = aboutLine.parse(JSON.parse(body));
    return lineId === '' ? orderId : `${orderId}/${lineId}`;
  } catch {
    return 'no line named';
  }
}

await runCommand(main);
