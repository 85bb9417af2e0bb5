import { emailKinds } from '../domain/email-kinds.ts';
import { deliveryOutcomes } from '../domain/order-line.ts';
import { refusalCodes } from '../domain/rules.ts';

interface MetricDefinition {
  readonly unit: 'Count' | 'Seconds';
  /**
   * Its dimensions, each with all its values. Each combination is a time series that CloudWatch keeps for 15 months
   * and charges for, so there are few, and none names a person, a partner or an order.
   */
  readonly dimensions: Readonly<Record<string, readonly string[]>>;
}

/** All metrics of the product, by their names in CloudWatch. */
export const productMetrics = {
  EmailsSent: { unit: 'Count', dimensions: { Kind: emailKinds } },
  /** Emails whose outcome was unknown when they were sent; SES's report confirms them, if it comes. */
  EmailsUnconfirmed: { unit: 'Count', dimensions: { Kind: emailKinds } },
  /** What SES reported on emails; duplicate reports count once. */
  EmailFeedback: { unit: 'Count', dimensions: { Outcome: deliveryOutcomes } },
  /** Resends and contact changes that were refused. */
  RequestsRefused: { unit: 'Count', dimensions: { Code: ['no-access', ...refusalCodes] } },
  LinesBooked: { unit: 'Count', dimensions: {} },
  /** Lines of onboarded orders, except cancelled ones. */
  LinesOnboarded: { unit: 'Count', dimensions: {} },
  /** From a line's first email to its onboarding. */
  TimeToOnboarding: { unit: 'Seconds', dimensions: {} },
  /** Closed by the sweep, or by the workflow, which calls no function for it: see infra/constructs/workflow.ts. */
  LinesClosed: { unit: 'Count', dimensions: {} },
  /** Overdue lines that the sweep found: without their first email, or still open. */
  OverdueLines: { unit: 'Count', dimensions: {} },
  /** Completed sweeps. */
  SweepRuns: { unit: 'Count', dimensions: {} },
  /**
   * Sweeps that ran out of time, or of their share of a quota, before all lines were done: the next one continues
   * there.
   */
  SweepsCutShort: { unit: 'Count', dimensions: {} },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type MetricName = keyof typeof productMetrics;

/** One value for each dimension of a metric. */
export type DimensionsOf<Name extends MetricName> = {
  readonly [Dimension in keyof (typeof productMetrics)[Name]['dimensions']]: ValueOf<
    (typeof productMetrics)[Name]['dimensions'][Dimension]
  >;
};

type ValueOf<Values> = Values extends readonly (infer Value extends string)[] ? Value : never;

/** Counts what happened, for operators. */
export interface Metrics {
  /** Adds to a metric: `value` in its unit, or one. */
  add<Name extends MetricName>(name: Name, dimensions: DimensionsOf<Name>, value?: number): void;
}
