import { UpdateItemCommand, type UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import type { AwsClients } from './aws-clients.ts';
import type { TaskHandler } from './executions.ts';

const updateInput = z.custom<UpdateItemCommandInput>((value) => typeof value === 'object' && value !== null);
const messageInput = z
  .looseObject({ QueueUrl: z.string(), MessageBody: z.looseObject({}) })
  .transform(({ MessageBody, ...rest }) => ({ ...rest, MessageBody: JSON.stringify(MessageBody) }));

/** The calls of SQS and DynamoDB that Step Functions makes itself, by the Task state that makes them. */
export const taskCalls = ({ dynamoDb, sqs }: Pick<AwsClients, 'dynamoDb' | 'sqs'>) =>
  ({
    'Send provisioning email': (input) =>
      namedAfter('SQS', () => sqs.send(new SendMessageCommand(messageInput.parse(input)))),
    'Close order line': (input) =>
      namedAfter('DynamoDB', () => dynamoDb.send(new UpdateItemCommand(updateInput.parse(input)))),
  }) satisfies Record<string, TaskHandler>;

/** Calls a service, and gives its errors the names that the workflow knows them by. */
async function namedAfter(service: string, call: () => Promise<unknown>): Promise<object> {
  try {
    await call();
    return {};
  } catch (error) {
    if (error instanceof Error) error.name = `${service}.${error.name}`;
    throw error;
  }
}
