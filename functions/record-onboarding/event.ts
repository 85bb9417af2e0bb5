import * as z from 'zod';
import type { Queue } from '../../shared/adapters/queue.ts';
import { variables } from '../../shared/contracts/environment.ts';
import { eventSchema, sources } from '../../shared/contracts/events.ts';
import { identifier, plainText, timestamp } from '../../shared/contracts/fields.ts';
import type { UnreachedLines } from '../../shared/contracts/messages.ts';
import { toInstant } from '../../shared/domain/time.ts';
import {
  declareEvents,
  intakeEnvironment,
  type IntakeServices,
} from '../../shared/runtime/declare-events.ts';
import { onboardLines } from '../../shared/use-cases/onboard-order.ts';

const schema = eventSchema(
  sources.controlHub,
  'Organization Onboarded',
  z.object({ organizationId: plainText(128), orderId: identifier, onboardedAt: timestamp }),
);

export const organizationOnboarded = declareEvents({
  functionName: 'record-onboarding',
  description: 'Records onboardings and stops the workflows of their lines',
  userImpact: 'Lines are not onboarded: emails may go out for them.',
  schema,
  takesUnknownTypes: true,
  environment: intakeEnvironment.extend({ ONBOARDING_QUEUE_URL: variables.ONBOARDING_QUEUE_URL }),
  calls: { table: ['GetItem', 'PutItem', 'Query'], executions: ['Stop'] },
  handle,
});

interface Services extends IntakeServices {
  /** The queue of orders whose onboarding has not reached all lines. */
  readonly onboardings: Pick<Queue, 'send'>;
}

/**
 * Passes the point of no return: first for the order, so that new bookings and everyone who sends an email see it, then
 * for its lines. Most lines of a large order are left to a queue, so that no other event waits for them.
 */
async function handle(event: z.output<typeof schema>, services: Services): Promise<void> {
  const { store, onboardings, now } = services;
  const { orderId, organizationId, onboardedAt } = event.detail;
  const stamp = { at: toInstant(now()), actor: event.source };

  const onboarding = await store.recordOnboarding(orderId, { organizationId, onboardedAt }, stamp.at);
  const after = await onboardLines({ orderId, onboarding }, stamp, services);
  if (after !== undefined) await onboardings.send([{ orderId, after } satisfies UnreachedLines]);
}
