import { Duration, Validations } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { Grant, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { environment } from '../../functions/publish-changes/handler.ts';
import { lineChangesFilter } from '../../shared/adapters/line-changes.ts';
import { publishedSource } from '../../shared/contracts/published-events.ts';
import type { Settings } from '../settings.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { LambdaFunction } from './lambda-function.ts';
import { grantMessages } from './messages.ts';

interface ChangeStreamProps {
  readonly settings: Pick<Settings, 'deadLetterDays' | 'logRetentionDays'>;
  readonly table: Table;
  readonly bus: EventBus;
}

/** The most changes of one call. */
const batchSize = 100;

/**
 * How many calls at once there are for a shard; changes of one item stay in order all the same. A new table has four
 * shards or so, and a call publishes some 500 events a second.
 */
const callsOfShard = 2;

/**
 * A stream keeps a change for 24 hours, and one that expires there is gone without a word. So this is given up an hour
 * before, and becomes a dead letter.
 */
const longestTry = Duration.hours(23);

/**
 * Publishes what changes in the table. It is tried again until it succeeds: changes wait in their stream meanwhile, and
 * none is passed over. From a new deployment on, it tells once more what the stream still has.
 */
export class ChangeStream extends Construct {
  readonly publisher: LambdaFunction<typeof environment>;

  constructor(scope: Construct, id: string, { settings, table, bus }: ChangeStreamProps) {
    super(scope, id);
    const streamArn = table.tableStreamArn;
    if (streamArn === undefined) throw new Error('the table has no stream');
    const deadLetters = new DeadLetterQueue(
      this,
      'DeadLetters',
      'publish-changes',
      settings,
      'Other systems were not told of what happened to some lines.',
    );
    Validations.of(deadLetters).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is the dead-letter queue of the stream, which names it elsewhere than a queue does.',
    });
    this.publisher = new LambdaFunction(this, 'PublishChanges', {
      settings,
      folder: 'publish-changes',
      description: 'Tells other systems what happened to order lines',
      environment: { EVENT_BUS_ARN: bus.eventBusArn, DEAD_LETTER_QUEUE_URL: deadLetters.queueUrl },
      timeout: Duration.seconds(30),
      memory: 512,
    });
    this.publisher.resource.addEventSourceMapping('Changes', {
      eventSourceArn: streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize,
      parallelizationFactor: callsOfShard,
      maxRecordAge: longestTry,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      filters: [{ pattern: JSON.stringify(lineChangesFilter) }],
      // CDK's own would let the function do more with the queue than send to it.
      onFailure: { bind: () => ({ destination: deadLetters.queueArn }) },
    });
    grantMessages(deadLetters, this.publisher, 'SendMessage');
    Grant.addToPrincipal({
      grantee: this.publisher,
      actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
      resourceArns: [streamArn],
    });
    Grant.addToPrincipal({
      grantee: this.publisher,
      actions: ['dynamodb:ListStreams'],
      resourceArns: ['*'],
    });
    Validations.of(this.publisher).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'Streams are listed for an account: the policy that AWS gives to readers of streams names no table either.',
    });
    this.publisher.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['events:PutEvents'],
        resources: [bus.eventBusArn],
        // It speaks for the product alone: it can book no line, and report no onboarding.
        conditions: { StringEquals: { 'events:source': publishedSource } },
      }),
    );
  }
}
