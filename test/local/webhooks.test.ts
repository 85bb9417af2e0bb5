import type { WebhookAnswer } from '../../shared/contracts/webhook-api.ts';
import { Webhook as Verifier } from 'standardwebhooks';
import type { Client } from '../support/client.ts';
import { booked, cancelled, newOrder, partner } from '../support/events.ts';
import { visitor } from '../support/visitor.ts';
import { startRunning } from '../support/running.ts';
import type { Service } from '../support/service.ts';

/** Webhooks as a partner's own system sees them: through the API, and at the receiver on this machine. */

let service: Service;
let api: Client;
let token: string;
let foreign: string;

beforeAll(async () => {
  ({ service, api, token } = await startRunning({}, { email: 'maya@northwind.example' }));
  foreign = await api.token({ partnerId: 'fabrikam', roles: ['resend'] });
});
afterAll(() => service.stop());

interface Received {
  readonly partnerId: string;
  readonly messageId: string;
  readonly isVerified: boolean;
  readonly body: string;
}
interface WithSecret {
  readonly webhook: WebhookAnswer;
  readonly secret: string;
}

const received = async (orderId: string) =>
  (await api.ok<{ items: Received[] }>('/_local/webhooks/received')).items.filter(({ body }) =>
    body.includes(orderId),
  );
const typesOf = (messages: readonly Received[]) =>
  messages.map(({ body }) => (JSON.parse(body) as { type: string }).type).sort();
const post = <Body>(path: string, json?: object, as = token) =>
  api.ok<Body>(path, { method: 'POST', token: as, ...(json ? { json } : {}) });
const patch = (path: string, json: object) => api.ok<WebhookAnswer>(path, { method: 'PATCH', token, json });
const register = (of = partner, as = token, answer = '') =>
  post<WithSecret>('/webhooks', { url: `${service.url}/_local/webhooks/${of}${answer}` }, as);
const pathOf = ({ webhook }: WithSecret) => `/webhooks/${webhook.webhookId}`;

test('a system of a partner is told, verifiably, of its own lines and of no others', async () => {
  const registered = await register();
  await register('fabrikam', foreign);
  const [own, others] = [newOrder(), newOrder()];
  await api.send(booked(own), booked(others, { partnerId: 'fabrikam' }));

  const messages = await received(own);
  expect(typesOf(messages)).toEqual([
    'order_line.email_delivered',
    'order_line.email_sent',
    'order_line.scheduled',
  ]);
  for (const message of messages) expect(message).toMatchObject({ partnerId: partner, isVerified: true });
  expect((await received(others)).map(({ partnerId }) => partnerId)).toEqual(Array(3).fill('fabrikam'));
  expect(JSON.stringify(messages)).not.toMatch(/@|Joanna|Maya|Alder/);

  const path = pathOf(registered);
  for (const [method, address] of [
    ['GET', path],
    ['PATCH', path],
    ['DELETE', path],
    ['POST', `${path}/rotate-secret`],
    ['POST', `${path}/test`],
    ['GET', `${path}/deliveries`],
  ] as const) {
    const json = method === 'PATCH' ? { json: {} } : {};
    const { status, body } = await api.request(address, { method, token: foreign, ...json });
    expect([status, body['code']]).toEqual([404, 'webhook-not-found']);
  }
  await api.ok(path, { method: 'DELETE', token });
});

test('a receiver that fails is tried again until it answers; one that is disabled gets nothing', async () => {
  const registered = await register(partner, token, '?answer=503');
  const path = pathOf(registered);
  const orderId = newOrder();
  await api.send(booked(orderId));
  await api.advance('PT10S');
  const failed = await received(orderId);
  expect(failed.length).toBeGreaterThan(3);
  expect(await api.ok(path, { token })).toMatchObject({ failingSince: expect.any(String) as string });

  await patch(path, { url: `${service.url}/_local/webhooks/${partner}` });
  await api.advance('PT10M');
  const [latest] = (await api.ok<{ items: object[] }>(`${path}/deliveries`, { token })).items;
  expect(latest).toMatchObject({ orderId, result: 'delivered', status: 204 });
  expect(await api.ok(path, { token })).not.toHaveProperty('failingSince');
  const ids = (await received(orderId)).map(({ messageId }) => messageId);
  expect(new Set(ids).size).toBe(3);

  await patch(path, { status: 'Disabled' });
  await api.send(cancelled(orderId));
  expect(await received(orderId)).toHaveLength(ids.length);
  await post(`${path}/test`);
  await api.idle();
  expect(typesOf(await received(registered.webhook.webhookId))).toEqual(['webhook.test']);
  await api.ok(path, { method: 'DELETE', token });
});

test('what nobody takes for three days disables the webhook, and who added it is told', async () => {
  const path = pathOf(await register(partner, token, '?answer=500'));
  await api.send(booked(newOrder()));
  await api.advance('P3D');
  expect(await api.ok(path, { token })).toMatchObject({ status: 'Disabled', disabledBecause: 'failing' });
  expect(await api.emails('maya@northwind.example')).toMatchObject([{ tags: { notice: 'webhook' } }]);
  // What the mail service reports of it is of no line, and no fault.
  expect(await api.deadLetters()).toEqual([]);
  await api.ok(path, { method: 'DELETE', token });
});

test('in the console a webhook is added, tested, rotated and deleted, without scripts', async () => {
  const maya = visitor(service.url);
  await maya.signIn('maya');
  const tokenIn = (text: string) =>
    /name="token" value="([^"]+)"[^]*<\/main>/.exec(text.slice(text.indexOf('<main')))?.[1] ?? '';
  const form = { token: tokenIn((await maya.go('/console/webhooks/new')).text), description: '<b>Tickets' };
  const wrong = await maya.post('/console/webhooks', { ...form, url: 'https://10.0.0.1/' });
  expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining('https://10.0.0.1/') as string]);
  // All that is wrong is told at once.
  for (const field of ['url', 'description']) expect(wrong.text).toContain(`id="${field}-wrong"`);
  const url = `${service.url}/_local/webhooks/${partner}`;
  const typed = { ...form, url, description: 'Tickets', 'order_line.closed': 'yes' };
  const added = await maya.post('/console/webhooks', typed);
  const [secret = 'none'] = /whsec_[\w+/=]+/.exec(added.text) ?? [];
  const [, path = ''] = /href="(\/console\/webhooks\/[\w-]+)"/.exec(added.text) ?? [];
  // Loading the page again shows the same one.
  expect((await maya.post('/console/webhooks', typed)).text).toContain(secret);

  const shown = await maya.go(path);
  expect(shown.text).toContain('Order line closed');
  expect(shown.text).not.toContain('whsec_');
  const token = tokenIn(shown.text);
  await maya.follow(await maya.post(`${path}/test`, { token }));
  await api.idle();
  expect((await maya.go(path)).text).toMatch(/Test[^]*Delivered/);
  const rotated = await maya.post(`${path}/rotate`, { token });
  expect(rotated.text).toMatch(/whsec_/);
  expect(rotated.text).not.toContain(secret);
  expect((await maya.follow(await maya.post(`${path}/disable`, { token }))).text).toContain('Disabled');
  expect((await maya.post(`${path}/enable`, {})).status).toBe(403);
  // As after a sign-in, when the session had ended at the button.
  for (const button of ['test', 'disable', 'enable'])
    expect((await maya.go(`${path}/${button}`)).location).toBe(path);

  const erik = visitor(service.url);
  await erik.signIn('erik');
  expect((await erik.go(path)).text).not.toContain(`${path}/delete`);
  expect((await erik.go(`${path}/delete`)).status).toBe(403);
  await maya.post(`${path}/delete`, { token });
  expect((await maya.go(path)).status).toBe(404);
});

test('only the public internet may be told, but for the receiver of this machine', async () => {
  for (const url of [
    'http://hooks.example.com/',
    'https://169.254.169.254/latest/meta-data',
    'https://localhost:8443/',
    `http://127.0.0.1:${new URL(service.url).port}/_local/webhooks/${partner}`,
  ]) {
    const { status, body } = await api.request('/webhooks', { method: 'POST', token, json: { url } });
    expect([status, body]).toMatchObject([400, { errors: [{ path: 'url' }] }]);
  }
});

test('a type of event that is named twice is refused', async () => {
  const events = ['order_line.closed', 'order_line.closed'];
  const json = { url: 'https://hooks.example.com/', events };
  expect(await api.request('/webhooks', { method: 'POST', token, json })).toMatchObject({
    status: 400,
    body: { errors: [{ path: 'events', message: 'must name each type once' }] },
  });
});

test.each(['', 'hooks.example.com'])('the address "%s" is refused with an example of a URL', async (url) => {
  const message = 'must be a URL, for example https://hooks.example.com/provisioning';
  expect(await api.request('/webhooks', { method: 'POST', token, json: { url } })).toMatchObject({
    status: 400,
    body: { errors: [{ path: 'url', message }] },
  });
});

test('what comes to the receiver is shown as text, whatever it is', async () => {
  const body = '<script>alert(1)</script>';
  const { secret } = await register('northwind', token);
  const headers = {
    'webhook-id': '<img src=x>',
    'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
    'webhook-signature': new Verifier(secret).sign('<img src=x>', new Date(), body),
  };
  await api.request(`/_local/webhooks/${partner}`, { method: 'POST', body, headers });
  const page = await (await fetch(`${service.url}/_local/webhooks`)).text();
  expect(page).toContain('&lt;script&gt;alert(1)');
  expect(page).not.toMatch(/<script>alert|<img src=x/);
});
