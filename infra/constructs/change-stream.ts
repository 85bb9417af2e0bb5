import { Duration, Validations } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { Grant, type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type EventSourceMappingOptions, type Function, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { sources } from '../../shared/contracts/events.ts';
import type { environment as countEnvironment } from '../../functions/count-lines/handler.ts';
import type { environment as publishEnvironment } from '../../functions/publish-changes/handler.ts';
import { lineChangesFilter, lineWritesFilter } from '../../shared/adapters/line-changes.ts';
import type { Settings } from '../settings.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { LambdaFunction } from './lambda-function.ts';
import { grantMessages } from './messages.ts';
import { grantItems } from './table.ts';

interface ChangeStreamProps {
  readonly settings: Pick<Settings, 'deadLetterDays' | 'logRetentionDays' | 'tableStreamArn'>;
  readonly table: Table;
  readonly bus: EventBus;
}

/** The most changes in one call. */
const batchSize = 100;

/**
 * How many calls at once publish the changes of a shard; changes of one item still stay in order. A new table has about
 * four shards, and a call publishes some 500 events a second.
 */
const publishingCalls = 2;

/** Changes are collected for this long before they are counted, so that one write counts those of a partner. */
const gathering = Duration.seconds(1);

/**
 * A stream keeps a change for 24 hours, and drops it silently after that. So a change is given up an hour earlier, and
 * becomes a dead letter.
 */
const longestTry = Duration.hours(23);

/** A function that reads the stream: a stream allows two. */
interface Reader {
  readonly resource: Function;
}

/**
 * Publishes what changes in the table, and counts lines by it, independently: if the bus is down, lines are still
 * counted. A change that fails is retried until it succeeds; later ones wait in the stream, and none is skipped. When
 * one of the two is new, it reads all that the stream still has.
 */
export class ChangeStream extends Construct {
  readonly publisher: Reader;
  readonly publishingDeadLetters: DeadLetterQueue;
  readonly counter: Reader;

  constructor(scope: Construct, id: string, props: ChangeStreamProps) {
    super(scope, id);
    this.publishingDeadLetters = this.#deadLetters(
      'DeadLetters',
      'publish-changes',
      props.settings,
      'Other systems have missed events of some lines.',
    );
    this.publisher = this.#publisher(props);
    this.counter = this.#counter(props);
  }

  #publisher(props: ChangeStreamProps): Reader {
    const { settings, bus } = props;
    const deadLetters = this.publishingDeadLetters;
    const publisher = new LambdaFunction<typeof publishEnvironment>(this, 'PublishChanges', {
      settings,
      folder: 'publish-changes',
      description: 'Publishes what happened to order lines',
      environment: { EVENT_BUS_ARN: bus.eventBusArn, DEAD_LETTER_QUEUE_URL: deadLetters.queueUrl },
      timeout: Duration.seconds(30),
      memory: 512,
    });
    readChanges(props, publisher, deadLetters, {
      parallelizationFactor: publishingCalls,
      filters: [{ pattern: JSON.stringify(lineWritesFilter) }],
    });
    publisher.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['events:PutEvents'],
        resources: [bus.eventBusArn],
        // Only in the product's own name: it cannot book lines or report an onboarding.
        conditions: { StringEquals: { 'events:source': sources.product } },
      }),
    );
    return publisher;
  }

  #counter(props: ChangeStreamProps): Reader {
    const { settings, table } = props;
    const deadLetters = this.#deadLetters(
      'CountsDeadLetters',
      'count-lines',
      settings,
      'The counts of lines are off by some lines.',
    );
    const counter = new LambdaFunction<typeof countEnvironment>(this, 'CountLines', {
      settings,
      folder: 'count-lines',
      description: 'Keeps the counts of order lines',
      environment: { TABLE_NAME: table.tableName, DEAD_LETTER_QUEUE_URL: deadLetters.queueUrl },
      timeout: Duration.seconds(30),
      memory: 512,
    });
    readChanges(props, counter, deadLetters, {
      maxBatchingWindow: gathering,
      filters: [{ pattern: JSON.stringify(lineChangesFilter) }],
    });
    grantItems(table, counter, 'GetItem', 'BatchGetItem', 'PutItem');
    return counter;
  }

  #deadLetters(
    id: string,
    functionName: string,
    settings: ChangeStreamProps['settings'],
    userImpact: string,
  ): DeadLetterQueue {
    const deadLetters = new DeadLetterQueue(this, id, functionName, settings, userImpact);
    Validations.of(deadLetters).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is the dead-letter queue of the stream, which names it elsewhere than a queue does.',
    });
    return deadLetters;
  }
}

/** Calls a function with the changes of the table that pass a filter. */
function readChanges(
  { settings, table }: ChangeStreamProps,
  reader: Construct & IGrantable & Reader,
  deadLetters: DeadLetterQueue,
  options: Pick<EventSourceMappingOptions, 'filters' | 'maxBatchingWindow' | 'parallelizationFactor'>,
): void {
  const streamArn = settings.tableStreamArn ?? table.tableStreamArn;
  if (streamArn === undefined) throw new Error('the table has no stream');
  reader.resource.addEventSourceMapping('Changes', {
    eventSourceArn: streamArn,
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize,
    maxRecordAge: longestTry,
    bisectBatchOnError: true,
    reportBatchItemFailures: true,
    // The CDK's own destination would let the function do more with the queue than send.
    onFailure: { bind: () => ({ destination: deadLetters.queueArn }) },
    ...options,
  });
  grantMessages(deadLetters, reader, 'SendMessage');
  Grant.addToPrincipal({
    grantee: reader,
    actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
    resourceArns: [streamArn],
  });
  Grant.addToPrincipal({ grantee: reader, actions: ['dynamodb:ListStreams'], resourceArns: ['*'] });
  Validations.of(reader).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason: "ListStreams takes no resource: AWS's managed policy names no table either.",
  });
}
