import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { reasonAttribute } from '../../shared/adapters/dead-letters.ts';
import type { DeadLetterOffice } from './dead-letter-office.ts';
import type { Executions } from './executions.ts';
import { type Started, stopServer, urlOf } from './started.ts';

export const stateMachineArn = 'arn:aws:states:local:000000000000:stateMachine:order-line';

const startExecution = z.object({ name: z.string(), input: z.string() });
const namedExecution = z
  .object({ executionArn: z.string() })
  .transform(({ executionArn }) => ({ executionArn, name: executionArn.split(':').at(-1) ?? '' }));
const sendMessage = z.object({
  MessageBody: z.string(),
  MessageAttributes: z.object({ [reasonAttribute]: z.object({ StringValue: z.string() }) }),
});

/**
 * What the product asks of Step Functions and SQS, in AWS's JSON protocol, on a free port of the loopback: no kept
 * library has these APIs without Docker or Python.
 */
export async function startAwsEndpoint(
  parts: () => { readonly executions: Executions; readonly office: DeadLetterOffice },
  now: () => Date,
): Promise<Started> {
  const app = new Hono();
  app.post('/*', async (c) => {
    const { executions, office } = parts();
    const body: unknown = await c.req.json();
    const target = c.req.header('x-amz-target');
    switch (target) {
      case 'AWSStepFunctions.StartExecution': {
        const { name, input } = startExecution.parse(body);
        const { startedAt, isNew } = await executions.start(name, JSON.parse(input));
        if (!isNew) return awsError(c, 'ExecutionAlreadyExists');
        return c.json({ executionArn: `${executionArnPrefix}${name}`, startDate: seconds(startedAt) });
      }
      case 'AWSStepFunctions.StopExecution': {
        const { name } = namedExecution.parse(body);
        if (!(await executions.stop(name))) return awsError(c, 'ExecutionDoesNotExist');
        return c.json({ stopDate: seconds(now().toISOString()) });
      }
      case 'AWSStepFunctions.DescribeExecution': {
        const { name, executionArn } = namedExecution.parse(body);
        const known = await executions.find(name);
        if (!known) return awsError(c, 'ExecutionDoesNotExist');
        const { status, startedAt } = known;
        return c.json({ executionArn, stateMachineArn, name, status, startDate: seconds(startedAt) });
      }
      case 'AmazonSQS.SendMessage': {
        const { MessageBody, MessageAttributes } = sendMessage.parse(body);
        await office.keep(MessageBody, MessageAttributes[reasonAttribute].StringValue, now());
        const digest = createHash('md5').update(MessageBody).digest('hex');
        return c.json({ MessageId: crypto.randomUUID(), MD5OfMessageBody: digest });
      }
      default:
        return awsError(c, 'UnknownOperationException');
    }
  });

  const listener = getRequestListener(app.fetch);
  const server = createServer((request, response) => void listener(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: urlOf(server), stop: () => stopServer(server) };
}

const executionArnPrefix = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:`;
const seconds = (instant: string): number => Date.parse(instant) / 1000;
const awsError = (c: Context, name: string) => c.json({ __type: name, message: name }, 400);
