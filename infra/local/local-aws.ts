import type { Activity } from './activity.ts';
import { awsClients, type AwsClients } from './aws-clients.ts';
import * as endpoint from './aws-endpoint.ts';
import { DeadLetterOffice } from './dead-letter-office.ts';
import { readDefinition } from './definition.ts';
import type { LocalDynamoDb, OpenDynamoDb } from './dynamo-db.ts';
import { EventBus } from './event-bus.ts';
import { Executions } from './executions.ts';
import type { Faults } from './faults.ts';
import type { Jobs } from './jobs.ts';
import { MailRate } from './mail-rate.ts';
import { reportsOn } from './mail-simulator.ts';
import { Mailbox, secondApi } from './mailbox.ts';
import { PublishedEvents } from './published-events.ts';
import { Queues } from './queues.ts';
import type { Storage } from './storage.ts';
import { ensureTable, startDynamoDb } from './table.ts';
import { taskCalls } from './task-calls.ts';

interface Machine {
  readonly dataFolder: string;
  readonly storage: Storage;
  readonly jobs: Jobs;
  readonly activity: Activity;
  readonly now: () => Date;
  readonly faults: Faults;
  readonly openDynamoDb: OpenDynamoDb;
}

/** The services of AWS that the product uses, on one machine. */
export interface LocalAws {
  /** The product's AWS SDK clients, connected to the services below. */
  readonly clients: AwsClients;
  readonly bus: EventBus;
  readonly changes: LocalDynamoDb['changes'];
  readonly executions: Executions;
  readonly mailbox: Mailbox;
  readonly mailRate: MailRate;
  readonly office: DeadLetterOffice;
  readonly published: PublishedEvents;
  readonly queues: Queues;
  stop(): Promise<void>;
}

/** Starts the services, with the product's table. Until the queues have consumers, messages wait. */
export async function startLocalAws(machine: Machine): Promise<LocalAws> {
  const { dataFolder, storage, jobs, activity, now, faults, openDynamoDb } = machine;
  const office = await DeadLetterOffice.open(storage);
  const published = await PublishedEvents.open(storage);
  const mailbox = await Mailbox.open(storage);
  const mailRate = await MailRate.open(storage);
  const queues = new Queues(jobs, office, now);
  const bus = new EventBus(queues, office, now);
  const [table, definition] = await Promise.all([
    startDynamoDb(dataFolder, storage, openDynamoDb),
    readDefinition(),
  ]);

  // Reports are best effort: losing one fails nobody's call.
  const publishReports: Parameters<Mailbox['service']>[3] = (email, keep) =>
    bus.put(faults.take('ses', 'ReportCommand') ? [] : reportsOn(email), keep);
  const clients = awsClients(
    {
      dynamoDb: table.service,
      ses: mailbox.service(now, activity, mailRate, publishReports),
      sesV2: mailbox.service(now, activity, mailRate, publishReports, secondApi),
      sfn: endpoint.stepFunctions(() => executions, now),
      sqs: endpoint.sqs(queues, office, now),
      eventBridge: endpoint.eventBridge(published, bus),
    },
    faults,
  );
  await ensureTable(clients.dynamoDb, storage, dataFolder);
  const executions: Executions = new Executions({
    storage,
    jobs,
    now,
    definition,
    tasks: taskCalls(clients),
  });

  return {
    clients,
    bus,
    changes: table.changes,
    executions,
    mailbox,
    mailRate,
    office,
    published,
    queues,
    stop: async () => {
      executions.abandon();
      const { dynamoDb, ses, sesV2, sfn, sqs, eventBridge } = clients;
      for (const client of [dynamoDb, ses, sesV2, sfn, sqs, eventBridge]) client.destroy();
      await table.stop();
    },
  };
}
