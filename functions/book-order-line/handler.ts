import type * as z from 'zod';
import type { OrderLineStore } from '../../shared/adapters/order-line-store.ts';
import { readEnvironment, variables } from '../../shared/contracts/environment.ts';
import { orderLineBooked } from '../../shared/contracts/events.ts';
import type { OfferWindows } from '../../shared/domain/offers.ts';
import { book, isBooked, type LineKey, onboard, type OrderLine } from '../../shared/domain/order-line.ts';
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
  const { store, workflow, offerWindows, now } = services;
  const stamp = { at: toInstant(now()), actor: event.source };

  await store.update(event.detail, (known) =>
    isBooked(known)
      ? { result: undefined }
      : { line: book(event.detail, known, offerWindows, stamp), result: undefined },
  );
  const line = await applyEarlierOnboarding(event.detail, store, stamp.at);
  await alignWorkflow(line, stamp.at, workflow, store);
}

/**
 * An onboarding holds for lines booked after it. It reads the lines after writing the order, and here the order is
 * read after writing the line: at least one of the two sees the other.
 */
async function applyEarlierOnboarding(key: LineKey, store: OrderLineStore, at: string): Promise<OrderLine> {
  const { onboarding } = await store.findOrder(key.orderId);
  return await store.update(key, (line) => {
    if (!isBooked(line)) throw new Error('a line that was written is gone');
    const result = onboarding ? onboard(line, onboarding, { at, actor: 'control-hub' }) : line;
    return { line: result, result };
  });
}
