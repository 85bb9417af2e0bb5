import { Duration } from 'aws-cdk-lib';
import { MathExpression, type Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type * as z from 'zod';
import type { DeclaredQueue } from '../../shared/runtime/declare-queue.ts';
import type { QueueUrls } from '../outputs.ts';
import type { Settings } from '../settings.ts';
import { declaredQueues } from '../work-queues.ts';
import { constructId } from './construct-id.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { LambdaFunction } from './lambda-function.ts';
import { grantMessages, longestRetention, polling } from './messages.ts';

interface WorkQueuesProps {
  readonly settings: Pick<Settings, 'deadLetterDays'>;
}

/** All queues between the product's functions, created before the functions, so that any may send to any. */
export class WorkQueues extends Construct {
  readonly #queues: ReadonlyMap<string, WorkQueue>;

  constructor(scope: Construct, id: string, { settings }: WorkQueuesProps) {
    super(scope, id);
    this.#queues = new Map(
      declaredQueues.map((declared) => [
        declared.functionName,
        new WorkQueue(this, constructId(declared.functionName), { settings, declared }),
      ]),
    );
  }

  /** The queue that leads to a function. */
  of(functionName: string): WorkQueue {
    const queue = this.#queues.get(functionName);
    if (!queue) throw new Error(`no queue of infra/work-queues.ts leads to ${functionName}`);
    return queue;
  }

  /** The URLs, keyed by the variables that functions read them from. */
  get variables(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      declaredQueues.map(({ urlVariable, functionName }) => [urlVariable, this.of(functionName).urls.queue]),
    );
  }

  /** Lets `grantee` send to the queues whose URLs are in its environment. */
  grantSend(grantee: IGrantable, { shape }: z.ZodObject): void {
    for (const { urlVariable, functionName } of declaredQueues)
      if (urlVariable in shape) this.of(functionName).grantSend(grantee);
  }

  get urls(): Readonly<Record<string, QueueUrls>> {
    return Object.fromEntries([...this.#queues].map(([functionName, { urls }]) => [functionName, urls]));
  }
}

interface WorkQueueProps {
  readonly settings: Pick<Settings, 'deadLetterDays'>;
  readonly declared: DeclaredQueue;
}

/** A queue between two of the product's functions. What cannot be worked off ends up in its dead-letter queue. */
export class WorkQueue extends Construct {
  readonly urls: QueueUrls;
  /** The function that works it off. */
  readonly functionName: string;
  readonly #declared: DeclaredQueue;
  readonly #queue: Queue;
  readonly #deadLetters: DeadLetterQueue;

  constructor(scope: Construct, id: string, { settings, declared }: WorkQueueProps) {
    super(scope, id);
    const { functionName, userImpact, timeoutSeconds, mostDeliveries } = declared;
    this.#declared = declared;
    this.functionName = functionName;
    this.#deadLetters = new DeadLetterQueue(this, 'DeadLetters', functionName, settings, userImpact);
    this.#queue = new Queue(this, 'Queue', {
      // Six times the function's timeout, as AWS advises, so that a throttled batch is not delivered twice.
      visibilityTimeout: Duration.seconds(timeoutSeconds * 6),
      deadLetterQueue: { queue: this.#deadLetters, maxReceiveCount: mostDeliveries },
      retentionPeriod: longestRetention,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
    this.urls = { queue: this.#queue.queueUrl, deadLetters: this.#deadLetters.queueUrl };
  }

  /**
   * Makes Lambda call the function with the queue's messages, and lets the function put messages back or aside.
   * @param mostAtOnce the most calls at once, if that depends on a setting
   */
  deliverTo<Environment extends z.ZodType<unknown, Readonly<Record<string, string>>>>(
    worker: LambdaFunction<Environment>,
    { mostAtOnce = this.#declared.mostAtOnce } = {},
  ): void {
    const { batchSize, gatherSeconds } = this.#declared;
    worker.resource.addEventSourceMapping('Messages', {
      eventSourceArn: this.#queue.queueArn,
      batchSize,
      maxConcurrency: mostAtOnce,
      reportBatchItemFailures: true,
      ...(gatherSeconds === undefined ? {} : { maxBatchingWindow: Duration.seconds(gatherSeconds) }),
    });
    grantMessages(this.#queue, worker, ...polling, 'ChangeMessageVisibility');
    grantMessages(this.#deadLetters, worker, 'SendMessage');
  }

  /** The age of the oldest message; those that were put back three times do not count. */
  metricAge(props: MetricOptions): Metric {
    return this.#queue.metricApproximateAgeOfOldestMessage(props);
  }

  /** How many messages wait at least, also those that were put back. */
  metricWaiting(period: Duration): MathExpression {
    const least = { statistic: Stats.MINIMUM, period };
    return new MathExpression({
      label: 'messages',
      expression: 'FILL(visible, 0) + FILL(hidden, 0)',
      usingMetrics: {
        visible: this.#queue.metricApproximateNumberOfMessagesVisible(least),
        hidden: this.#queue.metricApproximateNumberOfMessagesNotVisible(least),
      },
      period,
    });
  }

  /** Lets `grantee` put messages into the queue. */
  grantSend(grantee: IGrantable): void {
    grantMessages(this.#queue, grantee, 'SendMessage');
  }
}
