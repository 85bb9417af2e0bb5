import type * as z from 'zod';
import { orderLineRescheduled } from '../../shared/contracts/events.ts';
import { faultNames, NamedFault } from '../../shared/contracts/faults.ts';
import { liveClaim } from '../../shared/domain/claims.ts';
import { isBooked } from '../../shared/domain/order-line.ts';
import { holdReschedule, reschedule, unbooked } from '../../shared/domain/transitions.ts';
import { toInstant } from '../../shared/domain/time.ts';
import { type EventsHandler, intakeHandler, type IntakeServices } from '../../shared/runtime/intake.ts';
import { alignWorkflow } from '../../shared/use-cases/align-workflow.ts';

/** Called by SQS with batches of "Order Line Rescheduled" events. */
export const handler: EventsHandler = intakeHandler('reschedule-order-line', orderLineRescheduled, handle);

/** Moves the requested start date of a line that is Scheduled, and its execution with it. */
export async function handle(
  event: z.output<typeof orderLineRescheduled>,
  { store, workflow, now }: IntakeServices,
): Promise<void> {
  const { orderId, lineId, requestedStartDate, changedAt } = event.detail;
  const at = toInstant(now());

  const line = await store.update({ orderId, lineId }, (known) => {
    if (!isBooked(known)) {
      const held = known ?? unbooked({ orderId, lineId });
      return { line: holdReschedule(held, { requestedStartDate, changedAt }), result: undefined };
    }
    if (liveClaim(known, at)) {
      throw new NamedFault(faultNames.sendInProgress, 'the email is just leaving; what comes of it decides');
    }
    const moved = reschedule(known, { requestedStartDate, changedAt }, { at, actor: event.source });
    return { line: moved, result: moved };
  });
  if (line) await alignWorkflow(line, at, workflow, store);
}
