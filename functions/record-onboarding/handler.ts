import type * as z from 'zod';
import { organizationOnboarded } from '../../shared/contracts/events.ts';
import { isBooked } from '../../shared/domain/order-line.ts';
import { toInstant } from '../../shared/domain/time.ts';
import { type EventsHandler, intakeHandler, type IntakeServices } from '../../shared/runtime/intake.ts';
import { alignWorkflow } from '../../shared/use-cases/align-workflow.ts';
import { onboardLine } from '../../shared/use-cases/onboard-line.ts';

/** Called by SQS with batches of "Organization Onboarded" events. */
export const handler: EventsHandler = intakeHandler('record-onboarding', organizationOnboarded, handle);

/** Passes the point of no return: the order first, so that lines booked from now on see it, then its lines. */
export async function handle(
  event: z.output<typeof organizationOnboarded>,
  services: IntakeServices,
): Promise<void> {
  const { store, workflow, now } = services;
  const { orderId, organizationId, onboardedAt } = event.detail;
  const stamp = { at: toInstant(now()), actor: event.source };

  const onboarding = await store.recordOnboarding(orderId, { organizationId, onboardedAt });
  const { lines } = await store.findOrder(orderId);
  for (const key of lines.filter(isBooked)) {
    const line = await onboardLine(key, onboarding, stamp, services);
    if (line) await alignWorkflow(line, stamp.at, workflow, store);
  }
}
