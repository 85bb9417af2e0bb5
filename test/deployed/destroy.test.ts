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
import { deployment, throwawayVersion } from './deployment.ts';
import { clientConfig, deployedTarget } from './target.ts';

/* The end of a deployment. It runs after all other tests, since it takes away what they test. */

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

test('nothing stays of a stack whose settings say so', async () => {
  const { TableName } = await deploy(deployed.url, deployed.issuer.url, throwawayVersion);
  await destroy();
  await expectNoStack();
  await expect(dynamoDb.send(new DescribeTableCommand({ TableName }))).rejects.toThrow(
    ResourceNotFoundException,
  );
});
