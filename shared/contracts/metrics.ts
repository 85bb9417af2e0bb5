import { emailKinds } from '../domain/email-kinds.ts';
import { deliveryOutcomes } from '../domain/order-line.ts';
import { refusalCodes } from '../domain/rules.ts';

interface MetricDefinition {
  readonly unit: 'Count' | 'Seconds';
  /**
   * By what it is told apart: the names of its dimensions with all their values. Each combination is a series that
   * CloudWatch keeps for 15 months and charges for, so there are few, and none names a person, a partner or an order.
   */
  readonly dimensions: Readonly<Record<string, readonly string[]>>;
}

/** Everything that the product counts, as CloudWatch knows it. */
export const productMetrics = {
  EmailsSent: { unit: 'Count', dimensions: { Kind: emailKinds } },
  /** Of which nobody knew whether they left when they were sent; SES's report confirms them, if it comes. */
  EmailsUnconfirmed: { unit: 'Count', dimensions: { Kind: emailKinds } },
  /** What SES reported about them later; a report that came twice counts once. */
  EmailFeedback: { unit: 'Count', dimensions: { Outcome: deliveryOutcomes } },
  /** Resends and contact changes that people asked for and did not get. */
  RequestsRefused: { unit: 'Count', dimensions: { Code: ['no-access', ...refusalCodes] } },
  LinesBooked: { unit: 'Count', dimensions: {} },
  /** Lines of onboarded orders, but for cancelled ones. */
  LinesOnboarded: { unit: 'Count', dimensions: {} },
  /** From a line's first email to its onboarding. */
  TimeToOnboarding: { unit: 'Seconds', dimensions: {} },
  /** By the workflow, which calls no function for it: see infra/constructs/workflow.ts. And by the sweep. */
  LinesClosed: { unit: 'Count', dimensions: {} },
  /** Lines that the sweep found without their first email, or open, long after it was time. */
  OverdueLines: { unit: 'Count', dimensions: {} },
  /** Sweeps that came to their end. */
  SweepRuns: { unit: 'Count', dimensions: {} },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type MetricName = keyof typeof productMetrics;

/** One value for each dimension of a metric. */
export type DimensionsOf<Name extends MetricName> = {
  readonly [Dimension in keyof (typeof productMetrics)[Name]['dimensions']]: ValueOf<
    (typeof productMetrics)[Name]['dimensions'][Dimension]
  >;
};

type ValueOf<Values> = Values extends readonly (infer Value extends string)[] ? Value : never;

/** Counts what happened, for whoever operates the service. */
export interface Metrics {
  /** Adds to a metric: `value` in its unit, or one. */
  add<Name extends MetricName>(name: Name, dimensions: DimensionsOf<Name>, value?: number): void;
}
