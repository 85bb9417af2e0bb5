import type * as z from 'zod';
import { sqsClient } from '../../shared/adapters/dead-letters.ts';
import { dynamoDbClient } from '../../shared/adapters/order-line-store.ts';
import { queue } from '../../shared/adapters/queue.ts';
import { sfnClient } from '../../shared/adapters/workflow.ts';
import { readEnvironment } from '../../shared/contracts/environment.ts';
import { sources } from '../../shared/contracts/events.ts';
import type { UnreachedLines } from '../../shared/contracts/messages.ts';
import { toInstant } from '../../shared/domain/time.ts';
import { onColdStart } from '../../shared/runtime/cold-start.ts';
import {
  consumeMessages,
  type Delivery,
  type MessagesHandler,
  type WorkerServices,
} from '../../shared/runtime/consume-messages.ts';
import type { IntakeServices } from '../../shared/runtime/declare-events.ts';
import { buildIntakeServices } from '../../shared/runtime/intake.ts';
import { onboardLines } from '../../shared/use-cases/onboard-order.ts';
import { ordersToOnboard } from './queue.ts';

export type Services = IntakeServices & WorkerServices;

/** Called by SQS with an order whose onboarding has not reached all lines. */
export const handler = onColdStart(() =>
  consumer(buildServices(readEnvironment(ordersToOnboard.environment, process.env))),
);

const awsClients = () => ({ dynamoDb: dynamoDbClient(), sfn: sfnClient(), sqs: sqsClient() });

export const buildServices = (
  settings: z.output<typeof ordersToOnboard.environment>,
  clients = awsClients(),
  intake: IntakeServices = buildIntakeServices(settings, ordersToOnboard.functionName, clients),
): Services => ({ ...intake, queue: queue(clients.sqs, settings.ONBOARDING_QUEUE_URL) });

export const consumer = (services: Services): MessagesHandler =>
  consumeMessages(ordersToOnboard.schema, (order, delivery) => handle(order, delivery, services), services);

/** How long one call continues, in milliseconds; far below its timeout, however slow the last piece is. */
const longest = 20_000;

/** Continues the onboarding of an order, and passes on what is left when its time is up. */
export async function handle(
  { orderId, after }: UnreachedLines,
  delivery: Delivery,
  services: Services,
): Promise<undefined> {
  const onboarding = await services.store.findOnboarding(orderId);
  // The order has expired, and so have its lines.
  if (!onboarding) return;
  let reached: string | undefined = after;
  while (delivery.elapsed() < longest) {
    const stamp = { at: toInstant(services.now()), actor: sources.controlHub };
    reached = await onboardLines({ orderId, after: reached, onboarding }, stamp, services);
    if (reached === undefined) return;
  }
  await services.queue.send([{ orderId, after: reached } satisfies UnreachedLines]);
}
