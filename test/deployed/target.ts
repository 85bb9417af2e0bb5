import { setTimeout } from 'node:timers/promises';
import { CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { SESClient, VerifyEmailIdentityCommand } from '@aws-sdk/client-ses';
import { DescribeExecutionCommand, paginateListExecutions, SFNClient } from '@aws-sdk/client-sfn';
import {
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { exportJWK, generateKeyPair } from 'jose';
import { reasonAttribute } from '../../shared/adapters/dead-letters.ts';
import type { Target } from '../scenarios/target.ts';
import { apiClient } from '../support/client.ts';
import { stacks } from '../support/deployment.ts';
import { issueToken } from '../support/issuer.ts';
import { until } from '../support/until.ts';
import { type Deployment, senderAddress, shortWindow } from './deployment.ts';

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

/** How the SDK reaches the emulator. */
export const clientConfig = ({ url }: Deployment) => ({ endpoint: url, region: 'us-east-1', credentials });

/** The paths of an emulated API begin so. */
export const apiUrl = ({ url, outputs }: Deployment) =>
  `${url}/_aws/execute-api/${new URL(outputs.ApiUrl).hostname.split('.')[0] ?? ''}/$default`;

/** The deployed service, with the emulator's real time. */
export async function deployedTarget(deployment: Deployment): Promise<Target> {
  const { issuer, outputs } = deployment;
  const config = clientConfig(deployment);
  const bus = new EventBridgeClient(config);
  const sfn = new SFNClient(config);
  const sqs = new SQSClient(config);
  await new SESClient(config).send(new VerifyEmailIdentityCommand({ EmailAddress: senderAddress }));
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const somebody = { ...issuer, privateKey: await exportJWK(privateKey) };
  const claimsOf = ({ partnerId, roles }: { partnerId?: string; roles: string[] }) => ({
    partner_id: partnerId,
    roles,
  });

  return {
    api: apiClient(apiUrl(deployment)),
    shortWindow,
    token: (claims) => issueToken(issuer, claimsOf(claims)),
    expiredToken: (claims) => issueToken(issuer, claimsOf(claims), { expiresIn: -1 }),
    forgedToken: (claims) => issueToken(somebody, claimsOf(claims)),
    foreignToken: (claims) => issueToken(issuer, claimsOf(claims), { to: 'another-service' }),

    async send(...events) {
      const Entries = events.map(({ source, detail, 'detail-type': type }) => ({
        EventBusName: outputs.EventBusArn,
        Source: source,
        DetailType: type,
        Detail: JSON.stringify(detail),
      }));
      const { FailedEntryCount } = await bus.send(new PutEventsCommand({ Entries }));
      if (FailedEntryCount !== 0) throw new Error(`${FailedEntryCount ?? 'all'} events were refused`);
    },

    settled: () =>
      until(
        () => Promise.all(Object.values(outputs.IntakeQueues).map(({ queue }) => sizeOf(sqs, queue))),
        (sizes) => sizes.every((size) => size === 0),
      ),

    emails: async (to) =>
      (await messagesTo(deployment, to)).map(({ MessageId, BodyText }) => ({
        messageId: MessageId,
        text: BodyText,
      })),

    async deadLetters() {
      const queues = Object.values(outputs.IntakeQueues);
      const all = await Promise.all(queues.map(({ deadLetters }) => peek(sqs, deadLetters)));
      return all.flat().map(({ Body = '', MessageAttributes }) => ({
        event: JSON.parse(Body) as unknown,
        reason: MessageAttributes?.[reasonAttribute]?.StringValue,
      }));
    },

    async executions(orderId) {
      const found = [];
      const pages = paginateListExecutions({ client: sfn }, { stateMachineArn: outputs.StateMachineArn });
      for await (const { executions = [] } of pages) {
        for (const { executionArn, name = '', status = '' } of executions) {
          if (!name.startsWith(`${orderId}_`)) continue;
          const { input = '' } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
          found.push({ name, status, executionArn, input });
        }
      }
      return found;
    },

    now: () => Promise.resolve(new Date().toISOString()),
    reach: (instant) => setTimeout(Math.max(0, Date.parse(instant) - Date.now())),
  };
}

interface SesMessage {
  readonly MessageId: string;
  readonly Source: string;
  readonly To: readonly string[];
  readonly BodyText: string;
}

async function messagesTo({ url }: Deployment, to: string): Promise<readonly SesMessage[]> {
  const response = await fetch(`${url}/_ministack/ses/messages`);
  const { messages } = (await response.json()) as { messages: Record<string, SesMessage[]> };
  return Object.values(messages)
    .flat()
    .filter((message) => message.To.includes(to));
}

/** The name of the deployed function that stands at this place in the stack. */
export async function functionAt(deployment: Deployment, place: string): Promise<string> {
  const client = new CloudFormationClient(clientConfig(deployment));
  for await (const page of paginateListStackResources({ client }, { StackName: stacks.service })) {
    const found = page.StackResourceSummaries?.find(
      ({ ResourceType, LogicalResourceId }) =>
        ResourceType === 'AWS::Lambda::Function' && LogicalResourceId?.startsWith(place),
    );
    if (found?.PhysicalResourceId !== undefined) return found.PhysicalResourceId;
  }
  throw new Error(`no function at ${place}`);
}

/** The variables of the deployed function at this place, and how others are added to them, or none. */
export async function functionVariables(deployment: Deployment, place: string) {
  const lambda = new LambdaClient(clientConfig(deployment));
  const FunctionName = await functionAt(deployment, place);
  const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const { Variables: variables = {} } = Environment ?? {};
  const change = (changes: Readonly<Record<string, string>>) =>
    lambda.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName,
        Environment: { Variables: { ...variables, ...changes } },
      }),
    );
  return { variables, change };
}

/** Who the emails to an address say they are from. */
export const sendersTo = async (deployment: Deployment, to: string): Promise<readonly string[]> =>
  (await messagesTo(deployment, to)).map(({ Source }) => Source);

/** How many messages wait in a queue or are being handled. */
async function sizeOf(sqs: SQSClient, queueUrl: string): Promise<number> {
  const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...AttributeNames] }),
  );
  return AttributeNames.reduce((sum, name) => sum + Number(Attributes[name]), 0);
}

/** What is in a queue, which stays there. */
export async function peek(sqs: SQSClient, queueUrl: string): Promise<readonly Message[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      VisibilityTimeout: 0,
      MessageAttributeNames: ['All'],
    }),
  );
  return Messages;
}

/** Makes the waits of executions that begin from now on shorter, or as long as they are. */
export async function scaleWaits({ url }: Deployment, scale: number): Promise<void> {
  const response = await fetch(`${url}/_ministack/config`, {
    method: 'POST',
    body: JSON.stringify({ 'stepfunctions._SFN_WAIT_SCALE': scale }),
  });
  if (!response.ok) throw new Error(`the emulator answers ${response.status} to a new scale of its waits`);
}
