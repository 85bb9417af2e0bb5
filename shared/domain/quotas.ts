import type { Pace } from './token-bucket.ts';

/* Quotas of an AWS account in a region, and how much of them the parts of the product use. */

/** The calls that start, stop and describe executions. */
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

/** A share of a quota; the rest is for others in the account. */
export const shareOf = ({ burst, perSecond }: Pace, share: number): Pace => ({
  burst: Math.max(1, burst * share),
  perSecond: perSecond * share,
});

/** The most that one part may use of the quotas for stopping and describing. */
export const ampleShare = 0.8;

/**
 * The sweep's share of StartExecution's quota; the rest is for bookings, reschedules and others. Outside the large
 * regions that is 60 starts a second: 100,000 lines with one start date get their executions in 28 minutes, and ten
 * million in 46 hours, within a horizon of two days.
 */
const sweepStartShare = 0.4;

/** How fast the sweep starts, stops and describes executions. */
export const sweepPaces = (region: string): Readonly<Record<ExecutionCall, Pace>> => ({
  StartExecution: shareOf(executionQuota('StartExecution', region), sweepStartShare),
  StopExecution: shareOf(executionQuota('StopExecution', region), ampleShare),
  DescribeExecution: shareOf(executionQuota('DescribeExecution', region), ampleShare),
});

/**
 * How many batches of events one function handles at once. Ten events each, at some 0.12 s a booking, are 400 bookings
 * a second: a million in 42 minutes, at the 4,000 writes a second that a new table takes. The others wait in the queue.
 */
export const intakeBatches = 5;

/**
 * The most that a function that takes events in may use of the quotas. Outside the large regions, bookings for the next
 * days start 60 executions a second, a million of them in 4.6 hours; stops beyond 5 a second are left for later.
 */
const intakeShares = { start: 0.4, stop: 0.2 };

/** How fast each of the `intakeBatches` of a function starts, stops and describes executions. */
export const intakePaces = (region: string): Readonly<Record<ExecutionCall, Pace>> => ({
  StartExecution: shareOf(executionQuota('StartExecution', region), intakeShares.start / intakeBatches),
  StopExecution: shareOf(executionQuota('StopExecution', region), intakeShares.stop / intakeBatches),
  DescribeExecution: shareOf(executionQuota('DescribeExecution', region), ampleShare / intakeBatches),
});

/** How many calls work off the executions to stop at once: the fewest that Lambda can be limited to. */
export const stoppersAtOnce = 2;

/**
 * Their common share of StopExecution's quota: 15 a second outside the large regions, so 10,000 are stopped in 11
 * minutes.
 */
const stoppersShare = 0.6;

/** How fast each of the `stoppersAtOnce` stops executions. */
export const stopperPace = (region: string): Pace =>
  shareOf(executionQuota('StopExecution', region), stoppersShare / stoppersAtOnce);

/** The region in the ARN of a resource. */
export const regionOf = (arn: string): string => arn.split(':')[3] ?? '';
