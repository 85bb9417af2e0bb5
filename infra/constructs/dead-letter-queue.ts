import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Settings } from '../settings.ts';

/** A queue that keeps what went wrong for somebody to look at, and no longer than was set: it names people. */
export class DeadLetterQueue extends Queue {
  /** The function that could not handle it. */
  readonly functionName: string;

  constructor(
    scope: Construct,
    id: string,
    functionName: string,
    { deadLetterDays }: Pick<Settings, 'deadLetterDays'>,
  ) {
    super(scope, id, {
      retentionPeriod: Duration.days(deadLetterDays),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
    this.functionName = functionName;
  }
}
