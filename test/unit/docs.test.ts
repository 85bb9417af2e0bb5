import { newestVersion } from '../../functions/serve-api/changelog.ts';
import { createApp } from '../../functions/serve-api/app.ts';
import type { ApiServices } from '../../functions/serve-api/route.ts';
import { routes } from '../../functions/serve-api/routes.ts';
import { webhookTypes } from '../../shared/contracts/webhooks.ts';
import { problemPath, problems, type ProblemCode } from '../../shared/contracts/problems.ts';

/* The pages about the API, as they are without scripts. */

const quiet = () => undefined;
const services: Partial<ApiServices> = {
  limits: { interval: 'PT90S', perDay: 7, perLine: 60 },
  programs: { issuer: 'https://id.example.com' },
  callerHash: { prepare: quiet, of: () => Promise.resolve(undefined) },
  log: { info: quiet, warn: quiet, error: quiet },
};
const appWith = (more: Partial<ApiServices> = {}) => createApp({ ...services, ...more } as ApiServices);
const app = appWith();

const bindings = { event: { requestContext: { requestId: 'r-1' } } };
const get = async (path: string, of = app, headers: Record<string, string> = {}) => {
  const answer = await of.request(`https://api.example.com${path}`, { headers }, bindings);
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
};
const shown = async (path: string, of = app) =>
  (await get(path, of)).text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replaceAll('&gt;', '>')
    .replaceAll(/\s+/g, ' ');

const codes = Object.keys(problems) as ProblemCode[];
const pages = ['/docs', '/docs/changelog', ...codes.map(problemPath)];

test('every link of every page leads somewhere', async () => {
  const texts = new Map<string, string>();
  const textOf = async (path: string) => {
    const known = texts.get(path) ?? (await get(path)).text;
    texts.set(path, known);
    return known;
  };
  const dead: string[] = [];
  for (const path of pages) {
    for (const [, link = ''] of (await textOf(path)).matchAll(/(?:href|src)="([^"]+)"/g)) {
      if (/^(https:|data:)/.test(link)) continue;
      const { pathname, hash } = new URL(link, `https://api.example.com${path}`);
      const leads = hash === '' || (await textOf(pathname)).includes(` id="${hash.slice(1)}"`);
      if (!leads || (await get(pathname)).status !== 200) dead.push(`${path}: ${link}`);
    }
  }
  expect(dead).toEqual([]);
});

test('an address without a page is answered with a page in a browser, and with JSON elsewhere', async () => {
  const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
  for (const path of ['/docs/nothing', '/docs/problems/nothing']) {
    const { status, headers, text } = await get(path, app, browser);
    expect(status).toBe(404);
    expect(headers.get('content-type')).toContain('text/html');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(text).toContain('<a href="/docs">');
    const other = await get(path, app, { accept: '*/*' });
    expect(other.status).toBe(404);
    expect(JSON.parse(other.text)).toMatchObject({ code: 'not-found' });
  }
});

test('every page has an icon', async () => {
  for (const path of pages) expect((await get(path)).text).toMatch(/<link rel="icon" href="[^"]+"/);
});

test('the start says where this deployment is, and whose tokens it takes', async () => {
  const page = await shown('/docs');
  expect(page).toContain('API=https://api.example.com ISSUER=https://id.example.com CLIENT_ID=…');
  expect(page).toContain('-d grant_type=client_credentials');
});

test('on one machine, it can be followed as it is', async () => {
  const sample = { clientId: 'orders', clientSecret: 'secret' };
  const local = appWith({ programs: { issuer: 'https://id.example.com', sample } });
  expect(await shown('/docs', local)).toContain('CLIENT_ID=orders CLIENT_SECRET=secret TOKEN_ENDPOINT=$(');
});

test('the pages run no scripts but their own', async () => {
  const { headers } = await get('/docs');
  expect(headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
});

test('the limits are those of the deployment', async () => {
  const page = await shown('/docs');
  expect(page).toContain('One resend in 90 seconds, 7 emails in 24 hours');
  expect(page).toContain('and 60 in its life');
  expect(page).toContain('at most 16 kB, that of a bulk resend 256 kB');
});

test.each(routes.map(({ method, path }) => `${method.toUpperCase()} ${path}`))(
  '%s has a section, with a line to paste',
  async (name) => {
    const page = await shown('/docs');
    const [method, path = ''] = name.split(' ');
    const line = `curl -s${method === 'GET' ? '' : ` -X ${method}`} "$API${path.split('{')[0]}`;
    const [, section = ''] = page.split(`><code>${name}</code></h3>`);
    expect(section.split('</section>')[0]).toContain(line);
  },
);

test('what a line to paste sends is in single quotes, so it has none', async () => {
  const bodies = [...(await shown('/docs')).matchAll(/-d '([^']*)'<\/code>/g)].map(([, body = '']) => body);
  expect(bodies.length).toBeGreaterThan(3);
  for (const body of bodies) expect(() => JSON.parse(body) as unknown).not.toThrow();
});

test('all types of events are told of', async () => {
  const page = await shown('/docs');
  for (const type of webhookTypes) expect(page).toContain(`<code>${type}</code>`);
});

test.each(codes)('%s has a page: what it means, what it adds, and where it comes from', async (code) => {
  const { title, status, adds } = problems[code];
  const page = await shown(problemPath(code));
  expect(page).toContain(`<h1>${title}</h1>`);
  expect(page).toContain(`<code>${code}</code>, status ${status}`);
  for (const field of Object.keys(adds)) expect(page).toContain(`<dt> <code>${field}</code>`);
  expect(page).toContain(`"code": "${code}"`);
  expect(page).toMatch(/<li> ?<a href="\/docs#\w+"><code>(GET|POST|PUT|PATCH|DELETE) /);
});

test('the newest change is the version of both descriptions', async () => {
  expect(await shown('/docs/changelog')).toMatch(new RegExp(`<h1>Changelog</h1>.*?<h2> ?${newestVersion} `));
  for (const path of ['/openapi.json', '/asyncapi.json'])
    expect(JSON.parse((await get(path)).text)).toMatchObject({ info: { version: newestVersion } });
});

test.each([
  ['/docs', 20_000],
  ['/openapi.json', 20_000],
  ['/asyncapi.json', 5_000],
])('%s is light on the way', async (path, bytes) => {
  const headers = { 'accept-encoding': 'gzip, deflate, br' };
  const answer = await app.request(`https://api.example.com${path}`, { headers }, bindings);
  expect(answer.headers.get('content-encoding')).toBe('gzip');
  expect((await answer.arrayBuffer()).byteLength).toBeLessThan(bytes);
});

test('the address with a slash leads to the page', async () => {
  expect((await get('/docs/')).headers.get('location')).toBe('/docs');
});
