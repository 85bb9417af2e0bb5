import type { Browser } from 'playwright-core';
import { launchBrowser, nextPage, visit, type Visit } from '../support/browser.ts';
import { type Client, client } from '../support/client.ts';
import { booked } from '../support/events.ts';
import { expectQuality, overflow, wide } from '../support/quality.ts';
import { type Service, startService } from '../support/service.ts';
import { bookShowcase, showcasePages } from '../support/showcase.ts';

/** What holds for every page: no barrier, no sideways scrolling, nothing that jumps, nothing heavy. */

let service: Service;
let api: Client;
let browser: Browser;
const visits: Partial<Record<'en' | 'ja', Visit>> = {};

beforeAll(async () => {
  [service, browser] = await Promise.all([startService(), launchBrowser()]);
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
    await api.idle();
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
    await page.locator('#url').fill(`${service.url}/_local/webhooks/northwind?answer=202`);
    await submit();
    await expectQuality(visited, 'webhook added');
    await submit();
    await expectQuality(visited, 'webhook');
  });
});

test('nothing is painted before all is read and the script has run: it would jump on slow machines', async () => {
  const page = await visitIn('en').context.newPage();
  const held = Promise.withResolvers<undefined>();
  await page.route('**/console.*.js', async (route) => {
    await held.promise;
    await route.continue();
  });
  await page.goto('/console', { waitUntil: 'commit' });
  await page.locator('[data-announcer]').waitFor({ state: 'attached' });
  // Often enough that a frame would have come meanwhile.
  for (let asked = 0; asked < 100; asked += 1) {
    expect(await page.evaluate(`performance.getEntriesByType('paint')`)).toEqual([]);
  }
  held.resolve(undefined);
  await page.evaluate(
    `new Promise((painted) => new PerformanceObserver(painted).observe({ type: 'paint', buffered: true }))`,
  );
  await page.close();
});

test('every page is light, and says on paper what it is about', async () => {
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
    await page.emulateMedia({ media: 'print' });
    expect({ [name]: await page.locator('h1').isVisible() }).toEqual({ [name]: true });
    await page.emulateMedia({ media: null });
  }
  await page.close();
});

test('what is as long as it may be stays in its place', async () => {
  const [orderId, lineId, subscriptionId] = ['O', 'L', 'S'].map((kind) => kind + 'W'.repeat(63));
  const mailbox = 'w'.repeat(64) + '@' + `${'w'.repeat(60)}.`.repeat(2) + 'example';
  const facts = {
    lineId,
    subscriptionId,
    offer: `A-${'W'.repeat(62)}`,
    endCustomer: { name: 'W'.repeat(200) },
    provisioningContact: { email: mailbox, name: 'W'.repeat(200) },
    placedBy: { name: 'W'.repeat(200), email: mailbox },
    copyTo: { email: `2${mailbox.slice(1)}`, name: 'W'.repeat(200) },
  };
  await api.send(booked(orderId ?? '', facts));
  await api.idle();
  const { page, go } = visitIn('en');
  const line = `/console/orders/${orderId}/lines/${lineId}`;
  for (const path of [
    '/console',
    `/console?q=${orderId}`,
    `/console?q=${'Z'.repeat(254)}`,
    `/console/orders/${orderId}`,
    `/console/subscriptions/${subscriptionId}`,
    line,
    `${line}/contact`,
    `${line}/copy-to`,
    `${line}/resend`,
  ]) {
    await go(path);
    for (const width of [320, 768, 1280]) {
      await page.setViewportSize({ width, height: 720 });
      expect({ [`${path} ${width}`]: await overflow(page) }).toEqual({ [`${path} ${width}`]: [] });
    }
  }
  await page.setViewportSize(wide);
});
