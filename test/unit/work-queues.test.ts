import { Duration } from 'luxon';
import * as z from 'zod';
import { Activity } from '../../infra/local/activity.ts';
import { awsClients } from '../../infra/local/aws-clients.ts';
import { queueUrlOf, sqs } from '../../infra/local/aws-endpoint.ts';
import { Clock } from '../../infra/local/clock.ts';
import { DeadLetterOffice } from '../../infra/local/dead-letter-office.ts';
import { Faults } from '../../infra/local/faults.ts';
import { jsonAnswer, type LocalService } from '../../infra/local/in-process.ts';
import { Jobs } from '../../infra/local/jobs.ts';
import { type Consumer, Queues } from '../../infra/local/queues.ts';
import { openStorage } from '../../infra/local/storage.ts';
import { deadLetters } from '../../shared/adapters/dead-letters.ts';
import { queue } from '../../shared/adapters/queue.ts';
import { faultNames } from '../../shared/contracts/faults.ts';
import { consumeMessages, type Delivery, type Postponed } from '../../shared/runtime/consume-messages.ts';
import { temporaryFolder } from '../support/service.ts';

const message = z.object({ name: z.string() });
type Handle = (name: string, delivery: Delivery) => Promise<Postponed | undefined>;

const done = () => Promise.resolve(undefined);
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const nowhere = () => Promise.reject(new Error('nothing is asked'));
const clientOf = (service: LocalService) =>
  awsClients(
    { dynamoDb: nowhere, ses: nowhere, sesV2: nowhere, sfn: nowhere, sqs: service, eventBridge: nowhere },
    new Faults(),
  ).sqs;

/** Opens the folder as a process does, with a worker that hands each message to `handle`. */
async function open(
  folder: string,
  handle: Handle,
  limits: Partial<Consumer> = {},
  pause: (milliseconds: number) => Promise<void> = () => Promise.resolve(),
) {
  const storage = await openStorage(folder, { reset: false });
  const clock = await Clock.open(storage);
  const activity = new Activity();
  const jobs = new Jobs(storage, clock, activity);
  const office = await DeadLetterOffice.open(storage);
  const queues = new Queues(jobs, office, clock.now, pause);
  const service = sqs(queues, office, clock.now);
  const client = clientOf(service);
  const worked = queue(client, queueUrlOf('work'));
  const handler = consumeMessages(message, ({ name }, delivery) => handle(name, delivery), {
    queue: worked,
    deadLetters: deadLetters(client, 'http://127.0.0.1/dead-letters'),
    log,
  });
  const consumer = { handler, batchSize: 10, mostAtOnce: 2, mostDeliveries: 3, ...limits };
  queues.deliverTo(new Map([['work', consumer]]));
  await jobs.start();
  return {
    queue: worked,
    office,
    idle: () => activity.idle(),
    advance: (duration: string) => jobs.advance(Duration.fromISO(duration)),
    close: async () => {
      jobs.stop();
      await storage.close();
    },
  };
}

const named = (...names: readonly string[]) => names.map((name) => ({ name }));
const numbered = (count: number) => Array.from({ length: count }, (_, at) => `message ${at}`);

test('what is postponed comes again at its time, what fails comes again soon, and what is done does not', async () => {
  const seen: string[] = [];
  const { queue, idle, advance, close } = await open(await temporaryFolder(), (name, { count }) => {
    seen.push(`${name} ${count}`);
    if (count > 1) return done();
    return name === 'failing' ? Promise.reject(new Error('failed')) : Promise.resolve(outcomes[name]);
  });
  const outcomes: Partial<Record<string, Postponed>> = { later: { againIn: 600 }, now: { againIn: 0 } };
  await queue.send(named('done', 'later', 'now', 'failing'));
  await idle();
  expect(seen.toSorted()).toEqual(['done 1', 'failing 1', 'failing 2', 'later 1', 'now 1', 'now 2']);
  await advance('PT9M');
  expect(seen).not.toContain('later 2');
  await advance('PT2M');
  expect(seen).toContain('later 2');
  await close();
});

test('a queue with a delivery delay holds each message back that long, and hands out together what was sent together', async () => {
  const batches: number[] = [];
  const delays: number[] = [];
  const held: (() => void)[] = [];
  const handler: Consumer['handler'] = ({ Records }) => {
    batches.push(Records.length);
    return Promise.resolve({ batchItemFailures: [] });
  };
  const { queue, idle, close } = await open(
    await temporaryFolder(),
    done,
    { handler, deliveryDelay: 10 },
    (milliseconds) => {
      delays.push(milliseconds);
      return new Promise<void>((resolve) => held.push(resolve));
    },
  );
  await queue.send(named('first', 'second'));
  expect(delays).toEqual([10, 10]);
  expect(batches).toEqual([]);
  for (const release of held) {
    release();
    await Promise.resolve(); // as between two timers
  }
  await idle();
  expect(batches).toEqual([2]);
  await close();
});

test('a delayed message is not delivered before its time', async () => {
  const seen: string[] = [];
  const { queue, idle, advance, close } = await open(await temporaryFolder(), (name) => {
    seen.push(name);
    return done();
  });
  await queue.send(named('delayed'), { delaySeconds: 900 });
  await idle();
  expect(seen).toEqual([]);
  await advance('PT15M');
  expect(seen).toEqual(['delayed']);
  await close();
});

test('what does not fit, and what keeps failing, is a dead letter; and neither holds up the others', async () => {
  const seen: string[] = [];
  const { queue, office, idle, close } = await open(await temporaryFolder(), (name) => {
    seen.push(name);
    return name === 'failing' ? Promise.reject(new Error('failed')) : done();
  });
  await queue.send([{ name: 1 }, ...named('failing', 'good')]);
  await idle();
  expect(seen.toSorted()).toEqual(['failing', 'failing', 'failing', 'good']);
  expect(await office.list()).toEqual([
    expect.objectContaining({ event: { name: 1 }, reason: expect.stringContaining('name') as string }),
    expect.objectContaining({ event: { name: 'failing' } }),
  ]);
  await close();
});

test('no more messages are in hand than the queue allows, and all are handled', async () => {
  let inHand = 0;
  const most: number[] = [];
  const { queue, idle, close } = await open(
    await temporaryFolder(),
    async () => {
      inHand += 1;
      most.push(inHand);
      await new Promise(setImmediate);
      inHand -= 1;
      return undefined;
    },
    { batchSize: 5, mostAtOnce: 2 },
  );
  await queue.send(named(...numbered(42)));
  await idle();
  expect(most).toHaveLength(42);
  expect(Math.max(...most)).toBe(10);
  await close();
});

test('a killed process loses no message: the next one begins again what was not done', async () => {
  const folder = await temporaryFolder();
  const before = await open(folder, (name) => (name === 'stuck' ? new Promise(() => undefined) : done()));
  await before.queue.send(named('stuck'));
  await before.queue.send(named('delayed'), { delaySeconds: 60 });
  await before.close();

  const seen: string[] = [];
  const after = await open(folder, (name) => {
    seen.push(name);
    return done();
  });
  await after.idle();
  expect(seen).toEqual(['stuck']);
  await after.advance('PT1M');
  expect(seen).toEqual(['stuck', 'delayed']);
  await after.close();
});

describe('sending', () => {
  interface Batch {
    readonly Entries: readonly {
      readonly Id: string;
      readonly MessageBody: string;
      readonly MessageGroupId?: string;
    }[];
  }

  /** A queue of an SQS that takes no message for which `refuses` says so, and what it was sent, call by call. */
  function queueThat(refuses: (body: string, call: number) => boolean) {
    const calls: string[][] = [];
    const groups: (string | undefined)[] = [];
    const service: LocalService = ({ input }) => {
      const { Entries } = input as Batch;
      calls.push(Entries.map(({ MessageBody }) => MessageBody));
      groups.push(...Entries.map(({ MessageGroupId }) => MessageGroupId));
      const failed = Entries.filter(({ MessageBody }) => refuses(MessageBody, calls.length));
      return Promise.resolve(
        jsonAnswer({
          Successful: [],
          Failed: failed.map(({ Id }) => ({ Id, SenderFault: false, Code: 'InternalError' })),
        }),
      );
    };
    return { calls, groups, queue: queue(clientOf(service), queueUrlOf('work'), () => Promise.resolve()) };
  }

  test('takes ten at a time, and repeats only what was not taken', async () => {
    const { calls, queue } = queueThat((body, call) => call === 1 && body.startsWith('3'));
    await queue.send(Array.from({ length: 12 }, (_, at) => at));
    expect(calls.map((bodies) => bodies.join(' '))).toEqual(['0 1 2 3 4 5 6 7 8 9', '3', '10 11']);
  });

  test('tells SQS whose messages they are', async () => {
    const { groups, queue } = queueThat(() => false);
    await queue.send([0, 1], { tenant: 'northwind' });
    await queue.send([2]);
    expect(groups).toEqual(['northwind', 'northwind', undefined]);
  });

  test('fails if something stays untaken', async () => {
    const { queue } = queueThat((body) => body === '1');
    await expect(queue.send([0, 1])).rejects.toMatchObject({ name: faultNames.messagesNotQueued });
  });
});
