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
 * The result of the state "Send provisioning email". `awaiting`: wait for the next reminder, or else for the end of the
 * window. `unconfirmed`: an
 * email may have left; wait for a report on it and try again at `retryAt`. `settled`: the line is onboarded,
 * cancelled or closed. `superseded`: a newer execution has taken over.
 */
export type SendingOutcome =
  | {
      readonly outcome: 'awaiting';
      readonly closesAt: string;
      /** When a reminder is due. Executions of before there were any know nothing of it, and wait for the end. */
      readonly remindAt?: string;
      /** The key that lists the closed line; the closing state writes it. */
      readonly closedStateKey: string;
    }
  | { readonly outcome: 'unconfirmed'; readonly retryAt: string }
  | { readonly outcome: 'settled' | 'superseded' };
