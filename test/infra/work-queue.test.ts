/* eslint-disable @typescript-eslint/no-unsafe-member-access -- a template is JSON that CDK has no types for */
import { Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod';
import { LambdaFunction } from '../../infra/constructs/lambda-function.ts';
import { WorkQueue } from '../../infra/constructs/work-queue.ts';
import { workingEnvironment } from '../../shared/runtime/declare-queue.ts';
import { resourcesOf, unvalidatedApp } from './synth.ts';

const declared = {
  functionName: 'sweep-order-lines',
  userImpact: 'None.',
  schema: z.object({}),
  environment: workingEnvironment,
  urlVariable: 'SENDING_QUEUE_URL',
  batchSize: 100,
  gatherSeconds: 1,
  mostAtOnce: 2,
  timeoutSeconds: 40,
  mostDeliveries: 1000,
} as const;

function synthesised(): Template {
  const stack = new Stack(unvalidatedApp(), 'Stack');
  const queue = new WorkQueue(stack, 'Work', { settings: { deadLetterDays: 3 }, declared });
  const worker = new LambdaFunction<typeof workingEnvironment>(stack, 'Worker', {
    settings: { logRetentionDays: 90 },
    folder: declared.functionName,
    description: 'works',
    environment: { DEAD_LETTER_QUEUE_URL: queue.urls.deadLetters },
    timeout: Duration.seconds(declared.timeoutSeconds),
    memory: 128,
  });
  queue.deliverTo(worker);
  return Template.fromStack(stack);
}

const template = synthesised();

test('a queue keeps its messages as long as it can, and what cannot be worked off as long as was set', () => {
  const [deadLetterId] = Object.entries(resourcesOf(template, 'AWS::SQS::Queue')).find(
    ([, { Properties }]) => Properties.RedrivePolicy === undefined,
  ) ?? ['none'];
  const day = 24 * 60 * 60;
  template.hasResourceProperties('AWS::SQS::Queue', {
    MessageRetentionPeriod: 14 * day,
    VisibilityTimeout: 240,
    RedrivePolicy: { maxReceiveCount: 1000, deadLetterTargetArn: { 'Fn::GetAtt': [deadLetterId, 'Arn'] } },
    SqsManagedSseEnabled: true,
  });
  template.hasResourceProperties('AWS::SQS::Queue', { MessageRetentionPeriod: 3 * day });
});

test('its function has so many messages at once as was declared, and no failure repeats the others', () => {
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    BatchSize: 100,
    MaximumBatchingWindowInSeconds: 1,
    ScalingConfig: { MaximumConcurrency: 2 },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
});

test('its function may take messages, put them back, and send dead letters', () => {
  const [policy] = Object.values(resourcesOf(template, 'AWS::IAM::Policy'));
  const statements = policy?.Properties.PolicyDocument.Statement as { Action: string | string[] }[];
  const actions = statements.flatMap(({ Action }) => Action).filter((action) => action.startsWith('sqs:'));
  expect(actions.sort()).toEqual([
    'sqs:ChangeMessageVisibility',
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
    'sqs:ReceiveMessage',
    'sqs:SendMessage',
  ]);
});
