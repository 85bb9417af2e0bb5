import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { SESClient } from '@aws-sdk/client-ses';
import type { SESv2Client } from '@aws-sdk/client-sesv2';
import type { SFNClient } from '@aws-sdk/client-sfn';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { constructStack } from '@smithy/core/client';
import { sqsClient } from '../../shared/adapters/dead-letters.ts';
import { eventBridgeClient } from '../../shared/adapters/event-bus.ts';
import { sesV2Client } from '../../shared/adapters/list-mail.ts';
import { sesClient } from '../../shared/adapters/mail.ts';
import { dynamoDbClient } from '../../shared/adapters/order-line-store.ts';
import { sfnClient } from '../../shared/adapters/workflow.ts';
import type { Faults } from './faults.ts';
import { inProcess, type LocalService, type WireService } from './in-process.ts';
import { checked } from './wire/checked.ts';

export interface LocalServices {
  /** Checks its requests itself. */
  readonly dynamoDb: WireService;
  readonly ses: LocalService;
  /** SES's second API. */
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

/** The product's AWS SDK clients, connected to this machine, with faults injected. */
export function awsClients(
  { dynamoDb, ses, sesV2, sfn, sqs, eventBridge }: LocalServices,
  faults: Faults,
): AwsClients {
  const leadingTo = (service: WireService) => ({
    ...inProcess(service),
    endpoint: 'http://127.0.0.1',
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    // Sorting the middleware for each call would take a tenth of its time, and none is added later.
    cacheMiddleware: true,
  });
  const clients = {
    dynamoDb: dynamoDbClient(leadingTo(dynamoDb)),
    ses: sesClient(leadingTo(checked(ses))),
    sesV2: sesV2Client(leadingTo(checked(sesV2))),
    sfn: sfnClient(leadingTo(checked(sfn))),
    sqs: sqsClient(leadingTo(checked(sqs))),
    eventBridge: eventBridgeClient(leadingTo(checked(eventBridge))),
  };
  for (const { config } of Object.values(clients)) speedUpCopies(config);
  interpose(clients.dynamoDb.middlewareStack, 'dynamodb', faults);
  interpose(clients.ses.middlewareStack, 'ses', faults);
  interpose(clients.sesV2.middlewareStack, 'ses', faults);
  interpose(clients.sfn.middlewareStack, 'sfn', faults);
  interpose(clients.sqs.middlewareStack, 'sqs', faults);
  interpose(clients.eventBridge.middlewareStack, 'events', faults);
  return clients;
}

type MiddlewareStack<Input extends object, Output extends object> = ReturnType<
  typeof constructStack<Input, Output>
>;

/** Puts faults between a client and its service, and removes work of the SDK that has no use here. */
function interpose<Input extends object, Output extends object>(
  stack: MiddlewareStack<Input, Output>,
  service: string,
  faults: Faults,
): void {
  stack.add(
    (next, { commandName = '' }) =>
      (args) =>
        faults.around(service, commandName, () => next(args)),
    outermost,
  );
  stack.add((next) => (args) => faults.attempt(() => next(args)), eachAttempt);
  for (const name of needless) stack.remove(name);
}

/**
 * Lets V8 copy an object quickly. It keeps one with this many properties as a hash table, which takes eight times as
 * long to copy, until the object is the prototype of one whose keys are listed. The SDK copies a client's settings three
 * times in each call.
 */
function speedUpCopies(settings: object): void {
  const keys: string[] = [];
  for (const key in Object.create(settings)) keys.push(key);
}

/**
 * The SDK's work for logs, a network, signatures and statistics, none of which exist here: a third of each call's time.
 */
const needless = [
  'loggerMiddleware',
  'getUserAgentMiddleware',
  'hostHeaderMiddleware',
  'recursionDetectionMiddleware',
  'contentLengthMiddleware',
  'httpAuthSchemeMiddleware',
  'httpSigningMiddleware',
] as const;

/** Outside the SDK's own retries, so that one fault is one failed call. */
const outermost = { name: 'localFaults', step: 'initialize', priority: 'high' } as const;

/** Inside the SDK's own retries, and outside the mail service's mailbox. */
const eachAttempt = { name: 'localAttempts', step: 'finalizeRequest', priority: 'normal' } as const;
