import { buildIntakeServices, intakeHandler } from '../../shared/runtime/intake.ts';
import { orderLineCancelled } from './event.ts';

/** Called by SQS with batches of "Order Line Cancelled" events. */
export const handler = intakeHandler(orderLineCancelled, buildIntakeServices);
