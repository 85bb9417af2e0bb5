import { createHash } from 'node:crypto';
import * as z from 'zod';
import { reasonAttribute } from '../../shared/adapters/dead-letters.ts';
import type { DeadLetterOffice } from './dead-letter-office.ts';
import type { Executions } from './executions.ts';
import { awsError, jsonAnswer, type LocalService } from './in-process.ts';
import { readRequest } from './wire/check-request.ts';

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
 * What the product asks of Step Functions and SQS, in AWS's JSON protocol: no kept library has these APIs without Docker
 * or Python.
 */
export const workflowAndQueues =
  (
    parts: () => { readonly executions: Executions; readonly office: DeadLetterOffice },
    now: () => Date,
  ): LocalService =>
  async (request) => {
    const { executions, office } = parts();
    const { target, input: body } = readRequest(request);
    switch (target) {
      case 'AWSStepFunctions.StartExecution': {
        const { name, input } = startExecution.parse(body);
        const { startedAt, isNew } = await executions.start(name, JSON.parse(input));
        if (!isNew) return awsError('ExecutionAlreadyExists');
        return jsonAnswer({ executionArn: `${executionArnPrefix}${name}`, startDate: seconds(startedAt) });
      }
      case 'AWSStepFunctions.StopExecution': {
        const { name } = namedExecution.parse(body);
        if (!(await executions.stop(name))) return awsError('ExecutionDoesNotExist');
        return jsonAnswer({ stopDate: seconds(now().toISOString()) });
      }
      case 'AWSStepFunctions.DescribeExecution': {
        const { name, executionArn } = namedExecution.parse(body);
        const known = await executions.find(name);
        if (!known) return awsError('ExecutionDoesNotExist');
        const { status, startedAt } = known;
        return jsonAnswer({ executionArn, stateMachineArn, name, status, startDate: seconds(startedAt) });
      }
      case 'AmazonSQS.SendMessage': {
        const { MessageBody, MessageAttributes } = sendMessage.parse(body);
        await office.keep(MessageBody, MessageAttributes[reasonAttribute].StringValue, now());
        const digest = createHash('md5').update(MessageBody).digest('hex');
        return jsonAnswer({ MessageId: crypto.randomUUID(), MD5OfMessageBody: digest });
      }
      default:
        return awsError('UnknownOperationException');
    }
  };

const executionArnPrefix = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:`;
const seconds = (instant: string): number => Date.parse(instant) / 1000;
