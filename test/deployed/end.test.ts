import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  DescribeTableCommand,
  DynamoDBClient,
  ResourceNotFoundException,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { deploy, emulatedAws, productFolder, stackName } from '../support/deployment.ts';
import { booked, newOrder, partner } from '../support/events.ts';
import { until } from '../support/until.ts';
import { type Deployment, deployment, throwawayVersion } from './deployment.ts';
import { addPerson, consoleVisitor } from './console.ts';
import { clientConfig, deployedTarget } from './target.ts';

/* The end of a deployment, and another one after it. All other tests run before: this takes away what they test. */

const deployed = deployment();
const dynamoDb = new DynamoDBClient(clientConfig(deployed));
const cloudFormation = new CloudFormationClient(clientConfig(deployed));

const destroy = () =>
  promisify(execFile)('npm', ['run', 'destroy', '--', '--force'], {
    cwd: productFolder,
    env: { ...process.env, ...emulatedAws(deployed.url) },
  });

const expectNoStack = () =>
  expect(cloudFormation.send(new DescribeStacksCommand({ StackName: stackName }))).rejects.toThrow(
    'does not exist',
  );

test('the order lines stay when the stack is destroyed', async () => {
  const orderId = newOrder();
  const target = await deployedTarget(deployed);
  const token = await target.token({ partnerId: partner, roles: ['view'] });
  await target.send(booked(orderId, { offer: 'A-WX' }));
  await until(
    () => target.api.line(token, orderId),
    ({ status }) => status === 200,
  );

  await destroy();
  await expectNoStack();
  const { TableName } = deployed.outputs;
  const { Items } = await dynamoDb.send(new ScanCommand({ TableName }));
  expect(JSON.stringify(Items)).toContain(orderId);
});

describe('a stack that has a user pool of its own, and keeps nothing', () => {
  let another: Deployment;
  beforeAll(async () => {
    another = { ...deployed, outputs: await deploy(deployed.url, deployed.issuer.url, throwawayVersion) };
  });

  test('lets its people into the console, for what they may do, and out again', async () => {
    const orderId = newOrder();
    const target = await deployedTarget(another);
    await target.send(booked(orderId, { offer: 'A-WX' }));
    const jane = {
      email: 'jane@partner.example',
      password: 'Correct-horse-7',
      partnerId: partner,
      role: 'resend',
    };
    await addPerson(another, jane);
    const browser = await consoleVisitor(another);

    const asked = await browser.follow(await browser.go('/console'));
    const signedIn = await browser.follow(
      await browser.post(`${pool}/login`, {
        ...hiddenFields(asked.text),
        username: jane.email,
        password: jane.password,
      }),
    );
    expect(signedIn.text).toContain(`Signed in as ${jane.email}`);
    const { text } = await until(
      () => browser.go(`/console/orders/${orderId}/lines/1`),
      ({ status }) => status === 200,
    );
    expect(text).toContain('May resend');
    expect(text).toContain('Resend the email of line 1');

    const leaving = await browser.post('/console/sign-out', {
      ticket: await browser.ticket('/console/sign-out'),
    });
    const [, logout = ''] = /href="([^"]+\/logout[^"]+)"/.exec(leaving.text) ?? [];
    const out = await browser.follow(await browser.go(logout.replaceAll('&amp;', '&')));
    expect(out).toMatchObject({ status: 200, text: expect.stringContaining('signed out') });
    expect((await browser.go('/console')).location).toMatch(/^\/console\/sign-in/);
  });

  test('is gone with all that it had once it is destroyed', async () => {
    await destroy();
    await expectNoStack();
    const { TableName } = another.outputs;
    await expect(dynamoDb.send(new DescribeTableCommand({ TableName }))).rejects.toThrow(
      ResourceNotFoundException,
    );
  });
});

/** Any address but the console's own leads to the pool. */
const pool = 'https://pool.example';

const hiddenFields = (page: string) =>
  Object.fromEntries(
    [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(
      ([, name = '', value = '']) => [name, value] as const,
    ),
  );
