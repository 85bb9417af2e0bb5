import type { Client } from '../support/client.ts';
import { booked, cancelled, daysAfter, newOrder, onboarded } from '../support/events.ts';
import { startRunning } from '../support/running.ts';
import type { Service } from '../support/service.ts';

/** What is left of settled lines after 400 days, the default, on the product's clock. */

let service: Service;
let api: Client;
let token: string;

beforeAll(async () => {
  ({ service, api, token } = await startRunning({}, { email: 'maya@northwind.example' }));
});
afterAll(() => service.stop());

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
