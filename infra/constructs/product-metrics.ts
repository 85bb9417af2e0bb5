import { Stack } from 'aws-cdk-lib';
import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { IConstruct } from 'constructs';
import type { DimensionsOf, MetricName } from '../../shared/contracts/metrics.ts';

/** The namespace of the product's metrics: one per deployment, so that none counts for another. */
export const metricsNamespace = (scope: IConstruct): string => Stack.of(scope).stackName;

/** A metric of the product, in the deployment of `scope`. */
export const productMetric = <Name extends MetricName>(
  scope: IConstruct,
  metricName: Name,
  dimensions: DimensionsOf<Name>,
  options: MetricOptions,
): Metric =>
  new Metric({
    ...options,
    namespace: metricsNamespace(scope),
    metricName,
    dimensionsMap: { ...dimensions },
  });
