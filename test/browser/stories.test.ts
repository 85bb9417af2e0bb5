import type { Browser, Route } from 'playwright-core';
import { launchBrowser, nextPage, shownHere, visit, type Visit } from '../support/browser.ts';
import { type Client, client } from '../support/client.ts';
import { booked, cancelled, daysAfter, newOrder, onboarded } from '../support/events.ts';
import { type Service, startService } from '../support/service.ts';

/** The stories of the product as people live through them, in a real browser with the real sign-in. */

let service: Service;
let api: Client;
let browser: Browser;
let maya: Visit;

beforeAll(async () => {
  [service, browser] = await Promise.all([startService(), launchBrowser()]);
  api = client(service.url);
  maya = await visit(browser, service, 'maya');
});
afterAll(async () => {
  await browser.close();
  await service.stop();
});
afterEach(() => expect(maya.troubles).toEqual([]));

const contactOf = (orderId: string) => `it@${orderId.toLowerCase()}.example`;
const order = (orderId: string) => `/console/orders/${orderId}`;
const line = (orderId: string, lineId = '1') => `${order(orderId)}/lines/${lineId}`;
const main = async ({ front }: Visit) =>
  (await front()).locator('main, :scope > .dialog').first().innerText();
const title = async ({ front }: Visit) => (await front()).getByRole('heading', { level: 1 }).innerText();

test('from booking to onboarding: the email goes out, is resent, the contact changes, the line closes, and is onboarded', async () => {
  const orderId = newOrder();
  await api.send(booked(orderId, { requestedStartDate: daysAfter(await api.now(), 2) }));
  const { page, go, press } = maya;

  await go(order(orderId));
  expect(await main(maya)).toMatch(
    /Scheduled[\s\S]*Email goes out in 1 day, 23 hours|Email goes out in 2 days/,
  );
  expect(await main(maya)).toContain('The first email goes out on');
  await press('link', 'Resend the email of line 1');
  expect(await main(maya)).toContain('The first email is still to come');

  await api.advance('P2D');
  await go(order(orderId));
  expect(await main(maya)).toMatch(/Awaiting Provisioning Details/);
  await press('link', 'Resend the email of line 1');
  expect(await title(maya)).toBe('Resend Confirmation');
  await press('link', 'No');
  expect(await api.emails(contactOf(orderId))).toHaveLength(1);
  await press('link', 'Resend the email of line 1');
  await press('button', 'Yes');
  expect(await main(maya)).toMatch(
    new RegExp(
      `The provisioning email was resent to ${contactOf(orderId)}[\\s\\S]*Next resend possible[\\s\\S]*UTC`,
    ),
  );
  expect(await api.emails(contactOf(orderId))).toHaveLength(2);
  await press('link', 'Done');
  expect(await main(maya)).toMatch(/Too soon after the last email. Possible again in .*(?:minute|seconds)/);

  await press('link', 'Edit the contact of line 1');
  await page.getByLabel('New email address').fill('not an address');
  await press('button', 'Save');
  expect(await page.getByLabel('New email address').inputValue()).toBe('not an address');
  expect(await page.locator(':focus').getAttribute('role')).toBe('alert');
  await page.getByLabel('New email address').fill('new@example.com');
  await page.getByLabel('Name', { exact: true }).fill('Ana Ito');
  await page.getByLabel('Language of the email').selectOption('ja');
  await press('button', 'Save');
  expect(await main(maya)).toContain('the provisioning email was sent to new@example.com');
  expect((await api.emails('new@example.com'))[0]?.html).toContain('lang="ja"');
  await press('link', 'Done');
  expect(await main(maya)).toMatch(/new@example\.com\s+Ana Ito · Japanese/);

  await api.advance('P7D');
  await go(order(orderId));
  expect(await main(maya)).toMatch(/Closed\s+Provisioning pending/);
  await press('link', `Sub-${orderId}`);
  expect(await title(maya)).toBe('Cloud/SaaS Subscriptions');
  await press('link', 'Resend the email of line 1');
  await press('button', 'Yes');
  await press('link', 'Done');
  expect(new URL(page.url()).pathname).toBe(`/console/subscriptions/Sub-${orderId}`);
  // Between the two a reminder went, two days before the window ended.
  expect(await api.emails('new@example.com')).toHaveLength(3);

  await api.send(onboarded(orderId));
  await page.reload();
  await press('link', 'Resend the email of line 1');
  expect(await main(maya)).toContain('The organization is already onboarded');
  expect(await page.getByRole('link', { name: /admin\.webex\.com/ }).getAttribute('href')).toBe(
    'https://admin.webex.com',
  );
  await go(line(orderId));
  const history = await page.locator('.timeline .what').allInnerTexts();
  expect(history).toEqual([
    'Organization onboarded: point of no return',
    'Email delivered',
    'Provisioning email resent',
    'Closed: the provisioning window ended',
    'Email delivered',
    'Reminder sent',
    'Closing soon: the provisioning window is about to end',
    'Email delivered',
    'Provisioning email sent to the new contact',
    'Provisioning contact changed',
    'Email delivered',
    'Provisioning email resent',
    'Email delivered',
    'Provisioning email sent',
    'Order line booked',
  ]);
});

test('日本語でも同じことができ、言語の選択は入力を失わずに保たれる', async () => {
  const orderId = newOrder();
  await api.send(booked(orderId));
  const ken = await visit(browser, service, 'maya', { locale: 'ja' });
  const { page, go, press } = ken;
  await go(order(orderId));
  expect(await page.locator('html').getAttribute('lang')).toBe('ja');
  await press('link', '再送信: 品目 1 のメール');
  expect(await title(ken)).toBe('再送信の確認');
  await press('button', 'はい');
  expect(await main(ken)).toContain(`プロビジョニング メールを ${contactOf(orderId)} に再送信しました。`);
  await press('link', '完了');
  await go(`${line(orderId)}/contact`);
  await page.getByLabel('新しいメールアドレス').fill('half-typed@exam');
  await press('button', 'English');
  expect(await page.getByLabel('New email address').inputValue()).toBe('half-typed@exam');
  await go('/console');
  expect(await title(ken)).toBe('Orders');
  await press('link', '日本語');
  await go(line(orderId));
  expect(await main(ken)).toMatch(/プロビジョニングの詳細待ち[\s\S]*希望開始日[\s\S]*UTC/);
  expect(ken.troubles).toEqual([]);
  await ken.close();
});

test('all lines get the new contact, and what was skipped is said', async () => {
  const orderId = newOrder();
  await api.send(booked(orderId), booked(orderId, { lineId: '2' }), booked(orderId, { lineId: '3' }));
  await api.send(cancelled(orderId, '3'));
  const { page, go, press } = maya;
  await go(order(orderId));
  await press('link', 'Edit the contact of line 1');
  expect(await main(maya)).toMatch(/will be skipped: Line 3/);
  await page.getByLabel('New email address').fill('all@example.com');
  await page.getByLabel(/Apply to all lines/).check();
  await press('button', 'Save');
  expect(await main(maya)).toMatch(
    /Line 1 and Line 2: the provisioning email was sent to all@example\.com[\s\S]*Skipped\s+Line 3: the order line was cancelled/,
  );
  expect(await api.emails('all@example.com')).toHaveLength(2);
});

test('Enter in a field of the contact form saves, and what is copied is read out', async () => {
  const orderId = newOrder();
  await api.send(booked(orderId));
  const { page, go } = maya;
  await maya.context.grantPermissions(['clipboard-write']);
  await go(`${line(orderId)}/contact`);
  expect(await page.locator(':focus').getAttribute('id')).toBe('email');
  await page.locator('#email').fill('by-enter@example.com');
  await Promise.all([nextPage(page), page.locator('#email').press('Enter')]);
  expect(await main(maya)).toContain('the provisioning email was sent to by-enter@example.com');
  await go(line(orderId));
  expect(await main(maya)).toMatch(/Last email\s+Delivered/);
  await page.getByRole('button', { name: 'Copy: Sender address' }).click();
  await page.locator('[data-announcer]', { hasText: 'Copied: Sender address' }).waitFor();
});

test('lines are counted as people do', async () => {
  const orderId = newOrder();
  await api.send(...['10', '2', '1'].map((lineId) => booked(orderId, { lineId })));
  await maya.go(order(orderId));
  expect(await maya.page.locator('main h2').allInnerTexts()).toEqual(['Line 1', 'Line 2', 'Line 10']);
  await maya.go(`${line(orderId, '2')}/contact`);
  await maya.page.getByLabel('New email address').fill('in-order@example.com');
  await maya.page.getByLabel(/Apply to all lines/).check();
  await maya.press('button', 'Save');
  expect(await main(maya)).toContain('Line 1, Line 2 and Line 10: the provisioning email was sent');
});

test('without scripts everything works', async () => {
  const orderId = newOrder();
  await api.send(booked(orderId));
  const plain = await visit(browser, service, 'maya', { javaScriptEnabled: false });
  const { page, go, press } = plain;
  await go('/console');
  await page.getByLabel('Search').fill(`${orderId}/1`.toLowerCase());
  await press('button', 'Search');
  await press('link', `Alder & Finch, line 1 of order ${orderId}`);
  await press('link', 'Resend the email of line 1');
  await press('button', 'Yes');
  expect(await main(plain)).toContain('The email was sent');
  await press('link', 'Done');
  await press('link', 'Resend the email of line 1');
  expect(await main(plain)).toContain('It is too soon to resend');
  await press('link', 'Change the contact');
  await page.getByLabel('New email address').fill('plain@example.com');
  await press('button', 'Save');
  expect(await main(plain)).toContain('The contact was changed');
  await press('button', 'Sign out');
  await page.waitForURL('**/session/end**');
  await press('button', 'Sign out here too');
  expect(await main(plain)).toContain('You are signed out');
  await plain.close();
});

test('with and without scripts a resend is previewed in another language, and is then sent so', async () => {
  for (const javaScriptEnabled of [true, false]) {
    const orderId = newOrder();
    await api.send(booked(orderId));
    const someone = await visit(browser, service, 'maya', { javaScriptEnabled });
    const { page, go, press } = someone;
    await go(line(orderId));
    await press('link', 'Resend the email of line 1');
    await page.getByText('Preview the email').click();
    await page.getByLabel('Language of the email').selectOption('ja');
    if (!javaScriptEnabled) await page.getByRole('button', { name: 'Show the preview' }).click();
    const preview = page.frameLocator('iframe[name=preview]');
    await preview.getByText('【再送】').waitFor();
    await preview.frameLocator('iframe').getByText('平素よりお世話になっております').waitFor();
    expect(await api.emails(contactOf(orderId))).toHaveLength(1);

    await press('button', 'Yes');

    expect((await api.emails(contactOf(orderId)))[1]?.subject).toContain('【再送】');
    expect(someone.troubles).toEqual([]);
    await someone.close();
  }
});

test('with the keyboard alone a line is found and resent, in 15 presses', async () => {
  const orderId = newOrder();
  await api.send(booked(orderId));
  const { page, go } = maya;
  await go('/console');
  let presses = 0;
  const press = async (key: string) => {
    presses += 1;
    await page.keyboard.press(key);
  };
  const focused = async () => {
    const control = page.locator(':focus');
    return ((await control.getAttribute('aria-label')) ?? (await control.textContent()) ?? '').trim();
  };
  const tabTo = async (text: RegExp) => {
    do await press('Tab');
    while (presses < 40 && !text.test(await focused()));
  };
  await tabTo(/^Skip to content$/);
  await press('Enter');
  await press('Tab');
  await page.keyboard.type(orderId);
  await Promise.all([nextPage(page), press('Enter')]);
  await tabTo(/^Skip to the order lines$/);
  await press('Enter');
  for (const name of [/^Resend the email/, /^Yes$/]) {
    await tabTo(name);
    await press('Enter');
    await shownHere(page);
  }
  expect(await focused()).toBe('Done');
  expect(presses).toBeLessThanOrEqual(15);
  expect(await api.emails(contactOf(orderId))).toHaveLength(2);
  await press('Enter');
  await page.locator('.actions .off').first().waitFor();
  expect(await focused()).toMatch(/^Resend the email/);
});

test('a dialog is on the page that it is about: Escape closes it, and what it did is shown there', async () => {
  const orderId = newOrder();
  await api.send(booked(orderId), booked(orderId, { lineId: '2' }));
  const { page, go, press } = maya;
  await go(`/console?q=${orderId}`);
  await page.getByRole('checkbox', { name: `Select line 2 of order ${orderId}` }).check();
  const edit = `Edit the contact of line 1 of order ${orderId}`;
  await press('link', edit);
  expect(await page.locator(':focus').getAttribute('id')).toBe('email');
  expect(await main(maya)).toMatch(
    new RegExp(`Order\\s+${orderId}, line 1\\s[\\s\\S]*Contact Email\\s+${contactOf(orderId)}`),
  );
  await page.keyboard.press('Escape');
  expect(await page.locator('dialog[open]').count()).toBe(0);
  expect(await page.locator(':focus').getAttribute('aria-label')).toBe(edit);
  await press('link', edit);
  await page.getByLabel('New email address').fill('nonsense');
  await press('button', 'Save');
  expect(await page.locator('dialog :focus').getAttribute('role')).toBe('alert');
  await page.getByLabel('New email address').fill('here@example.com');
  await press('button', 'Save');
  expect(await page.locator('dialog > [role=status]').innerText()).toContain('here@example.com');
  await press('link', 'Done');
  await page.locator('.lines .contact', { hasText: 'here@example.com' }).waitFor();
  expect(await page.locator('.lines input:checked').count()).toBe(1);
  expect(new URL(page.url()).search).toBe(`?q=${orderId}`);
});

test('a second click while the first is under way asks for nothing, and the answer is there', async () => {
  const orderId = newOrder();
  await api.send(booked(orderId));
  const { page, go } = maya;
  await go(`${line(orderId)}/resend`);
  const asked: Route[] = [];
  await page.route('**/resend**', async (route) => {
    if (route.request().method() === 'POST') asked.push(route);
    else await route.continue();
  });
  const box = await page.getByRole('button', { name: 'Yes' }).boundingBox();
  if (!box) throw new Error('the button is not shown');
  const middle = [box.x + box.width / 2, box.y + box.height / 2] as const;
  const isAsking = page.waitForRequest((request) => request.method() === 'POST');
  await Promise.all([isAsking, page.mouse.click(...middle)]);
  await page.mouse.click(...middle);
  expect(asked).toHaveLength(1);
  await Promise.all([page.waitForURL('**done=**'), ...asked.map((route) => route.continue())]);
  await page.unroute('**/resend**');
  expect(await main(maya)).toContain('The email was sent');
  expect(await api.emails(contactOf(orderId))).toHaveLength(2);
});

test('Back after Yes shows what holds now, and not the question again', async () => {
  const orderId = newOrder();
  await api.send(booked(orderId));
  const { page, go, press } = maya;
  await go(`${line(orderId)}/resend`);
  await press('button', 'Yes');
  await page.goBack();
  await page.getByText('It is too soon to resend').waitFor();
  expect(await page.getByRole('button', { name: 'Yes' }).count()).toBe(0);
  expect(await api.emails(contactOf(orderId))).toHaveLength(2);
});

test('two tabs: what was onboarded in between is not resent, and says so', async () => {
  const orderId = newOrder();
  await api.send(booked(orderId));
  const { page, go, press } = maya;
  const other = await maya.context.newPage();
  await other.goto(`${line(orderId)}/contact`);
  await go(`${line(orderId)}/resend`);
  await api.send(onboarded(orderId));
  await press('button', 'Yes');
  expect(await main(maya)).toMatch(/already onboarded[\s\S]*Nothing was sent/);
  expect(await page.getByRole('link', { name: /admin\.webex\.com/ }).count()).toBe(1);
  await other.getByLabel('New email address').fill('late@example.com');
  await Promise.all([nextPage(other), other.getByRole('button', { name: 'Save' }).click()]);
  expect(await other.locator('main').innerText()).toMatch(/already onboarded[\s\S]*Nothing was saved/);
  await other.close();
  expect(await api.emails('late@example.com')).toEqual([]);
});

test('two tabs: a second resend comes too soon, and says when it no longer does', async () => {
  const orderId = newOrder();
  await api.send(booked(orderId));
  const { page, go, press } = maya;
  const other = await maya.context.newPage();
  await other.goto(`${line(orderId)}/resend`);
  await go(`${line(orderId)}/resend`);
  await Promise.all([nextPage(other), other.getByRole('button', { name: 'Yes' }).click()]);
  await other.close();
  await press('button', 'Yes');
  expect(await main(maya)).toMatch(/Nothing was sent[\s\S]*Possible again in .*(?:minute|seconds)/);
  expect(await page.getByRole('link', { name: 'Resend', exact: true }).count()).toBe(0);
  await api.advance('PT61S');
  await page.reload();
  expect(await main(maya)).toMatch(/Nothing was sent[\s\S]*Possible again now/);
  await press('link', 'Resend');
  expect(await title(maya)).toBe('Resend Confirmation');
});

test('two tabs in which the session had ended sign in side by side, each to its page', async () => {
  const orderId = newOrder();
  await api.send(booked(orderId));
  const context = await browser.newContext({ locale: 'en', baseURL: service.url });
  const [first, second] = [await context.newPage(), await context.newPage()];
  await first.goto(order(orderId));
  await second.goto('/console?show=Closed');
  for (const page of [first, second]) {
    await page.locator('button[value=maya]').click();
    await page.getByText('Signed in as Maya Lindqvist').waitFor({ state: 'attached' });
  }
  expect([first.url(), second.url()]).toEqual([
    service.url + order(orderId),
    `${service.url}/console?show=Closed`,
  ]);
  await context.close();
});

test('a recipient of copies is added and removed on top of the page', async () => {
  const orderId = newOrder();
  await api.send(booked(orderId));
  const { page, go, press } = maya;
  await go(line(orderId));
  await press('link', 'Add a recipient of copies');
  await page.locator('dialog #email').fill('desk@northwind.example');
  await press('button', 'Save');
  expect(await page.locator('dialog[open]').count()).toBe(0);
  expect(await main(maya)).toMatch(/Copies go to\s+desk@northwind\.example/i);
  await press('link', 'Change the recipient of copies');
  await press('button', 'Send no more copies');
  expect(await main(maya)).toMatch(/Copies go to\s+Nobody/i);
  await go(`${line(orderId)}?show=contact`);
  expect(await page.locator('.timeline .what').allInnerTexts()).toEqual([
    'Recipient of copies removed',
    'Recipient of copies changed',
  ]);
});

test('Resend opens by itself when its time has come', async () => {
  const orderId = newOrder();
  await api.send(booked(orderId));
  const { page, go, press } = maya;
  await go(`${line(orderId)}/resend`);
  await press('button', 'Yes');
  await api.advance('PT58S');
  await go(order(orderId));
  const resend = page.getByRole('link', { name: 'Resend the email of line 1' });
  expect(await resend.getAttribute('data-opens-at')).not.toBeNull();
  await page.waitForSelector('a.button:not(.off)[data-opens-at]');
  await press('link', 'Resend the email of line 1');
  expect(await title(maya)).toBe('Resend Confirmation');
});

test('times are in the zone of the browser, with UTC at hand, and go on by themselves', async () => {
  const orderId = newOrder();
  await api.send(booked(orderId));
  const tokyo = await visit(browser, service, 'maya', { timezoneId: 'Asia/Tokyo' });
  const { page, go, press, troubles } = tokyo;
  await go(`${line(orderId)}/resend`);
  await press('button', 'Yes');
  await go(line(orderId));
  const time = page.locator('.timeline time').first();
  const sentAt = (await time.getAttribute('datetime')) ?? '';
  const inTokyo = new Date(sentAt).toLocaleTimeString('en-GB', {
    timeZone: 'Asia/Tokyo',
    timeStyle: 'short',
  });
  expect(await time.innerText()).toContain(`${inTokyo} GMT+9`);
  const inUtc = `${sentAt.slice(11, 16)} UTC`;
  expect(await time.getAttribute('aria-description')).toContain(inUtc);
  await page.getByRole('button', { name: 'Show times in UTC' }).click();
  expect(await time.innerText()).toContain(inUtc);
  await page.reload();
  expect(await time.innerText()).toContain('UTC');

  const why = page.locator('.why');
  const first = await why.innerText();
  expect(first).toMatch(/Possible again in .*(?:minute|seconds)\.$/);
  await page.locator('.why').filter({ hasNotText: first }).waitFor();
  expect(await why.innerText()).toMatch(/Possible again in .*(?:minute|seconds?)\.$/);
  expect(troubles).toEqual([]);
  await tokyo.close();
});

test('UTC is told by pointer, touch and keyboard, for as long as that is wanted', async () => {
  const orderId = newOrder();
  await api.send(booked(orderId));
  const tokyo = await visit(browser, service, 'maya', { timezoneId: 'Asia/Tokyo', hasTouch: true });
  const { page, go, press } = tokyo;
  await go(line(orderId));
  const time = page.locator('.timeline time').first();
  const utc = `${((await time.getAttribute('datetime')) ?? '').slice(11, 16)} UTC`;
  const tip = page.locator('.tip');

  await time.hover();
  expect(await tip.innerText()).toContain(utc);
  await tip.hover();
  expect(await tip.innerText()).toContain(utc);
  await page.keyboard.press('Escape');
  expect(await tip.count()).toBe(0);

  await page.getByRole('link', { name: 'Order line', exact: true }).focus();
  await page.keyboard.press('Tab');
  expect(await page.locator('time:focus').getAttribute('datetime')).toBe(await time.getAttribute('datetime'));
  expect(await tip.innerText()).toContain(utc);
  await page.keyboard.press('Shift+Tab');
  expect(await tip.count()).toBe(0);

  await time.tap();
  expect(await tip.innerText()).toContain(utc);
  await page.getByRole('heading', { level: 1 }).tap();
  expect(await tip.count()).toBe(0);

  // In a row, its first link tells of all times: they are no stops on the way to its buttons.
  await go(`/console?q=${orderId}&show=attention`);
  await page.getByRole('checkbox', { name: `Select line 1 of order ${orderId}` }).focus();
  await page.keyboard.press('Tab');
  expect(await tip.allInnerTexts()).toEqual([expect.stringContaining('UTC'), expect.stringContaining(utc)]);
  await page.keyboard.press('Tab');
  expect(await tip.count()).toBe(0);

  // In a dialog, the first Escape is for the time.
  await press('link', `Resend the email of line 1 of order ${orderId}`);
  await press('button', 'Yes');
  await page.keyboard.press('Shift+Tab');
  expect(await page.locator('dialog .tip').innerText()).toContain('UTC');
  await page.keyboard.press('Escape');
  expect(await tip.count()).toBe(0);
  expect(await page.locator('dialog[open]').count()).toBe(1);
  await page.keyboard.press('Escape');
  await page.locator('dialog[open]').waitFor({ state: 'detached' });
  expect(tokyo.troubles).toEqual([]);
  await tokyo.close();
});

test('an email that cannot be sent leaves what a support case needs', async () => {
  const orderId = newOrder();
  await api.send(booked(orderId));
  const { page, go, press } = maya;
  await api.fault({
    service: 'ses',
    operation: 'SendEmail',
    times: 1,
    when: 'before',
    error: 'AccountSendingPausedException',
  });
  await go(`${line(orderId)}/resend`);
  await press('button', 'Yes');
  expect(await main(maya)).toContain('The email could not be sent');
  const details = await page.getByRole('textbox', { name: 'Details for the support case' }).inputValue();
  expect(details).toMatch(
    /Provisioning Assistance\n.*Resend Provisioning Email\nReference: [\w-]{36}\nOrder: /,
  );
  await press('button', 'Try again');
  expect(await main(maya)).toContain('The email was sent');
  expect(await api.emails(contactOf(orderId))).toHaveLength(2);
});

describe('an email that may have been sent', () => {
  const lost = (when: 'before' | 'after') =>
    api.fault({ service: 'ses', operation: 'SendEmail', times: 1, when });

  test('is told as that, is not sent again by the page, and shows once it is confirmed', async () => {
    const orderId = newOrder();
    await api.send(booked(orderId));
    const { page, go, press } = maya;
    await go(`${line(orderId)}/resend`);
    await lost('before');
    await press('button', 'Yes');
    expect(await main(maya)).toMatch(
      new RegExp(
        `may have been sent[\\s\\S]*${contactOf(orderId)}[\\s\\S]*ask the contact whether the email has arrived[\\s\\S]*Next resend possible`,
      ),
    );
    expect(
      await page
        .locator('main')
        .getByRole('button', { name: /again|Yes/ })
        .count(),
    ).toBe(0);
    const details = page.getByRole('textbox', { name: 'Details for the support case' });
    expect(await details.inputValue()).toMatch(/Reference: [\w-]{36}/);
    await api.advance('PT2M');
    await press('link', 'Check now');
    expect(await main(maya)).toContain('The email may have been sent');
    expect(await main(maya)).not.toContain('Next resend possible');
    expect(await api.emails(contactOf(orderId))).toHaveLength(1);
    await press('link', 'Back');
    expect(await main(maya)).toMatch(/The latest email, to .* may have been sent/);

    await press('link', 'Resend the email of line 1');
    expect(await main(maya)).toMatch(
      /The latest email, to .* may have been sent[\s\S]*Before you send another one[\s\S]*Yes/,
    );
    await lost('after');
    await press('button', 'Yes');
    await page.getByRole('heading', { name: 'The email was sent' }).waitFor();
    expect(await api.emails(contactOf(orderId))).toHaveLength(2);
    await maya.context.clearCookies({ name: 'console-result' });
    await page.reload();
    expect(new URL(page.url()).pathname).toBe(line(orderId));
    expect(await main(maya)).toContain('its report has confirmed it since');
  });

  test('and is the first of its line is sent once more by itself', async () => {
    const orderId = newOrder();
    await lost('before');
    await api.send(booked(orderId));
    const { go } = maya;
    await go(line(orderId));
    expect(await main(maya)).toMatch(
      /The latest email, to .* may have been sent[\s\S]*the service sends it again[\s\S]*sent again about/,
    );
    expect(await main(maya)).not.toContain('Before you send another one');
    await api.advance('PT16M');
    await go(line(orderId));
    expect(await main(maya)).toContain('Awaiting Provisioning Details');
    expect(await api.emails(contactOf(orderId))).toHaveLength(1);
  });

  test('of a change of contact leaves the contact until it is confirmed', async () => {
    const orderId = newOrder();
    await api.send(booked(orderId), booked(orderId, { lineId: '2' }));
    const { page, go, press } = maya;
    const change = async (email: string, when: 'before' | 'after') => {
      await go(`${line(orderId)}/contact`);
      await page.getByLabel('New email address').fill(email);
      await page.getByLabel(/^Apply to all lines/).check();
      await lost(when);
      await press('button', 'Save');
    };
    await change('nobody@example.com', 'before');
    expect(await main(maya)).toMatch(
      /may have been sent[\s\S]*nobody@example\.com[\s\S]*Until then the current contact stays[\s\S]*other lines of this order were not changed/,
    );
    await press('link', 'Back');
    expect(await page.locator('.contact .to').innerText()).toBe(contactOf(orderId));

    await change('confirmed@example.com', 'after');
    await page.getByRole('heading', { name: 'The contact was changed' }).waitFor();
    expect(await main(maya)).toMatch(
      /the provisioning email was sent to confirmed@example\.com[\s\S]*other lines of this order were not changed/,
    );
    expect(await api.emails('confirmed@example.com')).toHaveLength(1);
  });
});

test('a name and a language are saved without an email, and an emptied name is gone', async () => {
  const orderId = newOrder();
  await api.send(booked(orderId));
  const { page, go, press } = maya;
  const save = async (name: string) => {
    await go(`${line(orderId)}/contact`);
    await page.getByLabel('Name', { exact: true }).fill(name);
    await page.getByLabel('Language of the email').selectOption('ja');
    await press('button', 'Save');
    return await main(maya);
  };
  expect(await save('Ana Ito')).toMatch(/The contact was changed[\s\S]*saved. Nothing was sent/);
  expect(await save('Ana Ito')).toContain('Nothing was changed');
  await press('link', 'Done');
  expect(await main(maya)).toContain('Ana Ito · Japanese');
  expect(await save('')).toContain('saved. Nothing was sent');
  await press('link', 'Done');
  expect(await main(maya)).not.toContain('Ana Ito');
  expect(await api.emails(contactOf(orderId))).toHaveLength(1);
});

test('pages of ten and more follow each other, and filters and search find their own', async () => {
  const orderId = newOrder();
  const lines = Array.from({ length: 60 }, (_, index) => booked(orderId, { lineId: String(index + 1) }));
  await api.send(...lines);
  const { page, go, press } = maya;
  await go(`/console?q=${orderId}`);
  const seen = new Set<string>();
  for (let pages = 1; ; pages += 1) {
    for (const name of await page.locator('.lines .order small').allInnerTexts()) seen.add(name);
    if ((await page.getByRole('link', { name: 'Next page' }).count()) === 0) {
      expect(pages).toBe(3);
      break;
    }
    await press('link', 'Next page');
  }
  expect(seen.size).toBe(60);
  await press('link', 'First page');
  await press('link', 'Scheduled');
  expect(await main(maya)).toContain('No order lines');
});

test('an operator sees how all partners are doing, finds one, and searches all', async () => {
  const orderId = newOrder();
  const partnerId = `Partner-of-${orderId}`;
  await api.send(
    booked(orderId, { partnerId, provisioningContact: { email: 'bounce@simulator.amazonses.com' } }),
  );
  await api.idle();
  const olivia = await visit(browser, service, 'olivia');
  const { page, go, press } = olivia;
  await go('/console');
  await page.getByLabel('Find a partner').fill(`partner-of-${orderId.toLowerCase()}`);
  await press('button', 'Show');
  expect(await title(olivia)).toBe(partnerId);
  expect(await main(olivia)).toMatch(/Contact gets no email[\s\S]*Alder & Finch/);
  await press('link', 'All partners');
  const row = page.getByRole('row', { name: partnerId });
  expect(await row.innerText()).toMatch(/^\S+\s+1\s+/);
  await page.getByLabel('Search the order lines of all partners').fill(orderId);
  await press('button', 'Search');
  expect(await page.locator('.lines .customer small').innerText()).toBe(`${partnerId} · Sub-${orderId}`);
  expect(olivia.troubles).toEqual([]);
  await olivia.close();
});
