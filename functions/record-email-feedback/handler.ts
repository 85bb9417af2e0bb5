import type * as z from 'zod';
import { sqsClient } from '../../shared/adapters/dead-letters.ts';
import { cameBackStore } from '../../shared/adapters/came-back-store.ts';
import { choiceStore } from '../../shared/adapters/choice-store.ts';
import { mail, sesClient } from '../../shared/adapters/mail.ts';
import { noticeStore } from '../../shared/adapters/notice-store.ts';
import { dynamoDbClient } from '../../shared/adapters/order-line-store.ts';
import { toInstant } from '../../shared/domain/time.ts';
import { buildRecordingServices, intakeHandler } from '../../shared/runtime/intake.ts';
import { createMetrics } from '../../shared/runtime/metrics.ts';
import { tellOfBounce } from '../../shared/use-cases/tell-of-bounce.ts';
import { emailReported, type Services } from './event.ts';

type Environment = z.output<typeof emailReported.environment>;

/** Called by SQS with batches of SES's reports on the product's emails. */
export const handler = intakeHandler(emailReported, (settings: Environment) => buildServices(settings));

const awsClients = () => ({ dynamoDb: dynamoDbClient(), ses: sesClient(), sqs: sqsClient() });

export function buildServices(
  settings: Environment,
  clients = awsClients(),
  now = () => new Date(),
  metrics = createMetrics(),
): Services {
  const recording = buildRecordingServices(settings, emailReported.functionName, clients, now, metrics);
  const notices = noticeStore(clients.dynamoDb, settings.TABLE_NAME);
  const cameBack = cameBackStore(clients.dynamoDb, settings.TABLE_NAME);
  const newId = () => crypto.randomUUID();
  const telling = {
    store: recording.store,
    choices: choiceStore(clients.dynamoDb, settings.TABLE_NAME),
    notices,
    mail: mail(clients.ses, settings.CONFIGURATION_SET),
    mailSettings: settings.MAIL_SETTINGS,
    consoleOrigin: settings.CONSOLE_ORIGIN,
    now,
    newId,
    log: recording.log,
  };
  return {
    ...recording,
    noteCameBack: (line, messageId) => cameBack.note(line, messageId, toInstant(now())),
    tell: (line, cameBack) => tellOfBounce(line, cameBack, telling),
    endNotices: async (addressHash) => {
      const at = toInstant(now());
      await notices.change(addressHash, newId(), at, (address) =>
        address.undeliverableSince === undefined ? { ...address, undeliverableSince: at } : undefined,
      );
    },
  };
}
