import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { webhookClient } from '../../shared/adapters/webhook-client.ts';

/* What a receiver may do to whoever sends there, with real connections. */

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function receiver(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const noName = () => Promise.reject(new Error('no name is asked for'));
const limits = { milliseconds: 10_000, answerBytes: 4096, headerBytes: 8192 };

/** Posts to a receiver on this machine, as its own runtime may. */
async function postTo(listener: RequestListener, milliseconds = limits.milliseconds) {
  const origin = await receiver(listener);
  const client = webhookClient({ ownOrigin: origin }, noName, { ...limits, milliseconds });
  return await client.post(`${origin}/in`, { a: 'b' }, '{"c":1}');
}

test('a receiver gets the message, and is heard', async () => {
  let received = '';
  const posted = await postTo((request, response) => {
    request.setEncoding('utf8').on('data', (text: string) => (received += text));
    request.on('end', () => {
      received = `${request.method} ${request.url} ${String(request.headers['a'])} ${received}`;
      response.writeHead(204).end();
    });
  });
  expect(posted).toMatchObject({ status: 204 });
  expect(posted.error).toBeUndefined();
  expect(received).toBe('POST /in b {"c":1}');
});

test('one that never answers is given up', async () => {
  expect(await postTo(() => undefined, 100)).toMatchObject({ error: 'timeout' });
});

test('one that answers without an end is heard, and left', async () => {
  let sent = 0;
  const posted = await postTo((_request, response) => {
    response.writeHead(200);
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(1000))) sent += 1000;
    };
    response.on('drain', more);
    more();
  });
  expect(posted).toMatchObject({ status: 200 });
  // What the connection holds by itself may be on its way; megabytes are not.
  expect(sent).toBeLessThan(10_000_000);
});

test('one whose answer drips is heard, and left at the end of the time', async () => {
  const posted = await postTo((_request, response) => {
    response.writeHead(200);
    response.write('.');
  }, 1000);
  expect(posted).toMatchObject({ status: 200 });
});

test('one that floods with headers, or says nothing sensible, has failed', async () => {
  const flood = await postTo((_request, response) => {
    response.writeHead(200, { 'x-flood': 'x'.repeat(20_000) }).end();
  });
  expect(flood).toMatchObject({ error: 'connection' });
  const nonsense = await postTo(({ socket }) => socket.end('no HTTP at all\r\n\r\n'));
  expect(nonsense).toMatchObject({ error: 'connection' });
});

test('one that would rather speak another protocol has failed', async () => {
  const posted = await postTo(({ socket }) => {
    socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n');
  });
  expect(posted).toMatchObject({ error: 'connection' });
});

test('a redirect is a failure, and nobody goes there', async () => {
  let asked = 0;
  const elsewhere = await receiver((_request, response) => {
    asked += 1;
    response.end();
  });
  const posted = await postTo((_request, response) => response.writeHead(307, { location: elsewhere }).end());
  expect(posted).toMatchObject({ status: 307, error: 'redirect' });
  expect(asked).toBe(0);
});

test.each([
  ['a private address', ['10.0.0.8']],
  ['this machine', ['127.0.0.1']],
  ['a private address among public ones', ['93.184.215.14', '169.254.169.254']],
])('a name that leads to %s is not followed', async (_what, addresses) => {
  const client = webhookClient({}, () => Promise.resolve(addresses), limits);
  expect(await client.post('https://hooks.example.com/', {}, '{}')).toMatchObject({
    error: 'address-not-allowed',
  });
});

test('a name that leads nowhere, an address of this machine, and http are not called', async () => {
  const client = webhookClient({}, () => Promise.resolve([]), limits);
  expect(await client.post('https://hooks.example.com/', {}, '{}')).toMatchObject({
    error: 'name-not-found',
  });
  const origin = await receiver((_request, response) => response.end());
  for (const url of [origin, 'https://127.0.0.1/', 'https://[::1]/'])
    expect(await client.post(url, {}, '{}')).toMatchObject({ error: 'address-not-allowed' });
});
