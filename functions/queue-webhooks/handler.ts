import { sqsClient } from '../../shared/adapters/dead-letters.ts';
import { dynamoDbClient } from '../../shared/adapters/order-line-store.ts';
import { queue } from '../../shared/adapters/queue.ts';
import { webhookStore } from '../../shared/adapters/webhook-store.ts';
import { buildRecordingServices, intakeHandler } from '../../shared/runtime/intake.ts';
import { lineEventPublished, oncePerMoment } from './event.ts';

/** Called by SQS with batches of the product's own events. */
export const handler = intakeHandler(lineEventPublished, (settings, functionName) => {
  const clients = { dynamoDb: dynamoDbClient(), sqs: sqsClient() };
  const webhooks = webhookStore(clients.dynamoDb, settings.TABLE_NAME);
  return {
    ...buildRecordingServices(settings, functionName, clients),
    webhooksOf: oncePerMoment((partnerId) => webhooks.list(partnerId)),
    errands: queue(clients.sqs, settings.WEBHOOKS_QUEUE_URL),
  };
});
