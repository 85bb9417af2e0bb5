import { randomInt } from 'node:crypto';
import { createInterface } from 'node:readline';
import pLimit from 'p-limit';
import { Activity } from '../../infra/local/activity.ts';
import { Clock } from '../../infra/local/clock.ts';
import { readDefinition } from '../../infra/local/definition.ts';
import { Executions } from '../../infra/local/executions.ts';
import { Jobs } from '../../infra/local/jobs.ts';
import { openStorage, Storage } from '../../infra/local/storage.ts';
import type { LineAnswer } from '../../shared/contracts/api.ts';
import { type BusEvent, type Client, client, eventsIn, type SentEmail } from '../support/client.ts';
import { booked, cancelled, newOrder, onboarded, partner } from '../support/events.ts';
import { killer } from '../support/killer.ts';
import { launch, type Service, startService, temporaryFolder } from '../support/service.ts';
import { randomFrom, shuffled } from '../support/random.ts';
import { tellable, toldBy } from '../support/told-line.ts';

/*
 * The service is killed ten times while eight callers work on 200 lines, and twice more while it starts. What it then
 * says of itself (lines, histories, emails, executions) is compared with what its callers sent and were answered.
 *
 * CRASH_SEED repeats the choices of a run; when they meet the service is up to the machine.
 */
const seed = Number(process.env.CRASH_SEED ?? randomInt(2 ** 31));
const random = randomFrom(seed);
const upTo = (most: number) => Math.floor(random() * most);
const chance = (probability: number) => random() < probability;

const kills = 10;
const startsKilled = new Set([3, 7]);
const callers = 8;
const orderCount = 100;
const hour = 60 * 60 * 1000;
const begin = Date.now();

interface Line {
  readonly orderId: string;
  readonly lineId: string;
  readonly subscriptionId: string;
  /** The addresses that the line may have: the last that was acknowledged, and those whose answers were lost. */
  possibleContacts: string[];
  isChangingContact: boolean;
  seenBooked: boolean;
  /** Seen onboarded or cancelled by a read that was answered. */
  seenSettled: boolean;
  /** The product's time when it was seen settled, and nothing was in progress. */
  settledBy?: string;
  /** A call about it was not answered since stock was taken last. */
  isInDoubt: boolean;
  /** What was sent for it and answered. */
  readonly acknowledgedEmails: string[];
}

const orders = Array.from({ length: orderCount }, newOrder);
const lines: readonly Line[] = orders.flatMap((orderId) =>
  ['1', '2'].map((lineId) => ({
    orderId,
    lineId,
    subscriptionId: `Sub-${orderId}-${lineId}`,
    possibleContacts: [`first-${lineId}@${orderId.toLowerCase()}.example`],
    isChangingContact: false,
    seenBooked: false,
    seenSettled: false,
    isInDoubt: false,
    acknowledgedEmails: [],
  })),
);
const nameOf = ({ orderId, lineId }: { orderId: string; lineId: string }) => `${orderId}/${lineId}`;

const bookings = shuffled(
  lines.map((line) => bookingOf(line)),
  random,
);
const onboardedOrders = new Set(orders.filter((_, index) => index % 4 === 0));
const cancelledLines = new Set(lines.filter((_, index) => index % 7 === 0).map(nameOf));
const settlements = shuffled(
  [
    ...[...onboardedOrders].map((orderId) => onboarded(orderId)),
    ...lines
      .filter((line) => cancelledLines.has(nameOf(line)))
      .map(({ orderId, lineId }) => cancelled(orderId, lineId)),
  ],
  random,
);

/** What was seen to be wrong while it happened. */
const violations: string[] = [];
/** Events whose 202 did not come; their sender sends them again. */
const unacknowledged: BusEvent[] = [];
const acknowledged: BusEvent[] = [];

let dataFolder: string;
let service: Service;
let api: Client;
let token: string;
let final: Awaited<ReturnType<typeof readEverything>>;

beforeAll(async () => {
  process.stdout.write(`CRASH_SEED=${seed}\n`);
  dataFolder = await temporaryFolder();
  await startAndTakeOver();
  for (let round = 1; round <= kills; round += 1) {
    await workUntilKilled();
    if (startsKilled.has(round)) await killWhileStarting();
    await startAndTakeOver();
    await takeStock();
  }
  await send(...bookings.splice(0), ...settlements.splice(0));
  await api.idle();
  await takeStock();
  await api.advance('P40D');
  final = await readEverything();
}, 600_000);

afterAll(() => service.kill());

/** Starts on the data folder, and sends again what may not have arrived. */
async function startAndTakeOver(): Promise<void> {
  service = await startService({ dataFolder });
  api = client(service.url);
  token = await api.token({ partnerId: partner, roles: ['resend'] });
  await send(...unacknowledged.splice(0));
  await api.idle();
}

async function killWhileStarting(): Promise<void> {
  const { child, exited } = launch(['--port', '0', '--data', dataFolder, '--no-seed']);
  setTimeout(() => child.kill('SIGKILL'), upTo(1500));
  await exited;
}

/** Lets the callers work, and kills the service some milliseconds after some request was sent. */
async function workUntilKilled(): Promise<void> {
  const killAfter = 40 + upTo(120);
  let requests = 0;
  let killing: Promise<void> | undefined;
  const work = async () => {
    while (!killing) {
      requests += 1;
      if (requests === killAfter) {
        killing = new Promise((resolve) => setTimeout(resolve, upTo(15))).then(() => service.kill());
      }
      await act();
    }
  };
  await Promise.all(Array.from({ length: callers }, work));
  await killing;
}

/** What a caller does next. A call whose answer does not come was lost to the kill. */
async function act(): Promise<void> {
  const line = lines[upTo(lines.length)];
  if (!line) return;
  const lot = random();
  if (lot < 0.12 && bookings.length > 0) await send(...bookings.splice(0, 1 + upTo(4)));
  else if (lot < 0.15 && settlements.length > 0) await send(...settlements.splice(0, 1));
  else if (lot < 0.18) await send(...acknowledged.slice(upTo(acknowledged.length)).slice(0, 2));
  else if (lot < 0.2) await answered(() => api.advance(chance(0.2) ? 'P1D' : 'PT3H'));
  else if (lot < 0.3) await look(line);
  else if (lot < 0.55) await changeContact(line);
  else await resend(line);
}

async function answered<Answer>(call: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await call();
  } catch (error) {
    if (String(error).startsWith('TypeError: ')) return undefined; // what fetch throws when the connection breaks
    throw error;
  }
}

async function send(...events: BusEvent[]): Promise<void> {
  if (events.length === 0) return;
  const answer = await answered(() => api.request('/_local/events', { method: 'POST', json: events }));
  if (answer?.status === 202) acknowledged.push(...events);
  else unacknowledged.push(...events);
}

async function look(line: Line): Promise<void> {
  const answer = await answered(() => api.line(token, line.orderId, line.lineId));
  if (answer?.status === 200) note(line, answer.body);
}

function note(line: Line, { status, onboardedAt }: LineAnswer): void {
  line.seenBooked = true;
  if (status === 'Cancelled' || onboardedAt !== undefined) line.seenSettled = true;
}

const refusals = [
  '404 order-line-not-found',
  '409 not-started',
  '409 cancelled',
  '409 point-of-no-return',
  '429 resend-too-soon',
  '429 resend-limit-reached',
];

async function resend(line: Line): Promise<void> {
  const wasSettled = line.seenSettled;
  const answer = await answered(() => api.resend(token, line.orderId, line.lineId));
  if (answer === undefined) lose(line);
  else if (answer.status === 200) line.acknowledgedEmails.push(answer.body.email.messageId);
  check(line, 'resend', wasSettled, answer);
}

async function changeContact(line: Line): Promise<void> {
  if (line.isChangingContact) return;
  line.isChangingContact = true;
  const wasSettled = line.seenSettled;
  const email = `contact-${upTo(2 ** 31)}@${line.orderId.toLowerCase()}.example`;
  const answer = await answered(() => api.changeContact(token, line.orderId, line.lineId, { email }));
  if (answer === undefined) {
    lose(line);
    line.possibleContacts.push(email);
  } else if (answer.status === 200) {
    line.possibleContacts = [email];
  }
  line.isChangingContact = false;
  check(line, 'contact change', wasSettled, answer);
}

function lose(line: Line): void {
  line.isInDoubt = true;
}

function check(
  line: Line,
  what: string,
  wasSettled: boolean,
  answer: { status: number; body: object } | undefined,
): void {
  if (answer === undefined) return;
  const text =
    answer.status === 200
      ? '200'
      : `${answer.status} ${'code' in answer.body ? String(answer.body.code) : ''}`;
  if (text !== '200' && !refusals.includes(text)) violations.push(`${what} of ${nameOf(line)}: ${text}`);
  if (text === '200' && wasSettled) violations.push(`${what} of ${nameOf(line)}, seen settled before: 200`);
}

/** Reads all lines, and looks for those whose callers a kill left without an answer in each way they can be found. */
async function takeStock(): Promise<void> {
  const wrongBefore = violations.length;
  const listed = await listAll();
  const isComplete = violations.length === wrongBefore;
  for (const line of lines) {
    const known = listed.get(nameOf(line));
    if (known) note(line, known);
    else if (line.seenBooked && isComplete) violations.push(`${nameOf(line)} is in no list`);
    if (known && line.isInDoubt) await findInEachWay(known);
    line.isInDoubt = false;
  }
  const now = await api.now();
  for (const line of lines) if (line.seenSettled) line.settledBy ??= now;
}

async function findInEachWay(line: LineAnswer): Promise<void> {
  for (const word of [line.orderId, line.subscriptionId, line.provisioningContact.email]) {
    const found = await list(`q=${encodeURIComponent(word)}`);
    if (!found.items.some((item) => nameOf(item) === nameOf(line))) {
      violations.push(`${nameOf(line)} is not found by ${word}`);
    }
  }
}

async function listAll(): Promise<ReadonlyMap<string, LineAnswer>> {
  const listed = new Map<string, LineAnswer>();
  let page = await list('limit=100');
  for (;;) {
    for (const item of page.items) {
      if (listed.has(nameOf(item))) violations.push(`${nameOf(item)} is listed twice`);
      listed.set(nameOf(item), item);
    }
    if (page.cursor === undefined) return listed;
    page = await list(`limit=100&cursor=${page.cursor}`);
  }
}

async function list(query: string): Promise<{ items: LineAnswer[]; cursor?: string }> {
  const answer = await api.request<{ items: LineAnswer[]; cursor?: string }>(`/order-lines?${query}`, {
    token,
  });
  if (answer.status === 200) return answer.body;
  violations.push(`the list with ${query}: ${answer.status}`);
  return { items: [] };
}

/** Lines are read side by side, as callers do, which takes the service less than one after the other. */
const reading = pLimit(callers);

async function readEverything() {
  const emails = Map.groupBy(await api.emails(), ({ tags }) => `${tags.orderId ?? ''}/${tags.lineId ?? ''}`);
  const read = await Promise.all(
    lines.map((line) =>
      reading(async () => {
        const { orderId, lineId } = line;
        const now = (await api.line(token, orderId, lineId)).body;
        await findInEachWay(now);
        return {
          line,
          name: nameOf(line),
          now,
          history: await api.history(token, orderId, lineId),
          emails: emails.get(nameOf(line)) ?? [],
        };
      }),
    ),
  );
  const executions = await api.request<{ items: { name: string; status: string }[] }>('/_local/executions');
  const events = Map.groupBy(eventsIn(await api.published()), ({ detail }) => nameOf(detail));
  return {
    lines: read,
    executions: executions.body.items,
    deadLetters: await api.deadLetters(),
    events,
  };
}

const firstsOf = (emails: readonly SentEmail[]) => emails.filter(({ tags }) => tags.kind === 'first');

test('every line ends where its events lead it', () => {
  const ends = final.lines.map(({ name, line, now }) => ({
    name,
    status: now.status,
    cancelledAt: now.cancelledAt,
    onboardedAt: now.onboardedAt,
    pending: now.provisioningPending,
    contactIsKnown: line.possibleContacts.includes(now.provisioningContact.email),
  }));
  expect(ends).toEqual(
    final.lines.map(({ name, line, now }) => {
      const isCancelled = cancelledLines.has(name);
      const isOnboarded = onboardedOrders.has(line.orderId);
      const unsettled = isOnboarded && now.closedAt === undefined ? 'Onboarded' : 'Closed';
      return {
        name,
        status: isCancelled ? 'Cancelled' : unsettled,
        cancelledAt: isCancelled ? '2026-11-01T00:00:00.000Z' : undefined,
        onboardedAt: isOnboarded ? '2026-11-02T00:00:00.000Z' : undefined,
        pending: !isCancelled && !isOnboarded,
        contactIsKnown: true,
      };
    }),
  );
});

test('what callers met in between was right, and each line was found in every way', () => {
  expect(violations).toEqual([]);
});

test('no event was lost or refused', () => {
  expect(final.deadLetters).toEqual([]);
  const counts = final.lines.flatMap(({ name, history }) =>
    ['Booked', 'Onboarded', 'Cancelled', 'Closed'].map((type) => {
      const count = history.filter((entry) => entry.type === type).length;
      return { name, type, count };
    }),
  );
  expect(counts.filter(({ count }) => count > 1)).toEqual([]);
  expect(counts.filter(({ type, count }) => type === 'Booked' && count !== 1)).toEqual([]);
});

test('a line is closed at its deadline or after it, and never once it was onboarded or cancelled', () => {
  const closed = final.lines.flatMap(({ name, now, history }) => {
    const at = (type: string) => history.find((entry) => entry.type === type)?.at;
    return at('Closed') === undefined
      ? []
      : [
          {
            name,
            closesAt: now.closesAt ?? '',
            closed: at('Closed') ?? '',
            settled: at('Onboarded') ?? at('Cancelled'),
          },
        ];
  });
  expect(closed.length).toBeGreaterThan(0);
  expect(closed.filter((line) => line.closed < line.closesAt)).toEqual([]);
  expect(closed.filter(({ settled, closed: at }) => settled !== undefined && settled < at)).toEqual([]);
});

test('the first email of every line left that was not settled before, and its window starts with it', () => {
  const started = final.lines.filter(({ now }) => now.status === 'Closed' || now.closesAt !== undefined);
  expect(started.length).toBeGreaterThan(0);
  const wrong = started.filter(({ now, emails }) => {
    const days = now.window === 'P7D' ? 7 : 30;
    const firstSent = Date.parse(now.firstEmailSentAt ?? '');
    return firstsOf(emails).length === 0 || Date.parse(now.closesAt ?? '') !== firstSent + days * 24 * hour;
  });
  expect(wrong).toEqual([]);
});

test('no first email is repeated: the report on one whose sender was killed comes before its next try', () => {
  const repeated = final.lines.filter(({ emails }) => firstsOf(emails).length > 1);
  expect(repeated.map(({ name }) => name)).toEqual([]);
});

test('every answer that an email was sent holds, and the books agree: each email is in the history once', () => {
  for (const { name, line, history, emails } of final.lines) {
    const recorded = history.flatMap(({ type, messageId }) =>
      type === 'ProvisioningEmailSent' ? [messageId ?? ''] : [],
    );
    const sent = emails.map(({ messageId }) => messageId);
    expect({
      name,
      answeredButNotRecorded: line.acknowledgedEmails.filter((id) => !recorded.includes(id)),
      recorded: recorded.toSorted(),
    }).toEqual({ name, answeredButNotRecorded: [], recorded: sent.toSorted() });
  }
});

test('the events of every line, applied in order, give its state; each is told once', () => {
  for (const { name, now } of final.lines) {
    const events = final.events.get(name) ?? [];
    const versions = events.map(({ detail }) => detail.version);
    expect({ name, told: toldBy(events), versions }).toEqual({
      name,
      told: tellable(now),
      versions: versions.toSorted((a, b) => a - b),
    });
  }
});

test('no email leaves for a line that was onboarded or cancelled before', () => {
  const settled = final.lines.filter(({ line }) => line.settledBy !== undefined);
  expect(settled.length).toBeGreaterThan(0);
  const late = settled.filter(({ line, emails }) =>
    emails.some(({ sentAt }) => sentAt > (line.settledBy ?? '')),
  );
  expect(late.map(({ name }) => name)).toEqual([]);
});

test('nothing is left running, and no execution failed', () => {
  expect(final.executions.filter(({ status }) => status === 'RUNNING' || status === 'FAILED')).toEqual([]);
});

/*
 * A line's item and its entries in indexes are written as one. These kills come right before that, and both must be there
 * after it.
 */
describe('killed before a line and its index entries are written', () => {
  const started: Service[] = [];
  afterEach(() => Promise.all(started.splice(0).map((running) => running.kill())));

  async function start(folder: string) {
    const running = await startService({ dataFolder: folder });
    started.push(running);
    const calls = client(running.url);
    return { calls, holder: await calls.token({ partnerId: partner, roles: ['resend'] }) };
  }

  /** Starts a service that dies before it writes an item with this text, lets it work, and waits for its end. */
  async function workAndDie(
    folder: string,
    text: string,
    work: (calls: Client) => Promise<unknown>,
  ): Promise<void> {
    const { child, exited } = launch(
      ['--port', '0', '--data', folder, '--no-seed'],
      [killer('item-order-lines~', text)],
    );
    for await (const line of createInterface(child.stdout)) {
      const [, url] = /^ {2}API +(http\S+)$/.exec(line) ?? [];
      if (url !== undefined) await answered(() => work(client(url)));
      if (url !== undefined) child.kill('SIGKILL');
    }
    await exited;
  }

  /** Every way to find the line of the order, with what it answers. */
  async function waysToFind(
    calls: Client,
    holder: string,
    orderId: string,
  ): Promise<Record<string, unknown>> {
    const { subscriptionId, provisioningContact, status } = (await calls.line(holder, orderId)).body;
    const queries = [
      'limit=25',
      `status=${status}`,
      `q=${orderId}`,
      `q=${subscriptionId}`,
      `q=${provisioningContact.email}`,
    ];
    const answers = queries.map(async (query) => {
      const { status: code, body } = await calls.request<{ items?: LineAnswer[] }>(`/order-lines?${query}`, {
        token: holder,
      });
      return [query, body.items?.map((item) => item.orderId) ?? code] as const;
    });
    return Object.fromEntries(await Promise.all(answers));
  }
  const all = (found: Record<string, unknown>, orderId: string) =>
    Object.fromEntries(Object.keys(found).map((query) => [query, [orderId]]));

  test('when its first email is recorded: it is listed and found', async () => {
    const folder = await temporaryFolder();
    const orderId = newOrder();
    await workAndDie(folder, '"firstEmailSentAt"', (calls) => calls.send(booked(orderId)));

    const { calls: after, holder } = await start(folder);
    await after.idle();

    expect((await after.line(holder, orderId)).body.status).toBe('AwaitingProvisioningDetails');
    const found = await waysToFind(after, holder, orderId);
    expect(found).toEqual(all(found, orderId));
  });

  test('when its contact changes: it is listed and found by the contact that it has', async () => {
    const folder = await temporaryFolder();
    const orderId = newOrder();
    const email = 'changed@alder.example';
    await workAndDie(folder, `"provisioningContact":{"M":{"email":{"S":"${email}"`, async (calls) => {
      await calls.send(booked(orderId));
      const holder = await calls.token({ partnerId: partner, roles: ['resend'] });
      await calls.changeContact(holder, orderId, '1', { email });
    });

    const { calls: after, holder: later } = await start(folder);
    await after.idle();

    const found = await waysToFind(after, later, orderId);
    expect(found).toEqual(all(found, orderId));
  });

  test('when the contact of a line changes that gets no email yet: it is found by the contact that it has', async () => {
    const folder = await temporaryFolder();
    const orderId = newOrder();
    const email = 'changed@alder.example';
    await workAndDie(folder, `"provisioningContact":{"M":{"email":{"S":"${email}"`, async (calls) => {
      await calls.send(booked(orderId, { requestedStartDate: '2100-01-01' }));
      await calls.idle();
      const holder = await calls.token({ partnerId: partner, roles: ['resend'] });
      await calls.changeContact(holder, orderId, '1', { email });
    });

    const { calls: after, holder: later } = await start(folder);

    expect((await after.line(later, orderId)).body.provisioningContact.email).not.toBe(email);
    const found = await waysToFind(after, later, orderId);
    expect(found).toEqual(all(found, orderId));
  });
});

test('an execution whose start a timer gets ahead of takes each step once, and waits as long as it should', async () => {
  const storage = await openStorage(await temporaryFolder(), { reset: false });
  const activity = new Activity();
  const clock = await Clock.open(storage);
  const jobs = new Jobs(storage, clock, activity);
  const steps: string[] = [];
  const count = (state: string) => () => {
    steps.push(state);
    return Promise.resolve({});
  };
  const closesAt = new Date(begin + 7 * 24 * hour).toISOString();
  const executions = new Executions({
    storage,
    jobs,
    now: clock.now,
    definition: await readDefinition(),
    tasks: {
      'Send provisioning email': count('send'),
      'Close order line': count('close'),
    },
  });
  // The timer fires as soon as an execution is stored, before who started it goes on.
  const makeBatch = () => Storage.prototype.batch.call(storage);
  const batchThenTimer = () => {
    const batch = makeBatch();
    const write = batch.write.bind(batch);
    return Object.assign(batch, {
      write: async () => {
        await write();
        await jobs.start();
      },
    });
  };
  Object.assign(storage, { batch: batchThenTimer });

  const input = { orderId: 'O', lineId: '1', revision: 1, requestedStartDate: '2026-01-01T00:00:00.000Z' };
  await executions.start('execution', input);
  await activity.idle();

  expect(steps).toEqual(['send']);
  const { taskToken = '' } = (await executions.find('execution')) ?? {};
  const result = { outcome: 'awaiting', waitUntil: closesAt, closesAt, closedStateKey: 'x' };
  expect(await executions.answer(taskToken, { result })).toBe(true);
  expect(await executions.answer(taskToken, { result })).toBe(false);
  await activity.idle();

  expect(steps).toEqual(['send']);
  expect(await executions.find('execution')).toMatchObject({ status: 'RUNNING', waitsUntil: closesAt });
  jobs.stop();
  await storage.close();
});

function bookingOf({ orderId, lineId, subscriptionId, possibleContacts: [email] }: Line): BusEvent {
  const soon = new Date(begin + upTo(48) * hour).toISOString();
  return booked(orderId, {
    lineId,
    subscriptionId,
    offer: lineId === '1' ? 'A-FLEX-3' : 'A-WX',
    provisioningContact: { email },
    requestedStartDate: chance(0.7) ? '2026-01-01' : soon,
  });
}

test('an execution that is abandoned in the middle of a task stays where it was, and its machine ends', async () => {
  const storage = await openStorage(await temporaryFolder(), { reset: false });
  const activity = new Activity();
  const clock = await Clock.open(storage);
  const jobs = new Jobs(storage, clock, activity);
  const begun = Promise.withResolvers<undefined>();
  const executions = new Executions({
    storage,
    jobs,
    now: clock.now,
    definition: await readDefinition(),
    tasks: {
      'Send provisioning email': () => {
        begun.resolve(undefined);
        return new Promise(() => undefined);
      },
      'Close order line': () => Promise.resolve({}),
    },
  });
  await executions.start('execution', {
    orderId: 'O',
    lineId: '1',
    revision: 1,
    requestedStartDate: '2026-01-01T00:00:00.000Z',
  });
  await begun.promise;

  executions.abandon();

  await activity.idle();
  expect(await executions.find('execution')).toMatchObject({ status: 'RUNNING' });
  jobs.stop();
  await storage.close();
});

test('an execution in a state that the definition has no more fails, so that the sweep gives its line a new one', async () => {
  const storage = await openStorage(await temporaryFolder(), { reset: false });
  const activity = new Activity();
  const clock = await Clock.open(storage);
  const jobs = new Jobs(storage, clock, activity);
  const nothing = () => Promise.resolve({});
  const executions = new Executions({
    storage,
    jobs,
    now: clock.now,
    definition: await readDefinition(),
    tasks: { 'Send provisioning email': nothing, 'Close order line': nothing },
  });
  const name = 'execution';
  const waitsUntil = '2026-01-01T00:00:00.000Z';
  const older = { name, status: 'RUNNING', startedAt: waitsUntil, input: {}, stateInput: {}, waitsUntil };
  await jobs.add([{ dueAt: waitsUntil, kind: 'execution', id: name }], (batch) =>
    batch.put(
      name,
      { ...older, currentState: 'Wait for report on email' },
      { sublevel: storage.part('executions') },
    ),
  );
  await activity.idle();
  expect(await executions.find(name)).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  jobs.stop();
  await storage.close();
});
