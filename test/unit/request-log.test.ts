import { createHmac } from 'node:crypto';
import { Hono } from 'hono';
import { callerHash } from '../../shared/runtime/caller-hash.ts';
import { readGatewayContext } from '../../shared/runtime/gateway-context.ts';
import { requestLog } from '../../shared/runtime/request-log.ts';

/** An app with the log of requests, on a salt that `readSalt` answers; its clock stands still until it is moved. */
function appWith(readSalt: () => Promise<string>) {
  const lines: { message: unknown; details: unknown }[] = [];
  const write = (message: unknown, ...[details]: unknown[]) => void lines.push({ message, details });
  const log = { info: write, warn: write, error: write };
  let time = 0;
  const hash = callerHash(readSalt, log, () => new Date(time));
  const app = new Hono();
  app.use(requestLog({ log, callerHash: hash }, (c) => readGatewayContext(c.env).claims?.['sub']));
  app.get('/orders/:orderId', (c) => c.json({}));
  app.get('/broken', () => {
    throw new Error('jane@example.com is not to be logged');
  });
  app.onError((_, c) => c.json({}, 500));
  return {
    lines,
    requests: () => lines.filter(({ message }) => message === 'request').map(({ details }) => details),
    wait: (minutes: number) => (time += minutes * 60_000),
    call: async (path: string, claims?: Record<string, unknown>) => {
      const authorizer = claims ? { authorizer: { jwt: { claims } } } : {};
      const event = { requestContext: { requestId: 'r-1', ...authorizer } };
      return (await app.request(path, {}, { event })).status;
    },
  };
}

const salted = (salt: string, subject: string) =>
  createHmac('sha256', salt).update(subject).digest('hex').slice(0, 16);

const salt = () => Promise.resolve('salt');

test('a request is one line: its id, what was called by pattern, what came of it, and the hash of who called', async () => {
  const { call, requests } = appWith(salt);
  await call('/orders/ORD-1?q=jane@example.com', { sub: 'jane' });
  expect(requests()).toEqual([
    {
      requestId: 'r-1',
      route: '/orders/:orderId',
      method: 'GET',
      status: 200,
      caller: salted('salt', 'jane'),
    },
  ]);
});

test('nobody is named who is not known, nor a path that leads nowhere, nor what failed', async () => {
  const { call, lines } = appWith(salt);
  await call('/nowhere/jane@example.com');
  await call('/broken', { sub: 7 });
  expect(lines.map(({ details }) => details)).toEqual([
    { requestId: 'r-1', route: 'none', method: 'GET', status: 404 },
    { requestId: 'r-1', route: '/broken', method: 'GET', status: 500 },
  ]);
});

test('the salt is read once', async () => {
  let times = 0;
  const { call, requests } = appWith(() => Promise.resolve(`salt-${(times += 1)}`));
  for (let calls = 0; calls < 3; calls += 1) await call('/orders/ORD-1', { sub: 'jane' });
  const caller = salted('salt-1', 'jane');
  expect(requests()).toMatchObject([{ caller }, { caller }, { caller }]);
});

test('a salt that cannot be read fails no request, is reported, and is asked for again after a minute', async () => {
  let times = 0;
  const { call, requests, lines, wait } = appWith(() => {
    times += 1;
    return times === 1 ? Promise.reject(new Error('no')) : salt();
  });
  expect(await call('/orders/ORD-1', { sub: 'jane' })).toBe(200);
  expect(await call('/orders/ORD-1', { sub: 'jane' })).toBe(200);
  expect(times).toBe(1);
  expect(lines.map(({ message }) => message)).toContain('the salt for caller hashes cannot be read');
  wait(1);
  await call('/orders/ORD-1', { sub: 'jane' });
  expect(requests().map((line) => Object.hasOwn(line ?? {}, 'caller'))).toEqual([false, false, true]);
});

test('a salt that does not come keeps no request waiting for it', async () => {
  const { call, requests } = appWith(() => new Promise(() => undefined));
  expect(await call('/orders/ORD-1', { sub: 'jane' })).toBe(200);
  expect(requests()).toEqual([{ requestId: 'r-1', route: '/orders/:orderId', method: 'GET', status: 200 }]);
});
