import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser, nextPage, visit, type Visit } from '../support/browser.ts';
import { type Client, client } from '../support/client.ts';
import { type Service, startService } from '../support/service.ts';
import { bookShowcase, showcasePages } from '../support/showcase.ts';

/** What holds for every page: no barrier, no sideways scrolling, nothing that jumps, nothing heavy. */

let service: Service;
let api: Client;
let browser: Browser;
let axe: string;
const visits: Partial<Record<'en' | 'ja', Visit>> = {};

beforeAll(async () => {
  [service, browser, axe] = await Promise.all([
    startService(),
    launchBrowser(),
    readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'),
  ]);
  api = client(service.url);
  await bookShowcase(api);
  visits.en = await visit(browser, service, 'maya');
  visits.ja = await visit(browser, service, 'maya', { locale: 'ja' });
});
afterAll(async () => {
  await browser.close();
  await service.stop();
});

const visitIn = (language: 'en' | 'ja'): Visit => visits[language] ?? fail(language);
const fail = (what: string): never => {
  throw new Error(`no ${what}`);
};

/** What axe finds on the page as it is: in light with all rules, in dark with those about colours. */
async function barriers(page: Page, runOnly?: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  await page.evaluate(axe);
  for (const [scheme, options] of [
    ['light', runOnly ? { runOnly } : { rules: { 'target-size': { enabled: true } } }],
    ['dark', { runOnly: ['color-contrast'] }],
  ] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    const { violations } = await page.evaluate<AxeResults>(
      `axe.run(document, ${JSON.stringify({ resultTypes: ['violations'], ...options })})`,
    );
    found.push(
      ...violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, any }) => `${scheme} ${id}: ${html} ${any[0]?.message ?? ''}`),
      ),
    );
  }
  await page.emulateMedia({ colorScheme: 'light' });
  return found;
}

const wide = { width: 1280, height: 720 };

/** What is wider than its place: it makes the page scroll sideways, or lies on what stands beside it. */
const overflow = (page: Page) =>
  page.evaluate<string[]>(`[...document.querySelectorAll('html, body *')]
    .filter((one) => one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1)
    .filter((one) => getComputedStyle(one).overflow === 'visible' && !one.closest('.hidden, thead'))
    .map((one) => (one === document.documentElement ? 'the page' : one.outerHTML.slice(0, 160)))`);

/** How far what was shown jumped about, as browsers measure it. */
const layoutShift = (page: Page) =>
  page.evaluate<number>(`new Promise((resolve) => {
    let sum = 0;
    const observer = new PerformanceObserver((list) => {
      for (const { value } of list.getEntries()) sum += value;
    });
    observer.observe({ type: 'layout-shift', buffered: true });
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => {
      for (const { value } of observer.takeRecords()) sum += value;
      resolve(sum);
    })));
  })`);

async function expectQuality(visited: Visit, name: string): Promise<void> {
  const { page } = visited;
  expect({ [name]: await layoutShift(page) }).toEqual({ [name]: 0 });
  expect({ [name]: await barriers(page) }).toEqual({ [name]: [] });
  await page.setViewportSize({ width: 320, height: 640 });
  expect({ [name]: await overflow(page) }).toEqual({ [name]: [] });
  await page.setViewportSize(wide);
  expect({ [name]: visited.troubles }).toEqual({ [name]: [] });
}

/** What those see who may do less than most, or more, and those of a partner without orders. */
const others = {
  erik: ['/console', '/console/orders/ORD-20417', '/console/orders/ORD-20417/lines/1/resend'],
  sam: ['/console'],
  ken: ['/console'],
  olivia: ['/console', '/console?q=ORD', '/console/webhooks', '/console/notifications'],
};

describe.each(['en', 'ja'] as const)('in %s', (language) => {
  test.each(Object.entries(showcasePages))('%s', async (name, path) => {
    const visited = visitIn(language);
    await visited.go(path);
    expect(await visited.page.locator('html').getAttribute('lang')).toBe(language);
    await expectQuality(visited, name);
  });

  test('a line takes 48 pixels of a wide screen and 160 of a phone', async () => {
    const { page, go } = visitIn(language);
    const tallest = () =>
      page.evaluate<number>(
        `Math.max(...[...document.querySelectorAll('.of-lines tbody tr:not(.group)')]
          .map((row) => row.getBoundingClientRect().height))`,
      );
    for (const show of ['attention', 'lapsed', 'scheduled', 'settled', 'all']) {
      await go(`/console?show=${show}`);
      const taken: number[] = [];
      for (const width of [1280, 360, 320]) {
        await page.setViewportSize({ width, height: 720 });
        taken.push(await tallest());
        expect({ [show]: await overflow(page) }).toEqual({ [show]: [] });
      }
      const [row = 0, ...cards] = taken;
      expect({ [show]: taken, isDense: row <= 48 && Math.max(...cards) <= 160 }).toEqual({
        [show]: taken,
        isDense: true,
      });
      await page.setViewportSize(wide);
    }
  });

  test('a dialog on the page, and the page in every width, on paper, and in colours of the system', async () => {
    const visited = visitIn(language);
    const { page, go } = visited;
    await go('/console');
    await page.locator('.lines .first:not(.off)').last().click();
    await page.locator('dialog[open] .primary').waitFor();
    await expectQuality(visited, 'dialog');
    await page.keyboard.press('Escape');
    for (const width of [320, 360, 768, 1024, 1185, 1280, 2560, 3840]) {
      await page.setViewportSize({ width, height: 720 });
      expect({ [width]: await overflow(page) }).toEqual({ [width]: [] });
    }
    await page.setViewportSize(wide);
    const paper = { media: 'print' } as const;
    for (const media of [
      paper,
      { forcedColors: 'active' },
      { reducedMotion: 'reduce', colorScheme: 'dark' },
    ] as const) {
      await page.emulateMedia(media);
      expect(await page.locator('.lines .customer a').first().isVisible()).toBe(true);
      expect(await overflow(page)).toEqual([]);
      const controls = page.locator(':is(button, input, .button):visible');
      expect((await controls.count()) === 0).toBe(media === paper);
      const bordersOf = (links: string) =>
        page.evaluate<string[]>(
          `[...document.querySelectorAll('${links}')].map((link) => getComputedStyle(link).borderColor)`,
        );
      const [current] = await bordersOf('.filters [aria-current]');
      expect(await bordersOf('.filters a:not([aria-current])')).not.toContain(current);
      await page.emulateMedia({ media: null, forcedColors: null, reducedMotion: null, colorScheme: 'light' });
    }
  });

  test('what follows from forms', async () => {
    const visited = visitIn(language);
    const { page, go } = visited;
    const submit = () => Promise.all([nextPage(page), page.locator('main .primary').first().click()]);
    const contact = '/console/orders/ORD-20451/lines/2/contact';

    await go(contact);
    await page.locator('#email').fill('nonsense');
    await submit();
    await expectQuality(visited, 'wrong contact');
    await page.locator('#email').fill(`changed-${language}@harbourview.example`);
    await page.locator('input[name=all]').check();
    await submit();
    await expectQuality(visited, 'changed contact');

    await api.advance('PT61S');
    await go('/console/orders/ORD-20422/lines/1/resend');
    await submit();
    await expectQuality(visited, 'resent');

    await api.advance('PT61S');
    const fault = {
      service: 'ses',
      operation: 'SendEmail',
      times: 1,
      when: 'before',
      error: 'Throttling',
    } as const;
    await api.fault(fault);
    await go('/console/orders/ORD-20422/lines/1/resend');
    await submit();
    await expectQuality(visited, 'not sent');

    const lost = (when: 'before' | 'after') =>
      api.fault({ service: 'ses', operation: 'SendEmail', times: 1, when });
    await go('/console/orders/ORD-20422/lines/1/resend');
    await lost('before');
    await submit();
    await page.locator('[data-awaits]').waitFor();
    await expectQuality(visited, 'may have been resent');
    await go('/console/orders/ORD-20422/lines/1');
    await page.locator('.provisioningemailunconfirmed').first().waitFor();
    await expectQuality(visited, 'line whose email may have been sent');

    await api.advance('PT61S');
    await go('/console/orders/ORD-20422/lines/1/resend');
    await expectQuality(visited, 'resend after one that may have been sent');
    await lost('after');
    await submit();
    await page.locator('.notice.good').waitFor();
    await expectQuality(visited, 'resend confirmed');

    await go('/console/resend-jobs/new?all=1');
    await submit();
    await page.locator('[data-live]').waitFor({ state: 'detached' });
    await expectQuality(visited, 'bulk resend');

    await go(contact);
    await page.locator('#email').fill(`lost-${language}@harbourview.example`);
    await page.locator('input[name=all]').check();
    await lost('before');
    await submit();
    await page.locator('[data-awaits]').waitFor();
    await expectQuality(visited, 'contact may have been changed');

    await go('/console/webhooks/new');
    await page.locator('#url').fill('nonsense');
    await submit();
    await expectQuality(visited, 'wrong webhook');
    await page.locator('#url').fill(`https://orders.systems.northwind-distribution.example/${language}`);
    await submit();
    await expectQuality(visited, 'webhook added');
    await submit();
    await expectQuality(visited, 'webhook');
  });

  test.each(Object.entries(others))('the pages of %s', async (person, paths) => {
    const visited = await visit(browser, service, person, { locale: language });
    for (const path of paths) {
      await visited.go(path);
      await expectQuality(visited, path);
    }
    await visited.close();
  });

  test('where people say who they are, where they are signed out, and what is of one machine', async () => {
    const context = await browser.newContext({ baseURL: service.url, locale: language });
    const page = await context.newPage();
    for (const path of [
      '/console',
      '/console/sign-out',
      '/console/signed-in?error=access_denied',
      '/_local/inbox',
      '/_local/webhooks',
    ]) {
      await page.setViewportSize(wide);
      await page.goto(path);
      expect(await page.locator('html').getAttribute('lang')).toBe(language);
      expect({ [path]: await barriers(page) }).toEqual({ [path]: [] });
      await page.setViewportSize({ width: 320, height: 640 });
      expect({ [path]: await overflow(page) }).toEqual({ [path]: [] });
    }
    await context.close();
  });
});

test.each(['en', 'ja'])('an email in %s fits a narrow phone, in light and dark', async (language) => {
  const emails = await api.emails();
  const email = emails.find(({ html }) => html.includes(`lang="${language}"`));
  const context = await browser.newContext({ viewport: { width: 360, height: 800 } });
  const page = await context.newPage();
  await page.setContent(email?.html ?? '');
  expect(await page.locator('html').getAttribute('lang')).toBe(language);
  expect(await overflow(page)).toEqual([]);
  expect(await barriers(page, ['wcag2a', 'wcag2aa'])).toEqual([]);
  await context.close();
});

test.each(['/docs', '/docs/changelog', '/docs/problems/resend-limit-reached'])(
  '%s has no barriers and fits a narrow phone, all of it unfolded, with and without scripts',
  async (path) => {
    for (const javaScriptEnabled of [true, false]) {
      const context = await browser.newContext({ baseURL: service.url, javaScriptEnabled });
      const page = await context.newPage();
      await page.goto(path);
      await page.setViewportSize({ width: 320, height: 640 });
      await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true");
      expect(await overflow(page)).toEqual([]);
      if (javaScriptEnabled) expect(await barriers(page)).toEqual([]);
      await context.close();
    }
  },
);

test('the documentation of the API: a call is made from its form', async () => {
  const context = await browser.newContext({ baseURL: service.url });
  const page = await context.newPage();
  await page.goto('/docs');
  const token = await api.token({ partnerId: 'northwind', roles: ['view'] });
  await page.getByLabel(/^Access token/).fill(token);
  const call = page.getByRole('form', { name: 'GET /orders/{orderId}', exact: true });
  await page.locator('section[aria-labelledby=getOrder]').getByText('Try it').click();
  await call.locator('[name=orderId]').fill('ORD-20451');
  await call.getByRole('button', { name: 'Send' }).click();
  await call.getByText('"Harbour View College"').first().waitFor();
  await context.close();
});

test('every page is light, and fits the largest screens, paper and the colours of the system', async () => {
  const { context } = visitIn('ja');
  const page = await context.newPage();
  const network = await context.newCDPSession(page);
  await network.send('Network.enable');
  await network.send('Network.setCacheDisabled', { cacheDisabled: true });
  let bytes = 0;
  network.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  for (const [name, path] of Object.entries({ ...showcasePages, documentation: '/docs' })) {
    bytes = 0;
    await page.goto(path, { waitUntil: 'load' });
    expect({ [name]: bytes < 60_000 }).toEqual({ [name]: true });
    expect(bytes).toBeGreaterThan(4_000);
    for (const { width, ...media } of [
      { width: 3840, forcedColors: 'active' },
      { width: 720, media: 'print' },
    ] as const) {
      await page.setViewportSize({ width, height: 720 });
      await page.emulateMedia({ media: null, forcedColors: null, ...media });
      expect({ [name]: await overflow(page), width }).toEqual({ [name]: [], width });
    }
    expect({ [name]: await page.locator('h1').isVisible() }).toEqual({ [name]: true });
  }
  await page.close();
});
