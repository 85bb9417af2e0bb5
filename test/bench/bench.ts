import { execFile } from 'node:child_process';
import { cp, rm } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import autocannon, { type Client as Connection, type Request, type Result } from 'autocannon';
import { listPath } from '../../functions/serve-console/pages/orders.tsx';
import type { SummaryAnswer } from '../../shared/contracts/api.ts';
import { type BusEvent, type Client, client } from '../support/client.ts';
import { booked, daysAfter, newOrder, partner } from '../support/events.ts';
import { type Service, startService, temporaryFolder } from '../support/service.ts';
import { visitor } from '../support/visitor.ts';
import { measured } from './measured.ts';

/*
 * Measures the service on this machine: it runs as a process of its own, on folders that are removed afterwards; the
 * load comes from this process. Prints progress to standard error, and the rows of the README's table to standard output.
 * `npm run bench -- open-lines` measures a part of it: those that `parts` names.
 */
const connections = 8;
const dueTogether = 1000;
const openLines = 10_000;
const firstEmails = 5000;
const mailRate = 200;
const resendsPerSecond = 5;
const secondsOfReading = 5;
const day = 24 * 60 * 60 * 1000;

const figures = new Map<string, string>();
const progress = (text: string) => process.stderr.write(`${text}\n`);
const since = (start: number): number => performance.now() - start;
const ms = (value: number): string => `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
const s = (value: number): string => `${(value / 1000).toFixed(1)} s`;

function report(row: keyof typeof measured, figure: string): void {
  progress(`${measured[row].what}: ${figure}`);
  figures.set(row, figure);
}

const table = (): string =>
  [
    '| what | measured | target |\n|---|---|---|',
    ...Object.entries(measured)
      .filter(([row]) => figures.has(row))
      .map(([row, { what, target }]) => `| ${what} | ${figures.get(row)} | ${target} |`),
  ].join('\n');

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

interface Load {
  /** Answers a second until the last one: autocannon counts whole seconds. */
  readonly rate: number;
  readonly latency: Result['latency'];
}

/** Each connection gets its own share of the requests, so that no two ask for the same line at the same time. */
async function load(
  url: string,
  requests: readonly Request[],
  stop: { amount: number } | { duration: number },
): Promise<Load> {
  let next = 0;
  let took = 0;
  const share = Math.floor(requests.length / connections);
  const begin = performance.now();
  const result = await autocannon({
    url,
    connections,
    ...stop,
    setupClient: (connection: Connection) => {
      connection.setRequests(requests.slice(next, next + share));
      next += share;
      connection.on('response', () => {
        took = since(begin);
      });
    },
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${result.non2xx} answers and ${result.errors} connections failed`);
  return { rate: (result['2xx'] / took) * 1000, latency: result.latency };
}

const latencies = ({ rate, latency }: Load): string =>
  `${rate.toFixed(0)} requests/s, p50 ${ms(latency.p50)}, p99 ${ms(latency.p99)}`;

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
  progress(`booking and first email: ${((dueTogether / since(booking)) * 1000).toFixed(0)} lines/s`);
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
  report('read', latencies(reads));
  const resends = await load(service.url, requests('POST', '/resend'), { amount: orders.length });
  report('resend', latencies(resends));

  progress(`closing ${dueTogether} lines by the clock control`);
  // Past their reminders, which are emails like others.
  await api.advance('P6D');
  const begin = performance.now();
  await api.advance('P2D');
  const took = since(begin);
  expectOnly(await statuses(api, orders), 'Closed');
  report('closing', s(took));
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
  report('closingLate', s(closing));
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
  report('fullStart', s(median(starts)));
  await measureConsole(dataFolder);

  const { service } = await start(await folder());
  const empty = await settledMemory(service);
  await service.stop();
  const perLine = Math.max(0, full - empty) / openLines;
  report('memory', `${perLine.toFixed(1)} kB`);
}

/** Turns the pages of the console's list from the first to the last, as somebody with a browser would. */
async function measureConsole(dataFolder: string): Promise<void> {
  const { service } = await start(dataFolder);
  const browser = visitor(service.url);
  await browser.signIn('maya');
  const times: number[] = [];
  const seen = new Set<string>();
  for (let page: string | undefined = listPath({ show: 'all' }); page !== undefined;) {
    const begin = performance.now();
    const { text } = await browser.go(page);
    times.push(since(begin));
    for (const [, line = ''] of text.matchAll(/<th [^>]*class="customer"><a href="([^"]+)"/g)) seen.add(line);
    page = /href="([^"]+)" rel="next"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
  }
  if (seen.size !== openLines) throw new Error(`the console lists ${seen.size} of ${openLines} lines`);
  report('console', percentiles(times));
  await service.stop();
}

/** Lines of one start date that comes while people resend others. */
async function measureFirstEmails(): Promise<void> {
  const { service, api } = await start(await folder());
  const token = await api.token({ partnerId: partner, roles: ['resend'] });
  // Enough for two minutes: no line may be resent twice in one.
  const others = await book(api, 120 * resendsPerSecond, '2026-01-01');
  progress(`booking ${firstEmails} lines`);
  const dueAt = daysAfter(await api.now(), 1);
  const orders = await book(api, firstEmails, dueAt);
  await api.ok('/_local/mail-rate', { method: 'POST', json: { perSecond: mailRate } });
  const left = Date.parse(dueAt) - Date.parse(await api.now());
  await api.advance(`PT${Math.floor(left / 1000) - 2}S`);

  const times: number[] = [];
  async function resend(order: string): Promise<void> {
    const begin = performance.now();
    const { status } = await api.resend(token, order);
    times.push(since(begin));
    if (status !== 200) throw new Error(`a resend was answered by ${status}`);
  }
  const resends: Promise<void>[] = [];
  const timer = setInterval(
    () => resends.push(resend(others[resends.length % others.length] ?? '')),
    1000 / resendsPerSecond,
  );
  const areLeft = async () =>
    (await api.ok<SummaryAnswer>('/order-lines/summary', { token })).byStatus.Scheduled > 0;
  while (await areLeft()) await pause(500);
  clearInterval(timer);
  await Promise.all(resends);

  let last = 0;
  for (const order of orders) {
    const history = await api.history(token, order);
    const sent = history.filter(({ type }) => type === 'ProvisioningEmailSent');
    if (sent.length !== 1 || history.some(({ type }) => type === 'ProvisioningEmailFailed'))
      throw new Error(`${order} has ${history.map(({ type }) => type).join(', ')} in its history`);
    last = Math.max(last, Date.parse(sent[0]?.at ?? ''));
  }
  const took = last - Date.parse(dueAt);
  report('firstEmails', `${(took / 1000).toFixed(0)} s, ${((firstEmails / took) * 1000).toFixed(0)}/s`);
  report('resendMeanwhile', percentiles(times));
  await service.kill();
}

async function measureStart(): Promise<number> {
  const starts: number[] = [];
  const dataFolder = await folder();
  for (let round = 0; round < 3; round += 1) {
    const { service, took } = await start(dataFolder);
    starts.push(took);
    await service.stop();
  }
  report('start', s(median(starts)));
  return median(starts);
}

const sorted = (values: readonly number[]) => values.toSorted((a, b) => a - b);
const median = (values: readonly number[]): number => sorted(values)[Math.floor(values.length / 2)] ?? NaN;
const percentiles = (times: readonly number[]): string =>
  `p50 ${ms(median(times))}, p99 ${ms(sorted(times)[Math.floor(times.length * 0.99)] ?? NaN)}`;

async function measureLines(): Promise<void> {
  const plainStart = await measureStart();
  const awaiting = await folder();
  const orders = await bookAwaitingLines(awaiting);
  const copy = await folder();
  await cp(awaiting, copy, { recursive: true });
  await measureCalls(awaiting, orders);
  await measureDueAtOnce(copy, orders, plainStart);
}

const parts: Readonly<Record<string, () => Promise<void>>> = {
  lines: measureLines,
  'first-emails': measureFirstEmails,
  'open-lines': measureOpenLines,
};

try {
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !(name in parts));
  if (unknown.length > 0)
    throw new Error(`there is no ${unknown.join(', ')}, but ${Object.keys(parts).join(', ')}`);
  for (const [name, measure] of Object.entries(parts))
    if (wanted.length === 0 || wanted.includes(name)) await measure();
  const model = cpus()[0]?.model ?? 'unknown processor';
  progress(
    `\n${availableParallelism()} cores, ${model}, Node ${process.versions.node}, ${process.platform}\n`,
  );
  console.log(table());
} finally {
  await Promise.all(
    services.filter((service) => service.process.exitCode === null).map((service) => service.kill()),
  );
  await Promise.all(folders.map((made) => rm(made, { recursive: true, force: true })));
}
