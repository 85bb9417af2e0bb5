import type * as z from 'zod';
import { orderLineCancelled } from '../../shared/contracts/events.ts';
import { isBooked } from '../../shared/domain/order-line.ts';
import { cancel, holdCancellation, unbooked } from '../../shared/domain/transitions.ts';
import { toInstant } from '../../shared/domain/time.ts';
import { type EventsHandler, intakeHandler, type IntakeServices } from '../../shared/runtime/intake.ts';
import { alignWorkflow } from '../../shared/use-cases/align-workflow.ts';

/** Called by SQS with batches of "Order Line Cancelled" events. */
export const handler: EventsHandler = intakeHandler('cancel-order-line', orderLineCancelled, handle);

/** Cancels a line and stops its execution; before its booking, the cancellation is held for it. */
export async function handle(
  event: z.output<typeof orderLineCancelled>,
  { store, workflow, now }: IntakeServices,
): Promise<void> {
  const { orderId, lineId, cancelledAt } = event.detail;
  const at = toInstant(now());

  const line = await store.update({ orderId, lineId }, (known) => {
    if (!isBooked(known)) {
      const held = known ?? unbooked({ orderId, lineId });
      return { line: holdCancellation(held, cancelledAt), result: undefined };
    }
    const cancelled = cancel(known, cancelledAt, { at, actor: event.source });
    return { line: cancelled, result: cancelled };
  });
  if (line) await alignWorkflow(line, at, workflow, store);
}
