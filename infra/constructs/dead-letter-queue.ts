import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Settings } from '../settings.ts';

/**
 * A queue of events that could not be handled, to be inspected. Its retention is a setting, because events name people.
 */
export class DeadLetterQueue extends Queue {
  /** The function that could not handle it. */
  readonly functionName: string;
  /** What users notice while something is in it. */
  readonly userImpact: string;

  constructor(
    scope: Construct,
    id: string,
    functionName: string,
    { deadLetterDays }: Pick<Settings, 'deadLetterDays'>,
    userImpact: string,
  ) {
    super(scope, id, {
      retentionPeriod: Duration.days(deadLetterDays),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
    this.functionName = functionName;
    this.userImpact = userImpact;
  }
}
