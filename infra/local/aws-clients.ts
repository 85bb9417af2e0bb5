import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SESClient } from '@aws-sdk/client-ses';
import type { SFNClient } from '@aws-sdk/client-sfn';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { sqsClient } from '../../shared/adapters/dead-letters.ts';
import { sesClient } from '../../shared/adapters/mail.ts';
import { dynamoDbClient } from '../../shared/adapters/order-line-store.ts';
import { sfnClient } from '../../shared/adapters/workflow.ts';
import type { Faults } from './faults.ts';

export interface Endpoints {
  readonly dynamoDb: string;
  readonly ses: string;
  /** Step Functions and SQS. */
  readonly other: string;
}

export interface AwsClients {
  readonly dynamoDb: DynamoDBClient;
  readonly ses: SESClient;
  readonly sfn: SFNClient;
  readonly sqs: SQSClient;
}

/** The product's AWS SDK clients, led to this machine, with faults where they were asked for. */
export function awsClients(endpoints: Endpoints, faults: Faults): AwsClients {
  const config = (endpoint: string) => ({
    endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const clients = {
    dynamoDb: dynamoDbClient(config(endpoints.dynamoDb)),
    ses: sesClient(config(endpoints.ses)),
    sfn: sfnClient(config(endpoints.other)),
    sqs: sqsClient(config(endpoints.other)),
  };
  clients.dynamoDb.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) =>
        faults.around('dynamodb', commandName, () => next(args)),
    outermost,
  );
  clients.ses.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) =>
        faults.around('ses', commandName, () => next(args)),
    outermost,
  );
  clients.sfn.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) =>
        faults.around('sfn', commandName, () => next(args)),
    outermost,
  );
  clients.sqs.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) =>
        faults.around('sqs', commandName, () => next(args)),
    outermost,
  );
  return clients;
}

/** Outside the SDK's own retries, so that one fault is one failed call. */
const outermost = { name: 'localFaults', step: 'initialize', priority: 'high' } as const;
