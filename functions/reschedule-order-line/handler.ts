import { buildIntakeServices, intakeHandler } from '../../shared/runtime/intake.ts';
import { orderLineRescheduled } from './event.ts';

/** Called by SQS with batches of "Order Line Rescheduled" events. */
export const handler = intakeHandler(orderLineRescheduled, buildIntakeServices);
