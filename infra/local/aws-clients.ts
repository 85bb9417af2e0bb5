import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { SESClient } from '@aws-sdk/client-ses';
import type { SESv2Client } from '@aws-sdk/client-sesv2';
import type { SFNClient } from '@aws-sdk/client-sfn';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { sqsClient } from '../../shared/adapters/dead-letters.ts';
import { eventBridgeClient } from '../../shared/adapters/event-bus.ts';
import { sesV2Client } from '../../shared/adapters/list-mail.ts';
import { sesClient } from '../../shared/adapters/mail.ts';
import { dynamoDbClient } from '../../shared/adapters/order-line-store.ts';
import { sfnClient } from '../../shared/adapters/workflow.ts';
import type { Faults } from './faults.ts';
import { inProcess, type LocalService } from './in-process.ts';
import { checked, onTheWire } from './wire/checked.ts';

export interface LocalServices {
  readonly dynamoDb: LocalService;
  readonly ses: LocalService;
  /** Its second API. */
  readonly sesV2: LocalService;
  readonly sfn: LocalService;
  readonly sqs: LocalService;
  readonly eventBridge: LocalService;
}

export interface AwsClients {
  readonly dynamoDb: DynamoDBClient;
  readonly ses: SESClient;
  readonly sesV2: SESv2Client;
  readonly sfn: SFNClient;
  readonly sqs: SQSClient;
  readonly eventBridge: EventBridgeClient;
}

/** The product's AWS SDK clients, led to this machine: checked as AWS would, with faults where they were asked for. */
export function awsClients(
  { dynamoDb, ses, sesV2, sfn, sqs, eventBridge }: LocalServices,
  faults: Faults,
): AwsClients {
  const leadingTo = (service: LocalService) => ({
    ...inProcess(service),
    endpoint: 'http://127.0.0.1',
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    // No middleware is added after this: to put it in order again for each call would take a tenth of its time.
    cacheMiddleware: true,
  });
  const clients = {
    dynamoDb: dynamoDbClient(leadingTo(dynamoDb)),
    ses: sesClient(leadingTo(ses)),
    sesV2: sesV2Client(leadingTo(sesV2)),
    sfn: sfnClient(leadingTo(sfn)),
    sqs: sqsClient(leadingTo(sqs)),
    eventBridge: eventBridgeClient(leadingTo(eventBridge)),
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
  clients.sesV2.middlewareStack.add(
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
  clients.eventBridge.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) =>
        faults.around('events', commandName, () => next(args)),
    outermost,
  );
  clients.dynamoDb.middlewareStack.add((next) => (args) => faults.attempt(() => next(args)), eachAttempt);
  clients.ses.middlewareStack.add((next) => (args) => faults.attempt(() => next(args)), eachAttempt);
  clients.sesV2.middlewareStack.add((next) => (args) => faults.attempt(() => next(args)), eachAttempt);
  clients.sfn.middlewareStack.add((next) => (args) => faults.attempt(() => next(args)), eachAttempt);
  clients.sqs.middlewareStack.add((next) => (args) => faults.attempt(() => next(args)), eachAttempt);
  clients.eventBridge.middlewareStack.add((next) => (args) => faults.attempt(() => next(args)), eachAttempt);
  clients.dynamoDb.middlewareStack.add((next) => async (args) => await next(checked(args)), onTheWire);
  clients.ses.middlewareStack.add((next) => async (args) => await next(checked(args)), onTheWire);
  clients.sesV2.middlewareStack.add((next) => async (args) => await next(checked(args)), onTheWire);
  clients.sfn.middlewareStack.add((next) => async (args) => await next(checked(args)), onTheWire);
  clients.sqs.middlewareStack.add((next) => async (args) => await next(checked(args)), onTheWire);
  clients.eventBridge.middlewareStack.add((next) => async (args) => await next(checked(args)), onTheWire);
  for (const client of Object.values(clients))
    for (const name of needless) client.middlewareStack.remove(name);
  return clients;
}

/** What the SDK does in each call for a log, a network, signatures and statistics of AWS's that are not there: a third of its time. */
const needless = [
  'loggerMiddleware',
  'getUserAgentMiddleware',
  'hostHeaderMiddleware',
  'recursionDetectionMiddleware',
  'httpAuthSchemeMiddleware',
  'httpSigningMiddleware',
] as const;

/** Outside the SDK's own retries, so that one fault is one failed call. */
const outermost = { name: 'localFaults', step: 'initialize', priority: 'high' } as const;

/** Inside the SDK's own retries; the mail service's mailbox is further in. */
const eachAttempt = { name: 'localAttempts', step: 'finalizeRequest', priority: 'normal' } as const;
