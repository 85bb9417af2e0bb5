import { cursors } from '../../shared/adapters/line-lists.ts';
import { position } from '../../shared/adapters/order-line-item.ts';
import { cameBackStore } from '../../shared/adapters/came-back-store.ts';
import { choiceStore } from '../../shared/adapters/choice-store.ts';
import { hashOfAddress, noticeStore } from '../../shared/adapters/notice-store.ts';
import { createConsole } from '../../functions/serve-console/app.tsx';
import { readAssets } from '../../functions/serve-console/assets.ts';
import type { ConsoleServices } from '../../functions/serve-console/console-context.ts';
import { InsightsPage } from '../../functions/serve-console/pages/insights.tsx';
import { whyNot } from '../../functions/serve-console/pages/parts.tsx';
import { ownPath, paths } from '../../functions/serve-console/paths.ts';
import { whatIsWrong } from '../../functions/serve-console/pages/contact.tsx';
import { texts } from '../../functions/serve-console/texts/index.ts';
import { formatters } from '../../functions/serve-console/formatters.ts';
import { silentMetrics } from '../../shared/runtime/metrics.ts';
import { defaults } from '../../infra/settings.ts';
import { sumOf } from '../../shared/domain/insights.ts';
import type { OrderLine } from '../../shared/domain/order-line.ts';
import { cancel } from '../../shared/domain/transitions.ts';
import { endNoticesPath } from '../../shared/emails/write-bounce-notice.ts';
import { presentLine } from '../../shared/use-cases/present-line.ts';
import { daysAfter, line, minutesBefore, now } from '../support/lines.ts';
import { sessionCookie } from '../support/session.ts';
import { MemoryTable } from '../support/memory-table.ts';
import { chosen } from '../../shared/domain/notifications.ts';
import { endDigestPath } from '../../shared/emails/write-digest.ts';
import { publicInternet } from '../../shared/contracts/webhook-address.ts';
import { jobStoreOn, tallyStoreOn, webhookStoreOn } from '../support/memory-store.ts';
import { mailSettings } from '../support/mail-settings.ts';
import { unbroken } from '../support/visitor.ts';

const key = () => Promise.resolve(new TextEncoder().encode('a key for tests, of more than 32 bytes'));

const issuer = 'https://id.example.com';

/** What the issuer says of itself. */
const discovered = {
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/keys`,
};

/** The console on a single line, as someone of northwind sees it `minutes` after signing in. */
function consoleOf(
  stored: OrderLine,
  laneClearAt?: string,
  fetcher = () => Promise.resolve(Response.json(discovered)),
  others: readonly OrderLine[] = [],
) {
  let clock = new Date(now);
  const never = () => Promise.reject(new Error('not expected here'));
  const services: ConsoleServices = {
    store: {
      lane: {
        note: never,
        wait: () => Promise.resolve(laneClearAt === undefined ? undefined : { clearAt: laneClearAt }),
      },
      find: () => Promise.resolve(stored),
      findWithOrder: () => Promise.resolve({ line: stored }),
      findOnboarding: never,
      findOrder: () => Promise.resolve({ lines: [stored, ...others] }),
      linesOfOrder: never,
      list: () => Promise.resolve({ lines: [stored] }),
      search: () => Promise.resolve({ lines: [stored] }),
      change: never,
      recordOnboarding: never,
      keepOnboarding: never,
      findAllWithOrders: never,
      listDue: () => {
        throw new Error('not expected here');
      },
    },
    cameBack: cameBackStore(new MemoryTable().client(), 'table'),
    notices: noticeStore(new MemoryTable().client(), 'table'),
    choices: choiceStore(new MemoryTable().client(), 'table'),
    jobs: jobStoreOn(new MemoryTable()),
    tallies: tallyStoreOn(new MemoryTable()),
    jobQueue: { send: never, putBack: never },
    webhooks: webhookStoreOn(new MemoryTable()),
    errands: { send: never },
    reach: publicInternet,
    mail: { send: never },
    mailSettings,
    limits: defaults.resendLimits,
    claimNames: defaults.claimNames,
    signIn: { issuer, clientId: 'console', fetcher },
    signing: { key, now: () => clock },
    assets: readAssets(),
    now: () => new Date(now),
    newId: () => crypto.randomUUID(),
    pause: never,
    metrics: silentMetrics,
    callerHash: { prepare: () => undefined, of: () => Promise.resolve(undefined) },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  };
  const app = createConsole(services);
  const bindings = { event: { requestContext: { requestId: 'r-1' } } };
  let cookie = '';

  return {
    notices: services.notices,
    choices: services.choices,
    async post(path: string, origin = 'https://console.test', fields: Record<string, string> = {}) {
      const headers = { origin, cookie, 'content-type': 'application/x-www-form-urlencoded' };
      const answer = await app.request(
        `https://console.test${path}`,
        { method: 'POST', headers, body: new URLSearchParams(fields).toString() },
        bindings,
      );
      return { status: answer.status, headers: answer.headers, text: await answer.text() };
    },
    /** Signs in as the console itself would after the issuer's answer. */
    async signIn(claims: Record<string, unknown> = {}) {
      const maya = { sub: 'maya', partner_id: 'northwind', roles: ['resend'] };
      cookie = await sessionCookie(services.signing, { ...maya, ...claims });
    },
    cookie: () => cookie,
    wait: (minutes: number) => {
      clock = new Date(clock.getTime() + minutes * 60_000);
    },
    async get(path: string, headers: Record<string, string> = {}) {
      const url = `https://console.test${path}`;
      const response = await app.request(url, { headers: { cookie, ...headers } }, bindings);
      const renewed = response.headers
        .getSetCookie()
        .find((set) => set.startsWith('__Host-console-session='));
      if (renewed) cookie = renewed.split(';')[0] ?? '';
      return { status: response.status, headers: response.headers, text: await response.text() };
    },
  };
}

describe('a session', () => {
  it('goes on while it is used, for eight hours', async () => {
    const pages = consoleOf(line());
    await pages.signIn();
    for (let hours = 0.75; hours < 8; hours += 0.75) {
      pages.wait(45);
      expect((await pages.get('/console')).status).toBe(200);
    }
    pages.wait(45);
    expect((await pages.get('/console')).status).toBe(303);
  });

  it('ends when it is left alone for an hour', async () => {
    const pages = consoleOf(line());
    await pages.signIn();
    pages.wait(59);
    expect((await pages.get('/console')).status).toBe(200);
    pages.wait(61);
    expect((await pages.get('/console')).status).toBe(303);
  });

  it('is kept in a cookie of this host alone, over TLS', async () => {
    const pages = consoleOf(line());
    await pages.signIn();
    pages.wait(5);
    const { headers } = await pages.get('/console');
    expect(headers.getSetCookie()[0]).toMatch(
      /^__Host-console-session=[^;]+; Max-Age=3600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
  });

  it('of somebody whom the issuer says too little about leads to a page that says so', async () => {
    const pages = consoleOf(line());
    await pages.signIn({ roles: 7 });
    const { status, text } = await pages.get('/console');
    expect(status).toBe(403);
    expect(text).toContain(texts.en.errors.accountTitle);
  });
});

describe('the list', () => {
  const awaiting = line({
    status: 'AwaitingProvisioningDetails',
    firstEmailSentAt: now,
    closesAt: daysAfter(2),
    lastEmail: { messageId: 'm', to: 'it@example.com', sentAt: now, delivery: 'Bounced' },
  });

  it('begins with what came back, and shows lines by how soon they close', async () => {
    const pages = consoleOf(awaiting);
    await pages.signIn();
    const { returned, threeDays } = texts.en.orders.group;
    expect((await pages.get('/console')).text).toContain(returned);
    const next = (await pages.get(`/console?cursor=${cursors.encode(position(awaiting))}`)).text;
    expect([next.includes(returned), next.includes(threeDays)]).toEqual([false, true]);
    expect((await pages.get('/console?show=lapsed')).text).not.toContain(threeDays);
  });

  it.each(['view', 'resend'])('leads who may %s to the bulk resends, and back from there', async (role) => {
    const pages = consoleOf(awaiting);
    await pages.signIn({ roles: [role] });
    const { text } = await pages.get('/console?show=all');
    const [, jobs = ''] = new RegExp(`href="([^"]*)">${texts.en.jobs.title}`).exec(text) ?? [];
    const opened = await pages.get(jobs);
    expect(opened.text).toContain(texts.en.jobs.noJobs);
    expect(opened.text).toContain(`<a href="/console?show=all">${texts.en.orders.title}</a>`);
  });

  it('is where the pages below it lead back to, with its tab and search', async () => {
    const pages = consoleOf(awaiting);
    await pages.signIn();
    const left = '/console?partnerId=northwind&amp;q=ORD&amp;show=lapsed';
    const linkTo = (text: string, path: RegExp) =>
      (new RegExp(`href="(/console[^"?]*${path.source}[?"][^"]*)"`).exec(text)?.[1] ?? '').replaceAll(
        '&amp;',
        '&',
      );
    const list = (await pages.get(left.replaceAll('&amp;', '&'))).text;
    const order = (await pages.get(linkTo(list, /\/orders\/[^"/?]*/))).text;
    const subscription = (await pages.get(linkTo(order, /\/subscriptions\/[^"/?]*/))).text;
    const one = (await pages.get(linkTo(subscription, /\/lines\/[^"/?]*/))).text;
    const history = (await pages.get(linkTo(one, /\/lines\/[^"/?]*(?=\?show=emails)/))).text;
    const inDialog = (await pages.get(linkTo(history, /\/contact/))).text;
    for (const page of [order, subscription, one, history, inDialog]) {
      expect(page).toContain(`<a href="${left}">${texts.en.orders.title}</a></li>`);
    }
    const back = /href="([^"]*)" data-back/;
    expect(back.exec(inDialog)?.[1]).toBe(linkTo(subscription, /\/lines\/[^"/?]*/).replaceAll('&', '&amp;'));
    expect(back.exec((await pages.get(linkTo(list, /\/contact/))).text)?.[1]).toBe(left);
  });

  it('is where the pages beside it lead back to, also after their forms', async () => {
    const pages = consoleOf(awaiting);
    await pages.signIn({ email: 'maya@northwind.example', email_verified: true });
    const left = '?q=ORD&show=lapsed';
    const list = (await pages.get(`/console${left}`)).text;
    const carried = new URLSearchParams({ list: left }).toString();
    for (const place of ['webhooks', 'insights', 'notifications', 'webhooks/new']) {
      const address = `/console/${place}?${carried}`;
      if (!place.includes('/')) expect(list).toContain(`href="${address}"`);
      const { text } = await pages.get(address);
      const isBelow = place === 'webhooks/new';
      const back = isBelow ? `/console/webhooks?${carried}` : '/console?q=ORD&amp;show=lapsed';
      expect(text).toContain(`<li><a href="${back}">`);
    }
    const insights = (await pages.get(`/console/insights?${carried}`)).text;
    expect(insights).toContain('<input type="hidden" name="list" value="?q=ORD&amp;show=lapsed"/>');
    const { text } = await pages.get(`/console/notifications?${carried}`);
    expect(text).toContain(`action="/console/notifications?${carried}"`);
  });

  it.each(['/../docs', '?q=\\', '//evil.example'])('is left by no other address, as %j', async (list) => {
    const pages = consoleOf(awaiting);
    await pages.signIn();
    const asked = new URLSearchParams({ from: 'orders', list }).toString();
    const { text } = await pages.get(`${linePath}/contact?${asked}`);
    expect(text).toContain(`<a href="/console">${texts.en.orders.title}</a></li>`);
    expect(text).toContain('href="/console" data-back="true">Cancel');
  });
});

describe('the time left', () => {
  const day = 24 * 60;
  const pageAt = async (window: 'P7D' | 'P30D', left: number) => {
    const closesAt = minutesBefore(-left * day);
    const whole = window === 'P7D' ? 7 : 30;
    const firstEmailSentAt = minutesBefore((whole - left) * day);
    const pages = consoleOf(
      line({ status: 'AwaitingProvisioningDetails', window, firstEmailSentAt, closesAt }),
    );
    await pages.signIn();
    return (await pages.get(linePath)).text;
  };

  it.each([
    [9, 'left'],
    [3.1, 'left'],
    [2.9, 'left threedays'],
    [1.1, 'left threedays'],
    [0.9, 'left day'],
  ])('is as urgent with %d days in every window', async (left, look) => {
    for (const window of left < 7 ? (['P7D', 'P30D'] as const) : (['P30D'] as const))
      expect(await pageAt(window, left)).toContain(`<span class="${look}" `);
  });

  it('is a bar that turns amber at three days, and red at one', async () => {
    for (const [window, days] of [
      ['P7D', 7],
      ['P30D', 30],
    ] as const) {
      const [, low, high] = /<meter[^>]* low="([^"]+)" high="([^"]+)"/.exec(await pageAt(window, 2)) ?? [];
      expect([Math.round(Number(low) * days), Math.round(Number(high) * days)]).toEqual([1, 3]);
    }
  });
});

describe('insights', () => {
  it('show each share as a bar, and its figures in a table', async () => {
    const insight = { month: '2026-11', offer: 'A-WX', locale: 'ja', ...sumOf([]) } as const;
    const counts = { lines: 8, emails: 10, bounced: 1, closedUnprovisioned: 2 };
    const shown = await InsightsPage({
      view: {
        locale: 'en',
        t: texts.en,
        format: formatters.en,
        now,
        assets: readAssets(),
        here: '/console/insights',
        person: {
          caller: { name: 'maya', roles: new Set(['view']) },
          name: 'Maya',
          token: '',
          pseudonym: '',
        },
      },
      request: {},
      found: { from: '2026-11', to: '2026-11', insights: [{ ...insight, ...counts }] },
    });
    const page = shown.toString();
    expect(page).toContain('<th scope="row">November 2026</th><td>2 of 8</td><td>25%</td>');
    expect(page).toContain('<th scope="row">November 2026</th><td>1 of 10</td><td>10%</td>');
    // A full bar is 30 %: the next tenth above.
    expect(page).toMatch(/<rect class="bar" x="0" y="18" width="83.3%"/);
  });

  it('say so where there are none, and where months make no sense', async () => {
    const pages = consoleOf(line());
    await pages.signIn();
    const none = await pages.get('/console/insights');
    expect([none.status, none.text.includes(texts.en.insights.nothing)]).toEqual([200, true]);
    for (const query of [
      'from=2026-13',
      'from=2026-11&to=2026-10',
      'from=2020-01&to=2026-01',
      'partnerId=other',
    ]) {
      const { status, text } = await pages.get(`/console/insights?${query}`);
      expect([status, text.includes(texts.en.insights.wrong)]).toEqual([400, true]);
    }
    const table = await pages.get('/console/insights.csv');
    expect(table.headers.get('content-type')).toMatch(/^text\/csv/);
    await pages.signIn({ roles: [] });
    expect((await pages.get('/console/insights')).status).toBe(403);
  });
});

test('who has the link of a notice ends the notices to its address, without signing in', async () => {
  const pages = consoleOf(line());
  const { email } = line().placedBy;
  const hash = hashOfAddress(email);
  await pages.notices.change(hash, 'a-token', now, (address) => address);
  const isEnded = async () => (await pages.notices.find(hash))?.endedAt !== undefined;
  const path = endNoticesPath(hash, 'a-token');

  const altered = await pages.get(endNoticesPath(hash, 'b-token'));
  expect([altered.status, altered.text]).toEqual([
    404,
    expect.stringContaining(texts.en.endNotices.nothingTitle) as string,
  ]);
  expect((await pages.post(endNoticesPath(hash, 'b-token'))).status).toBe(404);
  expect((await pages.post(path, 'https://elsewhere.test')).status).toBe(403);
  const asked = await pages.get(path);
  expect([asked.status, asked.text.includes('<form method="post">'), await isEnded()]).toEqual([
    200,
    true,
    false,
  ]);
  expect((await pages.post(path)).status).toBe(200);
  expect(await isEnded()).toBe(true);
  expect((await pages.post(path)).status).toBe(200);
  expect((await pages.get(path, { 'accept-language': 'ja' })).text).toContain('お知らせを停止しました');
});

test('who has the link of a digest ends it, and a link that leads to none says so', async () => {
  const pages = consoleOf(line());
  const person = { partnerId: 'northwind', person: 'a'.repeat(64) };
  const wishes = { digest: true, bounces: false, locale: 'en', timeZone: 'UTC' } as const;
  const link = { ...person, email: 'maya@northwind.example', token: 'a-token', at: now };
  const choice = await pages.choices.change(person, () => chosen(undefined, wishes, link));
  const hasDigest = async () => (await pages.choices.find(person))?.digest;
  if (!choice) throw new Error('there is no choice');
  const path = endDigestPath(choice);

  for (const altered of [
    path.replace('a-token', 'b-token'),
    path.replace('northwind', 'fabrikam'),
    `${path}%00`,
  ]) {
    const { status, text } = await pages.post(altered);
    expect([status, text]).toEqual([404, expect.stringContaining(texts.en.endDigest.nothingTitle) as string]);
  }
  expect(await hasDigest()).toBe(true);
  for (const times of [1, 2]) {
    const { status, text } = await pages.post(path);
    expect([times, status, text]).toEqual([
      times,
      200,
      expect.stringContaining(texts.en.endDigest.endedTitle) as string,
    ]);
  }
  expect(await hasDigest()).toBe(false);
});

test.each([0, 789, 1400])('sign-ins nobody finished do not fill a request: %i', async (length) => {
  const pages = consoleOf(line());
  const open = new Set<string>();
  const path = paths.signIn(`/console?q=${'a'.repeat(length)}`);
  for (let attempts = 1; attempts <= 6; attempts += 1) {
    const { status, headers } = await pages.get(path, { cookie: [...open].join('; ') });
    expect(status).toBe(303);
    for (const set of headers.getSetCookie()) {
      const [cookie = ''] = set.split(';');
      expect(cookie).toMatch(/^__Host-console-sign-in-/);
      const [name = '', value] = cookie.split('=');
      for (const kept of open) if (kept.startsWith(`${name}=`)) open.delete(kept);
      if (value !== '') open.add(cookie);
    }
    expect(open.size).toBe(((attempts - 1) % 4) + 1);
    // API Gateway allows 10,240 bytes, of which the session's cookie may take 4,096.
    expect([...open].join('; ').length).toBeLessThan(6100);
  }
});

const linePath = '/console/orders/ORD-1/lines/1';
const everyPage = [
  '/console',
  '/console/orders/ORD-1',
  linePath,
  `${linePath}/resend`,
  `${linePath}/contact`,
  `${linePath}/copy-to`,
  '/console/subscriptions/Sub-1',
];

test('what got past every check on the way in is still text on every page', async () => {
  const attack = `"'><img src=x onerror=alert(1)>`;
  const hostile = line({
    subscriptionId: 'Sub-1',
    offer: attack,
    endCustomer: { name: attack },
    placedBy: { name: attack, email: attack },
    provisioningContact: { email: attack, name: attack, locale: 'en' },
    organizationId: attack,
    status: 'AwaitingProvisioningDetails',
    firstEmailSentAt: minutesBefore(5),
    closesAt: daysAfter(7),
    lastEmail: {
      messageId: attack,
      to: attack,
      sentAt: minutesBefore(5),
      delivery: 'Bounced',
      reason: attack,
    },
    undeliverable: [{ email: attack, reason: attack }],
    history: [
      { at: now, type: 'Booked', actor: attack },
      { at: now, type: 'ProvisioningContactChanged', actor: attack, to: attack },
      {
        at: now,
        type: 'ProvisioningEmailFeedback',
        actor: attack,
        to: attack,
        messageId: attack,
        delivery: 'Bounced',
        reason: attack,
      },
    ],
  });
  const pages = consoleOf(hostile);
  await pages.signIn({ name: attack, email: attack, partner_id: 'northwind' });
  for (const path of everyPage) {
    const { status, text } = await pages.get(path);
    expect([path, status]).toEqual([path, 200]);
    expect(text).toContain('&lt;img src=x');
    expect(text).not.toContain('<img src=x');
  }
});

test('a refusal without a reason reads as nothing more than that', () => {
  const caller = { name: 'maya', partnerId: 'northwind', roles: new Set(['resend']) };
  const view = {
    locale: 'en',
    t: texts.en,
    format: formatters.en,
    now,
    assets: readAssets(),
    here: '/console',
    person: { caller, name: 'Maya', token: '', pseudonym: '' },
  } as const;
  const refused = presentLine(line(), now, defaults.resendLimits);
  expect(whyNot(view, refused, { allowed: false })).toBe(texts.en.whyNot.unknown);
});

describe('what to look into when no email arrives', () => {
  const report = { at: minutesBefore(9), type: 'ProvisioningEmailFeedback', actor: 'aws.ses' } as const;
  const to = line().provisioningContact.email;
  const bounced = { ...report, to, messageId: 'm', delivery: 'Bounced' } as const;
  const delivered = { ...bounced, at: minutesBefore(5), delivery: 'Delivered' } as const;
  const meaning = `${texts.en.history.feedback.Bounced}${texts.en.history.feedbackMeaning.Bounced}`;
  const advice = async (...history: OrderLine['history']) => {
    const pages = consoleOf(line({ status: 'AwaitingProvisioningDetails', history }));
    await pages.signIn();
    const { text } = await pages.get(linePath);
    const [, shown = ''] = new RegExp(`${texts.en.line.missing}(.*?)</section>`).exec(text) ?? [];
    const [, notice] = /<div class="notice bad">(.*?)<\/div>/.exec(shown) ?? [];
    const [details = '', folded] = /<details>.*<q>(.*)<\/q><\/details>/.exec(shown) ?? [];
    return {
      isSpam: shown.includes(texts.en.line.missingSpam),
      told: notice?.replace(details, '').replaceAll(/<[^>]*>/g, ''),
      folded,
    };
  };

  it('is another address, if the contact marked the email as spam', async () => {
    const report = {
      at: now,
      actor: 'aws.ses',
      type: 'ProvisioningEmailFeedback',
      to: 'it@example.com',
    } as const;
    const marked = line({
      status: 'AwaitingProvisioningDetails',
      firstEmailSentAt: now,
      closesAt: daysAfter(7),
      undeliverable: [{ email: 'it@example.com', reason: 'abuse' }],
      history: [{ ...report, messageId: 'm', delivery: 'Complained' }],
    });
    const pages = consoleOf(marked);
    await pages.signIn();
    const { text } = await pages.get(linePath);
    expect(text).toContain(texts.en.line.anotherAddress);
    for (const other of [texts.en.line.missingSpam, texts.en.line.missingAllow, 'typing errors'])
      expect(text).not.toContain(other);
  });

  it('is the spam folder, unless the email came back', async () => {
    expect(await advice()).toEqual({ isSpam: true });
    expect(await advice(delivered)).toEqual({ isSpam: true });
    expect(await advice(bounced)).toEqual({ isSpam: false, told: meaning });
  });

  it('is what the report means, with the words of the mail service folded away', async () => {
    const reason = '550 no such user';
    expect(await advice({ ...bounced, reason })).toEqual({ isSpam: false, told: meaning, folded: reason });
  });

  it('is told with those words folded away, too, to who would resend it', async () => {
    const { email } = line().provisioningContact;
    const lastEmail = {
      messageId: 'm',
      to: email,
      sentAt: now,
      delivery: 'Bounced',
      reason: '550 gone',
    } as const;
    const status = 'AwaitingProvisioningDetails';
    const pages = consoleOf(line({ status, lastEmail, undeliverable: [{ email, reason: '550 gone' }] }));
    await pages.signIn();
    const { text } = await pages.get(`${linePath}/resend`);
    expect(text).toMatch(/<details>.*550 gone.*<\/details>/);
    expect(text.replace(/<details>.*?<\/details>/, '')).not.toContain('550');
  });

  it('is what became of the newest email', async () => {
    expect(await advice({ ...bounced, reason: '550 no such user' }, delivered)).toEqual({ isSpam: true });
  });
});

test('a line that has had all its emails still tells what to look into when none arrives', async () => {
  const usedUp = line({
    status: 'AwaitingProvisioningDetails',
    firstEmailSentAt: minutesBefore(60),
    closesAt: daysAfter(7),
    emailsSent: defaults.resendLimits.perLine,
  });
  const pages = consoleOf(usedUp);
  await pages.signIn();
  const { text } = await pages.get(linePath);
  expect(text).toContain(texts.en.whyNot.limitForGood);
  expect(text).toContain(texts.en.line.missing);
});

describe('the history on the page of a line', () => {
  const stamp = { at: minutesBefore(5), actor: 'maya' };
  const history = [
    { ...stamp, type: 'Booked', to: 'first@example.com' },
    {
      ...stamp,
      type: 'ProvisioningEmailFeedback',
      to: 'first@example.com',
      messageId: 'm',
      delivery: 'Bounced',
      reason: '550 5.1.1 no such user',
    },
    {
      ...stamp,
      type: 'ProvisioningEmailFailed',
      to: 'first@example.com',
      reason: 'TooManyRequestsException',
    },
    { ...stamp, type: 'ProvisioningContactChanged', to: 'second@example.com' },
  ] as const;
  const pages = consoleOf(line({ history }));
  const shown = async (query: string) => {
    const { text } = await pages.get(`${linePath}${query}`);
    const [, timeline = ''] = /<ol class="timeline">(.*?)<\/ol>/.exec(text) ?? [];
    return timeline;
  };
  beforeAll(() => pages.signIn());

  it('says who was the contact before a change', async () => {
    expect(await shown('?show=contact')).toMatch(/<dd>.*first.*<\/dd>.*<dd>.*second.*<\/dd>/);
  });

  it.each([
    ['', 4],
    ['?show=emails', 2],
    ['?show=contact', 1],
    ['?show=line', 1],
    ['?show=nonsense', 4],
  ])('is narrowed to a kind of entries by %j', async (query, count) => {
    expect((await shown(query)).match(/<li/g)).toHaveLength(count);
  });

  it('folds away the words of the mail service, and says what they mean', async () => {
    const all = await shown('');
    expect(all).toMatch(
      /<details>.*TooManyRequestsException.*<\/details>.*<details>.*550 5\.1\.1.*<\/details>/,
    );
    const unfolded = all.replaceAll(/<details>.*?<\/details>/g, '');
    expect(unfolded).not.toMatch(/TooManyRequests|550/);
    expect(unfolded).toContain(texts.en.history.notAccepted);
    expect(unfolded).toContain(texts.en.history.feedbackMeaning.Bounced);
  });
});

describe('an email that may have been sent', () => {
  const unconfirmed = {
    at: minutesBefore(5),
    type: 'ProvisioningEmailUnconfirmed',
    actor: 'maya',
    to: 'it@example.com',
    kind: 'resend',
  } as const;
  const pageOfLine = async (stored: OrderLine) => {
    const pages = consoleOf(stored);
    await pages.signIn();
    return unbroken((await pages.get(linePath)).text);
  };
  const pageOf = (...history: OrderLine['history']) =>
    pageOfLine(line({ status: 'AwaitingProvisioningDetails', history }));
  const sent = {
    ...unconfirmed,
    type: 'ProvisioningEmailSent',
    messageId: 'm',
    result: 'Confirmed',
  } as const;

  it('is told above the history while it is the newest', async () => {
    const { notice } = texts.en.unconfirmed;
    expect(await pageOf(sent, unconfirmed)).toContain(notice('it@example.com'));
    expect(await pageOf(unconfirmed, { ...sent, at: minutesBefore(4) })).not.toContain(
      notice('it@example.com'),
    );
  });

  it('asks nobody to wait with a resend that is not possible any more', async () => {
    const { askFirst } = texts.en.unconfirmed;
    expect(await pageOf(unconfirmed)).toContain(askFirst);
    const onboarded = line({ status: 'Onboarded', onboardedAt: now, history: [unconfirmed] });
    expect(await pageOfLine(onboarded)).not.toContain(askFirst);
  });

  it('and was confirmed says by whom', async () => {
    expect(await pageOf(sent)).toContain(texts.en.history.confirmed);
    expect(await pageOf({ ...sent, result: 'Accepted' })).not.toContain(texts.en.history.confirmed);
  });
});

test('a first email that may have left is nowhere said to be still to come', async () => {
  const to = { email: 'gone@example.com', locale: 'en' } as const;
  const at = minutesBefore(5);
  const claim = { id: 'c', owner: 'o', kind: 'first', to, actor: 'workflow', at, until: at } as const;
  const pages = consoleOf(line({ requestedStartDate: minutesBefore(6), unconfirmed: [claim] }));
  await pages.signIn();
  const shown = async (path: string) => (await pages.get(path)).text;

  const page = await shown(linePath);
  expect(page).toContain(texts.en.whyNot.inDoubt);
  expect(page).toContain(texts.en.time.inDoubt);
  expect(page).not.toContain(texts.en.time.queued);
  const why = await shown(`${linePath}/resend`);
  expect(why).toContain(texts.en.explain.title.inDoubt);
  for (const said of [texts.en.explain.title['not-started'], texts.en.explain.notStartedInstead])
    expect(why).not.toContain(said);
  expect(unbroken(await shown(`${linePath}/contact`))).toContain('may already have gone to gone@example.com');
});

test('what can be done is on the page itself, where it is said', async () => {
  expect(JSON.stringify(texts)).not.toMatch(/click here|こちらを?クリック/i);
  const pages = consoleOf(line({ status: 'Closed' }));
  await pages.signIn();
  for (const path of [linePath, '/console/orders/ORD-1', '/console/subscriptions/Sub-1']) {
    const { text } = await pages.get(path);
    const [notice = ''] = /<p class="notice warn">.*?<\/p>/.exec(text) ?? [];
    expect(notice).toMatch(/You can (?:still )?resend the email and correct the contact/);
    expect(notice).not.toContain('<a ');
    expect(text).toMatch(/<a class="button first" href="[^"]*\/resend[?"]/);
  }
});

test.each(['resend', 'contact', 'copy-to'])(
  'the page %s begins at its heading or first field for the keyboard',
  async (dialog) => {
    const pages = consoleOf(line({ status: 'AwaitingProvisioningDetails' }));
    await pages.signIn();
    const { text } = await pages.get(`${linePath}/${dialog}`);
    const places = [...text.matchAll(/<(\w+)[^>]* autofocus[^>]*>/g)].map(([, element]) => element);
    expect(places).toEqual([dialog === 'resend' ? 'h1' : 'input']);
  },
);

test.each([
  ['en', /^[A-Z][^.]+\.(?: [A-Z][^.]+\.)*$/],
  ['ja', /^(?:[^。]+。)+$/],
])('that the sign-in service does not answer is said in whole sentences: %s', async (language, sentences) => {
  const pages = consoleOf(line(), undefined, () => Promise.reject(new Error('no route')));
  const { status, text } = await pages.get('/console/sign-in', { 'accept-language': language });
  const [, main = ''] = /<main[^>]*>(.*)<\/main>/.exec(text) ?? [];
  const said = [...main.matchAll(/<p>(.*?)<\/p>/g)].map(([, paragraph]) => paragraph);
  expect([status, said]).toEqual([502, [expect.stringMatching(sentences)]]);
});

describe('the language', () => {
  it.each([
    ['ja', 'ja'],
    ['ja-JP,en;q=0.5', 'ja'],
    ['de,en;q=0.8,ja;q=0.3', 'en'],
    ['fr', 'en'],
    ['', 'en'],
  ])('is the one that the browser asks for: %s', async (accepted, language) => {
    const pages = consoleOf(line());
    await pages.signIn();
    const { text } = await pages.get('/console', { 'accept-language': accepted });
    expect(text).toContain(`<html lang="${language}">`);
  });

  it('is kept once chosen, and the page stays the same', async () => {
    const { status, headers } = await consoleOf(line()).get('/console?q=ORD-1&lang=ja');
    expect([status, headers.get('location')]).toEqual([303, '/console?q=ORD-1']);
    expect(headers.getSetCookie()).toEqual([expect.stringMatching(/^console-language=ja; Max-Age=31536000/)]);
  });

  it('leads nobody away, whatever the address looks like', async () => {
    const { headers } = await consoleOf(line()).get('/console/..//evil.example?lang=ja');
    expect(headers.get('location')).toBe('/console');
  });

  it('has every text in both, and none is left empty', () => {
    const empty: string[] = [];
    const walk = (value: unknown, path: string): void => {
      if (typeof value === 'object' && value !== null) {
        for (const [name, part] of Object.entries(value)) walk(part, `${path}.${name}`);
      } else if (value === '') empty.push(path);
    };
    walk(texts, 'texts');
    expect(empty).toEqual([]);
  });
});

describe('a formatter', () => {
  const minute = 60_000;
  it.each([
    [0, '1 minute', '1\u00A0分'],
    [59 * minute, '59 minutes', '59\u00A0分'],
    [60 * minute, '1 hour', '1\u00A0時間'],
    [90 * minute, '1 hour, 30 minutes', '1\u00A0時間 30\u00A0分'],
    [24 * 60 * minute, '1 day', '1\u00A0日'],
    [(6 * 24 * 60 + 23 * 60 + 59) * minute, '6 days, 23 hours', '6\u00A0日 23\u00A0時間'],
  ])('%d ms', (milliseconds, en, ja) => {
    expect(formatters.en.span(milliseconds)).toBe(en);
    expect(formatters.ja.span(milliseconds)).toBe(ja);
  });

  it('dates say their time zone', () => {
    expect(formatters.en.date('2026-11-29T09:05:59.999Z')).toBe('29 Nov 2026, 09:05 UTC');
    expect(formatters.ja.date('2026-11-29T09:05:59.999Z')).toBe('2026/11/29 09:05 UTC');
  });

  it('the moment from which something is possible is never early', () => {
    expect(formatters.en.moment('2026-11-29T09:05:59.001Z')).toBe('29 Nov 2026, 09:06:00 UTC');
    expect(formatters.en.moment('2026-11-29T09:05:59.000Z')).toBe('29 Nov 2026, 09:05:59 UTC');
  });

  it('sentences follow each other with a space, and without one in Japanese', () => {
    expect(formatters.en.sentences(['Sent.', undefined, 'Delivered.'])).toBe('Sent. Delivered.');
    expect(formatters.ja.sentences(['送信済み。', '配信済み。'])).toBe('送信済み。配信済み。');
  });

  it('windows are lengths of time in the language', () => {
    expect([formatters.en.window('P7D'), formatters.ja.window('P30D')]).toEqual(['7 days', '30\u00A0日']);
  });

  it('no Japanese number is parted from its unit at the end of a line', () => {
    expect(texts.ja.jobs.start('3', 3)).toContain('3\u00A0件');
    expect(texts.ja.contactDialog.refused['resend-too-soon']).toContain('1\u00A0分後');
    expect(texts.ja.webhooks.log).toContain('7\u00A0日');
  });

  it('a language is named in the language of the page', () => {
    expect([formatters.en.language('ja'), formatters.ja.language('en')]).toEqual(['Japanese', '英語']);
  });
});

test.each([
  ['/console', '/console'],
  ['/console/orders/A?x=1', '/console/orders/A?x=1'],
  ['/console?q=a%40b', '/console?q=a%40b'],
  ['/console/../console/orders/A', '/console/orders/A'],
  ['/console/../docs', '/console'],
  ['/console/%2e%2e/docs', '/console'],
  ['/consolex', '/console'],
  ['//evil.example/console', '/console'],
  ['https://evil.example/console', '/console'],
  ['/console\n//evil.example', '/console'],
  [undefined, '/console'],
])('the way back %s is %s', (asked, path) => {
  expect(ownPath(asked)).toBe(path);
});

describe('the second recipient of a line', () => {
  const copied = line({ copyTo: { email: 'desk@example.com', name: 'Help desk', locale: 'ja' } });

  it('is shown, and may be changed until the line is settled', async () => {
    const open = consoleOf(copied);
    await open.signIn();
    const page = (await open.get(linePath)).text;
    expect(page).toContain('desk');
    expect(page).toContain(`${linePath}/copy-to?from=line`);
    const dialog = (await open.get(`${linePath}/copy-to`)).text;
    expect(dialog).toContain('value="desk@example.com"');
    expect(dialog).toContain(texts.en.copyToDialog.remove);

    const settled = consoleOf(cancel(copied, now, { at: now, actor: 'commerce.workspace' }));
    await settled.signIn();
    expect((await settled.get(linePath)).text).not.toContain('/copy-to');
    expect((await settled.get(`${linePath}/copy-to`)).text).toContain(texts.en.explain.title.cancelled);
  });
});

test('a form about the second recipient that was sent after the session had ended is shown again as typed', async () => {
  const pages = consoleOf(line());
  await pages.signIn();
  const path = `${linePath}/copy-to`;
  const [, whose = ''] = /name="whose" value="([^"]+)"/.exec((await pages.get(path)).text) ?? [];
  pages.wait(61);
  const ended = await pages.post(path, undefined, { whose, email: 'desk@example.com', locale: 'ja' });
  expect([ended.status, ended.text]).toEqual([
    401,
    expect.stringContaining(texts.en.errors.sessionEndedKept) as string,
  ]);
  const kept = ended.headers.getSetCookie().find((set) => set.includes('console-draft='));
  await pages.signIn();
  const { text } = await pages.get(path, { cookie: `${pages.cookie()}; ${kept?.split(';')[0] ?? ''}` });
  expect(text).toContain('value="desk@example.com"');
  expect(text).toContain(texts.en.contactDialog.keptForYou);
});

describe('an order of 10,000 lines', () => {
  const others = Array.from({ length: 9999 }, (_, index) =>
    cancel(line({ lineId: String(index + 2) }), now, { at: now, actor: 'commerce.workspace' }),
  );

  // Lambda answers 6 MB at most.
  it.each(['/console/orders/ORD-1', `${linePath}/contact`])(
    'has pages that are no longer for it: %s',
    async (path) => {
      const pages = consoleOf(line(), undefined, undefined, others);
      await pages.signIn();
      const { status, text } = await pages.get(path);
      expect([status, text.length < 500_000]).toEqual([200, true]);
    },
  );

  it('leads on to the list, which has all of them', async () => {
    const pages = consoleOf(line(), undefined, undefined, others);
    await pages.signIn();
    const { text } = await pages.get('/console/orders/ORD-1');
    expect(text).toContain(texts.en.order.allLines('10,000'));
    expect(text).toContain('href="/console?q=ORD-1%2F&amp;show=all"');
    expect((await consoleOfOne()).text).not.toContain('ORD-1%2F');
  });

  const consoleOfOne = async () => {
    const pages = consoleOf(line());
    await pages.signIn();
    return await pages.get('/console/orders/ORD-1');
  };
});

test('a Closed line promises no more copies', async () => {
  const closed = line({ status: 'Closed', firstEmailSentAt: daysAfter(-8), closesAt: daysAfter(-1) });
  const awaiting = line({
    status: 'AwaitingProvisioningDetails',
    firstEmailSentAt: now,
    closesAt: daysAfter(7),
  });
  for (const [of, said] of [
    [line(), texts.en.copyToDialog.sendsNothing],
    [awaiting, texts.en.copyToDialog.remindersOnly],
    [closed, texts.en.copyToDialog.nothingToCopy],
  ] as const) {
    const pages = consoleOf(of);
    await pages.signIn();
    expect((await pages.get(`${linePath}/copy-to`)).text).toContain(said);
  }
});

describe('the form of a webhook', () => {
  const typed = { url: 'https://hooks.example.com/', description: 'Tickets', 'order_line.closed': 'yes' };

  it('keeps what was typed when the language changes', async () => {
    const pages = consoleOf(line());
    await pages.signIn();
    const { text } = await pages.post('/console/webhooks', undefined, { ...typed, language: 'ja' });
    expect(text).toContain('<html lang="ja">');
    for (const kept of ['value="https://hooks.example.com/"', 'value="Tickets"'])
      expect(text).toContain(kept);
    expect(text).toMatch(/name="order_line.closed" value="yes" checked/);
    expect(text).not.toContain('class="wrong"');
  });

  it('says what is wrong in the new language, too', async () => {
    const pages = consoleOf(line());
    await pages.signIn();
    const wrong = { url: 'https://10.0.0.1/', description: '<b>', checked: 'yes', language: 'ja' };
    const { text } = await pages.post('/console/webhooks', undefined, wrong);
    for (const field of ['url', 'description'] as const)
      expect(text).toContain(texts.ja.webhooks[`${field}Wrong`]);
  });

  it('and its list ask an operator for a partner that can be one', async () => {
    const pages = consoleOf(line());
    await pages.signIn({ partner_id: undefined, roles: ['operator'] });
    const { status, text } = await pages.get('/console/webhooks?partnerId=north%20wind');
    expect([status, text]).toEqual([400, expect.stringContaining('value="north wind"') as string]);
    expect(text).toContain(texts.en.partnerWrong);
    expect((await pages.get('/console/webhooks')).text).not.toContain(texts.en.partnerWrong);
  });
});

describe('who lacks a role', () => {
  it('for one thing is told so, and not that there is nothing to see', async () => {
    const pages = consoleOf(line());
    await pages.signIn({ roles: ['view'] });
    const { status, text } = await pages.get('/console/webhooks/new');
    expect([status, text]).toEqual([403, expect.stringContaining(texts.en.noAccess.roleMissing) as string]);
  });

  it.each(['/console', '/console/notifications'])(
    'for anything is told whom to ask for one: %s',
    async (path) => {
      const pages = consoleOf(line());
      await pages.signIn({ roles: [] });
      const { status, text } = await pages.get(path);
      expect([status, text]).toEqual([403, expect.stringContaining(texts.en.noAccess.noRole) as string]);
    },
  );
});

describe('the preview of an email', () => {
  const awaiting = line({ status: 'AwaitingProvisioningDetails' });
  const dialog = '/console/orders/ORD-1/lines/1';
  const here = 'https://console.test';

  it('is in the language that was chosen, in a frame that runs nothing and leads nowhere', async () => {
    const pages = consoleOf(awaiting);
    await pages.signIn();
    const { status, headers, text } = await pages.post(`${dialog}/resend/preview`, here, { locale: 'ja' });
    expect(status).toBe(200);
    expect(text).toContain('【再送】');
    expect(text).toContain('sandbox=""');
    expect(text).not.toContain('<script');
    expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
    expect(headers.get('content-security-policy')?.split('; ')).toEqual([
      "default-src 'none'",
      "style-src 'self' 'unsafe-inline'",
      "img-src 'self'",
      "form-action 'none'",
      "frame-ancestors 'self'",
      "base-uri 'none'",
    ]);
  });

  it('is the only page that may be framed, whatever an order is called', async () => {
    const pages = consoleOf(line({ orderId: 'preview' }));
    await pages.signIn();
    const { status, headers } = await pages.get('/console/orders/preview');
    expect(status).toBe(200);
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('content-security-policy')).toContain("form-action 'self'");
  });

  it('says what is wrong with what was typed, and shows names as text', async () => {
    const pages = consoleOf(awaiting);
    await pages.signIn();
    const typed = { email: 'jane@example.com', name: 'Jane "&" Doe', locale: 'en', all: 'yes' };
    const good = await pages.post(`${dialog}/contact/preview`, here, typed);
    expect(unbroken(good.text)).toContain('1 email goes to jane@example.com at once: Line 1.');
    expect(good.text).toContain('Hello Jane &amp;quot;&amp;amp;&amp;quot; Doe,');
    const wrong = await pages.post(`${dialog}/contact/preview`, here, { ...typed, email: 'jane' });
    expect(wrong.text).toContain(texts.en.contactDialog.wrong.email);
    const stray = await pages.post(`${dialog}/contact/preview`, here, {
      ...typed,
      email: 'j%ne@example.com',
    });
    expect(stray.text).toContain('Character 2 of the address, “%”, cannot be there.');
  });

  it.each([
    ['en', 'jane%doe@example.com', 'Character 5 of the address, “%”, cannot be there. Enter one complete'],
    ['en', ' jane@exam ple.com ', 'Character 10 of the address, a space, cannot be there. Enter one'],
    [
      'ja',
      'jane＠example.com',
      'メールアドレスの 5\u00a0文字目の「＠」は、この位置では使用できません。メール',
    ],
    ['ja', 'jane@exam　ple.com', 'メールアドレスの 10\u00a0文字目のスペースは、この位置では使用できません。'],
  ] as const)('names the character of an address that cannot be there: %s, %s', (language, email, said) => {
    const view = { t: texts[language], format: formatters[language] };
    expect(whatIsWrong(view, 'email', { email, name: '', locale: 'en' })).toContain(said);
  });

  it('is for those who are signed in', async () => {
    const { status, text } = await consoleOf(awaiting).post(`${dialog}/resend/preview`, here);
    expect(status).toBe(401);
    expect(text).not.toContain('it@example.com');
    expect(text).toContain('Please sign in again.');
    // Nothing leads from the frame to the sign-in, which would not open there.
    expect(text).not.toContain('<a ');
  });
});
