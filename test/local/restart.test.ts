import { once } from 'node:events';
import { existsSync, globSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as until } from 'node:timers/promises';
import type { Client } from '../support/client.ts';
import { booked, cancelled, daysAfter, newOrder } from '../support/events.ts';
import { killer } from '../support/killer.ts';
import { type Running, startRunning } from '../support/running.ts';
import { launch, type Service, temporaryFolder } from '../support/service.ts';

/* Each start takes as long as many tests: those that a service survives share one, or go on where the last one stopped. */

const started: Service[] = [];
afterAll(async () => {
  await Promise.all(started.splice(0).map((service) => service.kill()));
});

async function start(options: Parameters<typeof startRunning>[0] = {}): Promise<Running> {
  const running = await startRunning(options);
  started.push(running.service);
  return running;
}

/** Goes on after `end` on the same data folder and port; sample orders are booked where they were before. */
async function restart(
  { service }: Running,
  end: 'stop' | 'kill',
  args: readonly string[] = ['--no-seed'],
): Promise<Running> {
  await service[end]();
  return await start({
    dataFolder: service.dataFolder,
    args: [...args, '--port', new URL(service.url).port],
  });
}

/** A command that is expected to fail: its exit code and what it wrote. */
async function fails(...args: string[]): Promise<{ code: number | null; output: string }> {
  const { exited, output } = launch(args);
  return { code: await exited, output: output() };
}

const seconds = (milliseconds: number) => `PT${(milliseconds / 1000).toFixed(3)}S`;

/** Moves the product's time to `milliseconds` before an instant. */
async function moveTo(api: Client, instant: string, milliseconds: number): Promise<void> {
  await api.advance(seconds(Date.parse(instant) - milliseconds - Date.parse(await api.now())));
}

const stackTrace = /^\s+at .+:\d+:\d+\)?$/m;

/** The service with sample orders: what is stopped first is killed later. */
let withSamples: Running | undefined;

describe.each(['stop', 'kill'] as const)('after %s and start', (end) => {
  const [open, future, gone, closing, starting] = [
    newOrder(),
    newOrder(),
    newOrder(),
    newOrder(),
    newOrder(),
  ];
  let before: Running;
  let after: Running;
  let resent: Awaited<ReturnType<Client['resend']>>;
  let closesAt = '';

  const read = async ({ api, token }: Running) => ({
    lines: await Promise.all([open, future, gone].map(async (order) => (await api.line(token, order)).body)),
    histories: await Promise.all([open, future, gone].map((order) => api.history(token, order))),
    emails: (await api.emails()).filter(({ tags }) => tags.orderId !== starting),
    deadLetters: await api.deadLetters(),
    executions: await Promise.all([open, future, gone].map((order) => api.executions(order))),
    sample: await api.history(token, 'ORD-1001'),
  });
  let state: Awaited<ReturnType<typeof read>>;

  /** Sample orders and others, before and after; the due time of two lines passes while nothing runs. */
  beforeAll(async () => {
    before = withSamples ?? (await start({ args: [] }));
    const { api, token } = before;
    await api.advance('PT2H');
    await api.send(
      booked(open, { offer: 'A-WX' }),
      booked(future, { requestedStartDate: daysAfter(await api.now(), 40) }),
      booked(gone),
      cancelled(gone),
      { source: 'commerce.workspace', 'detail-type': 'Order Line Cancelled', detail: {} },
      booked(closing),
    );
    ({ closesAt = '' } = (await api.line(token, closing)).body);
    await moveTo(api, closesAt, 3_600_000);
    resent = await api.resend(token, open, '1', { 'idempotency-key': 'k-1' });
    await api.send(booked(starting, { requestedStartDate: closesAt }));
    await moveTo(api, closesAt, 4000);
    state = await read(before);
    expect((await api.line(token, starting)).body.status).toBe('Scheduled');
    const left = Date.parse(closesAt) - Date.parse(await api.now());
    await before.service[end]();
    await until(left);
    after = await restart(before, end, []);
    withSamples = after;
    await after.api.idle();
  }, 120_000);

  test('everything is where it was, and goes on; sample orders are booked once', async () => {
    expect(await read(after)).toEqual(state);
    expect(state.sample.length).toBeGreaterThan(1);
    expect(state.executions.slice(0, 2).map(([execution]) => execution?.status)).toEqual([
      'RUNNING',
      'RUNNING',
    ]);
  });

  test('what fell due while it was down has run, and once', async () => {
    const { api, token } = after;
    const closed = (await api.line(token, closing)).body;
    expect(closed.status).toBe('Closed');
    expect((closed.closedAt ?? '') >= closesAt).toBe(true);
    expect((await api.line(token, starting)).body.status).toBe('AwaitingProvisioningDetails');
    const told = (await api.emails()).map(({ tags }) => [tags.orderId, tags.kind]);
    expect(told.filter(([order]) => order === closing || order === starting)).toEqual([
      [closing, 'first'],
      [closing, 'reminder'],
      [starting, 'first'],
    ]);
  });

  test('tokens and idempotency keys still count', async () => {
    expect(resent.status).toBe(200);
    const again = await after.api.resend(before.token, open, '1', { 'idempotency-key': 'k-1' });
    expect({ status: again.status, body: again.body }).toEqual({ status: 200, body: resent.body });
    expect((await read(after)).emails).toEqual(state.emails);
  });
});

describe('while it runs, on a folder on which the first start was killed', () => {
  let running: Running;
  let leftByTheKill: readonly string[];
  beforeAll(async () => {
    const dataFolder = await temporaryFolder();
    const halfMade = killer('table~order-lines', '"TableStatus":"ACTIVE"');
    await launch(['--port', '0', '--data', dataFolder, '--no-seed'], [halfMade]).exited;
    leftByTheKill = await readdir(join(dataFolder, 'table'));
    running = await start({ dataFolder, args: ['--no-seed'] });
  });

  test('--no-seed has booked nothing', async () => {
    const { api, token } = running;
    await api.idle();
    expect((await api.line(token, 'ORD-1001')).status).toBe(404);
    expect(await api.emails()).toEqual([]);
  });

  test('a first start that was killed while it made the table has been done again', async () => {
    expect(leftByTheKill).toContain('CURRENT');
    const { api, token } = running;
    const order = newOrder();
    await api.send(booked(order));
    expect((await api.line(token, order)).status).toBe(200);
  });

  test('moving the clock by 7 days closes exactly the 7-day lines, and none before its time', async () => {
    const { api, token } = running;
    const [week, month] = [newOrder(), newOrder()];
    await api.send(booked(week), booked(month, { offer: 'A-WX' }));
    const status = async (order: string) => (await api.line(token, order)).body.status;
    const { closesAt = '' } = (await api.line(token, week)).body;
    const monthly = (await api.line(token, month)).body.closesAt ?? '';

    await moveTo(api, closesAt, 4000);
    expect(await status(week)).toBe('AwaitingProvisioningDetails');
    await api.advance('PT4S');
    expect(await status(week)).toBe('Closed');
    expect(((await api.line(token, week)).body.closedAt ?? '') >= closesAt).toBe(true);
    expect(await status(month)).toBe('AwaitingProvisioningDetails');

    await moveTo(api, monthly, 4000);
    expect(await status(month)).toBe('AwaitingProvisioningDetails');
    await api.advance('PT4S');
    expect(((await api.line(token, month)).body.closedAt ?? '') >= monthly).toBe(true);
  });

  test('another start on its data folder names --data, and leaves the folder alone, also with --reset', async () => {
    const { service, api, token } = running;
    const order = newOrder();
    await api.send(booked(order));
    for (const more of [[], ['--reset']]) {
      const { code, output } = await fails('--port', '0', '--data', service.dataFolder, ...more);
      expect(code).toBe(1);
      expect(output).toMatch(/in use.*--data/);
      expect(output).not.toMatch(stackTrace);
    }
    expect((await api.line(token, order)).status).toBe(200);
  });

  test('another start on its port names --port, and touches no data', async () => {
    const { service } = running;
    const dataFolder = await temporaryFolder();
    const { code, output } = await fails('--port', new URL(service.url).port, '--data', dataFolder);
    expect(code).toBe(1);
    expect(output).toMatch(/taken.*--port/);
    expect(output).not.toMatch(stackTrace);
    expect(await readdir(dataFolder)).toEqual([]);
  });

  test('other machines cannot reach it', async () => {
    const { service } = running;
    const { port } = new URL(service.url);
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
    const outer = Object.values(networkInterfaces()).flatMap((addresses = []) =>
      addresses
        .filter(({ internal, family }) => !internal && family === 'IPv4')
        .map(({ address }) => address),
    );
    for (const address of outer)
      await expect(fetch(`http://${address}:${port}/health`)).rejects.toThrow('fetch failed');
    for (const address of listeningAddresses(service.process.pid ?? 0)) {
      expect(['127.0.0.1', '::1']).toContain(address);
    }
  });

  describe('the local controls refuse', () => {
    test('pages of other origins', async () => {
      const { service, api } = running;
      for (const origin of ['https://evil.example', 'null', 'http://localhost:1']) {
        const answer = await api.request('/_local/token', {
          method: 'POST',
          json: { roles: ['operator'] },
          headers: { origin },
        });
        expect(answer.status).toBe(403);
        expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      }
      const own = await api.request('/_local/clock', { headers: { origin: service.url } });
      expect(own.status).toBe(200);
    });

    test('other host names, which a page elsewhere could make lead here', async () => {
      const { service } = running;
      const { port } = new URL(service.url);
      for (const path of ['/_local/clock', '/_local/emails', '/order-lines', '/_local/sign-in/jwks']) {
        expect({ path, status: await statusFor(service.url + path, `evil.example:${port}`) }).toEqual({
          path,
          status: 421,
        });
      }
      expect(await statusFor(`${service.url}/_local/clock`, `127.0.0.1:${port}`)).toBe(200);
    });
  });

  test('Ctrl-C ends it with exit code 0, while connections are open and executions wait', async () => {
    const { service, api, token } = running;
    await api.send(booked(newOrder()), booked(newOrder(), { offer: 'A-WX' }));
    await api.request('/order-lines', { token });
    const idleConnection = request(service.url, {
      agent: false,
      headers: { connection: 'keep-alive' },
    }).end();
    await once(idleConnection, 'response');
    expect(await service.stop()).toBe(0);
    expect(service.output()).not.toMatch(stackTrace);
    expect(service.output()).not.toMatch(/warn/i);
  });
});

/** The addresses that a process listens on, as Linux tells them; on other systems none. */
function listeningAddresses(pid: number): string[] {
  if (!existsSync(`/proc/${pid}/fd`)) return [];
  const sockets = new Set(
    globSync(`/proc/${pid}/fd/*`).map((file) => /^socket:\[(\d+)\]$/.exec(targetOf(file))?.[1]),
  );
  const listening = '0A';
  const addresses = ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((row) => row.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === listening && sockets.has(inode))
      .map(([, local = '']) => local.split(':')[0] ?? ''),
  );
  expect(addresses.length).toBeGreaterThan(0);
  const names: Record<string, string> = {
    '0100007F': '127.0.0.1',
    '00000000000000000000000001000000': '::1',
  };
  return addresses.map((address) => names[address] ?? address);
}

function targetOf(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return ''; // closed meanwhile
  }
}

/* Each test leaves the service running on the folder. */
describe('a data folder', () => {
  let running: Running;
  beforeAll(async () => {
    running = await start();
  });

  test('after a kill, accepted events are handled, and of what has 30 days to go nothing fires', async () => {
    const before = running;
    const [awaiting, scheduled] = [newOrder(), newOrder()];
    await before.api.send(
      booked(awaiting, { offer: 'A-WX' }),
      booked(scheduled, { requestedStartDate: daysAfter(await before.api.now(), 30) }),
    );
    const look = async ({ api, token }: Running) => ({
      awaiting: [
        (await api.line(token, awaiting)).body.status,
        (await api.executions(awaiting)).map(({ status }) => status),
      ],
      scheduled: [
        (await api.line(token, scheduled)).body.status,
        (await api.executions(scheduled)).map(({ status }) => status),
      ],
    });
    const expected = {
      awaiting: ['AwaitingProvisioningDetails', ['RUNNING']],
      scheduled: ['Scheduled', ['RUNNING']],
    };
    expect(await look(before)).toEqual(expected);
    const orders = Array.from({ length: 20 }, newOrder);
    const answer = await before.api.request('/_local/events', {
      method: 'POST',
      json: orders.map((order) => booked(order)),
    });
    expect(answer.status).toBe(202);

    const after = await restart(before, 'kill');
    running = after;
    await after.api.idle();

    const statuses = await Promise.all(
      orders.map(async (order) => (await after.api.line(after.token, order)).body.status),
    );
    expect(new Set(statuses)).toEqual(new Set(['AwaitingProvisioningDetails']));
    expect(await look(after)).toEqual(expected);
    const emailed = (await after.api.emails()).map(({ tags }) => tags.orderId ?? '');
    expect(emailed.sort()).toEqual([awaiting, ...orders].sort());
  });

  test('--reset empties what the service keeps, and nothing else in the folder', async () => {
    const { dataFolder } = running.service;
    const order = newOrder();
    await running.api.send(booked(order));
    await running.api.advance('P1D');
    await mkdir(join(dataFolder, 'mine'));
    await writeFile(join(dataFolder, 'mine', 'notes.txt'), 'kept');

    running = await restart(running, 'stop', ['--no-seed', '--reset']);

    expect((await running.api.line(running.token, order)).status).toBe(404);
    expect(await running.api.emails()).toEqual([]);
    expect(Date.parse(await running.api.now()) - Date.now()).toBeLessThan(60_000);
    expect(await readFile(join(dataFolder, 'mine', 'notes.txt'), 'utf8')).toBe('kept');
  });

  test.each(['runtime', 'table'])(
    'a start on a damaged folder names --reset, which helps: %s',
    async (part) => {
      const { dataFolder } = running.service;
      await running.service.stop();
      for (const file of await readdir(join(dataFolder, part))) {
        if (/^(CURRENT|MANIFEST)/.test(file)) await writeFile(join(dataFolder, part, file), 'damaged');
      }
      const { code, output } = await fails('--port', '0', '--data', dataFolder);
      expect(code).toBe(1);
      expect(output).toMatch(/cannot be opened.*--reset/);
      expect(output).not.toMatch(stackTrace);

      running = await restart(running, 'stop', ['--no-seed', '--reset']);
      expect((await running.api.request('/health')).status).toBe(200);
    },
  );

  test('a --reset that was killed halfway is finished by the next start', async () => {
    const { dataFolder } = running.service;
    const order = newOrder();
    await running.api.send(booked(order));
    await running.service.stop();
    await rm(join(dataFolder, 'runtime'), { recursive: true });
    await writeFile(join(dataFolder, 'emptying'), '');

    running = await restart(running, 'stop');
    expect((await running.api.line(running.token, order)).status).toBe(404);
    expect(await readdir(dataFolder)).not.toContain('emptying');
  });

  test('what it writes tells no address, name or token, also when things fail', async () => {
    const { service, api, token } = running;
    const order = newOrder();
    const contact = { email: 'secret-contact@hidden.example', name: 'Sigrid Secret' };
    await api.send(booked(order, { provisioningContact: contact }));
    await api.fault({
      service: 'ses',
      operation: 'SendEmail',
      times: 1,
      when: 'before',
      error: 'MessageRejected',
    });
    expect((await api.resend(token, order)).status).toBe(502);
    await api.fault({
      service: 'ses',
      operation: 'SendEmail',
      times: 2,
      when: 'before',
      error: 'MessageRejected',
    });
    expect(
      (await api.changeContact(token, order, '1', { email: 'other-secret@hidden.example' })).status,
    ).toBe(502);
    await api.send(booked(newOrder(), { provisioningContact: contact }));
    await api.fault({
      service: 'dynamodb',
      operation: 'GetItem',
      times: 1,
      when: 'before',
      error: 'InternalServerError',
    });
    expect((await api.line(token, order)).status).toBe(500);
    await api.fault({
      service: 'dynamodb',
      operation: 'PutItem',
      times: 2,
      when: 'after',
      error: 'InternalServerError',
    });
    await api.send(booked(newOrder(), { provisioningContact: contact }));
    await api.send(
      booked(newOrder(), {
        provisioningContact: { ...contact, email: 'broken-secret@hidden.example\r\nBcc: x@y.example' },
      }),
      booked(newOrder(), { provisioningContact: { ...contact, locale: 'secret-locale@hidden.example' } }),
      booked(newOrder(), { provisioningContact: contact.email, 'key-secret@hidden.example': 1 }),
      { source: 'secret-source@hidden.example', 'detail-type': 'x', detail: contact },
    );
    await api.request('/_local/events', { method: 'POST', body: `[{"source": "${contact.email}"` });
    await api.request(`/order-lines?q=${contact.email}&limit=${contact.email}`, { token });
    await api.request(`/orders/${contact.email}/lines/1`, { token: `${token}x` });
    expect(await service.stop()).toBe(0);

    const output = service.output();
    expect(output).toContain('EmailNotSent');
    expect(output).toContain('event refused');
    expect(output).not.toMatch(/secret/i);
    expect(output).not.toContain('@hidden');
    expect(output).not.toContain('northwind.example');
    expect(output).not.toMatch(/eyJ[\w-]+\./);
  });
});

describe('a start that cannot be', () => {
  test.each([
    ['an unknown option', ['--prot', '3000']],
    ['a port that is no number', ['--port', 'http']],
    ['a port too high', ['--port', '65536']],
    ['a port below zero', ['--port=-1']],
    ['an option without its value', ['--data']],
    ['an empty data folder', ['--data', '']],
    ['a word that is no option', ['serve']],
  ])('with %s shows the usage', async (_, args) => {
    const { code, output } = await fails(...args);
    expect(code).toBe(1);
    expect(output).toMatch(/npm start -- \[--port/);
    expect(output).not.toMatch(stackTrace);
  });

  test.each([
    ['that is a file', 'file'],
    ['below a file', 'file/data'],
    // On Linux; the usual recursive way to make a folder never ends there.
    ['where none can be made', '/proc/data'],
  ])('on a data folder %s names --data', async (_, place) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    const { code, output } = await fails('--port', '0', '--data', resolve(folder, place));
    expect(code).toBe(1);
    expect(output).toMatch(/^The data folder .* cannot be made or written \(\w+\)\. .*--data\.$/m);
    expect(output).not.toMatch(stackTrace);
  });
});

/** The status of an answer to a request that names another host; `fetch` does not let one do that. */
async function statusFor(url: string, host: string): Promise<number | undefined> {
  const sent = request(url, { headers: { host } });
  const answered = new Promise<number | undefined>((resolve, reject) => {
    sent.on('response', (response) => resolve(response.resume().statusCode)).on('error', reject);
  });
  sent.end();
  return await answered;
}
