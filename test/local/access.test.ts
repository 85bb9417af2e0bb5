import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { sampleProgram } from '../../infra/local/people.ts';
import { type Client, client } from '../support/client.ts';
import { booked, newOrder, partner } from '../support/events.ts';
import { type Service, startService } from '../support/service.ts';

let service: Service;
let api: Client;
let orderId: string;
const tokens: Record<'resend' | 'view' | 'none' | 'foreign' | 'operator', string> = {
  resend: '',
  view: '',
  none: '',
  foreign: '',
  operator: '',
};

beforeAll(async () => {
  service = await startService();
  api = client(service.url);
  tokens.resend = await api.token({ partnerId: partner, roles: ['resend'] });
  tokens.view = await api.token({ partnerId: partner, roles: ['view'] });
  tokens.none = await api.token({ partnerId: partner, roles: [] });
  tokens.foreign = await api.token({ partnerId: 'riverbend', roles: ['view', 'resend'] });
  tokens.operator = await api.token({ roles: ['operator'] });
  orderId = newOrder();
  await api.send(booked(orderId));
});
afterAll(() => service.stop());

const calls = (id: string) => ({
  order: { path: `/orders/${id}` },
  line: { path: `/orders/${id}/lines/1` },
  history: { path: `/orders/${id}/lines/1/history` },
  resend: { path: `/orders/${id}/lines/1/resend`, method: 'POST' },
  contact: {
    path: `/orders/${id}/lines/1/provisioning-contact`,
    method: 'PUT',
    json: { email: 'new@example.com' },
  },
  list: { path: `/order-lines?q=${id}` },
});
const names = ['order', 'line', 'history', 'resend', 'contact', 'list'] as const;

const call = async (name: (typeof names)[number], id: string, token?: string) => {
  const { path, ...options } = calls(id)[name];
  return await api.request(path, { ...options, ...(token === undefined ? {} : { token }) });
};

describe.each(names)('%s', (name) => {
  it('gives people of another partner exactly the answer for what does not exist', async () => {
    const foreign = await call(name, orderId, tokens.foreign);
    const missing = await call(name, 'NO-SUCH-ORDER', tokens.foreign);
    const { requestId: ofForeign, ...foreignBody } = foreign.body;
    const { requestId: ofMissing, ...missingBody } = missing.body;
    expect(foreign.status).toBe(missing.status);
    expect(foreignBody).toEqual(missingBody);
    expect([...foreign.headers.keys()]).toEqual([...missing.headers.keys()]);
    if (name === 'list') expect(foreignBody).toEqual({ items: [] });
    else expect(foreign.status).toBe(404);
  });

  it('needs a token', async () => {
    const { status, body, headers } = await call(name, orderId);
    expect(status).toBe(401);
    expect(body).toMatchObject({ code: 'unauthenticated', status: 401, requestId: expect.any(String) });
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(headers.get('www-authenticate')).toBe('Bearer');
  });

  it('refuses expired, forged, foreign and malformed tokens', async () => {
    const expired = await api.token({ partnerId: partner, roles: ['resend'], expiresIn: -10 });
    const atOnce = await api.token({ partnerId: partner, roles: ['resend'], expiresIn: 0 });
    const [header, payload] = tokens.view.split('.');
    const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString()) as Record<string, unknown>;
    const raised = Buffer.from(JSON.stringify({ ...claims, roles: ['operator'] })).toString('base64url');
    const { privateKey, publicKey } = await generateKeyPair('RS256');
    const jwk = await exportJWK(publicKey);
    const otherIssuer = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', jwk }).sign(privateKey);
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
    for (const token of [
      expired,
      atOnce,
      `${header}.${raised}.${tokens.view.split('.')[2]}`,
      otherIssuer,
      unsigned,
      'nonsense',
    ]) {
      expect((await call(name, orderId, token)).status).toBe(401);
    }
  });
});

describe('roles', () => {
  it.each(['order', 'line', 'history', 'list'] as const)('view may see %s', async (name) => {
    expect((await call(name, orderId, tokens.view)).status).toBe(200);
  });

  it.each(['resend', 'contact'] as const)('view may not %s, and learns whom to ask', async (name) => {
    const { status, body } = await call(name, orderId, tokens.view);
    expect(status).toBe(403);
    expect(body).toMatchObject({
      code: 'no-access',
      placedBy: { name: 'Maya Lindqvist', email: 'maya@northwind.example' },
    });
  });

  it.each(names)('without a role nothing may be done with %s', async (name) => {
    expect((await call(name, orderId, tokens.none)).status).toBe(403);
  });

  it('operator may see and do everything of every partner', async () => {
    for (const name of ['order', 'line', 'history', 'resend', 'contact'] as const) {
      expect((await call(name, orderId, tokens.operator)).status).toBe(200);
    }
    const named = await api.request<{ items: object[] }>(`/order-lines?q=${orderId}&partnerId=${partner}`, {
      token: tokens.operator,
    });
    expect(named.body.items).toHaveLength(1);
    const searched = await api.request<{ items: object[] }>(`/order-lines?q=${orderId.toLowerCase()}`, {
      token: tokens.operator,
    });
    expect(searched.body.items).toMatchObject([{ orderId, lineId: '1' }]);
    const unnamed = await api.request('/order-lines', { token: tokens.operator });
    expect(unnamed.status).toBe(400);
    expect(unnamed.body).toMatchObject({ code: 'invalid-request', errors: [{ path: 'partnerId' }] });
  });

  it('only an operator may name another partner', async () => {
    const { status, body } = await api.request(`/order-lines?partnerId=riverbend`, { token: tokens.resend });
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [{ path: 'partnerId' }] });
  });
});

describe('a program', () => {
  const { clientId, clientSecret } = sampleProgram;

  /** As the documentation of the API says. */
  async function ask(secret: string) {
    const { body } = await api.request<{
      components: { securitySchemes: { signIn: { openIdConnectUrl: string } } };
    }>('/openapi.json');
    const discovery = await fetch(body.components.securitySchemes.signIn.openIdConnectUrl);
    const { token_endpoint: endpoint } = (await discovery.json()) as { token_endpoint: string };
    const authorization = `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`;
    const granted = await fetch(endpoint, {
      method: 'POST',
      headers: { authorization },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    return { status: granted.status, body: (await granted.json()) as { access_token: string } };
  }

  it('gets a token by its secret, may do what it was granted, and is named in histories', async () => {
    const { access_token: token } = (await ask(clientSecret)).body;
    const id = newOrder();
    await api.send(booked(id));
    expect((await call('resend', id, token)).status).toBe(200);
    // The mail service may have reported on it by now.
    const resent = (await api.history(token, id)).find(({ type }) => type === 'ProvisioningEmailSent');
    expect(resent).toMatchObject({ actor: clientId });
    const { body } = await api.request('/order-lines?partnerId=riverbend', { token });
    expect(body).toMatchObject({ code: 'invalid-request' });
  });

  it('gets none by a wrong secret', async () => {
    expect(await ask('a wrong one')).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });
});

describe('without a token', () => {
  it.each(['/health', '/openapi.json', '/asyncapi.json'])('%s answers', async (path) => {
    expect((await api.request(path)).status).toBe(200);
  });

  it('the type of a problem opens the page that explains it', async () => {
    const { body } = await api.request<{ type: string; title: string }>('/order-lines');
    const page = await fetch(new URL(body.type, service.url));
    expect(await page.text()).toContain(`<h1>${body.title}</h1>`);
  });

  it('a path that leads nowhere is a problem document too', async () => {
    const { status, body } = await api.request('/nowhere');
    expect(status).toBe(404);
    expect(body).toMatchObject({ code: 'not-found' });
  });
});

it('the description of the API names every call of it and no other', async () => {
  const { body } = await api.request<{ paths: Record<string, object> }>('/openapi.json');
  expect(
    Object.entries(body.paths)
      .flatMap(([path, item]) => Object.keys(item).map((method) => `${method} ${path}`))
      .sort(),
  ).toEqual([
    'delete /orders/{orderId}/lines/{lineId}/copy-to',
    'delete /webhooks/{webhookId}',
    'get /asyncapi.json',
    'get /health',
    'get /insights',
    'get /me/notifications',
    'get /openapi.json',
    'get /order-lines',
    'get /order-lines/summary',
    'get /orders/{orderId}',
    'get /orders/{orderId}/lines/{lineId}',
    'get /orders/{orderId}/lines/{lineId}/history',
    'get /resend-jobs',
    'get /resend-jobs/{jobId}',
    'get /resend-jobs/{jobId}/items',
    'get /webhooks',
    'get /webhooks/{webhookId}',
    'get /webhooks/{webhookId}/deliveries',
    'patch /webhooks/{webhookId}',
    'post /orders/{orderId}/lines/{lineId}/resend',
    'post /resend-jobs',
    'post /webhooks',
    'post /webhooks/{webhookId}/rotate-secret',
    'post /webhooks/{webhookId}/test',
    'put /me/notifications',
    'put /orders/{orderId}/lines/{lineId}/copy-to',
    'put /orders/{orderId}/lines/{lineId}/provisioning-contact',
  ]);
});

it('a history comes as CSV to those who ask for it and may read it', async () => {
  const asCsv = (token: string) =>
    fetch(`${service.url}/orders/${orderId}/lines/1/history`, {
      headers: { authorization: `Bearer ${token}`, accept: 'text/csv' },
    });
  const answer = await asCsv(tokens.view);
  expect(answer.headers.get('content-type')).toMatch(/^text\/csv; charset=utf-8/);
  const history = await api.history(tokens.view, orderId);
  const [header, ...rows] = (await answer.text()).trimEnd().split('\r\n');
  expect(header).toMatch(/^at,type,actor,/);
  expect(rows.map((row) => row.split(',').slice(0, 2))).toEqual(history.map(({ at, type }) => [at, type]));

  const foreign = await asCsv(tokens.foreign);
  expect(foreign.status).toBe(404);
  expect(await foreign.json()).toMatchObject({ code: 'order-line-not-found' });
});
