import { SignJWT } from 'jose';
import { type Client, client } from '../support/client.ts';
import { booked, newOrder } from '../support/events.ts';
import { type Service, startService } from '../support/service.ts';
import { unbroken, type Visitor, visitor } from '../support/visitor.ts';

/** Attacks on the console, each as an attacker would make it: over HTTP. */

let service: Service;
let api: Client;
let maya: Visitor;
let orderId: string;
const session = 'console-session';

beforeAll(async () => {
  service = await startService();
  api = client(service.url);
  orderId = newOrder();
  await api.send(booked(orderId));
  maya = visitor(service.url);
  await maya.signIn('maya');
});
afterAll(() => service.stop());

const linePath = (order: string) => `/console/orders/${order}/lines/1`;
const pages = (order: string) => [
  '/console',
  `/console/orders/${order}`,
  linePath(order),
  `${linePath(order)}/resend`,
  `${linePath(order)}/contact`,
  `${linePath(order)}/copy-to`,
  `/console/subscriptions/Sub-${order}`,
];

/** What a browser keeps of the sign-ins that it has begun. */
const signInCookies = ({ cookies }: Visitor): readonly string[] =>
  [...cookies].filter(([name]) => name.startsWith('console-sign-in-')).map(([, value]) => value);

describe('a session', () => {
  const claims = { sub: 'maya', email: 'm@northwind.example', partner_id: 'northwind', roles: ['operator'] };
  const value = { id: 'x', startedAt: Date.now(), claims };

  it('is needed by every page', async () => {
    for (const path of pages(orderId)) {
      const { status, location } = await visitor(service.url).go(path);
      expect([status, location]).toEqual([303, `/console/sign-in?return=${encodeURIComponent(path)}`]);
    }
  });

  it('cannot be forged, changed, unsigned, or made of another cookie', async () => {
    const real = maya.cookies.get(session) ?? '';
    const [header, payload, signature] = real.split('.');
    const decoded = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString()) as { value: typeof value };
    decoded.value.claims.roles = ['operator'];
    const raised = Buffer.from(JSON.stringify(decoded)).toString('base64url');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    const forged = await new SignJWT({ value })
      .setProtectedHeader({ alg: 'HS256' })
      .setAudience(session)
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode('a secret that somebody guessed, of 32 bytes'));
    const stranger = visitor(service.url);
    await stranger.go('/console/sign-in');
    const [other = ''] = signInCookies(stranger);
    for (const cookie of [
      forged,
      `${header}.${raised}.${signature}`,
      `${none}.${payload}.`,
      `${header}.${payload}.`,
      other,
      'nonsense',
      '',
    ]) {
      const { status } = await visitor(service.url, { cookie: `${session}=${cookie}` }).go('/console');
      expect(status).toBe(303);
    }
    expect((await visitor(service.url, { cookie: `${session}=${real}` }).go('/console')).status).toBe(200);
  });

  it('is out of reach of scripts and other sites', async () => {
    const someone = visitor(service.url);
    const { location = '' } = await someone.untilBack('maya');
    const { headers } = await someone.go(location);
    const cookie = headers.getSetCookie().find((line) => line.startsWith(`${session}=`));
    expect(cookie).toMatch(/; HttpOnly/);
    expect(cookie).toMatch(/; SameSite=Lax/);
    expect(cookie).toMatch(/; Path=\//);
  });

  it('ends with signing out, at the issuer too', async () => {
    const someone = visitor(service.url);
    await someone.signIn('maya');
    const { text } = await someone.go('/console');
    const token = /name="token" value="([^"]+)"/.exec(text)?.[1] ?? '';
    const left = await someone.post('/console/sign-out', { token });
    expect(left.status).toBe(200);
    expect(someone.cookies.has(session)).toBe(false);

    const issuer = /http-equiv="refresh" content="0;url=([^"]+)"/
      .exec(left.text)?.[1]
      ?.replaceAll('&amp;', '&');
    const page = await someone.go(issuer ?? '');
    const [, action = ''] = /action="([^"]+)"/.exec(page.text) ?? [];
    const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(page.text) ?? [];
    const back = await someone.post(action, { xsrf, logout: 'yes' });
    expect(back.location).toBe('/console/sign-out');
    expect((await someone.follow(await someone.go('/console'))).text).toContain('Who are you?');
  });

  it('begins however often it was begun, and however long the address was', async () => {
    const someone = visitor(service.url);
    for (let times = 0; times < 12; times += 1) await someone.go('/console/sign-in');
    expect(signInCookies(someone).length).toBeLessThanOrEqual(4);
    expect((await someone.signIn('maya', `/console?x=${'a'.repeat(5000)}`)).text).toContain('Maya Lindqvist');
  });

  it('is not ended by other sites', async () => {
    const { status } = await maya.post('/console/sign-out', {}, { origin: 'https://evil.example' });
    expect(status).toBe(403);
    expect((await maya.post('/console/sign-out')).location).toBe('/console/sign-out');
    expect((await maya.go('/console')).status).toBe(200);
  });
});

describe('signing in', () => {
  it('counts only in the browser that began it, and once', async () => {
    const victim = visitor(service.url);
    for (const path of ['/console/signed-in?code=x&state=y', '/console/signed-in']) {
      const { status, text } = await victim.go(path);
      expect(status).toBe(400);
      expect(text).toContain('Sign-in was not completed');
      expect(victim.cookies.has(session)).toBe(false);
    }
    await victim.go('/console/sign-in');
    expect((await victim.go('/console/signed-in?code=x&state=other')).status).toBe(400);
    expect(victim.cookies.has(session)).toBe(false);
    expect((await victim.go('/console/signed-in?error=access_denied&state=other')).status).toBe(400);

    const attacker = visitor(service.url);
    const { location: own = '' } = await attacker.untilBack('ken');
    await victim.go('/console/sign-in');
    expect((await victim.go(own)).status).toBe(400);
    expect(victim.cookies.has(session)).toBe(false);
    expect((await attacker.go(own)).location).toBe('/console');
    expect((await visitor(service.url).go(own)).status).toBe(400);
  });

  it.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/console/../../evil',
    '/console\\..\\..\\evil',
    '/console/%0d%0aset-cookie:x',
    '/consoles',
    'javascript:alert(1)',
    '/console@evil.example',
    'http:/console',
    '\t//evil.example',
    '/docs',
  ])('leads back to the console alone, whatever the address says: %s', async (to) => {
    const path = `/console/sign-in?return=${encodeURIComponent(to)}`;
    const { location } = await maya.go(path);
    expect(location).toMatch(/^\/console($|\/%0d%0aset-cookie:x$)/);
  });

  it('leads back to where the person wanted to go', async () => {
    const someone = visitor(service.url);
    const { status, text } = await someone.signIn('maya', `${linePath(orderId)}/resend?from=order`);
    expect(status).toBe(200);
    expect(text).toContain('Resend Confirmation');
  });
});

describe('a form', () => {
  const emails = async () => (await api.emails(`it@${orderId.toLowerCase()}.example`)).length;

  /** A line that could be resent at once. */
  const resendable = async () => {
    const order = newOrder();
    await api.send(booked(order));
    const path = `${linePath(order)}/resend`;
    return { path, token: await maya.token(path), to: `it@${order.toLowerCase()}.example` };
  };

  it.each([
    ['another site', { origin: 'https://evil.example' }],
    ['a site that hides where it is', { origin: 'null' }],
    ['another site of the same domain', { origin: 'http://evil.localhost', 'sec-fetch-site': 'same-site' }],
  ])('of %s is refused', async (_, headers) => {
    const { path, token, to } = await resendable();
    const { status, text } = await maya.post(path, { token }, headers);
    expect(status).toBe(403);
    expect(text).toContain('The request was not accepted');
    expect(await api.emails(to)).toHaveLength(1);
  });

  it('that does not say where it is from is refused', async () => {
    const { path, token, to } = await resendable();
    const response = await fetch(service.url + path, {
      method: 'POST',
      headers: { cookie: `${session}=${maya.cookies.get(session)}` },
      body: new URLSearchParams({ token }),
    });
    expect(response.status).toBe(403);
    expect(await api.emails(to)).toHaveLength(1);
  });

  it('without a token of this session sends nothing, and is shown again', async () => {
    const other = visitor(service.url);
    await other.signIn('maya');
    const before = await emails();
    for (const token of ['', 'x', 'x.y', await other.token(`${linePath(orderId)}/resend`)]) {
      const { status, text } = await maya.post(`${linePath(orderId)}/resend`, { token });
      expect(status).toBe(403);
      expect(text).toContain('Nothing has been sent yet');
      const typed = { token, email: 'evil@example.com', name: 'Typed Name', locale: 'ja' };
      const contact = await maya.post(`${linePath(orderId)}/contact`, typed);
      expect(contact.status).toBe(403);
      expect(contact.text).toContain('value="Typed Name"');
    }
    expect(await emails()).toBe(before);
    expect(await api.emails('evil@example.com')).toEqual([]);
  });

  it('sent many times at once, and again later, sends one email', async () => {
    const token = await maya.token(`${linePath(orderId)}/resend`);
    const before = await emails();
    const send = () => maya.post(`${linePath(orderId)}/resend`, { token });
    const answers = await Promise.all(Array.from({ length: 8 }, send));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([303]));
    expect(await emails()).toBe(before + 1);
    await api.advance('PT2M');
    const { text } = await maya.follow(await send());
    expect(text).toContain('The email was sent');
    expect(await emails()).toBe(before + 1);
  });

  it('that changes the contact, sent twice at once, sends one email and says so twice', async () => {
    const path = `${linePath(orderId)}/contact`;
    const { text } = await maya.go(path);
    const hidden = (name: string) =>
      new RegExp(`name="${name}" value="([^"]+)"`).exec(text.slice(text.indexOf('<main')))?.[1] ?? '';
    const form = {
      token: hidden('token'),
      email: 'second@example.com',
      name: '',
      locale: 'en',
    };
    const results = await Promise.all([maya.post(path, form), maya.post(path, form)]);
    const pages = await Promise.all(results.map(({ location }) => maya.go(location ?? '')));
    expect(await api.emails('second@example.com')).toHaveLength(1);
    expect(pages.filter(({ text: page }) => page.includes('Nothing was changed'))).toEqual([]);
    // A browser shows the answer that came last: it holds the result of one.
    expect(pages.some(({ text: page }) => unbroken(page).includes('was sent to second@example.com'))).toBe(
      true,
    );

    await maya.post(path, { ...form, token: await maya.token(path), email: 'third@example.com' });
    for (const email of ['second@example.com', 'typed-over@example.com']) {
      const again = await maya.follow(await maya.post(path, { ...form, email }));
      expect(unbroken(again.text)).toContain('was sent to second@example.com');
    }
    expect((await api.emails('second@example.com')).length).toBe(1);
    expect(await api.emails('typed-over@example.com')).toEqual([]);
    expect((await maya.go(linePath(orderId))).text).toContain('third<wbr');
  });

  it('that leaves an address as it was shown does not bring it back when somebody has changed it since', async () => {
    const path = `${linePath(orderId)}/contact`;
    const opened = (await maya.go(path)).text;
    const hidden = (name: string, text: string) =>
      new RegExp(`name="${name}" value="([^"]*)"`).exec(text.slice(text.indexOf('<main')))?.[1] ?? '';
    const shown = hidden('shown', opened);
    const successor = { email: 'successor@example.com', name: '', locale: 'en' };
    await maya.post(path, { ...successor, token: await maya.token(path), shown });
    const before = (await api.emails(shown)).length;

    const named = { token: hidden('token', opened), shown, email: shown, name: 'Typed Name', locale: 'en' };
    const { status, text } = await maya.post(path, named);
    expect(status).toBe(409);
    expect(text).toContain('was changed after you opened this page');
    expect(hidden('shown', text)).toBe('successor@example.com');
    expect(text).toContain('value="Typed Name"');
    const again = {
      ...named,
      token: hidden('token', text),
      shown: hidden('shown', text),
      email: hidden('shown', text),
    };
    expect((await maya.follow(await maya.post(path, again))).text).toContain('Nothing was sent');
    expect(await api.emails(shown)).toHaveLength(before);
    expect(await api.emails('successor@example.com')).toHaveLength(1);
  });

  it('of a session that has ended is kept, shown again after sign-in, and counts only when confirmed', async () => {
    const someone = visitor(service.url);
    const path = `${linePath(orderId)}/contact?from=order`;
    const [, whose = ''] = /name="whose" value="([^"]+)"/.exec((await maya.go(path)).text) ?? [];
    const typed = {
      token: 'old',
      whose,
      email: 'typed@example.com',
      name: 'Typed Name',
      locale: 'ja',
      all: 'yes',
    };
    const { status, text } = await someone.post(path, typed);
    expect(status).toBe(401);
    expect(text).toContain('What you entered is kept');
    const [, signIn = ''] = /href="(\/console\/sign-in[^"]+)"/.exec(text) ?? [];
    const shown = await someone.signIn('maya', signIn.replaceAll('&amp;', '&'));
    expect(shown.text).toContain('value="typed@example.com"');
    expect(shown.text).toContain('value="Typed Name"');
    expect(shown.text).toContain('You had to sign in again');
    expect(await api.emails('typed@example.com')).toEqual([]);
  });

  it('of a session that has ended is shown to nobody else', async () => {
    const someone = visitor(service.url);
    await someone.signIn('maya');
    const path = `${linePath(orderId)}/contact`;
    const [, whose = ''] = /name="whose" value="([^"]+)"/.exec((await someone.go(path)).text) ?? [];
    someone.cookies.delete(session);
    await someone.post(path, { whose, email: 'typed-by-maya@example.com' });
    const toOthers = await someone.signIn('olivia', path);
    expect(toOthers.status).toBe(200);
    expect(toOthers.text).not.toContain('typed-by-maya');
    someone.cookies.delete(session);
    expect((await someone.go(path)).status).toBe(303);
  });

  it.each([
    '/console/sign-out',
    `${linePath('ORD-1')}/contact`,
    `${linePath('ORD-1')}/copy-to`,
    `${linePath('ORD-1')}/resend`,
  ])('that is none is no fault of ours: %s', async (path) => {
    const headers = { origin: service.url, 'content-type': 'multipart/form-data; boundary=q' };
    const response = await fetch(service.url + path, {
      method: 'POST',
      headers,
      body: 'xx',
      redirect: 'manual',
    });
    expect(response.status).toBeLessThan(500);
  });

  it('that is too large is refused with a page', async () => {
    const { status, text } = await maya.post(`${linePath(orderId)}/contact`, { name: 'x'.repeat(20_000) });
    expect(status).toBe(413);
    expect(text).toContain('The form is too large');
  });
});

describe('a page', () => {
  it('is protected from scripts, frames and caches', async () => {
    const missing = ['/console/nowhere', linePath('NO-SUCH')];
    for (const path of [...pages(orderId), ...missing, '/console/sign-out', '/console/signed-in']) {
      const { headers } = await maya.go(path);
      const policy = headers.get('content-security-policy') ?? '';
      for (const rule of [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
      ]) {
        expect(policy.split('; ')).toContain(rule);
      }
      expect(policy).not.toContain('unsafe');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('same-origin');
    }
  });

  it('has no script or style in it, and loads only what never changes', async () => {
    for (const path of pages(orderId)) {
      const { text } = await maya.go(path);
      expect(text).not.toMatch(/<script(?![^>]*src=)|<style|\sstyle=|\son\w+=/);
      for (const [, asset = ''] of text.matchAll(/(?:src|href)="(\/console\/assets\/[^"]+)"/g)) {
        const { status, headers } = await maya.go(asset);
        expect(status).toBe(200);
        expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      }
    }
    expect((await maya.go('/console/assets/console.000000000000.css')).status).toBe(404);
    expect((await maya.go('/console/assets/..%2f..%2fapp.tsx')).status).toBe(404);
  });

  it('shows text as text, whoever it came from', async () => {
    const hostile = `"> ' & < img src=x onerror=alert(1)> {{7*7}} &lt;b&gt;`;
    const order = newOrder();
    await api.send(
      booked(order, {
        endCustomer: { name: hostile },
        placedBy: { name: hostile, email: 'p@northwind.example' },
        provisioningContact: { email: `it@${order.toLowerCase()}.example`, name: hostile },
      }),
    );
    const [sent] = await api.emails(`it@${order.toLowerCase()}.example`);
    await api.send({
      source: 'aws.ses',
      'detail-type': 'Email Bounced',
      detail: {
        mail: { messageId: sent?.messageId, tags: { orderId: [order], lineId: ['1'] } },
        bounce: {
          bounceType: 'Permanent',
          bouncedRecipients: [{ diagnosticCode: '</q><script>alert(1)</script>' }],
        },
      },
    });
    const hostilePages = [...pages(order), `/console?q=${encodeURIComponent('"><script>alert(1)</script>')}`];
    for (const path of hostilePages) {
      const { text } = await maya.go(path);
      expect(text).not.toMatch(/< img|<script>alert|"> '/);
    }
    expect((await maya.go(linePath(order))).text).toContain('&lt;/q&gt;&lt;script&gt;');
  });

  it('of another partner is exactly that of what does not exist', async () => {
    const ken = visitor(service.url);
    await ken.signIn('ken');
    const strip = (text: string, order: string) =>
      text
        .replaceAll(order, 'X')
        .replace(/name="token" value="[^"]+"/g, '')
        .replace(/data-now="[^"]+"/, '');
    for (const [index, path] of pages(orderId).slice(1).entries()) {
      const foreign = await ken.go(path);
      const missing = await ken.go(pages('NO-SUCH')[index + 1] ?? '');
      expect(foreign.status).toBe(404);
      expect(strip(foreign.text, orderId)).toBe(strip(missing.text, 'NO-SUCH'));
    }
    const token = await ken.token('/console/sign-out');
    for (const action of ['resend', 'contact']) {
      const { status } = await ken.post(`${linePath(orderId)}/${action}`, {
        token,
        email: 'ken@example.com',
        locale: 'en',
      });
      expect(status).toBe(404);
    }
    expect(await api.emails('ken@example.com')).toEqual([]);
    expect((await ken.go(`/console?q=${orderId}`)).text).toContain('No order ID');
    expect((await ken.go('/console?partnerId=northwind')).status).toBe(404);
  });
});

describe('roles', () => {
  it('view only sees whom to ask, and can do nothing', async () => {
    const erik = visitor(service.url);
    await erik.signIn('erik');
    expect((await erik.go(linePath(orderId))).text).toContain('Ask Maya Lindqvist');
    const token = await erik.token('/console/sign-out');
    for (const action of ['resend', 'contact']) {
      const page = await erik.go(`${linePath(orderId)}/${action}`);
      expect(page.status).toBe(403);
      expect(page.text).toContain('value="maya@northwind.example"');
      const done = await erik.post(`${linePath(orderId)}/${action}`, {
        token,
        email: 'e@example.com',
        locale: 'en',
      });
      expect(done.status).toBe(403);
    }
    expect(await api.emails('e@example.com')).toEqual([]);
  });

  it('without a role there is the way to get one', async () => {
    const sam = visitor(service.url);
    const { status, text } = await sam.signIn('sam');
    expect(status).toBe(403);
    expect(text).toContain('You do not have access');
    expect(text).toContain('value="sam.reed@northwind.example"');
  });

  it('an operator names the partner, or searches all of them', async () => {
    const olivia = visitor(service.url);
    expect((await olivia.signIn('olivia')).text).toContain('All partners');
    expect((await olivia.go('/console?partnerId=northwind')).text).toContain(orderId);
    expect((await olivia.go(`/console?q=${orderId}`)).text).toContain('Line 1');
    expect((await olivia.go(`/console?q=${orderId.slice(0, -2).toLowerCase()}`)).text).toContain(
      'northwind · Sub-',
    );
    expect((await olivia.go(`/console?q=${orderId}/7`)).text).toContain('begins with');
    expect((await olivia.go('/console?partnerId=no%20id')).status).toBe(404);
    expect((await olivia.go('/console?partner=no%20id')).status).toBe(400);
  });
});
