import { sources } from '../shared/contracts/events.ts';

/** Which function takes which events: one rule, one queue and one dead-letter queue for each. */
export interface IntakeRule {
  readonly functionName: IntakeFunction;
  /** SES publishes to the account's default bus; the product's senders to its own. */
  readonly bus: 'product' | 'default';
  readonly source: string;
  /** All of the source's events, if missing. */
  readonly detailType?: { readonly only: readonly string[] } | { readonly allBut: readonly string[] };
}

export const intakeFunctions = [
  'book-order-line',
  'reschedule-order-line',
  'cancel-order-line',
  'record-onboarding',
  'record-email-feedback',
] as const;
export type IntakeFunction = (typeof intakeFunctions)[number];

const rescheduled = 'Order Line Rescheduled';
const cancelled = 'Order Line Cancelled';

/**
 * Every event of a known sender reaches a function, so that one of an unknown type ends among the dead letters with
 * the reason, and does not vanish.
 */
export const intakeRules: readonly IntakeRule[] = [
  {
    functionName: 'book-order-line',
    bus: 'product',
    source: sources.commerce,
    detailType: { allBut: [rescheduled, cancelled] },
  },
  {
    functionName: 'reschedule-order-line',
    bus: 'product',
    source: sources.commerce,
    detailType: { only: [rescheduled] },
  },
  {
    functionName: 'cancel-order-line',
    bus: 'product',
    source: sources.commerce,
    detailType: { only: [cancelled] },
  },
  { functionName: 'record-onboarding', bus: 'product', source: sources.controlHub },
  { functionName: 'record-email-feedback', bus: 'default', source: sources.mail },
];

/** How often a queue delivers an event whose handling fails, before it is a dead letter. */
export const mostDeliveries = 5;

/** How many events one call of a function gets at most. */
export const batchSize = 10;
