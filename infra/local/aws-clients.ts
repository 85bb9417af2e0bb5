import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SESClient } from '@aws-sdk/client-ses';
import type { SFNClient } from '@aws-sdk/client-sfn';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { sqsClient } from '../../shared/adapters/dead-letters.ts';
import { sesClient } from '../../shared/adapters/mail.ts';
import { dynamoDbClient } from '../../shared/adapters/order-line-store.ts';
import { timeLimits } from '../../shared/adapters/time-limits.ts';
import { sfnClient } from '../../shared/adapters/workflow.ts';
import type { Faults } from './faults.ts';
import { checked, onTheWire } from './wire/checked.ts';

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

/** The product's AWS SDK clients, led to this machine: checked as AWS would, with faults where they were asked for. */
export function awsClients(endpoints: Endpoints, faults: Faults): AwsClients {
  const config = (endpoint: string) => ({
    endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  /** A machine that does everything by itself is late where AWS is not. */
  const patient = (endpoint: string) => ({
    ...config(endpoint),
    ...timeLimits({ connecting: 10_000, answering: 60_000 }),
  });
  const clients = {
    dynamoDb: dynamoDbClient(patient(endpoints.dynamoDb)),
    ses: sesClient(config(endpoints.ses)),
    sfn: sfnClient(patient(endpoints.other)),
    sqs: sqsClient(patient(endpoints.other)),
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
  clients.dynamoDb.middlewareStack.add((next) => (args) => faults.attempt(() => next(args)), eachAttempt);
  clients.ses.middlewareStack.add((next) => (args) => faults.attempt(() => next(args)), eachAttempt);
  clients.sfn.middlewareStack.add((next) => (args) => faults.attempt(() => next(args)), eachAttempt);
  clients.sqs.middlewareStack.add((next) => (args) => faults.attempt(() => next(args)), eachAttempt);
  clients.dynamoDb.middlewareStack.add((next) => async (args) => await next(checked(args)), onTheWire);
  clients.ses.middlewareStack.add((next) => async (args) => await next(checked(args)), onTheWire);
  clients.sfn.middlewareStack.add((next) => async (args) => await next(checked(args)), onTheWire);
  clients.sqs.middlewareStack.add((next) => async (args) => await next(checked(args)), onTheWire);
  return clients;
}

/** Outside the SDK's own retries, so that one fault is one failed call. */
const outermost = { name: 'localFaults', step: 'initialize', priority: 'high' } as const;

/** Inside the SDK's own retries; the mail service's mailbox is further in. */
const eachAttempt = { name: 'localAttempts', step: 'finalizeRequest', priority: 'normal' } as const;
