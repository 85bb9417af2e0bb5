/* eslint-disable @typescript-eslint/no-unsafe-member-access -- a template is JSON that CDK has no types for */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { productMetrics } from '../../shared/contracts/metrics.ts';
import { productFolder, type Resource, resourcesOf, synthesise } from './synth.ts';

/** What of the stacks costs the same however much they are used, by the settings of cdk.json. */
function readTemplate() {
  const template = synthesise();
  const all = (type: string): readonly Resource[] => Object.values(resourcesOf(template, type));
  const alarms = all('AWS::CloudWatch::Alarm');
  return {
    polledQueues: all('AWS::Lambda::EventSourceMapping').filter(
      ({ Properties }) => Properties.StartingPosition === undefined,
    ).length,
    alarms: alarms.length,
    alarmMetrics: alarms.reduce((sum, alarm) => sum + metricsOf(alarm), 0),
    customMetrics: productSeries() + all('AWS::Logs::MetricFilter').filter(isOfItsOwn).length,
  };
}

/** CloudWatch charges an alarm on an expression for each metric that the expression reads. */
const metricsOf = ({ Properties }: Resource): number =>
  Properties.Metrics
    ? (Properties.Metrics as readonly object[]).filter((metric) => 'MetricStat' in metric).length
    : 1;

/** The time series of the product's metrics, if all are reported. */
const productSeries = (): number =>
  Object.values(productMetrics)
    .map(({ dimensions }) =>
      Object.values<readonly string[]>(dimensions).reduce((product, values) => product * values.length, 1),
    )
    .reduce((sum, series) => sum + series);

const isOfItsOwn = ({ Properties }: Resource): boolean =>
  (Properties.MetricTransformations as readonly { MetricName: string }[]).some(
    ({ MetricName }) => !(MetricName in productMetrics),
  );

const deployed = readTemplate();
const [, idle = ''] = /\| idle .*\n\| -.*\n((?:\|.*\n)+)/.exec(
  readFileSync(join(productFolder, 'infra/README.md'), 'utf8'),
) ?? [''];

/** Prices of US East: of a metric that an alarm reads, of a custom metric, of a million requests to a queue. */
const prices = { alarmMetric: 0.1, customMetric: 0.3, queueRequests: 0.4 };

/** Lambda polls a queue with five pollers, each of which waits 20 s. */
const pollsAMonth = (5 / 20) * 60 * 60 * 24 * 30;

test.each([
  [
    `${deployed.alarmMetrics} metrics of ${deployed.alarms} alarms`,
    deployed.alarmMetrics * prices.alarmMetric,
  ],
  [`${deployed.customMetrics} custom metrics`, deployed.customMetrics * prices.customMetric],
  [
    `polling of ${deployed.polledQueues} queues`,
    (deployed.polledQueues * pollsAMonth * prices.queueRequests) / 1e6,
  ],
])('the guide says what %s cost', (what, dollars) => {
  const row = idle.split('\n').find((line) => line.includes(what)) ?? `no row names ${what}`;
  expect(row).toContain(` ${dollars.toFixed(2)} |`);
});

test('the guide adds up what an idle service costs', () => {
  const amounts = idle
    .trim()
    .split('\n')
    .map((line) => Number(/([\d.]+) \|$/.exec(line)?.[1]));
  const together = amounts.pop();
  expect(amounts.reduce((sum, amount) => sum + amount, 0)).toBeCloseTo(together ?? NaN);
});
