import { Duration } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { type EventPattern, type IEventBusRef, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { intakeBatches } from '../../shared/domain/quotas.ts';
import { batchSize, type DeclaredEvents, mostDeliveries } from '../intake-rules.ts';
import type { QueueUrls } from '../outputs.ts';
import type { Settings, variablesOf } from '../settings.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { LambdaFunction } from './lambda-function.ts';
import type { Mail } from './mail.ts';
import { grantMessages, longestRetention, polling } from './messages.ts';
import { grantItems } from './table.ts';
import type { WorkQueues } from './work-queue.ts';
import { grantExecutions } from './workflow.ts';

interface EventConsumerProps {
  readonly settings: Pick<Settings, 'deadLetterDays' | 'logRetentionDays'>;
  readonly table: Table;
  readonly stateMachine: StateMachine;
  readonly declared: DeclaredEvents;
  readonly workQueues: WorkQueues;
  readonly mail: Mail;
  /** The console's address. */
  readonly origin: string;
  readonly bus: IEventBusRef;
  /** The events on the bus that go to the function. */
  readonly pattern: EventPattern;
  /** All settings as variables; the function gets those it reads. */
  readonly variables: ReturnType<typeof variablesOf>;
}

const timeout = Duration.seconds(30);

/**
 * Delivers events of a bus, through a queue, to one function. What it cannot handle ends up in its dead-letter queue.
 */
export class EventConsumer extends Construct {
  readonly urls: QueueUrls;
  readonly functionName: string;
  /** What users notice while events wait. */
  readonly userImpact: string;
  readonly #queue: Queue;

  constructor(scope: Construct, id: string, props: EventConsumerProps) {
    super(scope, id);
    const { settings, table, stateMachine, declared, workQueues, mail, origin } = props;
    const { functionName, description, userImpact, calls } = declared;
    const deadLetters = new DeadLetterQueue(this, 'DeadLetters', functionName, settings, userImpact);
    const queue = new Queue(this, 'Queue', {
      // Six times the function's timeout, as AWS advises, so that a throttled batch is not delivered twice.
      visibilityTimeout: Duration.seconds(timeout.toSeconds() * 6),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: mostDeliveries },
      retentionPeriod: longestRetention,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
    new Rule(this, 'Rule', {
      eventBus: props.bus,
      eventPattern: props.pattern,
      targets: [new SqsQueue(queue, { deadLetterQueue: deadLetters })],
    });

    const consumer = new LambdaFunction(this, 'Consumer', {
      settings,
      folder: functionName,
      description,
      environment: readBy(declared, {
        TABLE_NAME: table.tableName,
        STATE_MACHINE_ARN: stateMachine.stateMachineArn,
        DEAD_LETTER_QUEUE_URL: deadLetters.queueUrl,
        CONFIGURATION_SET: mail.configurationSetName,
        CONSOLE_ORIGIN: origin,
        ...workQueues.variables,
        ...props.variables,
      }),
      timeout,
      memory: 512,
    });
    consumer.resource.addEventSourceMapping('Events', {
      eventSourceArn: queue.queueArn,
      batchSize,
      maxConcurrency: intakeBatches,
      reportBatchItemFailures: true,
    });
    grantMessages(queue, consumer, ...polling);
    grantMessages(deadLetters, consumer, 'SendMessage');
    workQueues.grantSend(consumer, declared.environment);
    grantItems(table, consumer, ...calls.table);
    if ('CONFIGURATION_SET' in declared.environment.shape) mail.grantSend(consumer);
    grantExecutions(stateMachine, consumer, ...calls.executions);
    this.urls = { queue: queue.queueUrl, deadLetters: deadLetters.queueUrl };
    this.functionName = functionName;
    this.userImpact = userImpact;
    this.#queue = queue;
  }

  /** The age of the oldest event that waits; those that failed three times do not count. */
  metricAge(props: MetricOptions): Metric {
    return this.#queue.metricApproximateAgeOfOldestMessage(props);
  }
}

/** The variables that a function reads. */
const readBy = ({ environment }: DeclaredEvents, variables: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(variables).filter(([name]) => name in environment.shape));
