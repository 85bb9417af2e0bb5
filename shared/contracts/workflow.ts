import * as z from 'zod';
import { identifier } from './fields.ts';

/** The input of an execution of the order-line workflow. */
export const workflowInput = z.object({
  orderId: identifier,
  lineId: identifier,
  requestedStartDate: z.iso.datetime(),
  /** Which start of the workflow this is; superseded executions exit. */
  revision: z.int().positive(),
});
export type WorkflowInput = z.output<typeof workflowInput>;

/**
 * The result of the state "Send provisioning email": the workflow continues at `waitUntil`. `awaiting`: with the
 * reminder due then, or else by closing the line. `settled`: the line is onboarded, cancelled or closed. `superseded`:
 * a newer execution has taken over. In the last two cases `waitUntil` is now, and the condition of the closing state
 * finds nothing to close: a state to distinguish them would cost every line a transition.
 */
export interface SendingOutcome {
  readonly outcome: 'awaiting' | 'settled' | 'superseded';
  readonly waitUntil: string;
  /** When a reminder is due. */
  readonly remindAt?: string;
  /** The key that lists the closed line; the closing state writes it. */
  readonly closedStateKey: string;
}

/** An email may have left: wait for a report on it and try again at `retryAt`. */
export interface UnconfirmedEmail {
  readonly outcome: 'unconfirmed';
  readonly retryAt: string;
}
