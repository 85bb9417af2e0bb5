import { execFile } from 'node:child_process';
import { access, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetExecutionHistoryCommand, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { IntakeFunction } from '../../infra/intake-rules.ts';
import { tallyStore } from '../../shared/adapters/tally-store.ts';
import type { SummaryAnswer } from '../../shared/contracts/api.ts';
import { linesTally } from '../../shared/domain/tallies.ts';
import type { Target } from '../scenarios/target.ts';
import { emulatedAws, productFolder, stage } from '../support/deployment.ts';
import { booked, newOrder, partner } from '../support/events.ts';
import { temporaryFolder } from '../support/service.ts';
import { until } from '../support/until.ts';
import { deployment, senderAddress } from './deployment.ts';
import { clientConfig, deployedTarget, functionAt, functionVariables, peek, scaleWaits } from './target.ts';

/* What operators see and do, in a deployment that something goes wrong with. */

const deployed = deployment();
const dynamoDb = new DynamoDBClient(clientConfig(deployed));
const lambda = new LambdaClient(clientConfig(deployed));
const sfn = new SFNClient(clientConfig(deployed));
const sqs = new SQSClient(clientConfig(deployed));

let target: Target;
let token: string;
/** It waits for half a minute before it begins: the tests before its own go on meanwhile. */
let recounted: Promise<string>;
beforeAll(async () => {
  target = await deployedTarget(deployed);
  token = await target.token({ partnerId: partner, roles: ['resend'] });
  recounted = spoilCounts().then(() => recount());
  // Its own test says how it went.
  recounted.catch(() => undefined);
});

const lineThat = async (orderId: string, status: string) =>
  (
    await until(
      () => target.api.line(token, orderId),
      ({ body }) => body.status === status,
    )
  ).body;

async function onlyExecution(orderId: string): Promise<string> {
  const [execution, ...more] = await target.executions(orderId);
  if (!execution || more.length > 0) throw new Error(`not one execution of ${orderId}`);
  return `${deployed.outputs.StateMachineArn.replace(':stateMachine:', ':execution:')}:${execution.name}`;
}

/** What an operator's command writes; it fails if the command does. */
const command =
  (script: string) =>
  async (...args: string[]) =>
    (
      await promisify(execFile)('npm', ['run', '--silent', script, '--', '--stage', stage, ...args], {
        cwd: productFolder,
        env: { ...process.env, ...emulatedAws(deployed.url) },
      })
    ).stdout;
const redrive = command('redrive');
const erase = command('erase');
const recount = command('recount');

/** A partner with one line, which is counted wrong. */
const miscounted = `partner-${crypto.randomUUID().slice(0, 8)}`;

async function summary(): Promise<SummaryAnswer> {
  const roles = ['view'];
  const viewer = await target.token({ partnerId: miscounted, roles });
  return await target.api.ok('/order-lines/summary', { token: viewer });
}

async function spoilCounts(): Promise<void> {
  await target.send(booked(newOrder(), { partnerId: miscounted, requestedStartDate: '2099-01-01' }));
  await until(summary, ({ total }) => total === 1);
  const tallies = tallyStore(dynamoDb, deployed.outputs.TableName, setTimeout);
  const { id } = await tallies.generation();
  const [tally] = await tallies.find(id, [{ scope: miscounted, shard: 0, tally: linesTally }]);
  if (!tally || !(await tallies.write(id, { ...tally, counters: { Closed: 7 } })))
    throw new Error('the counts are right');
}

test('a window ends in the state machine alone: no function is called to close a line', async () => {
  const orderId = newOrder();
  await target.send(booked(orderId));
  await lineThat(orderId, 'Closed');
  const { events = [] } = await sfn.send(
    new GetExecutionHistoryCommand({ executionArn: await onlyExecution(orderId) }),
  );
  const calls = events.flatMap(
    ({ taskScheduledEventDetails: call, lambdaFunctionScheduledEventDetails: fn }) =>
      call ? [`${call.resourceType ?? ''}:${call.resource ?? ''}`] : fn ? ['lambda'] : [],
  );
  // The first email and a reminder go by the queue.
  expect(calls).toEqual([
    expect.stringMatching(/sqs:sendMessage.waitForTaskToken$/),
    expect.stringMatching(/sqs:sendMessage.waitForTaskToken$/),
    expect.stringMatching(/dynamodb:updateItem$/),
  ]);
});

test('the sweep gives a line a new execution when its own is gone, and that one closes it', async () => {
  const orderId = newOrder();
  await target.send(booked(orderId));
  const { closesAt = '' } = await lineThat(orderId, 'AwaitingProvisioningDetails');
  await sfn.send(new StopExecutionCommand({ executionArn: await onlyExecution(orderId) }));
  await target.reach(closesAt);

  const { FunctionError } = await lambda.send(
    new InvokeCommand({ FunctionName: await functionAt(deployed, 'Sweep') }),
  );
  expect(FunctionError).toBeUndefined();
  expect(await lineThat(orderId, 'Closed')).toMatchObject({ provisioningPending: true });
  expect((await target.executions(orderId)).map(({ status }) => status).sort()).toEqual([
    'ABORTED',
    'SUCCEEDED',
  ]);
  expect(await target.emails(`it@${orderId.toLowerCase()}.example`)).toHaveLength(1);
});

/** A deployed function, which can be made to fail by other variables than it should have. */
async function fallible(
  place: string,
  broken: (variables: Record<string, string>) => Record<string, string> = () => ({
    TABLE_NAME: 'a-table-that-is-gone',
  }),
) {
  const { variables, change } = await functionVariables(deployed, place);
  return { fail: () => change(broken(variables)), mend: () => change({}) };
}

describe('an event whose function fails', () => {
  const name: IntakeFunction = 'book-order-line';
  const queues = deployed.outputs.IntakeQueues[name];
  let booking: Awaited<ReturnType<typeof fallible>>;

  const setVisibility = (VisibilityTimeout: string) =>
    sqs.send(new SetQueueAttributesCommand({ QueueUrl: queues.queue, Attributes: { VisibilityTimeout } }));

  beforeAll(async () => {
    booking = await fallible('IntakeBookOrderLine');
    // Three minutes lie between two deliveries otherwise; a call of the function takes less than these seconds.
    await setVisibility('4');
  });
  afterAll(async () => {
    await booking.mend();
    await setVisibility('180');
  });

  const lettersOf = async (orderId: string) =>
    (await peek(sqs, queues.deadLetters)).filter(({ Body }) => Body?.includes(orderId));

  test('is tried again, is a dead letter then, and comes through once it is put back', async () => {
    const orderId = newOrder();
    const poison = newOrder();
    await target.send(booked(poison, { offer: 7 }));
    await target.settled();
    await booking.fail();
    await target.send(booked(orderId));
    const [letter] = await until(
      () => lettersOf(orderId),
      (letters) => letters.length > 0,
    );
    expect(letter?.MessageAttributes).toBeUndefined();
    await booking.mend();

    const shown = await redrive('--queue', name, '--reason', 'five times');
    expect(shown).toContain(`${orderId}/1  failed five times`);
    expect(shown).not.toContain(poison);
    expect(await lettersOf(orderId)).toHaveLength(1);
    expect(await redrive('--queue', name, '--older-than', 'PT1H')).toContain('Nothing to be put back');

    await redrive('--queue', name, '--reason', 'five times', '--execute');
    await lineThat(orderId, 'AwaitingProvisioningDetails');
    expect(await lettersOf(orderId)).toEqual([]);
    expect(await lettersOf(poison)).toHaveLength(1);
    expect(await redrive('--queue', name, '--reason', 'five times', '--execute')).toContain(
      'Nothing to be put back',
    );
    expect(await target.emails(`it@${orderId.toLowerCase()}.example`)).toHaveLength(1);
  });

  test('that nobody will put back is deleted, with the names and addresses in it', async () => {
    const refused = newOrder();
    await target.send(booked(refused, { offer: 7 }));
    await until(
      () => lettersOf(refused),
      (letters) => letters.length > 0,
    );
    const discard = (...args: string[]) =>
      redrive('--queue', name, '--reason', 'offer', '--discard', ...args);
    expect(await discard()).toContain('would be deleted');
    expect(await lettersOf(refused)).toHaveLength(1);
    expect(await discard('--execute')).toMatch(/[1-9]\d* deleted/);
    expect(await lettersOf(refused)).toEqual([]);
  });
});

describe('an execution that fails', () => {
  let sending: Awaited<ReturnType<typeof fallible>>;
  beforeAll(async () => {
    // The mail service refuses a sender that was not verified.
    sending = await fallible('WorkflowSendProvisioningEmail', ({ MAIL_SETTINGS = '' }) => ({
      MAIL_SETTINGS: MAIL_SETTINGS.replace(senderAddress, 'unverified@elsewhere.example'),
    }));
    // The tries of the workflow go on for 18 minutes otherwise.
    await scaleWaits(deployed, 0.001);
  });
  afterAll(async () => {
    await sending.mend();
    await scaleWaits(deployed, 1);
  });

  const statusesOf = async (orderId: string) =>
    (await target.executions(orderId)).map(({ status }) => status).sort();

  test('has a successor once it is put back, which sends the email and closes the line', async () => {
    const orderId = newOrder();
    await sending.fail();
    await target.send(booked(orderId));
    await until(
      () => statusesOf(orderId),
      ([status]) => status === 'FAILED',
    );
    expect((await lineThat(orderId, 'Scheduled')).firstEmailSentAt).toBeUndefined();
    await sending.mend();
    await scaleWaits(deployed, 1);

    const executions = (...args: string[]) => redrive('--queue', 'executions', ...args);
    expect(await executions()).toContain(`executions  ${orderId}/1  `);
    expect(await executions('--older-than', 'PT1H')).toContain('Nothing to be put back');
    expect(await executions('--reason', 'no such reason', '--execute')).toContain('Nothing to be put back');
    expect(await statusesOf(orderId)).toEqual(['FAILED']);

    expect(await executions('--execute')).toContain('1 put back');
    expect(await executions('--execute')).toContain('Nothing to be put back');
    await lineThat(orderId, 'Closed');
    await until(
      () => statusesOf(orderId),
      (statuses) => !statuses.includes('RUNNING'),
    );
    expect(await statusesOf(orderId)).toEqual(['FAILED', 'SUCCEEDED']);
    expect(await target.emails(`it@${orderId.toLowerCase()}.example`)).toHaveLength(1);
  });
});

test('a person is erased from a line, once for good', async () => {
  const orderId = newOrder();
  const email = `jo@${orderId.toLowerCase()}.example`;
  await target.send(booked(orderId, { provisioningContact: { email, name: 'Jo Reyes' } }));
  await lineThat(orderId, 'AwaitingProvisioningDetails');
  await target.settled();

  expect(await erase('--email', email)).toMatch(
    new RegExp(`^${orderId}/1  .*history[^]*Would be erased from 1 line\\. `),
  );
  const file = join(await temporaryFolder(), 'progress');
  await writeFile(file, '{}');
  await expect(erase('--email', email, '--progress', file)).rejects.toMatchObject({ code: 1 });
  await rm(file);

  expect(await erase('--email', email, '--progress', file, '--execute')).toContain('Erased from 1 line.');
  await expect(access(file)).rejects.toThrow('ENOENT');
  expect((await target.api.line(token, orderId)).body.provisioningContact).toMatchObject({
    email: 'erased@person.invalid',
    name: 'erased',
  });
  expect(await erase('--email', email)).toContain('Nothing names this person.');
});

test('a recount puts counts right', async () => {
  expect(await recounted).toMatch(/^Counted \d+ lines\.$/m);
  expect((await summary()).byStatus).toMatchObject({ Scheduled: 1, Closed: 0 });
  // What happens from then on is counted as ever.
  await target.send(booked(newOrder(), { partnerId: miscounted, requestedStartDate: '2099-01-01' }));
  await until(summary, ({ total }) => total === 2);
});

test('redriving says which option is wrong', async () => {
  const wrong = promisify(execFile)(process.execPath, ['infra/redrive.ts', '--queue', 'no-queue'], {
    cwd: productFolder,
  });
  await expect(wrong).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('queue:') });
});
