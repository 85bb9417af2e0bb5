import { UpdateItemCommand, type UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Hono } from 'hono';
import { Duration } from 'luxon';
import * as z from 'zod';
import * as countLines from '../../functions/count-lines/handler.ts';
import * as deliverWebhooks from '../../functions/deliver-webhooks/handler.ts';
import * as onboardOrderLines from '../../functions/onboard-order-lines/handler.ts';
import * as publishChanges from '../../functions/publish-changes/handler.ts';
import { oncePerMoment } from '../../functions/queue-webhooks/event.ts';
import * as recordEmailFeedback from '../../functions/record-email-feedback/handler.ts';
import * as resendOrderLines from '../../functions/resend-order-lines/handler.ts';
import * as sendDigests from '../../functions/send-digests/handler.ts';
import * as sendProvisioningEmail from '../../functions/send-provisioning-email/handler.ts';
import { queue as firstEmails } from '../../functions/send-provisioning-email/queue.ts';
import { createApp } from '../../functions/serve-api/app.ts';
import { readAssets } from '../../functions/serve-console/assets.ts';
import { createConsole } from '../../functions/serve-console/app.tsx';
import type { ConsoleEnv } from '../../functions/serve-console/console-context.ts';
import * as serveConsole from '../../functions/serve-console/handler.ts';
import * as stopExecutions from '../../functions/stop-executions/handler.ts';
import * as sweepOrderLines from '../../functions/sweep-order-lines/handler.ts';
import { readEnvironment, variables } from '../../shared/contracts/environment.ts';
import { orderLineStore, type OrderLineStore } from '../../shared/adapters/order-line-store.ts';
import { queue } from '../../shared/adapters/queue.ts';
import { webhookClient } from '../../shared/adapters/webhook-client.ts';
import { webhookStore } from '../../shared/adapters/webhook-store.ts';
import type { Workflow } from '../../shared/adapters/workflow.ts';
import { usualMailRate } from '../../shared/domain/lane.ts';
import type { Reach } from '../../shared/contracts/webhook-address.ts';
import type { MessagesHandler } from '../../shared/runtime/consume-messages.ts';
import { buildIntakeServices } from '../../shared/runtime/intake.ts';
import { silentMetrics } from '../../shared/runtime/metrics.ts';
import { buildServingServices } from '../../shared/runtime/serving.ts';
import { intakeBatches } from '../../shared/domain/quotas.ts';
import { subjectOf } from '../../shared/contracts/events.ts';
import { batchSize, declaredEvents, mostDeliveries } from '../intake-rules.ts';
import { defaults, variablesOf } from '../settings.ts';
import { declaredQueues } from '../work-queues.ts';
import { Activity } from './activity.ts';
import { sendDigestsWhenDue } from './digests.ts';
import { awsClients, type AwsClients } from './aws-clients.ts';
import { eventBridge, queueUrlOf, sqs, stateMachineArn, stepFunctions } from './aws-endpoint.ts';
import { asFunction } from './calling-function.ts';
import { Clock } from './clock.ts';
import { DeadLetterOffice } from './dead-letter-office.ts';
import { readDefinition } from './definition.ts';
import { EventBus } from './event-bus.ts';
import { Executions, type TaskHandler } from './executions.ts';
import { removeExpiredItems } from './expiring.ts';
import { countForTheFirstTime } from './first-counts.ts';
import { Faults } from './faults.ts';
import { Jobs } from './jobs.ts';
import { reportsOn } from './mail-simulator.ts';
import { localMail } from './local-settings.ts';
import { MailRate } from './mail-rate.ts';
import { Mailbox, secondApi } from './mailbox.ts';
import { adoptOlderQueues } from './older-queues.ts';
import { PublishedEvents } from './published-events.ts';
import { sampleProgram } from './people.ts';
import { ReceivedWebhooks } from './received-webhooks.ts';
import { type Consumer, Queues } from './queues.ts';
import { sampleStory, storyLength } from './samples.ts';
import { consoleClientId, keptSecret, startSignIn } from './sign-in.ts';
import { openStorage, type Storage } from './storage.ts';
import { sweepHourly } from './sweeping.ts';
import { ensureTable, startDynamoDb, tableName } from './table.ts';
import { TableStream } from './table-stream.ts';

export interface RuntimeOptions {
  readonly dataFolder: string;
  readonly reset: boolean;
  readonly seed: boolean;
  /** Where the service is reached, `http://localhost:3000`. */
  readonly origin: string;
  /** What stands in the way of the calls of AWS. */
  readonly faults?: Faults;
}

/** The whole service on one machine, but for the HTTP server in front of it. */
export interface Runtime {
  readonly api: Hono;
  readonly console: Hono<ConsoleEnv>;
  readonly activity: Activity;
  readonly bus: EventBus;
  readonly clients: AwsClients;
  readonly clock: Clock;
  readonly executions: Executions;
  readonly faults: Faults;
  readonly mailbox: Mailbox;
  readonly mailRate: MailRate;
  readonly office: DeadLetterOffice;
  /** The order lines, for the controls. */
  readonly store: OrderLineStore;
  readonly published: PublishedEvents;
  /** What came to the receiver of webhooks. */
  readonly received: ReceivedWebhooks;
  readonly signIn: Awaited<ReturnType<typeof startSignIn>>;
  /** Moves the product's time; done when everything due by then has run, in the order of its due time. */
  advance(duration: Duration): Promise<void>;
  /** Ends everything at once, and gives the data folder free. */
  stop(): Promise<void>;
}

/** What is known only once the runtime starts. */
const ofStart = {
  SIGN_IN_ISSUER: true,
  SIGN_IN_CLIENT_ID: true,
  SESSION_SECRET_ARN: true,
  CONSOLE_ORIGIN: true,
} as const;

/** What the functions read from their environment, as it is on one machine. */
const settings = readEnvironment(z.object(variables).omit(ofStart), {
  TABLE_NAME: tableName,
  STATE_MACHINE_ARN: stateMachineArn,
  CONFIGURATION_SET: 'local',
  EVENT_BUS_ARN: 'local',
  DEAD_LETTER_QUEUE_URL: 'http://127.0.0.1/dead-letters',
  SENDING_QUEUE_URL: queueUrlOf('send-provisioning-email'),
  ONBOARDING_QUEUE_URL: queueUrlOf('onboard-order-lines'),
  STOPPING_QUEUE_URL: queueUrlOf('stop-executions'),
  RESEND_QUEUE_URL: queueUrlOf('resend-order-lines'),
  WEBHOOKS_QUEUE_URL: queueUrlOf('deliver-webhooks'),
  CALLER_SALT_SECRET_ARN: 'local',
  ...variablesOf({
    ...defaults,
    mailRate: usualMailRate,
    // There is no quota of open executions, and a move of the clock, however far, sweeps only ten times.
    executionHorizon: 'P180D',
    mail: localMail,
  }),
});

/** There are no quotas either. */
const unpaced = (workflow: Workflow): Workflow => workflow;
const noTurns = { take: () => Promise.resolve() };
const anyMail = () => Promise.resolve({ perSecond: Infinity, most: Infinity, sent: 0 });

/** @param open opens the data folder */
export async function startRuntime(options: RuntimeOptions, open = openStorage): Promise<Runtime> {
  const storage = await open(options.dataFolder, options);
  const activity = new Activity();
  const { faults = new Faults() } = options;
  const clock = await Clock.open(storage);
  if (options.seed && (await storage.part('table').get('made')) === undefined) {
    await clock.beginBefore(storyLength);
  }
  const { now } = clock;
  const office = await DeadLetterOffice.open(storage);
  const published = await PublishedEvents.open(storage);
  const mailbox = await Mailbox.open(storage);
  const mailRate = await MailRate.open(storage);
  await adoptOlderQueues(storage, now());
  const jobs = new Jobs(storage, clock, activity);
  const queues = new Queues(jobs, office, now);
  const bus = new EventBus(queues, office, now);

  const [table, definition] = await Promise.all([
    startDynamoDb(options.dataFolder, storage),
    readDefinition(),
  ]);
  // Reports are best effort: one that is lost fails nobody's call.
  const publishReports: Parameters<Mailbox['service']>[3] = (email, keep) =>
    bus.put(faults.take('ses', 'ReportCommand') ? [] : reportsOn(email), keep);
  const ses = mailbox.service(now, activity, mailRate, publishReports);
  const clients = awsClients(
    {
      dynamoDb: table.service,
      ses,
      sesV2: mailbox.service(now, activity, mailRate, publishReports, secondApi),
      sfn: stepFunctions(() => executions, now),
      sqs: sqs(queues, office, now),
      eventBridge: eventBridge(published, bus),
    },
    faults,
  );
  await ensureTable(clients.dynamoDb, storage, options.dataFolder);

  const executions: Executions = new Executions({
    storage,
    jobs,
    now,
    definition,
    tasks: tasks(clients),
  });
  const sweepServices = sweepOrderLines.buildServices(settings, clients, now, silentMetrics, unpaced);
  const sweep = asFunction('sweep-order-lines', () => sweepOrderLines.handle(sweepServices));
  const signIn = await startSignIn(storage, options.origin, readAssets());
  const salt = () => keptSecret(storage, 'caller-salt');
  // Webhooks may lead to the receiver of this machine, and else where they may when deployed.
  const reach = { ownOrigin: options.origin };
  const digestServices = sendDigests.buildServices(
    { ...settings, CONSOLE_ORIGIN: options.origin },
    clients,
    now,
    { turns: noTurns, quota: { asked: anyMail } },
  );
  const sendDueDigests = asFunction('send-digests', () => sendDigests.handle(digestServices));
  const choices = await sendDigestsWhenDue(jobs, clock, digestServices.choices, sendDueDigests);
  const serving = (name: string) => ({
    ...buildServingServices(settings, name, clients, now, silentMetrics, salt, reach),
    choices,
  });
  const webhooks = webhookStore(clients.dynamoDb, settings.TABLE_NAME);
  const consoleSettings = {
    ...settings,
    SIGN_IN_ISSUER: signIn.issuer,
    SIGN_IN_CLIENT_ID: consoleClientId,
  };

  const publishServices = publishChanges.buildServices(settings, clients);
  const countServices = countLines.buildServices(settings, clients, now);
  const stream = new TableStream(
    table.changes,
    [
      {
        functionName: 'publish-changes',
        handler: (changes) => publishChanges.handle(changes, publishServices),
      },
      { functionName: 'count-lines', handler: (changes) => countLines.handle(changes, countServices) },
    ],
    activity,
  );
  await countForTheFirstTime({ dynamoDb: clients.dynamoDb, tableName: settings.TABLE_NAME, now });

  table.changes.tell((noted) => stream.noted(noted));
  queues.deliverTo(
    new Map([
      ...intake(clients, now, options.origin),
      ...workers(workerHandlers(clients, now, mailRate, reach)),
    ]),
  );
  await sweepHourly(storage, jobs, clock, sweep);
  await removeExpiredItems(storage, jobs, clock, clients.dynamoDb, settings.SETTLED_LINE_DAYS);
  await jobs.start();
  if (options.seed) await seed(storage, clock, jobs, bus);

  return {
    api: createApp({ ...serving('serve-api'), programs: { issuer: signIn.issuer, sample: sampleProgram } }),
    console: createConsole(
      serveConsole.buildServices(consoleSettings, serving('serve-console'), () =>
        keptSecret(storage, 'session-secret'),
      ),
    ),
    activity,
    bus,
    clients,
    clock,
    executions,
    faults,
    mailbox,
    mailRate,
    office,
    store: orderLineStore(clients.dynamoDb, settings.TABLE_NAME, settings.SETTLED_LINE_DAYS),
    published,
    received: await ReceivedWebhooks.open(storage, webhooks, now),
    signIn,
    advance: (duration) => jobs.advance(duration),
    stop: async () => {
      jobs.stop();
      stream.stop();
      executions.abandon();
      const { dynamoDb, ses, sesV2, sfn, sqs, eventBridge } = clients;
      for (const client of [dynamoDb, ses, sesV2, sfn, sqs, eventBridge]) client.destroy();
      await table.stop();
      await storage.close();
    },
  };
}

/**
 * Tells the story of the sample orders, once in the life of a data folder; it ends when the product's time is the
 * machine's. After a kill it is told from its beginning, and what is known of it changes nothing.
 */
async function seed(storage: Storage, clock: Clock, jobs: Jobs, bus: EventBus): Promise<void> {
  const part = storage.part('samples');
  if ((await part.get('booked')) === true) return;
  for (const { ago, event } of sampleStory(new Date(clock.now().getTime() + clock.behind))) {
    if (clock.behind > ago) await jobs.advance(Duration.fromMillis(clock.behind - ago));
    await bus.put([event]);
  }
  if (clock.behind > 0) await jobs.advance(Duration.fromMillis(clock.behind));
  await part.put('booked', true);
}

/**
 * Milliseconds between an email and the reports on it, seconds on AWS: whoever sent it has usually recorded it by then, so
 * neither loses a write to the other.
 */
const reportDelay = 10;

/**
 * The functions that take events in, with services that lead to this machine. More than on AWS, events of one line reach
 * a function one batch after the other, so that a line with many keeps a single batch busy, and they do not fight over
 * one item of a database that shares the processor.
 */
const intake = (clients: AwsClients, now: () => Date, origin: string) =>
  declaredEvents.map(({ functionName, consumer }): [string, Consumer] => [
    functionName,
    {
      handler: consumer({
        ...recordEmailFeedback.buildServices(
          { ...settings, CONSOLE_ORIGIN: origin },
          clients,
          now,
          silentMetrics,
        ),
        ...intakeOf(functionName, clients, now),
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

const intakeOf = (functionName: string, clients: AwsClients, now: () => Date) =>
  buildIntakeServices(settings, functionName, clients, now, silentMetrics, unpaced);

/** The functions that work off queues of the product's own, with services that lead to this machine. */
const workers = (handlers: Readonly<Record<string, MessagesHandler>>): readonly [string, Consumer][] =>
  declaredQueues.map((declared) => {
    const handler = handlers[declared.functionName];
    if (!handler) throw new Error(`${declared.functionName} does not run on one machine`);
    return [declared.functionName, { ...declared, handler }];
  });

const workerHandlers = (
  clients: AwsClients,
  now: () => Date,
  mailRate: MailRate,
  reach: Reach,
): Readonly<Record<string, MessagesHandler>> => {
  // One process does all calls, and may send as many emails in a day as it likes.
  const limits = {
    perSecond: () => mailRate.perSecond ?? Infinity,
    calls: 1,
    quota: { account: anyMail },
  };
  return {
    'onboard-order-lines': onboardOrderLines.consumer(
      onboardOrderLines.buildServices(settings, clients, intakeOf('onboard-order-lines', clients, now)),
    ),
    'stop-executions': stopExecutions.consumer(stopExecutions.buildServices(settings, clients, noTurns)),
    'resend-order-lines': resendOrderLines.worker(
      resendOrderLines.buildServices(settings, clients, now, silentMetrics),
    ),
    'deliver-webhooks': deliverWebhooks.worker(
      deliverWebhooks.buildServices(settings, clients, now, webhookClient(reach)),
    ),
    [firstEmails.functionName]: sendProvisioningEmail.consumer(
      sendProvisioningEmail.buildServices(settings, clients, now, silentMetrics, limits),
    ),
  };
};

/** What Step Functions does for the Task states by itself: calls of SQS and of DynamoDB. */
function tasks({ dynamoDb, sqs }: AwsClients): Record<string, TaskHandler> {
  const updateInput = z.custom<UpdateItemCommandInput>(
    (value) => typeof value === 'object' && value !== null,
  );
  const messageInput = z
    .looseObject({ QueueUrl: z.string(), MessageBody: z.looseObject({}) })
    .transform(({ MessageBody, ...rest }) => ({ ...rest, MessageBody: JSON.stringify(MessageBody) }));
  return {
    'Send provisioning email': (input) =>
      namedAfter('SQS', () => sqs.send(new SendMessageCommand(messageInput.parse(input)))),
    'Close order line': (input) =>
      namedAfter('DynamoDB', () => dynamoDb.send(new UpdateItemCommand(updateInput.parse(input)))),
  };
}

/** Makes a call of a service, whose errors get the names that they have for the workflow. */
async function namedAfter(service: string, call: () => Promise<unknown>): Promise<object> {
  try {
    await call();
    return {};
  } catch (error) {
    if (error instanceof Error) error.name = `${service}.${error.name}`;
    throw error;
  }
}
