/* eslint-disable @typescript-eslint/no-unsafe-member-access -- a template is JSON that CDK has no types for */
import * as dynamoDb from '@aws-sdk/client-dynamodb';
// @ts-expect-error the package has no types
import aslValidator from 'asl-validator';
import { Duration } from 'luxon';
import { firstEmailsQueue } from '../../functions/send-provisioning-email/queue.ts';
import { faultNames } from '../../shared/contracts/faults.ts';
import { followUp, longestHorizonDays, longestWindowDays } from '../../shared/domain/follow-up.ts';
import { asStarted } from '../../shared/domain/executions.ts';
import type { OrderLine } from '../../shared/domain/order-line.ts';
import { recordSent } from '../../shared/domain/sent-emails.ts';
import { book, closeOverdue } from '../../shared/domain/transitions.ts';
import { plus, toInstant } from '../../shared/domain/time.ts';
import { itemOf } from '../support/lines.ts';
import { resourcesOf, synthesise } from './synth.ts';

interface Retrier {
  ErrorEquals: string[];
  MaxAttempts: number;
  IntervalSeconds?: number;
  BackoffRate?: number;
  MaxDelaySeconds?: number;
}

interface State {
  Resource?: string;
  Type: string;
  Comment?: string;
  Next?: string;
  Default?: string;
  End?: boolean;
  Choices?: { Next: string }[];
  Catch?: { ErrorEquals: string[]; Next: string }[];
  Retry?: Retrier[];
  TimeoutSeconds?: number;
  Parameters?: Record<string, unknown>;
}

const validate = aslValidator as (definition: unknown) => { isValid: boolean; errors: unknown[] };

const template = synthesise();
const [stateMachine] = Object.values(resourcesOf(template, 'AWS::StepFunctions::StateMachine'));

/** What the stack fills in, in one region. */
const substitutions: Record<string, string> = {
  Partition: 'aws',
  TableName: 'order-lines',
  SendingQueueUrl: 'https://sqs.eu-central-1.amazonaws.com/111111111111/first-emails',
};
const definition = JSON.parse(
  String(stateMachine?.Properties.DefinitionString).replace(
    /\$\{(\w+)\}/g,
    (_, name: string) => substitutions[name] ?? '',
  ),
) as { StartAt: string; States: Record<string, State> };

const stateOf = (name: string): State => {
  const state = definition.States[name];
  if (!state) throw new Error(`no state ${name}`);
  return state;
};
const successors = ({ Next, Default, Choices = [], Catch = [] }: State): string[] =>
  [Next, Default, ...Choices.map((choice) => choice.Next), ...Catch.map((catcher) => catcher.Next)].filter(
    (name) => name !== undefined,
  );
const tasks = Object.entries(definition.States).filter(([, { Type }]) => Type === 'Task');
const sending = stateOf('Send provisioning email');
const closing = stateOf('Close order line');

/** The waits between the attempts at a task, each at its longest. */
function waits({ Retry = [] }: State): number[] {
  const policy = Retry.find(({ ErrorEquals }) => ErrorEquals.includes('States.ALL'));
  if (!policy) return [];
  const { IntervalSeconds = 1, BackoffRate = 2, MaxDelaySeconds = Infinity, MaxAttempts } = policy;
  return Array.from({ length: MaxAttempts }, (_, attempt) =>
    Math.min(IntervalSeconds * BackoffRate ** attempt, MaxDelaySeconds),
  );
}
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

/** How long an attempt takes at most, in seconds: one at the email, while no others wait in the lane. */
const longestAttempt = (task: State) =>
  task === sending ? firstEmailsQueue.timeoutSeconds : (task.TimeoutSeconds ?? Infinity);

/** From the first attempt's start to the last one's end, in seconds. */
const longestTry = (task: State) => sum(waits(task)) + (waits(task).length + 1) * longestAttempt(task);

test('the definition is valid', () => {
  const { isValid, errors } = validate(definition);
  expect({ isValid, errors }).toEqual({ isValid: true, errors: [] });
});

test('every state is reachable', () => {
  const reached = new Set([definition.StartAt]);
  for (const name of reached) for (const next of successors(stateOf(name))) reached.add(next);
  expect([...reached].sort()).toEqual(Object.keys(definition.States).sort());
});

/** The states that come after one, as far as nothing goes wrong and no reminder is due. */
const pathFrom = (name: string): readonly string[] => {
  const { Next = stateOf(name).Default } = stateOf(name);
  return Next === undefined ? [name] : [name, ...pathFrom(Next)];
};
const path = pathFrom(definition.StartAt);
const choice = 'Is a reminder due?';

test('a line that closes takes 6 transitions, and 4 until it waits, where most are settled', () => {
  expect(1 + path.length).toBe(6);
  expect(stateOf(path[2] ?? '').Type).toBe('Wait');
  expect(path[3]).toBe(choice);
});

test('a reminder takes 3 transitions more', () => {
  const [{ Next } = { Next: '' }] = stateOf(choice).Choices ?? [];
  expect(pathFrom(Next).indexOf(choice) + 1).toBe(3);
});

test.each(tasks)('%s is tried again, for a time that its comment states', (_, task) => {
  const [, stated = ''] = /Retries: ([\d+]+) s/.exec(task.Comment ?? '') ?? [];
  expect(stated.split('+').map(Number)).toEqual(waits(task));
  expect(task.TimeoutSeconds).toBeGreaterThan(0);
});

test('the retries of the email take the minutes that the comment states', () => {
  const [, minutes] = /at most ([\d.]+) minutes/.exec(sending.Comment ?? '') ?? [];
  expect(sum(waits(sending)) / 60).toBe(Number(minutes));
});

test('an attempt at the email outlasts its function, and SQS keeps its message longer', () => {
  const timeouts = Object.values(resourcesOf(template, 'AWS::Lambda::Function'))
    .filter(
      ({ Properties }) =>
        Properties.Environment.Variables.POWERTOOLS_SERVICE_NAME === 'send-provisioning-email',
    )
    .map(({ Properties }) => Number(Properties.Timeout));
  expect(timeouts).toHaveLength(1);
  expect(sending.TimeoutSeconds).toBeGreaterThan(Math.max(...timeouts));
  const kept = Object.values(resourcesOf(template, 'AWS::SQS::Queue')).map(({ Properties }) =>
    Number(Properties.MessageRetentionPeriod ?? 0),
  );
  expect(sending.TimeoutSeconds).toBeLessThan(Math.max(...kept));
});

/** The names of the faults that a Task's service throws, as Step Functions has them. */
function thrownBy({ Resource = '' }: State): string[] {
  if (Resource.endsWith('.waitForTaskToken')) return ['States.Timeout', ...Object.values(faultNames)];
  return Object.entries<unknown>(dynamoDb)
    .filter(([, it]) => typeof it === 'function' && it.prototype instanceof dynamoDb.DynamoDBServiceException)
    .map(([name]) => `DynamoDB.${name}`);
}

test.each(tasks)('%s names only faults that are thrown', (_, task) => {
  const named = [...(task.Retry ?? []), ...(task.Catch ?? [])].flatMap(({ ErrorEquals }) => ErrorEquals);
  expect(['States.ALL', ...thrownBy(task)]).toEqual(expect.arrayContaining(named));
});

test.each(tasks)('%s does not try again what it catches', (_, { Retry = [], Catch = [] }) => {
  for (const fault of Catch.flatMap(({ ErrorEquals }) => ErrorEquals)) {
    const first = Retry.find(
      ({ ErrorEquals }) => ErrorEquals.includes(fault) || ErrorEquals.includes('States.ALL'),
    );
    expect(first?.MaxAttempts ?? 0).toBe(0);
  }
});

const start = '2026-11-01T00:00:00.000Z';
const scheduled: OrderLine = asStarted(
  book(
    {
      orderId: 'ORD-1',
      lineId: '1',
      subscriptionId: 'SUB-1',
      offer: 'A-WX',
      partnerId: 'P-1',
      endCustomer: { name: 'Customer' },
      placedBy: { name: 'Ann', email: 'ann@example.com' },
      provisioningContact: { email: 'bo@example.com', locale: 'en' },
      requestedStartDate: start,
    },
    undefined,
    { default: 'P30D', families: {} },
    { at: start, actor: 'test' },
  ),
  start,
);
const awaiting = recordSent(
  scheduled,
  {
    id: 'c',
    owner: 'o',
    kind: 'first',
    to: scheduled.provisioningContact,
    actor: 'a',
    at: start,
    until: start,
  },
  { messageId: 'm', sentAt: start },
);
const closesAt = plus(start, awaiting.window);
const secondsAfter = (instant: string, seconds: number) =>
  toInstant(new Date(Date.parse(instant) + seconds * 1000));

test('the sweep steps in only after the retries have ended', () => {
  expect(followUp(scheduled, secondsAfter(start, longestTry(sending)), 'P2D')).toBe('check-execution');
  expect(followUp(awaiting, secondsAfter(closesAt, longestTry(closing)), 'P2D')).toBe('check-execution');
});

test('an execution ends within a year', () => {
  const waiting = Duration.fromObject({ days: longestHorizonDays + longestWindowDays });
  // An attempt that waits in the lane until its time is over is the last one. Reminders are within the window.
  const inLane = sending.TimeoutSeconds ?? Infinity;
  const trying = Duration.fromObject({ seconds: longestTry(sending) + inLane + longestTry(closing) });
  expect(waiting.plus(trying).as('days')).toBeLessThan(365);
});

describe('Close order line', () => {
  const { UpdateExpression, ExpressionAttributeNames, ExpressionAttributeValues } = closing.Parameters as {
    UpdateExpression: string;
    ExpressionAttributeNames: Record<string, string>;
    ExpressionAttributeValues: Record<string, Record<string, unknown>>;
  };
  const [, assignments = '', removals = ''] = /^SET (.*) REMOVE (.*)$/.exec(UpdateExpression) ?? [];
  const nameOf = (word: string) => ExpressionAttributeNames[word] ?? word;
  const set = [...assignments.matchAll(/([#\w]+) =/g)].map(([, word = '']) => nameOf(word));
  const removed = removals.split(', ').map(nameOf);

  const before: Record<string, unknown> = itemOf(awaiting);
  const closed = closeOverdue(awaiting, { at: closesAt, actor: 'workflow' });
  const after: Record<string, unknown> = itemOf({ ...closed, version: awaiting.version + 1 });

  test('writes the attributes that closeOverdue changes', () => {
    const changed = Object.keys(after).filter(
      (name) => JSON.stringify(after[name]) !== JSON.stringify(before[name]),
    );
    expect(set.sort()).toEqual(changed.sort());
  });

  test('removes the attributes that a closed line lacks', () => {
    expect(removed.sort()).toEqual(
      Object.keys(before)
        .filter((name) => !(name in after))
        .sort(),
    );
  });

  test('writes the same status and history entry', () => {
    expect(ExpressionAttributeValues[':awaiting']).toEqual({ S: before['status'] });
    expect(ExpressionAttributeValues[':closed']).toEqual({ S: after['status'] });
    const now = { 'S.$': '$$.State.EnteredTime' };
    const { at, ...entry } = closed.history.at(-1) ?? {};
    const texts = Object.fromEntries(Object.entries(entry).map(([name, text]) => [name, { S: text }]));
    expect(at).toBe(closed.closedAt);
    expect(ExpressionAttributeValues[':entry']).toEqual({ L: [{ M: { at: now, ...texts } }] });
    expect(ExpressionAttributeValues[':now']).toEqual(now);
  });
});
