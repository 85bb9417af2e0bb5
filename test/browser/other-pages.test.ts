import type { Browser } from 'playwright-core';
import { launchBrowser, visit } from '../support/browser.ts';
import { type Client, client } from '../support/client.ts';
import { barriers, expectQuality, expectToFit, overflow } from '../support/quality.ts';
import { type Service, startService } from '../support/service.ts';
import { bookShowcase } from '../support/showcase.ts';

/** The same as in quality.test.ts, for what most people of a partner do not see, and for what is not of the console. */

let service: Service;
let api: Client;
let browser: Browser;

beforeAll(async () => {
  [service, browser] = await Promise.all([startService(), launchBrowser()]);
  api = client(service.url);
  await bookShowcase(api);
});
afterAll(async () => {
  await browser.close();
  await service.stop();
});

/** What those see who may do less than most, or more, and those of a partner without orders. */
const others = {
  erik: ['/console', '/console/orders/ORD-20417', '/console/orders/ORD-20417/lines/1/resend'],
  sam: ['/console'],
  ken: ['/console'],
  olivia: ['/console', '/console?q=ORD', '/console/webhooks', '/console/notifications'],
};

describe.each(['en', 'ja'] as const)('in %s', (language) => {
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
      await page.goto(path);
      expect(await page.locator('html').getAttribute('lang')).toBe(language);
      expect({ [path]: await barriers(page) }).toEqual({ [path]: [] });
      await expectToFit(page, path);
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
  '%s has no barriers and fits everywhere, all of it unfolded, with and without scripts',
  async (path) => {
    for (const javaScriptEnabled of [true, false]) {
      const context = await browser.newContext({ baseURL: service.url, javaScriptEnabled });
      const page = await context.newPage();
      await page.goto(path);
      await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true");
      await expectToFit(page, path);
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
