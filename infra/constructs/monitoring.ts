import { Duration, Stack } from 'aws-cdk-lib';
import type { HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { DimensionsOf } from '../../shared/contracts/metrics.ts';
import type { Settings } from '../settings.ts';
import { showService } from './dashboard.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { EventConsumer } from './event-consumer.ts';
import type { GradualDeployment } from './gradual-deployment.ts';
import { HttpFunction } from './http-function.ts';
import { LambdaFunction } from './lambda-function.ts';
import { productMetric } from './product-metrics.ts';
import { sweepInterval } from './sweep.ts';
import { WorkQueue } from './work-queue.ts';
import { openExecutions } from './workflow.ts';

interface MonitoringProps {
  readonly settings: Pick<Settings, 'alarmTopicArn' | 'runbookUrl'>;
  readonly stateMachine: StateMachine;
  readonly stage: HttpStage;
  /** Publishes changes to other systems. */
  readonly publisher: { readonly resource: Function };
  /** Keeps the counts of lines. */
  readonly counter: { readonly resource: Function };
  /** The queue of first emails. */
  readonly lane: WorkQueue;
}

type FailingFunction = Pick<LambdaFunction<never>, 'name' | 'resource' | 'calledEvery'>;

interface Watch {
  /** The heading of the runbook section, which the alarm is named after. */
  readonly section: string;
  /** Which one, if a section covers several. */
  readonly which?: string;
  /** What users notice while it lasts. */
  readonly userImpact: string;
  readonly metric: IMetric;
  readonly alarmIf: { readonly above: number } | { readonly below: number };
  /** The number of consecutive periods of the metric. */
  readonly periods: number;
  readonly noData: TreatMissingData;
}

/** Long enough for a failure to recur if it is not chance. */
const aWhile = Duration.minutes(15);
const soon = Duration.minutes(5);

/**
 * The share of a day's emails above which there are too many bounces or complaints, in percent. It applies from
 * `leastEmails` on, so that a single one stays within it: 1 of 20 is 5 %, 1 of 200 is 0.5 %. SES reviews senders above
 * 5 % bounces, and may pause those above 0.5 % complaints.
 */
const tooManyBounces = { percent: 5, leastEmails: 20 };
const tooManyComplaints = { percent: 0.5, leastEmails: 200 };

/** Early enough to have the quota raised: a line holds its execution for up to a year. */
const mostOpenExecutions = { percent: 80 };

/** Longer than 50,000 first emails take at the rate of most accounts. */
const longWait = Duration.hours(2);

/** More than there are in the hands of the sending function when nothing waits, up to some 400 emails a second. */
const manyMessages = 200;

/** Longer than people wait without wondering; a cold start takes about one second. */
const slowAnswer = Duration.seconds(3);

/** Changes are retried for 23 hours at most: this is early enough to find and fix what holds them up. */
const mostLate = Duration.minutes(15);

/**
 * Alarms on what users notice, and the dashboard. It covers the functions and dead-letter queues that the stack has at
 * that point, so it must be created last.
 */
export class Monitoring extends Construct {
  readonly #runbookUrl: string;
  readonly #topic: SnsAction | undefined;

  constructor(
    scope: Construct,
    id: string,
    { settings, stateMachine, stage, publisher, counter, lane }: MonitoringProps,
  ) {
    super(scope, id);
    const { alarmTopicArn, runbookUrl } = settings;
    this.#runbookUrl = runbookUrl;
    this.#topic = alarmTopicArn ? new SnsAction(Topic.fromTopicArn(this, 'Topic', alarmTopicArn)) : undefined;

    const parts = Stack.of(this).node.findAll();
    const functions = parts.filter((part) => part instanceof LambdaFunction);
    const queues = parts.filter((part) => part instanceof DeadLetterQueue);
    const workQueues = parts.filter((part) => part instanceof WorkQueue);
    const consumers = parts.filter((part) => part instanceof EventConsumer);
    const alarms = [
      this.#failedExecutions(stateMachine),
      ...functions.map((part) => this.#functionErrors(part)),
      ...functions
        .filter((part) => part instanceof HttpFunction)
        .map(({ name, deployment }) => this.#failedDeployment(name, deployment)),
      ...queues.map((queue) => this.#deadLetters(queue)),
      ...workQueues.map((queue) => this.#waitingMessages(queue)),
      ...consumers.map((consumer) => this.#waitingEvents(consumer)),
      this.#longLane(lane),
      this.#lateEvents(publisher.resource),
      this.#lateCounts(counter.resource),
      this.#overdueLines(),
      this.#missingSweeps(),
      this.#sweepsCutShort(),
      this.#bounces(),
      this.#complaints(),
      this.#apiErrors(stage),
      this.#slowApi(stage),
      this.#openExecutions(),
    ];
    showService(this, { alarms, stateMachine, stage, functions, queues, workQueues });
  }

  #failedExecutions(stateMachine: StateMachine): Alarm {
    return this.#watch('FailedExecutions', {
      section: 'Failed executions',
      userImpact: 'A first email is late, or a line stays open past its window.',
      metric: new MathExpression({
        label: 'failed or timed out',
        expression: 'FILL(failed, 0) + FILL(timedOut, 0)',
        usingMetrics: { failed: stateMachine.metricFailed(), timedOut: stateMachine.metricTimedOut() },
        period: soon,
      }),
      alarmIf: { above: 0 },
      periods: 1,
      noData: TreatMissingData.NOT_BREACHING, // no execution ended
    });
  }

  /**
   * A single failure recovers without help: events stay queued, the workflow retries, the sweep runs again. Two runs in
   * a row that fail are too many for what a schedule calls.
   */
  #functionErrors({ name, resource, calledEvery }: FailingFunction): Alarm {
    return this.#watch(`FunctionErrors-${name}`, {
      section: 'Function errors',
      which: name,
      userImpact: "The function's work is delayed; requests to the API and the console fail.",
      metric: new MathExpression({
        label: 'errors and throttles',
        expression: 'FILL(errors, 0) + FILL(throttles, 0)',
        usingMetrics: { errors: resource.metricErrors(), throttles: resource.metricThrottles() },
        period: calledEvery ? Duration.minutes(2 * calledEvery.toMinutes()) : aWhile,
      }),
      alarmIf: { above: 1 },
      periods: 1,
      noData: TreatMissingData.NOT_BREACHING, // it was not called
    });
  }

  /** A single failure is enough: a tenth of the requests may be few, and deploying again costs nothing. */
  #failedDeployment(name: string, deployment: GradualDeployment): Alarm {
    const alarm = this.#watch(`FailedDeployment-${name}`, {
      section: 'Failed deployments',
      which: name,
      userImpact: 'One request in ten failed for a few minutes, until the previous version was restored.',
      metric: deployment.failures,
      alarmIf: { above: 0 },
      periods: 1,
      noData: TreatMissingData.NOT_BREACHING, // the new version was not called
    });
    deployment.rollBackOn(alarm);
    return alarm;
  }

  #deadLetters(queue: DeadLetterQueue): Alarm {
    return this.#watch(`DeadLetters-${queue.functionName}`, {
      section: 'Dead letters',
      which: queue.functionName,
      userImpact: queue.userImpact,
      metric: queue.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM, period: soon }),
      alarmIf: { above: 0 },
      periods: 1,
      noData: TreatMissingData.NOT_BREACHING, // SQS reports nothing for queues that were empty for hours
    });
  }

  #waitingMessages(queue: WorkQueue): Alarm {
    return this.#watch(`WaitingMessages-${queue.functionName}`, {
      section: 'Waiting messages',
      which: queue.functionName,
      userImpact: "The function's work is hours late; for send-provisioning-email, first emails.",
      metric: queue.metricAge({ statistic: Stats.MAXIMUM, period: soon }),
      alarmIf: { above: longWait.toSeconds() },
      periods: 1,
      noData: TreatMissingData.NOT_BREACHING, // SQS reports nothing for queues that were empty for hours
    });
  }

  /** Events wait for nothing but others before them: if they do for long, their function may not be called at all. */
  #waitingEvents(consumer: EventConsumer): Alarm {
    const { functionName, userImpact } = consumer;
    return this.#watch(`WaitingMessages-${functionName}`, {
      section: 'Waiting messages',
      which: functionName,
      userImpact,
      metric: consumer.metricAge({ statistic: Stats.MAXIMUM, period: soon }),
      alarmIf: { above: aWhile.toSeconds() },
      periods: 1,
      noData: TreatMissingData.NOT_BREACHING, // SQS reports nothing for queues that were empty for hours
    });
  }

  /** First emails are put back until it is their turn, and then SQS leaves them out of the age of the oldest one. */
  #longLane(lane: WorkQueue): Alarm {
    return this.#watch('LongLane', {
      section: 'Waiting messages',
      which: `${lane.functionName}, many`,
      userImpact: 'First emails are hours late.',
      metric: lane.metricWaiting(soon),
      alarmIf: { above: manyMessages },
      periods: longWait.toMinutes() / soon.toMinutes(),
      noData: TreatMissingData.NOT_BREACHING, // SQS reports nothing for queues that were empty for hours
    });
  }

  /** A change that fails is retried until it succeeds, and all later ones of its shard wait. */
  #lateEvents(publisher: Function): Alarm {
    return this.#watch('LateEvents', {
      section: 'Late events',
      userImpact: 'Other systems get events late, and after a day not at all.',
      metric: publisher.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: soon }),
      alarmIf: { above: mostLate.toMilliseconds() },
      periods: 2,
      noData: TreatMissingData.NOT_BREACHING, // nothing changed
    });
  }

  #lateCounts(counter: Function): Alarm {
    return this.#watch('LateCounts', {
      section: 'Late counts',
      userImpact: 'The counts of lines in the console and the API are stale.',
      metric: counter.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: soon }),
      alarmIf: { above: mostLate.toMilliseconds() },
      periods: 2,
      noData: TreatMissingData.NOT_BREACHING, // nothing changed
    });
  }

  #overdueLines(): Alarm {
    return this.#watch('OverdueLines', {
      section: 'Overdue lines',
      userImpact: 'First emails or closings were late. The sweep has repaired them.',
      metric: productMetric(this, 'OverdueLines', {}, { statistic: Stats.SUM, period: aWhile }),
      alarmIf: { above: 0 },
      periods: 1,
      noData: TreatMissingData.NOT_BREACHING, // none was found
    });
  }

  /** Two empty intervals in a row, since one can fall between an early sweep and a late one. */
  #missingSweeps(): Alarm {
    return this.#watch('MissingSweeps', {
      section: 'Missing sweeps',
      userImpact: 'None yet, but nothing repairs emails and closings that the workflow misses.',
      metric: productMetric(this, 'SweepRuns', {}, { statistic: Stats.SUM, period: sweepInterval }),
      alarmIf: { below: 1 },
      periods: 2,
      noData: TreatMissingData.BREACHING, // no sweep completed
    });
  }

  /** After two hours: 100,000 overdue lines may take that long at the default quotas. */
  #sweepsCutShort(): Alarm {
    return this.#watch('SweepsCutShort', {
      section: 'Sweeps cut short',
      userImpact:
        'First emails and closings that the workflow missed are hours late, and the sweep does not catch up.',
      metric: productMetric(
        this,
        'SweepsCutShort',
        {},
        { statistic: Stats.SUM, period: Duration.minutes(2 * sweepInterval.toMinutes()) },
      ),
      alarmIf: { above: 0 },
      periods: 4,
      noData: TreatMissingData.NOT_BREACHING, // every sweep came to its end
    });
  }

  #bounces(): Alarm {
    return this.#watch('Bounces', {
      section: 'Bounces',
      userImpact:
        'Contacts do not get their email. If this continues, SES may pause sending for the whole account.',
      metric: this.#shareOfEmails('Bounced', tooManyBounces),
      alarmIf: { above: tooManyBounces.percent },
      periods: 1,
      noData: TreatMissingData.NOT_BREACHING, // nothing was reported about any email
    });
  }

  #complaints(): Alarm {
    return this.#watch('Complaints', {
      section: 'Complaints',
      userImpact:
        'Contacts mark emails as spam. If this continues, SES may pause sending for the whole account.',
      metric: this.#shareOfEmails('Complained', tooManyComplaints),
      alarmIf: { above: tooManyComplaints.percent },
      periods: 1,
      noData: TreatMissingData.NOT_BREACHING, // nothing was reported about any email
    });
  }

  #apiErrors(stage: HttpStage): Alarm {
    return this.#watch('ApiErrors', {
      section: 'API errors',
      userImpact: 'Partners cannot see their lines, resend emails or correct contacts.',
      metric: stage.metricServerError({ statistic: Stats.SUM, period: aWhile }),
      alarmIf: { above: 2 },
      periods: 1,
      noData: TreatMissingData.NOT_BREACHING, // nobody called
    });
  }

  #slowApi(stage: HttpStage): Alarm {
    return this.#watch('SlowApi', {
      section: 'Slow API',
      userImpact: 'Partners wait for slow pages and API calls.',
      metric: stage.metricLatency({ statistic: Stats.p(99), period: soon }),
      alarmIf: { above: slowAnswer.toMilliseconds() },
      periods: 3,
      noData: TreatMissingData.NOT_BREACHING, // nobody called
    });
  }

  #openExecutions(): Alarm {
    return this.#watch('OpenExecutions', {
      section: 'Open executions',
      userImpact:
        'None yet. At the quota no execution can start, and first emails are late until others end.',
      metric: new MathExpression({
        label: 'open executions (% of the quota)',
        expression: '100 * open / quota',
        usingMetrics: openExecutions(),
        period: soon,
      }),
      alarmIf: { above: mostOpenExecutions.percent },
      periods: 1,
      noData: TreatMissingData.NOT_BREACHING, // Step Functions reports nothing while there are few
    });
  }

  /** The share of a day's emails with this outcome, in percent; 0 while there are too few to tell. */
  #shareOfEmails(
    Outcome: DimensionsOf<'EmailFeedback'>['Outcome'],
    { leastEmails }: { leastEmails: number },
  ): MathExpression {
    const period = Duration.days(1);
    const reports = (dimensions: DimensionsOf<'EmailFeedback'>) =>
      productMetric(this, 'EmailFeedback', dimensions, { statistic: Stats.SUM, period });
    const emails = new MathExpression({
      label: 'emails reported on',
      expression: 'FILL(delivered, 0) + FILL(bounced, 0)',
      usingMetrics: {
        delivered: reports({ Outcome: 'Delivered' }),
        bounced: reports({ Outcome: 'Bounced' }),
      },
      period,
    });
    return new MathExpression({
      label: `${Outcome} (% of emails)`,
      expression: `IF(emails >= ${leastEmails}, 100 * FILL(counted, 0) / emails, 0)`,
      usingMetrics: { emails, counted: reports({ Outcome }) },
      period,
    });
  }

  #watch(id: string, { section, which, userImpact, metric, alarmIf, periods, noData }: Watch): Alarm {
    const alarm = new Alarm(this, id, {
      alarmName: [Stack.of(this).stackName, section, which].filter(Boolean).join(' - '),
      alarmDescription: `User impact: ${userImpact} Runbook: ${this.#runbookUrl}#${section.toLowerCase().replaceAll(' ', '-')}`,
      metric,
      ...('above' in alarmIf
        ? { comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD, threshold: alarmIf.above }
        : { comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD, threshold: alarmIf.below }),
      evaluationPeriods: periods,
      treatMissingData: noData,
    });
    if (this.#topic) {
      alarm.addAlarmAction(this.#topic);
      alarm.addOkAction(this.#topic);
    }
    return alarm;
  }
}
