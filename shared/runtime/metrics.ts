import { Metrics as EmbeddedMetrics } from '@aws-lambda-powertools/metrics';
import { type Metrics, productMetrics } from '../contracts/metrics.ts';

/**
 * Metrics that are written at once, as log lines that CloudWatch reads, so that everything before a crash or a timeout
 * is counted. The namespace comes from the function's environment, as usual with Powertools.
 */
export function createMetrics(): Metrics {
  const metrics = new EmbeddedMetrics({ singleMetric: true });
  // Its dimension `service` would split a count by the function that did the work.
  metrics.clearDefaultDimensions();
  return {
    add(name, dimensions, value = 1) {
      metrics.addDimensions({ ...dimensions }).addMetric(name, productMetrics[name].unit, value);
    },
  };
}

/** For places where nobody looks at metrics. */
export const silentMetrics: Metrics = { add: () => undefined };
