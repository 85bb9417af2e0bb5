import type * as z from 'zod';
import { deadLetters, sqsClient } from '../../shared/adapters/dead-letters.ts';
import { mail, sesClient } from '../../shared/adapters/mail.ts';
import { dynamoDbClient } from '../../shared/adapters/order-line-store.ts';
import { queue } from '../../shared/adapters/queue.ts';
import { type WebhookClient, webhookClient } from '../../shared/adapters/webhook-client.ts';
import { webhookStore } from '../../shared/adapters/webhook-store.ts';
import { readEnvironment } from '../../shared/contracts/environment.ts';
import { errand } from '../../shared/contracts/webhooks.ts';
import { onColdStart } from '../../shared/runtime/cold-start.ts';
import {
  consumeMessages,
  type MessagesHandler,
  type WorkerServices,
} from '../../shared/runtime/consume-messages.ts';
import { createLog } from '../../shared/runtime/logger.ts';
import { deliver, type DeliveryServices } from './deliver.ts';
import { webhooksQueue } from './queue.ts';

/** Called by SQS with batches of events on their way to webhooks. */
export const handler = onColdStart(() =>
  worker(buildServices(readEnvironment(webhooksQueue.environment, process.env))),
);

type Services = DeliveryServices & WorkerServices;

/**
 * Sends a webhook one request at a time from here, so its receiver is not flooded, and each request knows how the last
 * one went.
 */
export function worker(services: Services): MessagesHandler {
  const inTurn = turns();
  return consumeMessages(
    errand,
    (message, delivery) => inTurn(message.webhookId, () => deliver(message, delivery, services)),
    services,
  );
}

const awsClients = () => ({ dynamoDb: dynamoDbClient(), ses: sesClient(), sqs: sqsClient() });

export const buildServices = (
  settings: z.output<typeof webhooksQueue.environment>,
  clients = awsClients(),
  now = () => new Date(),
  client: WebhookClient = webhookClient(),
): Services => ({
  webhooks: webhookStore(clients.dynamoDb, settings.TABLE_NAME),
  client,
  mail: mail(clients.ses, settings.CONFIGURATION_SET),
  mailSettings: settings.MAIL_SETTINGS,
  queue: queue(clients.sqs, settings.WEBHOOKS_QUEUE_URL),
  deadLetters: deadLetters(clients.sqs, settings.DEAD_LETTER_QUEUE_URL),
  now,
  machineTime: () => new Date(),
  newId: () => crypto.randomUUID(),
  random: Math.random,
  log: createLog(webhooksQueue.functionName),
});

/** Makes work for a key wait for earlier work with the same key. */
function turns() {
  const ends = new Map<string, Promise<unknown>>();
  return async <Result>(key: string, work: () => Promise<Result>): Promise<Result> => {
    const result = (ends.get(key) ?? Promise.resolve()).then(work);
    const end = result.catch(() => undefined);
    ends.set(key, end);
    try {
      return await result;
    } finally {
      if (ends.get(key) === end) ends.delete(key);
    }
  };
}
