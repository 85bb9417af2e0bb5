import {
  CloudFormationClient,
  CreateStackCommand,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SendEmailCommand, SESClient, VerifyEmailIdentityCommand } from '@aws-sdk/client-ses';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  ValidationException,
} from '@aws-sdk/client-sfn';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { differences } from '../support/emulator-differences.ts';
import { newOrder } from '../support/events.ts';
import { until } from '../support/until.ts';
import { deployment, senderAddress } from './deployment.ts';
import { clientConfig, functionAt } from './target.ts';

/* What the emulator is known to do otherwise than AWS, it still does. */

const deployed = deployment();
const config = clientConfig(deployed);
const [sfn, ses, sqs, lambda] = [
  new SFNClient(config),
  new SESClient(config),
  new SQSClient(config),
  new LambdaClient(config),
];

/** A state machine whose executions end at once. */
const stateMachine = sfn.send(
  new CreateStateMachineCommand({
    name: newOrder(),
    roleArn: 'arn:aws:iam::000000000000:role/any',
    definition: JSON.stringify({ StartAt: 'End', States: { End: { Type: 'Succeed' } } }),
  }),
);
async function start(name: string, input = '{}'): Promise<string> {
  const { stateMachineArn } = await stateMachine;
  const { executionArn = '' } = await sfn.send(new StartExecutionCommand({ stateMachineArn, name, input }));
  return executionArn;
}

async function sendEmail(changes: object): Promise<unknown> {
  await ses.send(new VerifyEmailIdentityCommand({ EmailAddress: senderAddress }));
  const email = {
    Source: senderAddress,
    Destination: { ToAddresses: ['differences@example.com'] },
    Message: { Subject: { Data: 'subject' }, Body: { Text: { Data: 'text' } } },
  };
  return await ses.send(new SendEmailCommand({ ...email, ...changes }));
}

async function deployOnly(Type: string, Properties: object): Promise<unknown> {
  const client = new CloudFormationClient(config);
  const StackName = newOrder();
  const TemplateBody = JSON.stringify({ Resources: { Only: { Type, Properties } } });
  await client.send(new CreateStackCommand({ StackName, TemplateBody }));
  return await waitUntilStackCreateComplete(
    { client, minDelay: 1, maxDelay: 1, maxWaitTime: 60 },
    { StackName },
  );
}

const stillTaken = (answer: Promise<unknown>) => expect(answer).resolves.toBeDefined();
const stillRefused = (answer: Promise<unknown>) => expect(answer).rejects.toThrow();

const seen: Record<keyof typeof differences, () => Promise<void>> = {
  busPolicies: () =>
    stillRefused(
      deployOnly('AWS::Events::EventBusPolicy', {
        StatementId: 'others',
        Action: 'events:PutEvents',
        Principal: '111111111111',
      }),
    ),
  eventArchives: () =>
    stillRefused(
      deployOnly('AWS::Events::Archive', {
        SourceArn: 'arn:aws:events:us-east-1:000000000000:event-bus/default',
      }),
    ),
  gradualDeployments: () =>
    stillRefused(deployOnly('AWS::CodeDeploy::Application', { ComputePlatform: 'Lambda' })),
  metricMath: () => {
    const MetricStat = { Metric: { Namespace: 'any', MetricName: 'any' }, Period: 60, Stat: 'Sum' };
    return stillRefused(
      deployOnly('AWS::CloudWatch::Alarm', {
        ComparisonOperator: 'GreaterThanThreshold',
        EvaluationPeriods: 1,
        Threshold: 1,
        Metrics: [
          { Id: 'twice', Expression: 'once + once' },
          { Id: 'once', MetricStat, ReturnData: false },
        ],
      }),
    );
  },
  functionErrors: async () => {
    const FunctionName = await functionAt(deployed, 'WorkflowSendProvisioningEmail');
    const input = {
      orderId: newOrder(),
      lineId: '1',
      requestedStartDate: '2026-01-01T00:00:00Z',
      revision: 1,
    };
    const { Payload } = await lambda.send(
      new InvokeCommand({ FunctionName, Payload: JSON.stringify(input) }),
    );
    const answer = JSON.parse(Buffer.from(Payload ?? []).toString('utf8')) as unknown;
    expect(answer).toMatchObject({ errorType: 'Runtime.HandlerError' });
  },
  endedExecutions: async () => {
    const executionArn = await start('ended');
    await until(
      () => sfn.send(new DescribeExecutionCommand({ executionArn })),
      ({ status }) => status === 'SUCCEEDED',
    );
    await expect(sfn.send(new StopExecutionCommand({ executionArn }))).rejects.toThrow(ValidationException);
  },
  executionNames: () => stillTaken(start('a name in <brackets>')),
  executionInput: () => stillTaken(start('input', 'no JSON')),
  messageTags: () => stillTaken(sendEmail({ Tags: [{ Name: 'orderId', Value: 'ORD.1' }] })),
  longSenders: () => stillTaken(sendEmail({ Source: `${'name '.repeat(80)}<${senderAddress}>` })),
  emptyAttributes: async () => {
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: newOrder() }));
    const MessageAttributes = { reason: { DataType: 'String', StringValue: '' } };
    await stillTaken(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}', MessageAttributes })));
  },
};

test.each(Object.entries(differences))('the emulator still differs: %s', async (name) => {
  await seen[name as keyof typeof differences]();
});
