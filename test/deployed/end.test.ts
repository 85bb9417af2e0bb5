import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  DescribeTableCommand,
  DynamoDBClient,
  ResourceNotFoundException,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import {
  GetFunctionConcurrencyCommand,
  LambdaClient,
  paginateListEventSourceMappings,
} from '@aws-sdk/client-lambda';
import { resourcesOf } from '../../infra/deployed-stack.ts';
import { stopIntake } from '../../infra/stopping.ts';
import type { Target } from '../scenarios/target.ts';
import { emulatedAws, productFolder, stacks, stage } from '../support/deployment.ts';
import { booked, newOrder, partner } from '../support/events.ts';
import { until } from '../support/until.ts';
import type { Visitor } from '../support/visitor.ts';
import { type Deployment, deployment, poolVersion, program, throwawayVersion } from './deployment.ts';
import { redeploy } from './later-version.ts';
import { addPerson, consoleVisitor, programToken } from './console.ts';
import { clientConfig, deployedTarget, functionAt } from './target.ts';

/* The end of a deployment, and others after it. All other tests run before: this takes away what they test. */

const deployed = deployment();
const dynamoDb = new DynamoDBClient(clientConfig(deployed));
const cloudFormation = new CloudFormationClient(clientConfig(deployed));
const lambda = new LambdaClient(clientConfig(deployed));
const { TableName } = deployed.outputs;

/** What the command writes; it fails if the command does. */
const destroy = async (...args: string[]) =>
  (
    await promisify(execFile)('npm', ['run', '--silent', 'destroy', '--', '--stage', stage, ...args], {
      cwd: productFolder,
      env: { ...process.env, ...emulatedAws(deployed.url) },
    })
  ).stdout;

const expectNo = (StackName: string) =>
  expect(cloudFormation.send(new DescribeStacksCommand({ StackName }))).rejects.toThrow('does not exist');

const statusesOf = async (target: Target, orderId: string) =>
  (await target.executions(orderId)).map(({ status }) => status);

const openOrder = newOrder();

test('intake that was stopped for an end that did not come is brought back, and nothing that came is lost', async () => {
  const target = await deployedTarget(deployed);
  await stopIntake(lambda, await resourcesOf(cloudFormation, stacks.service));
  const states = new Set<string | undefined>();
  for await (const page of paginateListEventSourceMappings({ client: lambda }, {}))
    for (const { State } of page.EventSourceMappings ?? []) states.add(State);
  expect([...states]).toEqual(['Disabled']);
  const sweep = { FunctionName: await functionAt(deployed, 'Sweep') };
  expect(await lambda.send(new GetFunctionConcurrencyCommand(sweep))).toMatchObject({
    ReservedConcurrentExecutions: 0,
  });
  await target.send(booked(openOrder, { offer: 'A-WX' }));

  expect(await destroy('--undo')).toContain('Intake runs again');
  await until(
    () => statusesOf(target, openOrder),
    (statuses) => statuses.length > 0,
  );
  expect((await lambda.send(new GetFunctionConcurrencyCommand(sweep))).ReservedConcurrentExecutions).toBe(
    undefined,
  );
});

test('nobody destroys anything by mistake', async () => {
  await expect(destroy()).rejects.toMatchObject({ stderr: expect.stringContaining('add --force') });
  await expect(destroy('--force', '--stage', 'none')).rejects.toMatchObject({
    stderr: expect.stringContaining('ProvisioningResend-none cannot be read'),
  });
});

test('the executions of open lines are stopped before the stack is destroyed, and the lines stay', async () => {
  const target = await deployedTarget(deployed);
  expect(await statusesOf(target, openOrder)).toEqual(['RUNNING']);

  const said = await destroy('--force');
  expect(said).toContain(`kept             ${stacks.data}`);
  expect(said).toMatch(/open executions +[1-9]\d* will be stopped/);
  expect(said).toMatch(/^Stopped 1 of [1-9]\d* executions/m);
  await expectNo(stacks.service);
  const { Items } = await dynamoDb.send(new ScanCommand({ TableName }));
  expect(JSON.stringify(Items)).toContain(openOrder);
});

describe('a later deployment', () => {
  const jane = {
    email: 'jane@partner.example',
    password: 'Correct-horse-7',
    partnerId: partner,
    role: 'resend',
  };
  let another: Deployment;
  /** Milliseconds. On a busy machine a deployment takes more than a minute. */
  const atMost = 300_000;

  test(
    'finds the lines again, and lets the people of a user pool of its own to them, and out again',
    async () => {
      another = await redeploy(deployed, poolVersion);
      expect(another.outputs).toMatchObject({ TableName, EventBusArn: deployed.outputs.EventBusArn });
      await addPerson(another, jane);
      const browser = await signIn(another, jane);
      const { text } = await browser.go(`/console/orders/${openOrder}/lines/1`);
      expect(text).toContain('May resend');
      expect(text).toContain('Resend the email of line 1');

      const leaving = await browser.post('/console/sign-out', {
        token: await browser.token('/console/sign-out'),
      });
      const [, logout = ''] = /href="([^"]+\/logout[^"]+)"/.exec(leaving.text) ?? [];
      const out = await browser.follow(await browser.go(logout.replaceAll('&amp;', '&')));
      expect(out).toMatchObject({ status: 200, text: expect.stringContaining('signed out') });
      expect((await browser.go('/console')).location).toMatch(/^\/console\/sign-in/);
    },
    atMost,
  );

  test('lets a program of the user pool to the lines of its partner, and names it in their history', async () => {
    const { api } = await deployedTarget(another);
    const token = await programToken(another, program);
    expect((await api.request('/order-lines', { token })).status).toBe(200);
    expect((await api.resend(token, openOrder)).status).toBe(200);
    const [latest] = await api.history(token, openOrder);
    expect(latest).toMatchObject({ actor: program });
  });

  test(
    'finds the people and their roles again too, and books as ever',
    async () => {
      await destroy('--force');
      await expectNo(stacks.service);
      another = await redeploy(deployed, throwawayVersion);
      const target = await deployedTarget(another);
      const orderId = newOrder();
      await target.send(booked(orderId, { offer: 'A-WX' }));
      const browser = await signIn(another, jane);
      const { text } = await until(
        () => browser.go(`/console/orders/${orderId}/lines/1`),
        ({ status }) => status === 200,
      );
      expect(text).toContain('May resend');
    },
    atMost,
  );

  test('is gone with all that it had once it is destroyed, if it is to keep nothing', async () => {
    expect(await destroy('--force')).toMatch(/kept +nothing/);
    await expectNo(stacks.service);
    await expectNo(stacks.data);
    await expect(dynamoDb.send(new DescribeTableCommand({ TableName }))).rejects.toThrow(
      ResourceNotFoundException,
    );
  });
});

/** Any address but the console's own leads to the pool. */
const pool = 'https://pool.example';

async function signIn(
  to: Deployment,
  { email, password }: { readonly email: string; readonly password: string },
): Promise<Visitor> {
  const browser = await consoleVisitor(to);
  const asked = await browser.follow(await browser.go('/console'));
  const signedIn = await browser.follow(
    await browser.post(`${pool}/login`, { ...hiddenFields(asked.text), username: email, password }),
  );
  expect(signedIn.text).toContain(`Signed in as ${email}`);
  return browser;
}

const hiddenFields = (page: string) =>
  Object.fromEntries(
    [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(
      ([, name = '', value = '']) => [name, value] as const,
    ),
  );
