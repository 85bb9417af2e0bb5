import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { Mailbox } from '../../infra/local/mailbox.ts';
import { openStorage } from '../../infra/local/storage.ts';
import { type Answer, type Client, client } from '../support/client.ts';
import { booked, newOrder, partner } from '../support/events.ts';
import { randomFrom } from '../support/random.ts';
import { type Service, startService, temporaryFolder } from '../support/service.ts';

/*
 * Holds so many connections of mixed traffic against a service on this machine, then more of them, and in the end more than
 * it has room for. Then it compares the books: every email in the mail service is in the history of its line, once, and
 * the other way round. Prints a table to standard output, and ends with 1 if anything did not hold.
 */
const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '8,64,256' },
    seconds: { type: 'string', default: '60' },
    lines: { type: 'string', default: '3000' },
    seed: { type: 'string', default: '1' },
  },
});
const levels = values.connections.split(',').map((connections) => ({
  connections: Number(connections),
  seconds: Number(values.seconds),
}));
/** More than run and wait at once in `infra/local/gateway.ts`: some of these are turned away. */
const overload = { connections: 1500, seconds: Math.min(15, Number(values.seconds)) };

const random = randomFrom(Number(values.seed));
const progress = (text: string) => process.stderr.write(`${text}\n`);
const failures: string[] = [];
function fail(what: string): void {
  if (failures.length < 20) failures.push(what);
  process.exitCode = 1;
}

/** All lines there are, each of an order of its own. */
const orders: string[] = [];
const anyOrder = (): string => orders[Math.floor(random() * orders.length)] ?? '';

/** Emails that the API said had left. */
const answered = new Set<string>();

interface Traffic {
  readonly api: Client;
  readonly token: string;
}

/** What people and commerce do, and how much of a hundred. */
const operations: Readonly<
  Record<string, { readonly share: number; readonly call: (to: Traffic) => Promise<Answer<unknown>> }>
> = {
  'get a line': { share: 40, call: ({ api, token }) => api.line(token, anyOrder()) },
  list: {
    share: 20,
    call: ({ api, token }) => api.request(`/order-lines?limit=25${anyFilter()}`, { token }),
  },
  history: {
    share: 15,
    call: ({ api, token }) => api.request(`${api.linePath(anyOrder(), '1')}/history`, { token }),
  },
  resend: {
    share: 12,
    call: async ({ api, token }) => {
      const answer = await api.resend(token, anyOrder());
      if (answer.status === 200) answered.add(answer.body.email.messageId);
      return answer;
    },
  },
  'change the contact': {
    share: 7,
    call: ({ api, token }) =>
      api.changeContact(token, anyOrder(), '1', { email: `n${Math.floor(random() * 1e6)}@example.com` }),
  },
  'book a line': {
    share: 6,
    call: async ({ api }) => {
      const order = newOrder();
      const answer = await api.request('/_local/events', { method: 'POST', json: [booking(order)] });
      if (answer.status === 202) orders.push(order);
      return answer;
    },
  },
};
const names = Object.entries(operations).flatMap(([name, { share }]) =>
  Array.from({ length: share }, () => name),
);

const booking = (order: string) => booked(order, { offer: 'A-WX' });

const filters = [
  () => '',
  () => '&status=AwaitingProvisioningDetails',
  () => `&q=${anyOrder()}`,
  () => `&q=it@${anyOrder().toLowerCase()}.example`,
];
const anyFilter = () => filters[Math.floor(random() * filters.length)]?.() ?? '';

/** What the rules refuse is an answer as good as any. */
const expected: readonly number[] = [200, 202, 409, 429];

/** Milliseconds that calls took, how many were turned away, and how many connections broke. */
interface Measured {
  readonly times: Map<string, number[]>;
  turnedAway: number;
  broken: number;
}

async function hold(
  { connections, seconds }: { readonly connections: number; readonly seconds: number },
  to: Traffic,
): Promise<Measured> {
  const measured: Measured = { times: new Map(), turnedAway: 0, broken: 0 };
  const end = performance.now() + seconds * 1000;

  async function connection(): Promise<void> {
    while (performance.now() < end) {
      const name = names[Math.floor(random() * names.length)] ?? '';
      const begin = performance.now();
      // A booked order can be asked for before its line is there.
      const known = new Set([...expected, ...(name === 'book a line' ? [] : [404])]);
      const answer = await operations[name]?.call(to).catch((error: unknown) => {
        if (!(error instanceof TypeError)) throw error;
        measured.broken += 1;
      });
      if (!answer) continue;
      if (answer.status === 503 && answer.headers.has('retry-after')) {
        measured.turnedAway += 1;
        continue;
      }
      if (!known.has(answer.status)) fail(`${name}: ${answer.status} ${JSON.stringify(answer.body)}`);
      const times = measured.times.get(name) ?? [];
      times.push(performance.now() - begin);
      measured.times.set(name, times);
    }
  }

  await Promise.all(Array.from({ length: connections }, connection));
  return measured;
}

async function memoryOf({ process: { pid } }: Service): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Number(stdout) / 1024;
}

/** Megabytes at most until it is told to end. */
function watchMemory(service: Service) {
  let most = 0;
  const timer = setInterval(() => {
    void memoryOf(service).then((now) => {
      most = Math.max(most, now);
    });
  }, 1000);
  return () => {
    clearInterval(timer);
    return most;
  };
}

/** Megabytes once it has nothing to do, and time to notice that and to let its idle connections go. */
async function memoryAtRest(service: Service, api: Client): Promise<number> {
  await api.idle();
  let least = Infinity;
  for (let second = 0; second < 8; second += 1) {
    least = Math.min(least, await memoryOf(service));
    await pause(1000);
  }
  return least;
}

const sorted = (times: readonly number[]) => times.toSorted((a, b) => a - b);
const percentile = (times: readonly number[], share: number): string =>
  (times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? NaN).toFixed(0);

/** Answers the megabytes that are left when it is over. */
async function measure(level: (typeof levels)[number], to: Traffic, service: Service): Promise<number> {
  progress(`${level.connections} connections for ${level.seconds} s`);
  const memory = watchMemory(service);
  const { times, turnedAway, broken } = await hold(level, to);
  if (broken > 0 && level !== overload) fail(`${broken} of ${level.connections} connections broke`);
  const most = memory();
  const all = sorted([...times.values()].flat());
  const rest = await memoryAtRest(service, to.api);
  console.log(
    `| ${level.connections} | ${(all.length / level.seconds).toFixed(0)} | ${percentile(all, 0.5)} | ${percentile(all, 0.99)} | ${turnedAway} | ${broken} | ${most.toFixed(0)} | ${rest.toFixed(0)} |`,
  );
  for (const [name, some] of times) {
    const ordered = sorted(some);
    progress(
      `  ${name}: ${some.length}, p50 ${percentile(ordered, 0.5)} ms, p99 ${percentile(ordered, 0.99)} ms`,
    );
  }
  return rest;
}

/** Memory grows with lines and emails, and by what the runtime keeps for later; more than this is lost. */
const mostGrowth = 1.5;

/** The emails of each line, as the histories tell. */
async function emailsInHistories({ api, token }: Traffic): Promise<Map<string, string>> {
  const emails = new Map<string, string>();
  for (const order of orders) {
    let firsts = 0;
    for (const { type, messageId = '', reason } of await api.history(token, order)) {
      if (type !== 'ProvisioningEmailSent') continue;
      if (reason === 'first') firsts += 1;
      if (emails.has(messageId)) fail(`${messageId} is in two places, one of them ${order}`);
      emails.set(messageId, order);
    }
    if (firsts !== 1) fail(`${order} has ${firsts} first emails`);
  }
  return emails;
}

async function compareBooks(dataFolder: string, told: ReadonlyMap<string, string>): Promise<number> {
  const storage = await openStorage(dataFolder, { reset: false });
  const left = new Map<string, string>();
  const keep = ({ messageId, tags }: { messageId: string; tags: Record<string, string> }) => {
    left.set(messageId, tags['orderId'] ?? '');
    return false;
  };
  await (await Mailbox.open(storage)).search(keep, 1);
  await storage.close();
  for (const [messageId, order] of left)
    if (told.get(messageId) !== order) fail(`${messageId} of ${order} is not in its history`);
  for (const [messageId, order] of told)
    if (!left.has(messageId)) fail(`${order} tells of ${messageId}, which never left`);
  for (const messageId of answered)
    if (!left.has(messageId)) fail(`the API answered ${messageId}, which never left`);
  return left.size;
}

async function book(count: number, { api }: Traffic): Promise<void> {
  const chunk = 500;
  for (let done = 0; done < count; done += chunk) {
    const some = Array.from({ length: Math.min(chunk, count - done) }, newOrder);
    await api.send(...some.map(booking));
    orders.push(...some);
  }
}

const dataFolder = await temporaryFolder();
try {
  const service = await startService({ dataFolder });
  const api = client(service.url);
  const token = await api.token({ partnerId: partner, roles: ['resend'], expiresIn: 24 * 60 * 60 });
  const to = { api, token };
  progress(`booking ${values.lines} lines`);
  await book(Number(values.lines), to);

  console.log(
    '| connections | answers/s | p50 ms | p99 ms | turned away | broken | MB at most | MB at rest |\n|---|---|---|---|---|---|---|---|',
  );
  const rests: number[] = [];
  for (const level of levels) {
    rests.push(await measure(level, to, service));
    // So that lines may be resent again.
    await api.advance('P1D');
  }
  rests.push(await measure(overload, to, service));
  rests.push(await measure({ connections: 8, seconds: 5 }, to, service));
  const growth = (rests.at(-1) ?? NaN) / (rests[0] ?? NaN);
  if (growth > mostGrowth)
    fail(`memory grew to ${growth.toFixed(1)} times what it was after the first minute`);

  await api.idle();
  const letters = await api.deadLetters();
  if (letters.length > 0) fail(`${letters.length} dead letters, the first: ${letters[0]?.reason}`);
  progress('comparing the books');
  const told = await emailsInHistories(to);
  await service.stop();
  const emails = await compareBooks(dataFolder, told);
  console.log(
    `\n${emails} emails, ${orders.length} lines: ${failures.length === 0 ? 'the books agree' : 'NOT AS EXPECTED'}`,
  );
  for (const failure of failures) console.error(failure);
} finally {
  await rm(dataFolder, { recursive: true, force: true });
}
