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
 * The result of the state "Send provisioning email": the workflow goes on at `waitUntil`. `awaiting`: with the reminder that
 * is due then, or else by closing the line. `settled`: the line is onboarded, cancelled or closed. `superseded`: a newer
 * execution has taken over. For these two that is now, and the condition of the closing state finds nothing to close: a
 * state that tells them apart would be paid for by every line.
 */
export interface SendingOutcome {
  readonly outcome: 'awaiting' | 'settled' | 'superseded';
  readonly waitUntil: string;
  /** When a reminder is due. Executions of before there were any know nothing of it, and wait for the end. */
  readonly remindAt?: string;
  /** When the window ends; what executions of older definitions wait for. */
  readonly closesAt: string;
  /** The key that lists the closed line; the closing state writes it. */
  readonly closedStateKey: string;
}

/** An email may have left: wait for a report on it and try again at `retryAt`. */
export interface UnconfirmedEmail {
  readonly outcome: 'unconfirmed';
  readonly retryAt: string;
}
