import { buildIntakeServices, intakeHandler } from '../../shared/runtime/intake.ts';
import { orderLineBooked } from './event.ts';

/** Called by SQS with batches of "Order Line Booked" events. */
export const handler = intakeHandler(orderLineBooked, buildIntakeServices);
