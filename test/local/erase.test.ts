import type { Client } from '../support/client.ts';
import { booked, daysAfter, newOrder, partner } from '../support/events.ts';
import { startRunning } from '../support/running.ts';
import type { Service } from '../support/service.ts';

/** A person's address goes from all lines of all partners, as `npm run erase` does it. */

let service: Service;
let api: Client;
let token: string;

beforeAll(async () => {
  ({ service, api, token } = await startRunning({}, { email: 'maya@northwind.example' }));
});
afterAll(() => service.stop());

interface Mention {
  readonly of: string;
  readonly in: readonly string[];
  readonly left?: string;
}
const erase = async (email: string, options = {}) =>
  (await api.ok<{ items: Mention[] }>('/_local/erase', { method: 'POST', json: { email, ...options } }))
    .items;

const everythingOf = async (orderId: string) =>
  JSON.stringify([(await api.line(token, orderId)).body, await api.history(token, orderId)]);

test('who asked for a bulk resend, and whom it reached', async () => {
  const [order, jo] = [newOrder(), 'jo.job@example.com'];
  await api.send(booked(order, { provisioningContact: { email: jo, name: 'Jo Job' } }));
  const own = await api.token({ partnerId: partner, roles: ['resend'], email: jo });
  const { jobId } = await api.ok<{ jobId: string }>('/resend-jobs', {
    method: 'POST',
    token: own,
    json: { lines: [{ orderId: order, lineId: '1' }] },
  });
  await api.idle();
  const job = async () =>
    JSON.stringify([
      await api.ok(`/resend-jobs/${jobId}`, { token }),
      await api.ok(`/resend-jobs/${jobId}/items`, { token }),
    ]);
  expect(await job()).toMatch(/"sent"[^]*jo\.job/);

  expect((await erase(jo, { execute: true })).filter(({ left }) => left)).toEqual([]);
  expect(await job()).not.toMatch(/jo\.job/);
  expect(await job()).toContain('"sent"');
  expect(await erase(jo)).toEqual([]);
});

test('a contact of today, one of yesterday and one of tomorrow', async () => {
  const jo = 'jo.reyes@example.com';
  const provisioningContact = { email: jo, name: 'Jo Reyes' };
  const [today, yesterday, tomorrow, others] = [newOrder(), newOrder(), newOrder(), newOrder()];
  await api.send(
    booked(today, { provisioningContact }),
    booked(yesterday, { provisioningContact }),
    booked(tomorrow, { provisioningContact, requestedStartDate: daysAfter(await api.now(), 9) }),
    booked(others),
  );
  await api.changeContact(token, yesterday, '1', { email: 'new@example.com', name: 'Nia New' });
  await api.resend(token, today, '1', { 'idempotency-key': 'key' });
  await api.idle();
  const untouched = [await everythingOf(others), await everythingOf(tomorrow)];

  const wouldBe = await erase(jo);
  expect(new Map(wouldBe.map((mention) => [mention.of, mention]))).toEqual(
    new Map([
      [
        `${today}/1`,
        { of: `${today}/1`, in: expect.arrayContaining(['provisioningContact', 'answers', 'history']) },
      ],
      [`${yesterday}/1`, { of: `${yesterday}/1`, in: ['history'] }],
      [
        `${tomorrow}/1`,
        { of: `${tomorrow}/1`, in: ['provisioningContact', 'history'], left: 'first-email-due' },
      ],
    ]),
  );
  expect(await everythingOf(today)).toContain(jo);

  expect(await erase('Jo.Reyes@Example.com', { execute: true })).toHaveLength(3);
  for (const order of [today, yesterday]) expect(await everythingOf(order)).not.toMatch(/reyes/i);
  expect((await api.line(token, yesterday)).body.provisioningContact.name).toBe('Nia New');
  expect([await everythingOf(others), await everythingOf(tomorrow)]).toEqual(untouched);

  const found = await api.ok<{ items: { orderId: string }[] }>('/order-lines?q=erased@person.invalid', {
    token,
  });
  expect(found.items.map(({ orderId }) => orderId)).toContain(today);
  expect((await api.line(token, today)).body.resend).toMatchObject({
    allowed: false,
    reason: 'contact-undeliverable',
  });

  await api.changeContact(token, tomorrow, '1', { email: 'new@example.com' });
  await erase(jo, { execute: true });
  expect(await erase(jo)).toEqual([]);
  const sent = (await api.emails(jo)).length;
  await api.advance('P10D');
  expect(await api.emails(jo)).toHaveLength(sent);
  expect(await api.emails('erased@person.invalid')).toEqual([]);
});
