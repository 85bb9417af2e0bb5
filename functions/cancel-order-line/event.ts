import * as z from 'zod';
import { eventSchema, lineKeyFields, sources } from '../../shared/contracts/events.ts';
import { timestamp } from '../../shared/contracts/fields.ts';
import { isBooked } from '../../shared/domain/order-line.ts';
import { cancel, holdCancellation } from '../../shared/domain/transitions.ts';
import { toInstant } from '../../shared/domain/time.ts';
import {
  declareEvents,
  intakeEnvironment,
  type IntakeServices,
} from '../../shared/runtime/declare-events.ts';
import { stopWorkflow } from '../../shared/use-cases/align-workflow.ts';

const schema = eventSchema(
  sources.commerce,
  'Order Line Cancelled',
  z.object({ ...lineKeyFields, cancelledAt: timestamp }),
);

export const orderLineCancelled = declareEvents({
  functionName: 'cancel-order-line',
  description: 'Cancels order lines and stops their workflow',
  userImpact: 'Lines are not cancelled: emails may go out for them.',
  schema,
  environment: intakeEnvironment,
  calls: { table: ['GetItem', 'PutItem'], executions: ['Stop'] },
  handle,
});

/**
 * Cancels a line and stops its execution; before the booking arrives, the cancellation is buffered. The line is kept for
 * longer from now on, and so is what is known of its order.
 */
async function handle(event: z.output<typeof schema>, services: IntakeServices): Promise<void> {
  const { store, now } = services;
  const { orderId, lineId, cancelledAt } = event.detail;
  const at = toInstant(now());

  const found = await store.find({ orderId, lineId });
  const { line } = await store.change(found, (known) => ({
    line: isBooked(known)
      ? cancel(known, cancelledAt, { at, actor: event.source })
      : holdCancellation(known, cancelledAt, at),
  }));
  if (!isBooked(line)) return;
  const { organizationId, onboardedAt } = line;
  if (organizationId !== undefined && onboardedAt !== undefined)
    await store.keepOnboarding(orderId, { organizationId, onboardedAt }, at);
  await stopWorkflow(line, at, services);
}
