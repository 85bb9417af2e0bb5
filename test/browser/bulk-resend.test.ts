import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { launchBrowser, nextPage, visit, type Visit } from '../support/browser.ts';
import { type Client, client } from '../support/client.ts';
import { booked, cancelled, newOrder } from '../support/events.ts';
import { type Service, startService } from '../support/service.ts';
import { until } from '../support/until.ts';

/** The morning after a mail outage, as an order desk lives through it. */

let service: Service;
let api: Client;
let browser: Browser;

beforeAll(async () => {
  [service, browser] = await Promise.all([startService(), launchBrowser()]);
  api = client(service.url);
});
afterAll(async () => {
  await browser.close();
  await service.stop();
});

const contactOf = (orderId: string) => `it@${orderId.toLowerCase()}.example`;
const main = ({ page }: Visit) => page.locator('main').innerText();

/** Orders whose ids begin alike, so that a search finds them and no others. */
async function bookTogether(count: number): Promise<{ word: string; orders: readonly string[] }> {
  const word = newOrder();
  const orders = Array.from({ length: count }, (_, index) => `${word}-${index}`);
  await api.send(...orders.map((orderId) => booked(orderId, { offer: 'A-WX' })));
  return { word, orders };
}

const resendsTo = async (orders: readonly string[]) => {
  const counts: number[] = [];
  for (const orderId of orders) counts.push((await api.emails(contactOf(orderId))).length - 1);
  return counts;
};

/** Waits until the page says that the job is completed, as it does by itself where scripts run. */
const completed = ({ page }: Visit) => page.locator('strong', { hasText: /^(Completed|完了)$/ }).waitFor();

test('three lines of a list are resent with five clicks, and each is accounted for', async () => {
  const { word, orders } = await bookTogether(4);
  const [first = '', , third = ''] = orders;
  await api.send(cancelled(third));
  const maya = await visit(browser, service, 'maya');
  const { page, go } = maya;
  let clicks = 0;
  const click = async (role: 'button' | 'checkbox', name: string) => {
    clicks += 1;
    await page.getByRole(role, { name, exact: true }).click();
  };
  await go(`/console?q=${word}`);
  for (const orderId of orders.slice(0, 3)) await click('checkbox', `Select line 1 of order ${orderId}`);
  await Promise.all([nextPage(page), click('button', 'Resend selected')]);
  expect(await main(maya)).toMatch(
    /provisioning emails of 2 lines again\?[\s\S]*1 line: The order line was cancelled/,
  );
  expect(await resendsTo(orders)).toEqual([0, 0, 0, 0]);
  await Promise.all([nextPage(page), click('button', 'Resend 2 emails')]);
  expect(clicks).toBe(5);

  await completed(maya);
  expect(await main(maya)).toMatch(/3 of 3 lines[\s\S]*Sent: 2 · Skipped: 1/);
  expect(await resendsTo(orders)).toEqual([1, 1, 0, 0]);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download as CSV' }).click(),
  ]);
  const text = await readFile(await download.path(), 'utf8');
  expect(text.split('\r\n')).toHaveLength(5);
  expect(text).toContain(`${first},1,sent,,`);
  await maya.press('link', 'Skipped');
  expect(await page.locator('tbody tr').allInnerTexts()).toEqual([
    expect.stringMatching(new RegExp(`${third}[\\s\\S]*The order line was cancelled`)),
  ]);
  expect(maya.troubles).toEqual([]);
  await maya.close();
});

test('all that match are resent, also those of the next pages, without scripts', async () => {
  const { word, orders } = await bookTogether(30);
  const maya = await visit(browser, service, 'maya', { javaScriptEnabled: false });
  const { page, go, press } = maya;
  await go(`/console?q=${word}`);
  await page.getByRole('checkbox', { name: /^Select all that match/ }).check();
  await press('button', 'Resend selected');
  await press('button', 'Resend 30 emails');
  await api.idle();
  await page.reload();
  expect(await main(maya)).toMatch(/Completed 30 of 30 lines/);
  expect(await resendsTo(orders)).toEqual(orders.map(() => 1));
  await press('link', 'Bulk resends');
  expect(await page.locator('tbody tr').first().innerText()).toMatch(/Completed\s+30/);
  await maya.close();
});

test('with and without scripts the first of many emails is previewed, and all are sent in the language chosen', async () => {
  for (const javaScriptEnabled of [true, false]) {
    const { word, orders } = await bookTogether(3);
    const [settled = '', first = ''] = orders;
    await api.send(cancelled(settled));
    const maya = await visit(browser, service, 'maya', { javaScriptEnabled });
    const { page, go, press } = maya;
    await go(`/console?q=${word}`);
    await page.getByRole('checkbox', { name: /^Select all that match/ }).check();
    await press('button', 'Resend selected');
    expect(await main(maya)).toMatch(/emails of 2 lines again\? They go to 2 different addresses\./);
    await page.getByText(`Preview the first of the emails (order ${first}, line 1)`).click();
    await page.getByLabel('Language of the emails').selectOption('Japanese');
    if (!javaScriptEnabled) await page.getByRole('button', { name: 'Show the preview' }).click();
    const preview = page.frameLocator('iframe[name=preview]');
    await preview.getByText('【再送】').waitFor();
    await preview.getByText(contactOf(first)).first().waitFor();
    expect(await resendsTo(orders)).toEqual([0, 0, 0]);

    await press('button', 'Resend 2 emails');
    await api.idle();
    await page.reload();

    expect(await main(maya)).toMatch(/Completed 3 of 3 lines[\s\S]*Language of the emails\s+Japanese/);
    expect(await resendsTo(orders)).toEqual([0, 1, 1]);
    for (const orderId of orders.slice(1))
      expect((await api.emails(contactOf(orderId)))[1]?.subject).toContain('【再送】');
    expect(maya.troubles).toEqual([]);
    await maya.close();
  }
});

test('日本語: 選択した品目を再送信する', async () => {
  const { word, orders } = await bookTogether(1);
  const [orderId = ''] = orders;
  const maya = await visit(browser, service, 'maya', { locale: 'ja' });
  const { page, go, press } = maya;
  await go(`/console?q=${word}`);
  await page.getByRole('checkbox', { name: `注文 ${orderId} の品目 1 を選択` }).check();
  await press('button', '選択した品目を再送信');
  expect(await main(maya)).toMatch(/1\s件の品目のプロビジョニング メールを再送信しますか？/);
  await press('button', '1 件のメールを再送信');
  await completed(maya);
  expect(await main(maya)).toMatch(/1\s件中 1\s件[\s\S]*送信済み: 1\s件/);
  await maya.close();
});

test('one line is resent from the list, and Done leads back to it', async () => {
  const { word, orders } = await bookTogether(1);
  const maya = await visit(browser, service, 'maya');
  await maya.go(`/console?q=${word}`);
  await maya.press('link', `Resend the email of line 1 of order ${orders[0]}`);
  await maya.press('button', 'Yes');
  await maya.press('link', 'Done');
  expect(new URL(maya.page.url()).pathname).toBe('/console');
  expect(await resendsTo(orders)).toEqual([1]);
  await maya.close();
});

test('a page that waits for news begins no sign-in when the session has ended', async () => {
  const maya = await visit(browser, service, 'maya');
  const { context, page, go } = maya;
  const path = '/console/resend-jobs';
  await page.route(`**${path}`, async (route) => {
    if (!route.request().isNavigationRequest()) {
      await route.continue();
      return;
    }
    const response = await route.fetch();
    await context.clearCookies();
    const waiting = '<div data-live></div><p data-awaits></p>';
    await route.fulfill({ response, body: (await response.text()).replace('</main>', `${waiting}$&`) });
  });
  const asked: string[] = [];
  let looks = 0;
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (!pathname.includes('/assets/')) asked.push(pathname);
  });
  // How what is not followed to where it leads ends for a browser.
  page.on('requestfailed', () => {
    looks += 1;
  });
  await page.clock.install();
  await go(path);
  await page.clock.runFor(2000);
  await until(
    () => Promise.resolve(looks),
    (ended) => ended === 2,
  );
  // What follows an answer, or asks again in time, does so before the next request is answered.
  const askOther = () => page.evaluate(async () => (await fetch('/health')).status);
  await askOther();
  await page.clock.runFor(60_000);
  await askOther();
  expect(asked).toEqual([path, path, path, '/health', '/health']);
  await maya.close();
});

test('whoever may only view is offered none of it', async () => {
  const { word } = await bookTogether(1);
  const erik = await visit(browser, service, 'erik');
  await erik.go(`/console?q=${word}`);
  expect(await erik.page.locator('tbody tr').count()).toBe(1);
  expect(await erik.page.getByRole('checkbox').count()).toBe(0);
  expect(await erik.page.getByRole('button', { name: 'Resend selected' }).count()).toBe(0);
  await erik.go('/console/resend-jobs/new?all=1');
  expect(await main(erik)).toContain('You do not have access');
  await erik.close();
});
