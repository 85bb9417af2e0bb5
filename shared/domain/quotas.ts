import type { Pace } from './token-bucket.ts';

/* Quotas of an AWS account in a region, and how much of them the parts of the product use. */

/** The calls that start, stop and look at executions. */
export type ExecutionCall = 'StartExecution' | 'StopExecution' | 'DescribeExecution';

/**
 * Bucket size and refill per second for Standard workflows.
 * https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html#service-limits-api-action-throttling
 */
const executionQuotas: Readonly<
  Record<ExecutionCall, { readonly inLargeRegions: Pace; readonly elsewhere: Pace }>
> = {
  StartExecution: {
    inLargeRegions: { burst: 1300, perSecond: 300 },
    elsewhere: { burst: 800, perSecond: 150 },
  },
  StopExecution: {
    inLargeRegions: { burst: 1000, perSecond: 200 },
    elsewhere: { burst: 500, perSecond: 25 },
  },
  DescribeExecution: {
    inLargeRegions: { burst: 300, perSecond: 15 },
    elsewhere: { burst: 250, perSecond: 10 },
  },
};

/** N. Virginia, Oregon and Ireland. */
const largeRegions: readonly string[] = ['us-east-1', 'us-west-2', 'eu-west-1'];

/** Step Functions' default quota for a call in a region. */
export const executionQuota = (call: ExecutionCall, region: string): Pace =>
  executionQuotas[call][largeRegions.includes(region) ? 'inLargeRegions' : 'elsewhere'];

/** Part of a quota; what a share leaves is for others in the account. */
export const shareOf = ({ burst, perSecond }: Pace, share: number): Pace => ({
  burst: Math.max(1, burst * share),
  perSecond: perSecond * share,
});

/** The share of the quotas for stopping and describing that one part uses at most while it works. */
export const ampleShare = 0.8;

/**
 * The share of StartExecution's quota that the sweep uses; the rest is for bookings, reschedules and others. Elsewhere that
 * is 60 starts a second. So the sweep gives 100,000 lines of one start date their executions in 28 minutes, and ten
 * million in 46 hours: within a horizon of two days.
 */
const sweepStartShare = 0.4;

/** How fast the sweep starts, stops and looks at executions. */
export const sweepPaces = (region: string): Readonly<Record<ExecutionCall, Pace>> => ({
  StartExecution: shareOf(executionQuota('StartExecution', region), sweepStartShare),
  StopExecution: shareOf(executionQuota('StopExecution', region), ampleShare),
  DescribeExecution: shareOf(executionQuota('DescribeExecution', region), ampleShare),
});
