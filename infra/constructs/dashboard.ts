import { Duration, Stack } from 'aws-cdk-lib';
import type { HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type GraphWidgetProps,
  type IAlarm,
  type IMetric,
  type IWidget,
  MathExpression,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { type DimensionsOf, type MetricName, productMetrics } from '../../shared/contracts/metrics.ts';
import type { DeadLetterQueue } from './dead-letter-queue.ts';
import { productMetric } from './product-metrics.ts';
import type { WorkQueue } from './work-queue.ts';
import { openExecutions } from './workflow.ts';

interface Shown {
  readonly alarms: readonly IAlarm[];
  readonly stateMachine: StateMachine;
  readonly stage: HttpStage;
  readonly functions: readonly { readonly name: string; readonly resource: Function }[];
  readonly queues: readonly DeadLetterQueue[];
  readonly workQueues: readonly WorkQueue[];
}

const hourly = { period: Duration.hours(1) };
const frequent = { period: Duration.minutes(5) };

/** A dashboard: alarms on top, then what the service does for its users, then the health of its parts. */
export function showService(scope: Construct, shown: Shown): void {
  new Dashboard(scope, 'Dashboard', {
    dashboardName: Stack.of(scope).stackName,
    defaultInterval: Duration.days(7),
    widgets: [
      [new AlarmStatusWidget({ title: 'Alarms', alarms: [...shown.alarms], width: 24, height: 4 })],
      emails(scope),
      orderLines(scope),
      executionsAndFailures(shown),
      speed(shown),
    ],
  });
}

function emails(scope: Construct): IWidget[] {
  const { EmailsSent, EmailsUnconfirmed, EmailFeedback, RequestsRefused } = productMetrics;
  return [
    graph('Emails sent', {
      left: EmailsSent.dimensions.Kind.map((Kind) => sum(scope, 'EmailsSent', { Kind }, Kind)),
      right: EmailsUnconfirmed.dimensions.Kind.map((Kind) =>
        sum(scope, 'EmailsUnconfirmed', { Kind }, `${Kind}, unconfirmed`),
      ),
      stacked: true,
    }),
    graph('Delivery of emails', {
      left: EmailFeedback.dimensions.Outcome.map((Outcome) =>
        sum(scope, 'EmailFeedback', { Outcome }, Outcome),
      ),
      stacked: true,
    }),
    graph('Requests refused', {
      left: RequestsRefused.dimensions.Code.map((Code) => sum(scope, 'RequestsRefused', { Code }, Code)),
      stacked: true,
    }),
  ];
}

const orderLines = (scope: Construct): IWidget[] => [
  graph('Order lines', {
    left: [
      sum(scope, 'LinesBooked', {}, 'booked'),
      sum(scope, 'LinesOnboarded', {}, 'onboarded'),
      sum(scope, 'LinesClosed', {}, 'closed'),
    ],
  }),
  graph('Days from the first email to the onboarding', {
    left: [daysToOnboarding(scope, 'median', Stats.p(50)), daysToOnboarding(scope, 'p90', Stats.p(90))],
  }),
  graph('Sweep', {
    left: [
      sum(scope, 'SweepRuns', {}, 'sweeps'),
      sum(scope, 'SweepsCutShort', {}, 'cut short'),
      sum(scope, 'OverdueLines', {}, 'overdue lines found'),
    ],
  }),
];

const executionsAndFailures = ({ stateMachine, queues }: Shown): IWidget[] => [
  graph('Executions', {
    left: [
      stateMachine.metricStarted({ ...hourly, label: 'started' }),
      stateMachine.metricSucceeded({ ...hourly, label: 'succeeded' }),
      stateMachine.metricAborted({ ...hourly, label: 'stopped' }),
      stateMachine.metricFailed({ ...hourly, label: 'failed' }),
      stateMachine.metricTimedOut({ ...hourly, label: 'timed out' }),
    ],
  }),
  graph('Open executions of the account', { left: Object.values(openExecutions()) }),
  graph('Dead letters', {
    left: queues.map((queue) =>
      queue.metricApproximateNumberOfMessagesVisible({
        ...frequent,
        label: queue.functionName,
        statistic: Stats.MAXIMUM,
      }),
    ),
  }),
];

const speed = ({ stage, functions, workQueues }: Shown): IWidget[] => [
  graph('Longest wait in queues (s)', {
    left: workQueues.map((queue) =>
      queue.metricAge({ ...frequent, label: queue.functionName, statistic: Stats.MAXIMUM }),
    ),
  }),
  graph('Requests', {
    left: [
      stage.metricCount({ ...frequent, label: 'all' }),
      stage.metricClientError({ ...frequent, label: '4xx', statistic: Stats.SUM }),
      stage.metricServerError({ ...frequent, label: '5xx', statistic: Stats.SUM }),
    ],
  }),
  graph('Answer time (ms)', {
    left: [50, 99].map((percentile) =>
      stage.metricLatency({ ...frequent, label: `p${percentile}`, statistic: Stats.p(percentile) }),
    ),
  }),
  graph('Errors and throttles of functions', {
    left: functions.flatMap(({ name, resource }) => [
      resource.metricErrors({ ...frequent, label: `${name} errors` }),
      resource.metricThrottles({ ...frequent, label: `${name} throttles` }),
    ]),
  }),
];

const sum = <Name extends MetricName>(
  scope: Construct,
  name: Name,
  dimensions: DimensionsOf<Name>,
  label: string,
): IMetric => productMetric(scope, name, dimensions, { ...hourly, label, statistic: Stats.SUM });

const graph = (title: string, props: GraphWidgetProps): GraphWidget =>
  new GraphWidget({ ...props, title, width: 8, height: 6, leftYAxis: { min: 0, showUnits: false } });

function daysToOnboarding(scope: Construct, label: string, statistic: string): MathExpression {
  const period = Duration.days(1);
  const seconds = productMetric(scope, 'TimeToOnboarding', {}, { period, statistic });
  const id = `${label}Seconds`;
  return new MathExpression({ label, expression: `${id} / 86400`, usingMetrics: { [id]: seconds }, period });
}
