import { once } from 'node:events';
import { connect } from 'node:net';
import { startRunning } from '../support/running.ts';
import type { Service } from '../support/service.ts';

let service: Service;
let token: string;

beforeAll(async () => {
  ({ service, token } = await startRunning({}, { roles: ['view'] }));
});
afterAll(() => service.stop());

/** What the server answers to these very bytes. */
async function raw(start: string, headers: Record<string, string> = {}) {
  const { port, host } = new URL(service.url);
  const all = { host, authorization: `Bearer ${token}`, connection: 'close', ...headers };
  const socket = connect(Number(port), '127.0.0.1').setEncoding('utf8');
  let answer = '';
  socket.on('data', (text: string) => {
    answer += text;
  });
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`${start}\r\n${lines.join('')}\r\n`);
  await once(socket, 'close');
  const [head = '', ...body] = answer.split('\r\n\r\n');
  return { status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]), head, body: body.join('') };
}

const paths = ['/health', '/orders/a/lines/1', '/console', '/_local/clock', '/_local/sign-in/jwks'];

describe.each(['TRACE', 'CONNECT', 'PROPFIND', 'M-SEARCH', 'QUERY'])('%s', (method) => {
  it.each(paths)('of %s is refused, with the methods that are taken', async (path) => {
    const { status, head, body } = await raw(`${method} ${path} HTTP/1.1`);
    expect(status).toBe(405);
    expect(head).toMatch(/^allow: GET, HEAD, POST/im);
    expect(body).toContain(`{"message":"The method ${method} is not taken here."}`);
  });
});

it('what is no method at all is malformed', async () => {
  expect((await raw('NONSENSE /health HTTP/1.1')).status).toBe(400);
  expect((await raw('get /health HTTP/1.1')).status).toBe(400);
});

it.each([
  ['/orders/%E0%A4%A/lines/1', 400],
  ['/orders/%/lines/%', 400],
  ['/orders/%00/lines/1', 400],
  ['/order-lines?q=%E0%A4%A', 200],
  ['/order-lines?limit=%', 400],
  ['//', 404],
  ['//evil.example/health', 404],
  ['/\\evil.example', 400],
  ['/docs/%E0%A4%A', 404],
  ['/docs/..%2f..%2fpackage.json', 404],
  ['/console/assets/%E0%A4%A', 404],
  ['/console/orders/%E0%A4%A', 303],
  ['/console/signed-in?state=%E0&code=%', 400],
  ['/_local/%E0%A4%A', 404],
  ['/_local/emails?to=%E0', 200],
  ['/_local/sign-in/%E0%A4%A', 404],
  ['/_local/sign-in/interaction/%E0%A4%A', 400],
  ['*', 400],
  ['http://[/health', 400],
  ['http://localhost:99999/health', 400],
  ['http://user:password@localhost/health', 400],
  ['ftp://localhost/health', 400],
  ['http://evil.example/health', 421],
  ['http://localhost/health', 200],
])('GET %s is answered with %i', async (target, status) => {
  expect((await raw(`GET ${target} HTTP/1.1`)).status).toBe(status);
});

it.each([
  ['', 400],
  ['[', 400],
  ['localhost:99999', 400],
  ['localhost/x', 400],
  ['somebody@localhost', 400],
  ['evil.example', 421],
  ['localhost.evil.example', 421],
  ['LOCALHOST', 200],
])('the host "%s" is answered with %i, whatever is asked for', async (host, status) => {
  for (const path of ['/health', '/_local/clock', '/_local/sign-in/jwks']) {
    expect({ path, ...(await raw(`GET ${path} HTTP/1.1`, { host })) }).toMatchObject({ path, status });
  }
});

it('says of nothing that came in that it failed', () => {
  expect(service.output()).not.toMatch(/"level":"ERROR"|^\s+at /m);
});
