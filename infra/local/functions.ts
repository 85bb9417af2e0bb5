import * as countLines from '../../functions/count-lines/handler.ts';
import * as deliverWebhooks from '../../functions/deliver-webhooks/handler.ts';
import * as onboardOrderLines from '../../functions/onboard-order-lines/handler.ts';
import * as publishChanges from '../../functions/publish-changes/handler.ts';
import { oncePerMoment } from '../../functions/queue-webhooks/event.ts';
import * as recordEmailFeedback from '../../functions/record-email-feedback/handler.ts';
import * as resendOrderLines from '../../functions/resend-order-lines/handler.ts';
import * as sendDigests from '../../functions/send-digests/handler.ts';
import * as sendProvisioningEmail from '../../functions/send-provisioning-email/handler.ts';
import { firstEmailsQueue } from '../../functions/send-provisioning-email/queue.ts';
import { createApp } from '../../functions/serve-api/app.ts';
import { createConsole } from '../../functions/serve-console/app.tsx';
import * as serveConsole from '../../functions/serve-console/handler.ts';
import * as stopExecutions from '../../functions/stop-executions/handler.ts';
import * as sweepOrderLines from '../../functions/sweep-order-lines/handler.ts';
import type { ChoiceStore } from '../../shared/adapters/choice-store.ts';
import { queue } from '../../shared/adapters/queue.ts';
import { webhookClient } from '../../shared/adapters/webhook-client.ts';
import { webhookStore } from '../../shared/adapters/webhook-store.ts';
import { subjectOf } from '../../shared/contracts/events.ts';
import { intakeBatches } from '../../shared/domain/quotas.ts';
import type { MessagesHandler } from '../../shared/runtime/consume-messages.ts';
import { buildIntakeServices } from '../../shared/runtime/intake.ts';
import { silentMetrics } from '../../shared/runtime/metrics.ts';
import { buildServingServices } from '../../shared/runtime/serving.ts';
import { batchSize, declaredEvents, mostDeliveries } from '../intake-rules.ts';
import { declaredQueues } from '../work-queues.ts';
import type { AwsClients } from './aws-clients.ts';
import { asFunction } from './calling-function.ts';
import { localSettings as settings } from './local-settings.ts';
import type { MailRate } from './mail-rate.ts';
import { sampleProgram } from './people.ts';
import type { Consumer } from './queues.ts';
import { consoleClientId, keptSecret } from './sign-in.ts';
import type { Storage } from './storage.ts';
import type { StreamReader } from './table-stream.ts';
import { anyMail, noTurns, unpaced } from './unlimited.ts';

/* The product's functions, with services on this machine, by what calls them. */

interface Surroundings {
  readonly clients: AwsClients;
  readonly now: () => Date;
  /** Where the service is reached. Its own receiver is the one address on this machine that webhooks may call. */
  readonly origin: string;
}

/** The API and the console, called by the HTTP server. */
export function httpFunctions(
  { clients, now, origin }: Surroundings,
  storage: Storage,
  issuer: string,
  choices: ChoiceStore,
) {
  const salt = () => keptSecret(storage, 'caller-salt');
  const serving = (name: string) => ({
    ...buildServingServices(settings, name, clients, now, silentMetrics, salt, { ownOrigin: origin }),
    choices,
  });
  const signIn = { ...settings, SIGN_IN_ISSUER: issuer, SIGN_IN_CLIENT_ID: consoleClientId };
  return {
    api: createApp({ ...serving('serve-api'), programs: { issuer, sample: sampleProgram } }),
    console: createConsole(
      serveConsole.buildServices(signIn, serving('serve-console'), () =>
        keptSecret(storage, 'session-secret'),
      ),
    ),
  };
}

/** Called every hour. */
export function sweep({ clients, now }: Surroundings) {
  const services = sweepOrderLines.buildServices(settings, clients, now, silentMetrics, unpaced);
  return asFunction('sweep-order-lines', () => sweepOrderLines.handle(services));
}

/** Called when a digest is due. */
export function digests({ clients, now, origin }: Surroundings) {
  const services = sendDigests.buildServices({ ...settings, CONSOLE_ORIGIN: origin }, clients, now, {
    turns: noTurns,
    quota: { asked: anyMail },
  });
  const { choices } = services;
  return { choices, send: asFunction('send-digests', () => sendDigests.handle(services)) };
}

/** Called with the changes of the table. */
export function streamReaders({ clients, now }: Surroundings): readonly StreamReader[] {
  const publishing = publishChanges.buildServices(settings, clients);
  const counting = countLines.buildServices(settings, clients, now);
  return [
    {
      functionName: 'publish-changes',
      handler: (changes) => publishChanges.handle(changes, publishing),
    },
    { functionName: 'count-lines', handler: (changes) => countLines.handle(changes, counting) },
  ];
}

/** Called with the messages of queues, by function name. */
export const consumers = (surroundings: Surroundings, mailRate: MailRate): ReadonlyMap<string, Consumer> =>
  new Map([...intake(surroundings), ...workers(surroundings, mailRate)]);

/**
 * Milliseconds between an email and the reports on it; on AWS it is seconds. By then the sender has usually recorded the
 * email, so neither write makes the other try again.
 */
const reportDelay = 10;

/**
 * The functions that take events in. Unlike on AWS, a function gets the events of one line one batch after the other:
 * a busy line occupies a single batch, and batches do not contend for one item of a database on the same processor.
 */
const intake = ({ clients, now, origin }: Surroundings): readonly [string, Consumer][] =>
  declaredEvents.map(({ functionName, consumer }) => [
    functionName,
    {
      handler: consumer({
        ...recordEmailFeedback.buildServices(
          { ...settings, CONSOLE_ORIGIN: origin },
          clients,
          now,
          silentMetrics,
        ),
        ...intakeServices(functionName, clients, now),
        onboardings: queue(clients.sqs, settings.ONBOARDING_QUEUE_URL),
        webhooksOf: oncePerMoment((partnerId) =>
          webhookStore(clients.dynamoDb, settings.TABLE_NAME).list(partnerId),
        ),
        errands: queue(clients.sqs, settings.WEBHOOKS_QUEUE_URL),
      }),
      batchSize,
      mostAtOnce: intakeBatches,
      mostDeliveries,
      ...(functionName === 'record-email-feedback' ? { deliveryDelay: reportDelay } : {}),
      subjectOf: (body) => subjectOf(JSON.parse(body)),
    },
  ]);

const intakeServices = (functionName: string, clients: AwsClients, now: () => Date) =>
  buildIntakeServices(settings, functionName, clients, now, silentMetrics, unpaced);

/** The functions that work off the product's own queues. */
const workers = (surroundings: Surroundings, mailRate: MailRate): readonly [string, Consumer][] => {
  const handlers = workerHandlers(surroundings, mailRate);
  return declaredQueues.map((declared) => {
    const handler = handlers[declared.functionName];
    if (!handler) throw new Error(`${declared.functionName} does not run on one machine`);
    return [declared.functionName, { ...declared, handler }];
  });
};

const workerHandlers = (
  { clients, now, origin }: Surroundings,
  mailRate: MailRate,
): Readonly<Record<string, MessagesHandler>> => {
  // One process makes all calls, and may send any number of emails a day.
  const limits = {
    perSecond: () => mailRate.perSecond ?? Infinity,
    calls: 1,
    quota: { account: anyMail },
  };
  return {
    'onboard-order-lines': onboardOrderLines.consumer(
      onboardOrderLines.buildServices(settings, clients, intakeServices('onboard-order-lines', clients, now)),
    ),
    'stop-executions': stopExecutions.consumer(stopExecutions.buildServices(settings, clients, noTurns)),
    'resend-order-lines': resendOrderLines.worker(
      resendOrderLines.buildServices(settings, clients, now, silentMetrics),
    ),
    'deliver-webhooks': deliverWebhooks.worker(
      deliverWebhooks.buildServices(settings, clients, now, webhookClient({ ownOrigin: origin })),
    ),
    [firstEmailsQueue.functionName]: sendProvisioningEmail.consumer(
      sendProvisioningEmail.buildServices(settings, clients, now, silentMetrics, limits),
    ),
  };
};
