import type * as z from 'zod';
import { readEnvironment, variables } from '../../shared/contracts/environment.ts';
import { orderLineBooked } from '../../shared/contracts/events.ts';
import type { OfferWindows } from '../../shared/domain/offers.ts';
import { isBooked, type OrderLine } from '../../shared/domain/order-line.ts';
import { asOnboarded, book } from '../../shared/domain/transitions.ts';
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
import { countOnboarding, onboardLine } from '../../shared/use-cases/onboard-line.ts';

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

/** Books a line, unless it is booked, and gets its workflow going. An onboarding that came first holds from the start. */
export async function handle(event: z.output<typeof orderLineBooked>, services: Services): Promise<void> {
  const { store, workflow, offerWindows, now, metrics } = services;
  const stamp = { at: toInstant(now()), actor: event.source };

  const { line, isNew } = await store.updateWithOrder(event.detail, (known, onboarding) => {
    const booked = isBooked(known) ? known : book(event.detail, known, offerWindows, stamp);
    const line = asOnboarded(booked, onboarding, stamp.at);
    return { line, result: { line, isNew: !isBooked(known) } };
  });
  if (isNew) {
    metrics.add('LinesBooked', {});
    countOnboarding(line, metrics);
  }
  await alignWorkflow(await withLaterOnboarding(line, stamp.at, services), stamp.at, workflow, store);
}

/**
 * The line with an onboarding that came between the read and the write of its booking. An onboarding reads the lines
 * after writing the order, and here the order is read after writing the line: at least one of the two sees the other.
 */
async function withLaterOnboarding(line: OrderLine, at: string, services: Services): Promise<OrderLine> {
  if (line.onboardedAt !== undefined) return line;
  const onboarding = await services.store.findOnboarding(line.orderId);
  if (!onboarding) return line;
  const onboarded = await onboardLine(line, onboarding, { at, actor: 'control-hub' }, services);
  return onboarded ?? line;
}
