import * as z from 'zod';
import { variables } from '../../shared/contracts/environment.ts';
import { eventSchema, lineKeyFields, sources } from '../../shared/contracts/events.ts';
import { contact, identifier, person, plainText, startDate } from '../../shared/contracts/fields.ts';
import { asStarted, isExecutionDue } from '../../shared/domain/executions.ts';
import { isBooked, type OrderLine } from '../../shared/domain/order-line.ts';
import { withReminders } from '../../shared/domain/reminders.ts';
import { asOnboarded, book } from '../../shared/domain/transitions.ts';
import { type Instant, toInstant } from '../../shared/domain/time.ts';
import {
  declareEvents,
  intakeEnvironment,
  type IntakeServices,
} from '../../shared/runtime/declare-events.ts';
import { alignWorkflow } from '../../shared/use-cases/align-workflow.ts';
import { countOnboarding, onboardLine } from '../../shared/use-cases/onboard-line.ts';

const schema = eventSchema(
  sources.commerce,
  'Order Line Booked',
  z.object({
    ...lineKeyFields,
    subscriptionId: identifier,
    offer: identifier,
    partnerId: identifier,
    endCustomer: z.object({ name: plainText(200) }),
    placedBy: person,
    provisioningContact: contact,
    copyTo: contact.exactOptional(),
    requestedStartDate: startDate,
  }),
);

const environment = intakeEnvironment.extend({
  OFFER_WINDOWS: variables.OFFER_WINDOWS,
  REMINDERS: variables.REMINDERS,
});

export const orderLineBooked = declareEvents({
  functionName: 'book-order-line',
  description: 'Books order lines and starts their workflow',
  userImpact: 'Lines are not booked: nobody gets their emails.',
  schema,
  takesUnknownTypes: true,
  environment,
  calls: { table: ['GetItem', 'BatchGetItem', 'PutItem'], executions: ['Start', 'Stop'] },
  handle,
});

interface Services extends IntakeServices {
  readonly settings: Pick<z.output<typeof environment>, 'OFFER_WINDOWS' | 'REMINDERS'>;
}

/**
 * Books a line, unless it is booked, and starts its workflow. An onboarding that arrived earlier applies from the
 * start.
 */
async function handle(event: z.output<typeof schema>, services: Services): Promise<void> {
  const { store, settings, now, metrics, executionHorizon } = services;
  const stamp = { at: toInstant(now()), actor: event.source };

  const { line: found, onboarding } = await store.findWithOrder(event.detail);
  if (onboarding && !isBooked(found)) await store.keepOnboarding(found.orderId, onboarding, stamp.at);
  const { line, isNew } = await store.change(found, (known) => {
    if (isBooked(known)) return { line: asOnboarded(known, onboarding, stamp.at), isNew: false };
    const booked = book(event.detail, known, settings.OFFER_WINDOWS, stamp);
    const line = asOnboarded(withReminders(booked, settings.REMINDERS), onboarding, stamp.at);
    return {
      line: isExecutionDue(line, stamp.at, executionHorizon) ? asStarted(line, stamp.at) : line,
      isNew: true,
    };
  });
  if (isNew) {
    metrics.add('LinesBooked', {});
    countOnboarding(line, metrics);
  }
  await alignWorkflow(await withLaterOnboarding(line, stamp.at, services), stamp.at, services);
}

/**
 * The line with an onboarding that came between the read and the write of its booking. An onboarding writes the order
 * before it reads the lines; here the line is written before the order is read: at least one of the two sees the other.
 */
async function withLaterOnboarding(line: OrderLine, at: Instant, services: Services): Promise<OrderLine> {
  const onboarding = await services.store.findOnboarding(line.orderId);
  return onboarding ? onboardLine(line, onboarding, { at, actor: sources.controlHub }, services) : line;
}
