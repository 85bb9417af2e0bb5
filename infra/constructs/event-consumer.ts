import { Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { type EventPattern, type IEventBusRef, Match, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Grant, type IGrantable, type IPrincipal } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type * as z from 'zod';
import type { intakeEnvironment } from '../../shared/runtime/intake.ts';
import type { QueueUrls } from '../outputs.ts';
import {
  batchSize,
  type IntakeFunction,
  type IntakeRule,
  intakeRules,
  mostDeliveries,
} from '../intake-rules.ts';
import type { Settings } from '../settings.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { LambdaFunction } from './lambda-function.ts';

interface EventConsumerProps<Environment extends z.ZodType> {
  readonly settings: Pick<Settings, 'deadLetterDays' | 'logRetentionDays'>;
  readonly table: Table;
  readonly stateMachine: StateMachine;
  readonly buses: Readonly<Record<IntakeRule['bus'], IEventBusRef>>;
  /** Also the folder in functions/ that holds its handler.ts. */
  readonly functionName: IntakeFunction;
  /** Which details are the function's; all, if missing. */
  readonly detail?: EventPattern['detail'];
  readonly description: string;
  /** The function's environment, made from what all functions that take events in read. */
  readonly environment: (intake: z.input<typeof intakeEnvironment>) => z.input<Environment>;
}

const timeout = Duration.seconds(30);

/** What Lambda needs to take messages from a queue, by AWSLambdaSQSQueueExecutionRole; CDK's own grant has more. */
const polling = ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'] as const;

/** Events of a bus, by way of a queue, to one function. What it cannot handle ends among its dead letters. */
export class EventConsumer<Environment extends z.ZodType<unknown, Readonly<Record<string, string>>>>
  extends Construct
  implements IGrantable
{
  readonly grantPrincipal: IPrincipal;
  readonly urls: QueueUrls;

  constructor(scope: Construct, id: string, props: EventConsumerProps<Environment>) {
    super(scope, id);
    const rule = intakeRules.find(({ functionName }) => functionName === props.functionName);
    if (!rule) throw new Error(`no rule says which events ${props.functionName} takes`);

    const deadLetters = new DeadLetterQueue(this, 'DeadLetters', props.functionName, props.settings);
    const queue = new Queue(this, 'Queue', {
      // Six times the function's, as AWS advises: a batch that was throttled is not handed out twice meanwhile.
      visibilityTimeout: Duration.seconds(timeout.toSeconds() * 6),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: mostDeliveries },
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
    new Rule(this, 'Rule', {
      eventBus: props.buses[rule.bus],
      eventPattern: patternOf(rule, props.detail),
      targets: [new SqsQueue(queue, { deadLetterQueue: deadLetters })],
    });

    const consumer = new LambdaFunction<Environment>(this, 'Consumer', {
      settings: props.settings,
      folder: props.functionName,
      description: props.description,
      environment: props.environment({
        TABLE_NAME: props.table.tableName,
        STATE_MACHINE_ARN: props.stateMachine.stateMachineArn,
        DEAD_LETTER_QUEUE_URL: deadLetters.queueUrl,
      }),
      timeout,
      memory: 512,
    });
    consumer.resource.addEventSourceMapping('Events', {
      eventSourceArn: queue.queueArn,
      batchSize,
      reportBatchItemFailures: true,
    });
    grantMessages(queue, consumer, ...polling);
    grantMessages(deadLetters, consumer, 'SendMessage');
    this.grantPrincipal = consumer.grantPrincipal;
    this.urls = { queue: queue.queueUrl, deadLetters: deadLetters.queueUrl };
  }
}

/** Lets `grantee` do this to the messages of the queue, and nothing else. */
function grantMessages(
  queue: Queue,
  grantee: IGrantable,
  ...actions: readonly ((typeof polling)[number] | 'SendMessage')[]
): void {
  Grant.addToPrincipal({
    grantee,
    actions: actions.map((action) => `sqs:${action}`),
    resourceArns: [queue.queueArn],
  });
}

function patternOf({ source, detailType }: IntakeRule, detail: EventPattern['detail']): EventPattern {
  const types =
    detailType && ('only' in detailType ? [...detailType.only] : Match.anythingBut(...detailType.allBut));
  return { source: [source], ...(types && { detailType: types }), ...(detail && { detail }) };
}
