import * as z from 'zod';
import { eventSchema, sources } from '../../shared/contracts/events.ts';
import { identifier, plainText, timestamp } from '../../shared/contracts/fields.ts';
import { isBooked } from '../../shared/domain/order-line.ts';
import { toInstant } from '../../shared/domain/time.ts';
import {
  declareEvents,
  intakeEnvironment,
  type IntakeServices,
} from '../../shared/runtime/declare-events.ts';
import { alignWorkflow } from '../../shared/use-cases/align-workflow.ts';
import { onboardLine } from '../../shared/use-cases/onboard-line.ts';

const schema = eventSchema(
  sources.controlHub,
  'Organization Onboarded',
  z.object({ organizationId: plainText(128), orderId: identifier, onboardedAt: timestamp }),
);

export const organizationOnboarded = declareEvents({
  functionName: 'record-onboarding',
  description: 'Records onboardings and stops the workflows of their lines',
  schema,
  takesUnknownTypes: true,
  environment: intakeEnvironment,
  calls: { table: ['GetItem', 'PutItem', 'Query'], executions: ['Start', 'Stop'] },
  handle,
});

/** Passes the point of no return: the order first, so that lines booked from now on see it, then its lines. */
async function handle(event: z.output<typeof schema>, services: IntakeServices): Promise<void> {
  const { store, now } = services;
  const { orderId, organizationId, onboardedAt } = event.detail;
  const stamp = { at: toInstant(now()), actor: event.source };

  const onboarding = await store.recordOnboarding(orderId, { organizationId, onboardedAt }, stamp.at);
  const { lines } = await store.findOrder(orderId);
  for (const found of lines.filter(isBooked)) {
    const line = await onboardLine(found, onboarding, stamp, services);
    await alignWorkflow(line, stamp.at, services);
  }
}
