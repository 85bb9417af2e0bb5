import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** A queue that keeps what went wrong for as long as SQS can, for somebody to look at. */
export class DeadLetterQueue extends Queue {
  /** The function that could not handle it. */
  readonly functionName: string;

  constructor(scope: Construct, id: string, functionName: string) {
    super(scope, id, {
      retentionPeriod: Duration.days(14),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
    this.functionName = functionName;
  }
}
