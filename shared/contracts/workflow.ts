import * as z from 'zod';
import { identifier } from './fields.ts';

/** What an execution of the order-line workflow starts with. */
export const workflowInput = z.object({
  orderId: identifier,
  lineId: identifier,
  requestedStartDate: z.iso.datetime(),
  /** Which start of the workflow this is; an execution that is not the line's newest stands down. */
  revision: z.int().positive(),
});
export type WorkflowInput = z.output<typeof workflowInput>;

/**
 * What the state "Send provisioning email" answers. `awaiting` goes on to wait for the end of the window, and
 * `unconfirmed` for a report on the email that may have left: at `retryAt` it asks again. `settled` lines are onboarded,
 * cancelled or closed, and a `superseded` execution has a successor.
 */
export type SendingOutcome =
  | {
      readonly outcome: 'awaiting';
      readonly closesAt: string;
      /** The key under which the closed line is listed; the closing state writes it. */
      readonly closedStateKey: string;
    }
  | { readonly outcome: 'unconfirmed'; readonly retryAt: string }
  | { readonly outcome: 'settled' | 'superseded' };
