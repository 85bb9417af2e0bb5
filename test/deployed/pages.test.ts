import { readSecret, secretsClient } from '../../shared/adapters/secrets.ts';
import { booked, newOrder, partner } from '../support/events.ts';
import { sessionCookie } from '../support/session.ts';
import { until } from '../support/until.ts';
import { consoleEnvironment } from './console.ts';
import { deployment } from './deployment.ts';
import { apiUrl, clientConfig, deployedTarget } from './target.ts';

/* What is served to browsers as it is deployed. Signing in is tested with a user pool, at the end. */

const deployed = deployment();
const page = async (path: string, cookie = '') => {
  const response = await fetch(apiUrl(deployed) + path, { redirect: 'manual', headers: { cookie } });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

test('the console sends whoever is not signed in to the issuer, and back to where they wanted to go', async () => {
  const { status, headers } = await page('/console/orders/ORD-1');
  expect(status).toBe(303);
  const asked = headers.get('location') ?? '';
  expect(asked).toBe('/console/sign-in?return=%2Fconsole%2Forders%2FORD-1');
  const { searchParams, origin } = new URL((await page(asked)).headers.get('location') ?? '');
  expect(origin).toBe(deployed.issuer.url);
  expect(Object.fromEntries(searchParams)).toMatchObject({
    client_id: 'console',
    response_type: 'code',
    code_challenge_method: 'S256',
  });
});

test('the console shows people the lines of their partner, with the files that its pages load', async () => {
  const orderId = newOrder();
  const target = await deployedTarget(deployed);
  await target.send(booked(orderId, { offer: 'A-WX' }));
  const { SESSION_SECRET_ARN } = await consoleEnvironment(deployed);
  const secret = await readSecret(secretsClient(clientConfig(deployed)), SESSION_SECRET_ARN);
  const signing = { key: () => Promise.resolve(new TextEncoder().encode(secret)), now: () => new Date() };
  const claims = { sub: 'maya', email: 'maya@partner.example', partner_id: partner, roles: ['view'] };
  const cookie = await sessionCookie(signing, claims);

  const { text } = await until(
    () => page(`/console/orders/${orderId}`, cookie),
    ({ status }) => status === 200,
  );
  expect(text).toContain('Signed in as maya@partner.example');
  const [, style = ''] = /<link rel="stylesheet" href="([^"]+)"/.exec(text) ?? [];
  const { status, headers } = await page(style);
  expect({ status, type: headers.get('content-type') }).toEqual({
    status: 200,
    type: 'text/css; charset=utf-8',
  });
  const others = await sessionCookie(signing, { ...claims, partner_id: 'fabrikam' });
  expect((await page(`/console/orders/${orderId}`, others)).status).toBe(404);
});

test.each(['/docs', '/docs/docs.css', '/docs/docs.js', '/docs/problems/cancelled'])(
  'the documentation of the API has %s',
  async (path) => {
    expect((await page(path)).status).toBe(200);
  },
);
