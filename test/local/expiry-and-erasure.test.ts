import type { Client } from '../support/client.ts';
import { booked, cancelled, daysAfter, newOrder, onboarded, partner } from '../support/events.ts';
import { startRunning } from '../support/running.ts';
import type { Service } from '../support/service.ts';

let service: Service;
let api: Client;
let token: string;

beforeAll(async () => {
  ({ service, api, token } = await startRunning({}, { email: 'maya@northwind.example' }));
});
afterAll(() => service.stop());

/** What is left of settled lines after 400 days, the default, on the product's clock. */
describe('expiry', () => {
  async function listed(): Promise<ReadonlySet<string>> {
    const { items } = await api.ok<{ items: { orderId: string }[] }>('/order-lines', { token });
    return new Set(items.map(({ orderId }) => orderId));
  }

  test('settled lines go, each in its time; open ones stay', async () => {
    const [onboardedOrder, cancelledOrder, closedOrder, resentOrder, openOrder] = [
      newOrder(),
      newOrder(),
      newOrder(),
      newOrder(),
      newOrder(),
    ];
    await api.send(
      ...[onboardedOrder, cancelledOrder, closedOrder, resentOrder].map((order) => booked(order)),
      booked(openOrder, { requestedStartDate: daysAfter(await api.now(), 600) }),
    );
    await api.send(onboarded(onboardedOrder), cancelled(cancelledOrder));
    await api.advance('P399D');
    expect((await listed()).size).toBe(5);
    expect((await api.resend(token, resentOrder)).status).toBe(200);

    await api.advance('P2D');
    expect((await api.line(token, onboardedOrder)).status).toBe(404);
    expect((await api.line(token, cancelledOrder)).status).toBe(404);
    expect(await listed()).toEqual(new Set([closedOrder, resentOrder, openOrder]));

    await api.advance('P7D');
    expect(await listed()).toEqual(new Set([resentOrder, openOrder]));
    expect((await api.request(`/orders/${onboardedOrder}`, { token })).status).toBe(404);

    await api.advance('P401D');
    expect(await listed()).toEqual(new Set([openOrder]));
    expect((await api.line(token, openOrder)).body.status).toBe('Closed');
  });

  test('events about a line that has gone harm nothing, and end like it', async () => {
    const order = newOrder();
    await api.send(booked(order));
    await api.send(cancelled(order));
    await api.advance('P401D');
    const letters = await api.deadLetters();
    await api.send(cancelled(order), onboarded(order));
    expect((await api.line(token, order)).status).toBe(404);
    expect(await api.deadLetters()).toEqual(letters);
    await api.advance('P401D');
    // Nothing is left of the cancellation: a new booking is a new line.
    await api.send(booked(order));
    expect((await api.line(token, order)).body.status).toBe('AwaitingProvisioningDetails');
  });
});

/** A person's address goes from all lines of all partners, as `npm run erase` does it. */
describe('erasure', () => {
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
});
