import type * as z from 'zod';
import { readEnvironment, variables } from '../../shared/contracts/environment.ts';
import { orderLineBooked } from '../../shared/contracts/events.ts';
import type { OfferWindows } from '../../shared/domain/offers.ts';
import { book, isBooked, type LineKey, type OrderLine } from '../../shared/domain/order-line.ts';
import { toInstant } from '../../shared/domain/time.ts';
import { onColdStart } from '../../shared/runtime/cold-start.ts';
import { consumeEvents } from '../../shared/runtime/consume-events.ts';
import {
  buildIntakeServices,
  type EventsHandler,
  intakeEnvironment,
  type IntakeServices,
} from '../../shared/runtime/intake.ts';
import { alignWorkflow } from '../../shared/use-cases/align-workflow.ts';
import { onboardLine } from '../../shared/use-cases/onboard-line.ts';

export const environment = intakeEnvironment.extend({ OFFER_WINDOWS: variables.OFFER_WINDOWS });

export interface Services extends IntakeServices {
  readonly offerWindows: OfferWindows;
}

/** Called by SQS with batches of "Order Line Booked" events. */
export const handler: EventsHandler = onColdStart(() => {
  const settings = readEnvironment(environment, process.env);
  const services = {
    ...buildIntakeServices(settings, 'book-order-line'),
    offerWindows: settings.OFFER_WINDOWS,
  };
  return consumeEvents(orderLineBooked, (event) => handle(event, services), services);
});

/** Books a line, unless it is booked, and gets its workflow going. */
export async function handle(event: z.output<typeof orderLineBooked>, services: Services): Promise<void> {
  const { store, workflow, offerWindows, now, metrics } = services;
  const stamp = { at: toInstant(now()), actor: event.source };

  const isNew = await store.update(event.detail, (known) =>
    isBooked(known)
      ? { result: false }
      : { line: book(event.detail, known, offerWindows, stamp), result: true },
  );
  if (isNew) metrics.add('LinesBooked', {});
  const line = await applyEarlierOnboarding(event.detail, stamp.at, services);
  await alignWorkflow(line, stamp.at, workflow, store);
}

/**
 * An onboarding holds for lines booked after it. It reads the lines after writing the order, and here the order is
 * read after writing the line: at least one of the two sees the other.
 */
async function applyEarlierOnboarding(key: LineKey, at: string, services: Services): Promise<OrderLine> {
  const { onboarding } = await services.store.findOrder(key.orderId);
  const line = onboarding
    ? await onboardLine(key, onboarding, { at, actor: 'control-hub' }, services)
    : await services.store.find(key);
  if (!isBooked(line)) throw new Error('a line that was written is gone');
  return line;
}
