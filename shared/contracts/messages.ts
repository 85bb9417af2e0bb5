import * as z from 'zod';
import { identifier } from './fields.ts';
import { workflowInput } from './workflow.ts';

/* The messages between the product's functions. */

/** An execution that its line no longer needs. */
export const needlessExecution = workflowInput.pick({ orderId: true, lineId: true, revision: true });
export type NeedlessExecution = z.output<typeof needlessExecution>;

/** The lines of an onboarded order that were not reached yet: those after one of them, as the table sorts them. */
export const unreachedLines = z.object({ orderId: identifier, after: identifier });
export type UnreachedLines = z.output<typeof unreachedLines>;
