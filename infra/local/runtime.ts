import type { Hono } from 'hono';
import type { Duration } from 'luxon';
import { readAssets } from '../../functions/serve-console/assets.ts';
import type { ConsoleEnv } from '../../functions/serve-console/console-context.ts';
import { orderLineStore, type OrderLineStore } from '../../shared/adapters/order-line-store.ts';
import { webhookStore } from '../../shared/adapters/webhook-store.ts';
import { Activity } from './activity.ts';
import { Clock } from './clock.ts';
import { sendDigestsWhenDue } from './digests.ts';
import type { OpenDynamoDb } from './dynamo-db.ts';
import { removeExpiredItems } from './expiring.ts';
import { Faults } from './faults.ts';
import { countForTheFirstTime } from './first-counts.ts';
import { consumers, digests, httpFunctions, streamReaders, sweep } from './functions.ts';
import { Jobs } from './jobs.ts';
import { type LocalAws, startLocalAws } from './local-aws.ts';
import { localSettings } from './local-settings.ts';
import { adoptOlderQueues } from './older-queues.ts';
import { ReceivedWebhooks } from './received-webhooks.ts';
import { storyLength, tellSampleStory } from './samples.ts';
import { startSignIn } from './sign-in.ts';
import { openStorage } from './storage.ts';
import { sweepHourly } from './sweeping.ts';
import { dynamoDbInThread } from './table.ts';
import { TableStream } from './table-stream.ts';

export interface RuntimeOptions {
  readonly dataFolder: string;
  readonly reset: boolean;
  readonly seed: boolean;
  /** Where the service is reached, `http://localhost:3000`. */
  readonly origin: string;
  /** Faults to inject into calls of AWS. */
  readonly faults?: Faults;
}

/** The whole service on one machine, except the HTTP server in front of it. */
export interface Runtime extends Omit<LocalAws, 'changes' | 'queues'> {
  readonly api: Hono;
  readonly console: Hono<ConsoleEnv>;
  readonly activity: Activity;
  readonly clock: Clock;
  readonly faults: Faults;
  /** The order lines, for the controls. */
  readonly store: OrderLineStore;
  /** What the local receiver of webhooks got. */
  readonly received: ReceivedWebhooks;
  readonly signIn: Awaited<ReturnType<typeof startSignIn>>;
  /** Moves the product's time. Resolves when everything due by then has run, in the order of its due time. */
  advance(duration: Duration): Promise<void>;
  /** Ends everything at once and releases the data folder. */
  stop(): Promise<void>;
}

/**
 * @param open opens the data folder
 * @param openDynamoDb opens the table, by default in a thread of its own
 */
export async function startRuntime(
  options: RuntimeOptions,
  open = openStorage,
  openDynamoDb: OpenDynamoDb = dynamoDbInThread,
): Promise<Runtime> {
  const { dataFolder, seed, origin, faults = new Faults() } = options;
  const storage = await open(dataFolder, options);
  const activity = new Activity();
  const clock = await Clock.open(storage);
  if (seed && (await storage.part('table').get('made')) === undefined) await clock.beginBefore(storyLength);
  const { now } = clock;
  await adoptOlderQueues(storage, now());
  const jobs = new Jobs(storage, clock, activity);

  const aws = await startLocalAws({ dataFolder, storage, jobs, activity, now, faults, openDynamoDb });
  const { changes, queues, ...services } = aws;
  const { clients } = aws;
  const signIn = await startSignIn(storage, origin, readAssets());
  const surroundings = { clients, now, origin };
  const tableName = localSettings.TABLE_NAME;
  const settledLineDays = localSettings.SETTLED_LINE_DAYS;

  const choices = await sendDigestsWhenDue(jobs, clock, digests(surroundings));
  await countForTheFirstTime({ dynamoDb: clients.dynamoDb, tableName, now });
  const stream = new TableStream(changes, streamReaders(surroundings), activity);
  changes.tell((noted) => stream.noted(noted));
  queues.deliverTo(consumers(surroundings, aws.mailRate));
  await sweepHourly(storage, jobs, clock, sweep(surroundings));
  await removeExpiredItems(storage, jobs, clock, clients.dynamoDb, settledLineDays);
  await jobs.start();
  if (seed) await tellSampleStory(storage, clock, jobs, aws.bus);

  return {
    ...services,
    ...httpFunctions(surroundings, storage, signIn.issuer, choices),
    activity,
    clock,
    faults,
    store: orderLineStore(clients.dynamoDb, tableName, settledLineDays),
    received: await ReceivedWebhooks.open(storage, webhookStore(clients.dynamoDb, tableName), now),
    signIn,
    advance: (duration) => jobs.advance(duration),
    stop: async () => {
      jobs.stop();
      stream.stop();
      await aws.stop();
      await storage.close();
    },
  };
}
