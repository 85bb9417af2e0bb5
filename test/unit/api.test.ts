import { createApp } from '../../functions/serve-api/app.ts';
import { defaults } from '../../infra/settings.ts';
import type { ApiServices } from '../../functions/serve-api/route.ts';
import { line } from '../support/lines.ts';

/* What the API does by itself. */

const lines = Array.from({ length: 10_000 }, (_, place) =>
  line({ lineId: String(place), status: 'AwaitingProvisioningDetails' }),
);
const store: Partial<ApiServices['store']> = { findOrder: () => Promise.resolve({ lines }) };
const quiet = () => undefined;
const services: Partial<ApiServices> = {
  claimNames: defaults.claimNames,
  limits: defaults.resendLimits,
  store: store as ApiServices['store'],
  callerHash: { prepare: quiet, of: () => Promise.resolve(undefined) },
  now: () => new Date('2026-11-22T09:00:00Z'),
  log: { info: quiet, warn: quiet, error: quiet },
};
const app = createApp(services as ApiServices);

/** Somebody may see the lines of a partner; the gateway has verified the token. */
const claims = { sub: 'maya', exp: 4_000_000_000, partner_id: 'northwind', roles: ['view'] };
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const authorization = `Bearer ${part({ alg: 'none' })}.${part(claims)}.`;

function request(path: string, headers: Record<string, string> = {}) {
  const event = { requestContext: { requestId: 'r-1', authorizer: { jwt: { claims } } } };
  return app.request(path, { headers: { authorization, ...headers } }, { event });
}

async function call(path: string) {
  const answer = await request(path);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

const takes = 'only status, delivery, closingWithin, q, provisioningPending, limit, cursor, partnerId';

test.each([
  ['/order-lines?state=Closed', 'state', `is unknown: this call takes ${takes}`],
  ['/order-lines?Limit=5', 'Limit', `is unknown: this call takes ${takes}`],
  ['/order-lines?__proto__=5', '__proto__', `is unknown: this call takes ${takes}`],
  ['/order-lines?status=Closed&status=Scheduled', 'status', 'is given more than once'],
  ['/orders/ORD-1?limit=2', 'limit', 'is unknown: this call takes no parameters'],
  ['/health?limit=2', 'limit', 'is unknown: this call takes no parameters'],
  ['/openapi.json?format=yaml', 'format', 'is unknown: this call takes no parameters'],
])('%s is refused, and told what the call takes', async (path, wrong, message) => {
  expect(await call(path)).toMatchObject({
    status: 400,
    body: { code: 'invalid-request', errors: [{ path: wrong, message }] },
  });
});

test('all parameters that are wrong are named at once', async () => {
  const { body } = await call('/webhooks?page=1&partner=northwind');
  expect(body['errors']).toMatchObject([{ path: 'page' }, { path: 'partner' }]);
});

test('an order of 10,000 lines fits into the 6 MB that Lambda answers at most', async () => {
  const answer = await request('/orders/ORD-1', { 'accept-encoding': 'gzip' });
  expect(answer.headers.get('content-encoding')).toBe('gzip');
  const base64 = Buffer.from(await answer.arrayBuffer()).toString('base64');
  expect(base64.length).toBeLessThan(6 * 1024 * 1024);
});
