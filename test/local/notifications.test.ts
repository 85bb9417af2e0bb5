import type { NotificationsAnswer } from '../../shared/contracts/notification-api.ts';
import type { Client } from '../support/client.ts';
import { booked, newOrder, partner } from '../support/events.ts';
import { startRunning } from '../support/running.ts';
import type { Service } from '../support/service.ts';
import { visitor } from '../support/visitor.ts';

/** What people are told of by email, as they see it: in their mail, by the API and on the console's page. */

let service: Service;
let api: Client;

beforeAll(async () => {
  ({ service, api } = await startRunning());
});
afterAll(() => service.stop());

const path = '/me/notifications';
const wishes = { digest: true, bounces: false, timeZone: 'Asia/Tokyo', locale: 'en' };

/** Somebody with an address of their own, who may only look. */
async function somebody(partnerId = partner) {
  const email = `${crypto.randomUUID().slice(0, 8)}@${partnerId}.example`;
  const token = await api.token({ partnerId, roles: ['view'], email });
  return {
    email,
    read: () => api.ok<NotificationsAnswer>(path, { token }),
    choose: (changes: object = {}) =>
      api.ok<NotificationsAnswer>(path, { method: 'PUT', token, json: { ...wishes, ...changes } }),
    mail: () => api.emails(email),
  };
}
const bouncing = { email: 'bounce+desk@simulator.amazonses.com' };

test('a digest comes at 08:00 of the reader, with the lines of their own partner, and one click ends it', async () => {
  const [maya, quiet, foreign] = [await somebody(), await somebody('contoso'), await somebody('fabrikam')];
  expect(await maya.read()).toEqual({ digest: false, bounces: false });
  const { nextDigestAt = '' } = await maya.choose();
  expect(nextDigestAt).toMatch(/T23:00:00.000Z$/);
  await quiet.choose();
  await foreign.choose();
  const [own, others] = [newOrder(), newOrder()];
  await api.send(
    booked(own, { provisioningContact: bouncing }),
    booked(others, { provisioningContact: bouncing, partnerId: 'fabrikam' }),
  );
  await api.advance('P1D');

  const [digest, ...more] = await maya.mail();
  expect(more).toEqual([]);
  expect(digest?.sentAt.slice(0, 16)).toBe(nextDigestAt.slice(0, 16));
  expect(digest?.text).toContain(own);
  expect(digest?.text).not.toContain(others);
  expect((await foreign.mail())[0]?.text).toContain(others);
  expect(await quiet.mail()).toEqual([]);

  // As a mail program does it: from no page, without cookies, and perhaps twice.
  const link = /^<(.+)>$/.exec(digest?.headers?.['List-Unsubscribe'] ?? '')?.[1] ?? '';
  expect(digest?.headers).toMatchObject({ 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' });
  const press = (url: string) =>
    fetch(url, { method: 'POST', body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }) });
  await press(link.replace(/[^/]+$/, 'another-token'));
  expect((await maya.read()).digest).toBe(true);
  // Programs that look for harmful links open them.
  expect((await fetch(link)).status).toBe(200);
  expect((await maya.read()).digest).toBe(true);
  for (let times = 0; times < 2; times += 1) expect((await press(link)).status).toBe(200);
  expect((await maya.read()).digest).toBe(false);

  await api.send(booked(newOrder(), { provisioningContact: bouncing }));
  await api.advance('P2D');
  expect(await maya.mail()).toHaveLength(1);
});

test('who chose so is told at once, as is who placed the order; nobody twice', async () => {
  const [maya, desk] = [await somebody(), await somebody()];
  await maya.choose({ digest: false, bounces: true });
  await desk.choose({ digest: false, bounces: true, locale: 'ja' });
  const order = newOrder();
  const placedBy = { name: 'Maya', email: maya.email };
  await api.send(booked(order, { provisioningContact: bouncing, placedBy }));
  expect((await maya.mail()).map(({ subject }) => subject)).toEqual([
    `The email of order ${order}, line 1, did not arrive`,
  ]);
  const [notice] = await desk.mail();
  expect(notice?.subject).toContain(order);

  const link = /\/console\/notices\/\S+/.exec(notice?.text ?? '')?.[0] ?? '';
  await visitor(service.url).post(link);
  expect(await desk.read()).toMatchObject({ bounces: false });
  await desk.choose({ digest: false, bounces: true });
  expect(await desk.read()).toMatchObject({ bounces: true });
});

test('whose digest bounces gets no more, learns why, and may choose again', async () => {
  const email = 'bounce+reader@simulator.amazonses.com';
  const token = await api.token({ partnerId: partner, roles: ['view'], email });
  const choose = () => api.ok<NotificationsAnswer>(path, { method: 'PUT', token, json: wishes });
  await choose();
  await api.send(booked(newOrder(), { provisioningContact: bouncing }));
  await api.advance('P1D');
  await api.send(booked(newOrder(), { provisioningContact: bouncing }));
  await api.advance('P1D');
  const digests = (await api.emails(email)).filter(({ tags }) => tags['notice'] === 'digest');
  expect(digests).toHaveLength(1);
  const read = await api.ok<NotificationsAnswer>(path, { token });
  expect(read).toMatchObject({ digest: false, undeliverableSince: expect.any(String) });
  expect(await choose()).not.toHaveProperty('undeliverableSince');
});

test('nothing is chosen for those whom no address or no partner is known of', async () => {
  const unverified = {
    partnerId: partner,
    roles: ['view'],
    email: 'eve@northwind.example',
    emailVerified: false,
  };
  for (const claims of [unverified, { partnerId: partner, roles: ['view'] }]) {
    const { status, body } = await api.request(path, {
      method: 'PUT',
      token: await api.token(claims),
      json: wishes,
    });
    expect([status, body['code']]).toEqual([403, 'email-not-verified']);
  }
  const operator = await api.token({ roles: ['operator'], email: 'ops@example.com' });
  const none = await api.token({ partnerId: partner, roles: [], email: 'none@northwind.example' });
  for (const token of [operator, none])
    for (const method of ['GET', 'PUT']) {
      const { status, body } = await api.request(path, {
        method,
        token,
        ...(method === 'PUT' ? { json: wishes } : {}),
      });
      expect([status, body['code']]).toEqual([403, 'no-access']);
    }
});

test('people choose on a page of the console, without scripts', async () => {
  const browser = visitor(service.url);
  await browser.signIn('maya');
  const page = '/console/notifications';
  const form = { ...wishes, digest: 'yes', bounces: '', timeZone: 'Europe/Berlin' };
  expect((await browser.post(page, { token: 'forged', ...form })).status).toBe(403);
  const saved = await browser.post(page, { token: await browser.token(page), ...form });
  expect(saved.status).toBe(303);
  const { text } = await browser.follow(saved);
  expect(text).toMatch(/name="digest"[^>]*checked/);
  expect(text).not.toMatch(/name="bounces"[^>]*checked/);
  expect(text).toMatch(/<option selected[^>]*>Europe\/Berlin</);
  const wrong = await browser.post(page, { token: await browser.token(page), ...form, timeZone: 'Mars' });
  expect(wrong.status).toBe(400);
});

test('erasing a person removes what they chose', async () => {
  const maya = await somebody();
  await maya.choose();
  const erase = () =>
    api.ok<{ items: object[] }>('/_local/erase', {
      method: 'POST',
      json: { email: maya.email, execute: true },
    });
  expect((await erase()).items).toHaveLength(1);
  expect((await erase()).items).toEqual([]);
  expect(await maya.read()).toEqual({ digest: false, bounces: false });
});
