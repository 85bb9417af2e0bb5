/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument,
   @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return -- a template is JSON that CDK has no types for; what is missing fails the
   expectation */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { declaredEvents } from '../../infra/intake-rules.ts';
import { declaredQueues } from '../../infra/work-queues.ts';
import { exampleSettings, productFolder, type Resource, resourcesOf, synthesise } from './synth.ts';

const template = synthesise();
const all = (type: string): Resource[] => Object.values(resourcesOf(template, type));
const first = (type: string): Resource['Properties'] => all(type)[0]?.Properties;
const alarms = all('AWS::CloudWatch::Alarm').map(({ Properties }) => Properties);
const resources = template.toJSON()['Resources'] as Record<string, Resource>;

/** What a function of the template gives, by the type of the resource that it asks: `Ref of AWS::Lambda::Function`. */
function named(value: unknown): string {
  if (typeof value === 'string') return value;
  const {
    Ref: ref,
    'Fn::GetAtt': attribute,
    'Fn::Join': join,
  } = value as { Ref?: string; 'Fn::GetAtt'?: [string, string]; 'Fn::Join'?: [string, unknown[]] };
  if (join) return join[1].map(named).join(join[0]);
  const [id, what] = attribute ?? [ref ?? '', 'Ref'];
  return `${what} of ${resources[id]?.Type ?? id}`;
}

const series = (namespace: string, name: string, dimensions: Readonly<Record<string, string>>) =>
  [
    namespace,
    name,
    ...Object.entries(dimensions)
      .map(([key, value]) => `${key}=${value}`)
      .sort(),
  ].join(' | ');

interface WatchedMetric {
  Namespace: string;
  MetricName: string;
  Dimensions?: { Name: string; Value: unknown }[];
}
const seriesOf = ({ Namespace, MetricName, Dimensions = [] }: WatchedMetric) =>
  series(
    Namespace,
    MetricName,
    Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, named(Value)])),
  );

/** The metrics of an alarm, also those inside of its expression. */
const watchedBy = (alarm: Resource['Properties']): string[] =>
  alarm.MetricName === undefined
    ? alarm.Metrics.flatMap(({ MetricStat }: { MetricStat?: { Metric: WatchedMetric } }) =>
        MetricStat ? [seriesOf(MetricStat.Metric)] : [],
      )
    : [seriesOf(alarm)];

/** The metrics of the dashboard. Its body is JSON in pieces, with functions of the template in between. */
function shownOnDashboard(): string[] {
  const pieces = first('AWS::CloudWatch::Dashboard').DashboardBody['Fn::Join'][1] as unknown[];
  const { widgets } = JSON.parse(pieces.map(named).join('')) as {
    widgets: { properties: { metrics?: unknown[][] } }[];
  };
  return widgets
    .flatMap(({ properties }) => properties.metrics ?? [])
    .map((row) => row.filter((cell) => typeof cell === 'string'))
    .filter((row) => row.length > 0)
    .map(([namespace = '', name = '', ...pairs]) =>
      series(
        namespace,
        name,
        Object.fromEntries(
          pairs.flatMap((key, index) => (index % 2 === 0 ? [[key, pairs[index + 1] ?? '']] : [])),
        ),
      ),
    );
}

const each = (namespace: string, names: readonly string[], dimensions: Readonly<Record<string, string>>) =>
  names.map((name) => series(namespace, name, dimensions));

/** What AWS emits about resources of the kinds that the stack has, as its documentation lists it. */
const emittedByAws = [
  ...each(
    'AWS/States',
    [
      'ExecutionsStarted',
      'ExecutionsSucceeded',
      'ExecutionsAborted',
      'ExecutionsFailed',
      'ExecutionsTimedOut',
    ],
    { StateMachineArn: 'Ref of AWS::StepFunctions::StateMachine' }, // its Ref is the ARN
  ),
  ...each('AWS/States', ['OpenExecutionCount', 'OpenExecutionLimit'], {}), // of the account, without dimensions
  ...each('AWS/Lambda', ['Errors', 'Throttles', 'IteratorAge'], {
    FunctionName: 'Ref of AWS::Lambda::Function',
  }),
  // Of one version, among those that an alias leads to.
  ...each('AWS/Lambda', ['Errors'], {
    FunctionName: 'Ref of AWS::Lambda::Function',
    Resource: 'Ref of AWS::Lambda::Function:live',
    ExecutedVersion: 'Version of AWS::Lambda::Version',
  }),
  ...each(
    'AWS/SQS',
    [
      'ApproximateNumberOfMessagesVisible',
      'ApproximateNumberOfMessagesNotVisible',
      'ApproximateAgeOfOldestMessage',
    ],
    { QueueName: 'QueueName of AWS::SQS::Queue' }, // its Ref is the URL
  ),
  // HTTP APIs; REST APIs have other names (5XXError) and dimensions (ApiName).
  ...each('AWS/ApiGateway', ['Count', '4xx', '5xx', 'Latency'], {
    ApiId: 'Ref of AWS::ApiGatewayV2::Api',
    Stage: first('AWS::ApiGatewayV2::Stage').StageName,
  }),
];

interface EmbeddedMetric {
  [field: string]: unknown;
  _aws: { CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string }[] }[] };
}

/** What the functions print when they count everything that there is to count, as CloudWatch reads it. */
function emittedByFunctions(): string[] {
  const script = `
    import { createMetrics } from './shared/runtime/metrics.ts';
    import { productMetrics } from './shared/contracts/metrics.ts';
    const metrics = createMetrics();
    for (const [name, { dimensions }] of Object.entries(productMetrics)) {
      const [[dimension, values] = []] = Object.entries(dimensions);
      if (dimension === undefined) metrics.add(name, {});
      else for (const value of values) metrics.add(name, { [dimension]: value });
    }`;
  const { POWERTOOLS_METRICS_NAMESPACE } = first('AWS::Lambda::Function').Environment.Variables;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: productFolder,
    encoding: 'utf8',
    env: { POWERTOOLS_METRICS_NAMESPACE, POWERTOOLS_SERVICE_NAME: 'any' },
  });
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as EmbeddedMetric)
    .flatMap((document) =>
      document._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
        Dimensions.flatMap((set) =>
          Metrics.map(({ Name }) =>
            series(Namespace, Name, Object.fromEntries(set.map((key) => [key, String(document[key])]))),
          ),
        ),
      ),
    );
}

/** What the requests of functions in gradual deployments are counted as, by the lines that they log. */
const countedInLogs = all('AWS::Logs::MetricFilter')
  .flatMap(({ Properties }) => Properties.MetricTransformations)
  .filter(({ Dimensions }) => Dimensions?.[0]?.Value === '$.version')
  .map(({ MetricNamespace, MetricName }) =>
    series(MetricNamespace, MetricName, { Version: 'Version of AWS::Lambda::Version' }),
  );

const emittedByTheProduct = emittedByFunctions();
const shown = shownOnDashboard();

describe('metrics', () => {
  const emitted = new Set([...emittedByAws, ...emittedByTheProduct, ...countedInLogs]);

  test.each(alarms.map((alarm) => [alarm.AlarmName, alarm]))('that "%s" watches are emitted', (_, alarm) => {
    const watched = watchedBy(alarm);
    expect(watched).not.toEqual([]);
    expect(watched.filter((metric) => !emitted.has(metric))).toEqual([]);
  });

  test('that the dashboard shows are emitted, and all of the product are shown', () => {
    expect(shown.filter((metric) => !emitted.has(metric))).toEqual([]);
    expect(emittedByTheProduct.filter((metric) => !shown.includes(metric))).toEqual([]);
  });

  test('are in the namespace of the deployment, from every function', () => {
    const namespaces = all('AWS::Lambda::Function').map(
      ({ Properties }) => Properties.Environment.Variables.POWERTOOLS_METRICS_NAMESPACE,
    );
    expect(new Set(namespaces)).toEqual(new Set(['ProvisioningResend-prod']));
  });

  test('count what the state machine closes by itself, from a log that has it', () => {
    const [filter] = all('AWS::Logs::MetricFilter')
      .map(({ Properties }) => Properties)
      .filter(({ MetricTransformations }) => MetricTransformations[0].MetricName === 'LinesClosed');
    const { LoggingConfiguration } = first('AWS::StepFunctions::StateMachine');
    expect(LoggingConfiguration.Level).toBe('ALL');
    const { 'Fn::GetAtt': logGroup } =
      LoggingConfiguration.Destinations[0].CloudWatchLogsLogGroup.LogGroupArn;
    expect(filter.LogGroupName).toEqual({ Ref: logGroup[0] });
    expect(filter.FilterPattern).toBe(
      '{ ($.type = "TaskSucceeded") && ($.details.resourceType = "dynamodb") }',
    );
    expect(filter.MetricTransformations).toEqual([
      {
        MetricNamespace: 'ProvisioningResend-prod',
        MetricName: 'LinesClosed',
        MetricValue: '1',
        Unit: 'Count',
      },
    ]);
    expect(emittedByTheProduct).toContain(series('ProvisioningResend-prod', 'LinesClosed', {}));

    // Step Functions says TaskSucceeded of calls to services, and which service it was.
    const definition = readFileSync(join(productFolder, 'infra/workflow/order-line.asl.json'), 'utf8');
    const { States } = JSON.parse(definition) as { States: Record<string, { Resource?: string }> };
    const calls = Object.entries(States).filter(([, { Resource }]) =>
      /^arn:[^:]*:states:::dynamodb:/.test(Resource ?? ''),
    );
    expect(calls.map(([name]) => name)).toEqual(['Close order line']);
  });
});

describe('alarms', () => {
  const runbook = readFileSync(join(productFolder, 'infra/RUNBOOK.md'), 'utf8');
  const anchors = [...runbook.matchAll(/^## (.+)$/gm)].map(([, heading = '']) =>
    heading.toLowerCase().replaceAll(' ', '-'),
  );
  const anchorIn = (description: string) => /^\S.+\. Runbook: \S+#([a-z-]+)$/.exec(description)?.[1];

  /** What is looked into because somebody asks, and what is done as a whole. */
  const withoutAlarm = ['investigating-a-caller', 'recovery-drills', 'replaying-events'];

  test('lead to a section of the runbook each, and every other section is about one', () => {
    const led = alarms.map(({ AlarmDescription }) => anchorIn(AlarmDescription));
    expect([...new Set(led), ...withoutAlarm].sort()).toEqual(anchors.toSorted());
  });

  test('the runbook leads nowhere else', () => {
    const links = [...runbook.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor = '']) => anchor);
    expect(links.filter((link) => !anchors.includes(link))).toEqual([]);
  });

  test.each([...declaredEvents, ...declaredQueues])(
    'say what the dead letters of $functionName mean for users',
    ({ functionName, userImpact }) => {
      const alarm = alarms.find(({ AlarmName }) => AlarmName.endsWith(` - Dead letters - ${functionName}`));
      expect(alarm?.AlarmDescription).toMatch(new RegExp(`^User impact: ${userImpact} Runbook: `));
    },
  );

  test('have names of their own', () => {
    expect(new Set(alarms.map(({ AlarmName }) => AlarmName)).size).toBe(alarms.length);
  });

  const watches = (id: string) => alarms.some((alarm) => JSON.stringify(alarm).includes(`"${id}"`));

  test('watch every function', () => {
    const ids = Object.keys(resourcesOf(template, 'AWS::Lambda::Function'));
    expect(ids.filter((id) => !watches(id))).toEqual([]);
  });

  test('watch every queue that keeps what another cannot handle', () => {
    const ids = all('AWS::SQS::Queue').flatMap(({ Properties }) =>
      Properties.RedrivePolicy
        ? [Properties.RedrivePolicy.deadLetterTargetArn['Fn::GetAtt'][0] as string]
        : [],
    );
    expect(ids).toHaveLength(declaredEvents.length + declaredQueues.length);
    expect(ids.filter((id) => !watches(id))).toEqual([]);
  });

  test('take no news for good news, but of the sweep', () => {
    const breaching = alarms.filter(({ TreatMissingData }) => TreatMissingData !== 'notBreaching');
    expect(breaching).toEqual([
      expect.objectContaining({
        AlarmName: 'ProvisioningResend-prod - Missing sweeps',
        TreatMissingData: 'breaching',
      }),
    ]);
  });

  test.each(['Bounces', 'Complaints'])('%s: a single one does not page', (section) => {
    const { Threshold, Metrics } = alarms.find(
      ({ AlarmName }) => AlarmName === `ProvisioningResend-prod - ${section}`,
    );
    const [, least] = /^IF\(emails >= (\d+), /.exec(Metrics[0].Expression) ?? [];
    expect(100 / Number(least)).toBeLessThanOrEqual(Threshold);
  });

  test('last as long as CloudWatch evaluates', () => {
    const day = 24 * 60 * 60;
    for (const { Period, Metrics, EvaluationPeriods } of alarms) {
      const periods = Metrics?.flatMap(
        ({ MetricStat }: { MetricStat?: { Period: number } }) => MetricStat?.Period ?? [],
      );
      expect(Math.max(...(periods ?? [Period])) * EvaluationPeriods).toBeLessThanOrEqual(day);
    }
  });

  const alarmsWith = (settings: object) =>
    Object.values(resourcesOf(synthesise({ ...exampleSettings, ...settings }), 'AWS::CloudWatch::Alarm')).map(
      ({ Properties }) => Properties,
    );

  test('tell the topic that was set when they begin and end, and nobody without one', () => {
    const alarmTopicArn = 'arn:aws:sns:eu-central-1:111111111111:operators';
    for (const { AlarmActions, OKActions } of alarmsWith({ alarmTopicArn }))
      expect({ AlarmActions, OKActions }).toEqual({
        AlarmActions: [alarmTopicArn],
        OKActions: [alarmTopicArn],
      });
    for (const alarm of alarms) expect(alarm).not.toHaveProperty('AlarmActions');
  });

  test('lead to the runbook that was set', () => {
    const runbookUrl = 'https://example.com/runbook';
    for (const { AlarmDescription } of alarmsWith({ runbookUrl }))
      expect(AlarmDescription).toContain(` Runbook: ${runbookUrl}#`);
  });
});
