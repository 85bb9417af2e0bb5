import { execFile } from 'node:child_process';
import { cp, rm } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import autocannon, { type Client as Connection, type Request, type Result } from 'autocannon';
import { type BusEvent, type Client, client } from '../support/client.ts';
import { booked, newOrder, partner } from '../support/events.ts';
import { type Service, startService, temporaryFolder } from '../support/service.ts';
import { visitor } from '../support/visitor.ts';

/*
 * Measures the service on this machine: it runs as a process of its own, on folders that are removed afterwards; the
 * load comes from this process. Prints progress to standard error and a table for the README to standard output.
 */
const connections = 8;
const dueTogether = 1000;
const openLines = 10_000;
const secondsOfReading = 5;
const day = 24 * 60 * 60 * 1000;

const rows: string[] = [];
const progress = (text: string) => process.stderr.write(`${text}\n`);
const since = (start: number): number => performance.now() - start;
const ms = (value: number): string => `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
const s = (value: number): string => `${(value / 1000).toFixed(1)} s`;

function report(what: string, figure: string, target = ''): void {
  progress(`${what}: ${figure}`);
  rows.push(`| ${what} | ${figure} | ${target} |`);
}

const services: Service[] = [];
const folders: string[] = [];
async function folder(): Promise<string> {
  const made = await temporaryFolder();
  folders.push(made);
  return made;
}

interface Started {
  readonly service: Service;
  readonly api: Client;
  /** Milliseconds from the command to the line that says where the API is. */
  readonly took: number;
}

async function start(dataFolder: string): Promise<Started> {
  const begin = performance.now();
  const service = await startService({ dataFolder });
  services.push(service);
  return { service, api: client(service.url), took: since(begin) };
}

/** Books lines, each of an order of its own, and waits until all that follows from it is done. */
async function book(api: Client, count: number, requestedStartDate: string): Promise<readonly string[]> {
  const orders = Array.from({ length: count }, newOrder);
  const chunk = 500;
  for (let first = 0; first < count; first += chunk) {
    const events: BusEvent[] = orders
      .slice(first, first + chunk)
      .map((order) => booked(order, { requestedStartDate }));
    await api.send(...events);
  }
  return orders;
}

/** Each connection gets its own share of the requests, so that no two ask for the same line at the same time. */
async function load(
  url: string,
  requests: readonly Request[],
  stop: { amount: number } | { duration: number },
): Promise<Result> {
  let next = 0;
  const share = Math.floor(requests.length / connections);
  const result = await autocannon({
    url,
    connections,
    ...stop,
    setupClient: (connection: Connection) => {
      connection.setRequests(requests.slice(next, next + share));
      next += share;
    },
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${result.non2xx} answers and ${result.errors} connections failed`);
  return result;
}

const latencies = ({ requests, latency }: Result): string =>
  `${requests.average.toFixed(0)} requests/s, p50 ${ms(latency.p50)}, p99 ${ms(latency.p99)}`;

async function statuses(api: Client, orders: readonly string[]): Promise<ReadonlySet<string>> {
  const token = await api.token({ partnerId: partner, roles: ['view'] });
  const seen = new Set<string>();
  for (const order of orders) seen.add((await api.line(token, order)).body.status);
  return seen;
}

function expectOnly(seen: ReadonlySet<string>, status: string): void {
  if (seen.size !== 1 || !seen.has(status))
    throw new Error(`lines are ${[...seen].join(', ')}, not ${status}`);
}

/** Kilobytes of memory that a process holds, once it has stopped to shrink. */
async function settledMemory({ process: { pid } }: Service): Promise<number> {
  let least = Infinity;
  for (let unchanged = 0; unchanged < 8; unchanged += 1) {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
    if (Number(stdout) < least * 0.99) unchanged = 0;
    least = Math.min(least, Number(stdout));
    await pause(250);
  }
  return least;
}

/** Books the lines that the calls and the closings are measured with. */
async function bookAwaitingLines(dataFolder: string): Promise<readonly string[]> {
  const { service, api } = await start(dataFolder);
  progress(`booking ${dueTogether} lines`);
  const booking = performance.now();
  const orders = await book(api, dueTogether, '2026-01-01');
  report('booking and first email', `${((dueTogether / since(booking)) * 1000).toFixed(0)} lines/s`);

  await service.stop();
  return orders;
}

async function measureCalls(dataFolder: string, orders: readonly string[]): Promise<void> {
  const { service, api } = await start(dataFolder);
  const token = await api.token({ partnerId: partner, roles: ['resend'] });
  const headers = { authorization: `Bearer ${token}` };
  const requests = (method: 'GET' | 'POST', path: string): Request[] =>
    orders.map((order) => ({ method, path: `/orders/${order}/lines/1${path}`, headers }));

  const reads = await load(service.url, requests('GET', ''), { duration: secondsOfReading });
  report('get-line, 8 connections', latencies(reads));
  const resends = await load(service.url, requests('POST', '/resend'), { amount: orders.length });
  report('resend, 8 connections, each to another line', latencies(resends), 'p99 under 100 ms');

  progress(`closing ${dueTogether} lines by the clock control`);
  const begin = performance.now();
  await api.advance('P8D');
  const took = since(begin);
  expectOnly(await statuses(api, orders), 'Closed');
  report(
    '1,000 windows that end within seconds: the clock moved past them until all are Closed',
    s(took),
    'under 15 s',
  );
  await service.kill();
}

/** Lines whose windows all ended while the service was down are due in the same instant: when it starts. */
async function measureDueAtOnce(
  dataFolder: string,
  orders: readonly string[],
  plainStart: number,
): Promise<void> {
  const before = await start(dataFolder);
  const token = await before.api.token({ partnerId: partner, roles: ['view'] });
  const deadlines = await Promise.all(
    [orders.at(0), orders.at(-1)].map(async (order = '') =>
      Date.parse((await before.api.line(token, order)).body.closesAt ?? ''),
    ),
  );
  const first = Math.min(...deadlines);
  const last = Math.max(...deadlines);
  const now = Date.parse(await before.api.now());
  await before.api.advance(`PT${((first - now) / 1000 - 5).toFixed(0)}S`);
  const left = last - Date.parse(await before.api.now());
  await before.service.kill();
  await pause(left + 2000); // some lines in between may have got their first email last
  const { service, api, took } = await start(before.service.dataFolder);
  const begin = performance.now();
  await api.idle();
  const closing = since(begin) + Math.max(0, took - plainStart);
  expectOnly(await statuses(api, orders), 'Closed');
  report(
    '1,000 windows that ended while the service was down: from its start until all are Closed',
    s(closing),
    'under 15 s',
  );
  await service.kill();
}

async function measureOpenLines(): Promise<void> {
  const dataFolder = await folder();
  const before = await start(dataFolder);
  progress(`booking ${openLines} lines`);
  await book(before.api, openLines, new Date(Date.now() + 30 * day).toISOString());
  await before.service.stop();

  const starts: number[] = [];
  let full = 0;
  for (let round = 0; round < 3; round += 1) {
    const { service, took } = await start(dataFolder);
    starts.push(took);
    full = await settledMemory(service);
    await service.stop();
  }
  report('start-up with 10,000 open lines', s(median(starts)), 'under 10 s');
  await measureConsole(dataFolder);

  const { service } = await start(await folder());
  const empty = await settledMemory(service);
  await service.stop();
  const perLine = Math.max(0, full - empty) / openLines;
  report(
    'memory per open line',
    `${perLine.toFixed(2)} kB (${(empty / 1024).toFixed(0)} MB with none)`,
    'under 30 kB',
  );
}

/** Turns the pages of the console's list from the first to the last, as somebody with a browser would. */
async function measureConsole(dataFolder: string): Promise<void> {
  const { service } = await start(dataFolder);
  const browser = visitor(service.url);
  await browser.signIn('maya');
  const times: number[] = [];
  const seen = new Set<string>();
  for (let page: string | undefined = '/console'; page !== undefined;) {
    const begin = performance.now();
    const { text } = await browser.go(page);
    times.push(since(begin));
    for (const [, line = ''] of text.matchAll(/class="sub" href="([^"]+)"/g)) seen.add(line);
    page = /href="([^"]+)" rel="next"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
  }
  if (seen.size !== openLines) throw new Error(`the console lists ${seen.size} of ${openLines} lines`);
  const sorted = times.toSorted((a, b) => a - b);
  const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? NaN;
  report(
    `the console's list of 10,000 lines, each of its ${times.length} pages`,
    `p50 ${ms(median(times))}, p99 ${ms(p99)}`,
  );
  await service.stop();
}

async function measureStart(): Promise<number> {
  const starts: number[] = [];
  const dataFolder = await folder();
  for (let round = 0; round < 3; round += 1) {
    const { service, took } = await start(dataFolder);
    starts.push(took);
    await service.stop();
  }
  report('start-up, nothing booked', s(median(starts)), 'under 5 s');
  return median(starts);
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

try {
  const plainStart = await measureStart();
  const awaiting = await folder();
  const orders = await bookAwaitingLines(awaiting);
  const copy = await folder();
  await cp(awaiting, copy, { recursive: true });
  await measureCalls(awaiting, orders);
  await measureDueAtOnce(copy, orders, plainStart);
  await measureOpenLines();
  const model = cpus()[0]?.model ?? 'unknown processor';
  console.log(
    `\n${availableParallelism()} cores, ${model}, Node ${process.versions.node}, ${process.platform}\n`,
  );
  console.log(['| what | measured | target |', '|---|---|---|', ...rows].join('\n'));
} finally {
  await Promise.all(
    services.filter((service) => service.process.exitCode === null).map((service) => service.kill()),
  );
  await Promise.all(folders.map((made) => rm(made, { recursive: true, force: true })));
}
