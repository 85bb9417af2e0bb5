import { sources } from '../../shared/contracts/events.ts';
import { type Client, client, eventsIn, type PublishedEvent } from '../support/client.ts';
import { booked, cancelled, newOrder, onboarded, partner } from '../support/events.ts';
import { type Service, startService } from '../support/service.ts';
import { tellable, toldBy } from '../support/told-line.ts';

let service: Service;
let api: Client;
let token: string;

async function start(dataFolder?: string): Promise<void> {
  service = await startService(dataFolder === undefined ? {} : { dataFolder });
  api = client(service.url);
  token = await api.token({ partnerId: partner, roles: ['resend'] });
}

beforeAll(() => start());
afterAll(() => service.stop());

const typesOf = (events: readonly PublishedEvent[]) => events.map((event) => event['detail-type']);

async function expectToTell(orderId: string): Promise<void> {
  const events = await api.published(orderId);
  const { body } = await api.line(token, orderId);
  expect(toldBy(eventsIn(events))).toEqual(tellable(body));
}

test('other systems are told what happens to a line, in order, and of nobody', async () => {
  const orderId = newOrder();
  await api.send(booked(orderId));
  await api.resend(token, orderId);
  await api.idle();
  const email = `bounce+${orderId}@simulator.amazonses.com`;
  await api.changeContact(token, orderId, '1', { email });
  await api.idle();
  await api.send(onboarded(orderId, await api.now()));

  const events = await api.published(orderId);
  expect(typesOf(events)).toEqual([
    'Order Line Scheduled',
    'Order Line Email Sent',
    'Order Line Email Delivered',
    'Order Line Email Sent',
    'Order Line Email Delivered',
    'Order Line Contact Changed',
    'Order Line Email Sent',
    'Order Line Email Undeliverable',
    'Order Line Onboarded',
  ]);
  for (const { id, at, source, detail } of events) {
    expect({ id, at, source }).toEqual({ id: detail.id, at: detail.at, source: sources.product });
    expect(JSON.stringify(detail)).not.toMatch(/@|Joanna|Maya|Alder/);
  }
  await expectToTell(orderId);
});

test('what happens while the bus takes nothing is told later, in order; a repeated event is the same', async () => {
  const orderId = newOrder();
  await api.fault({ service: 'events', operation: 'PutEvents', times: 4, when: 'before' });
  await api.send(booked(orderId, { offer: 'A-FLEX-3' }));
  await api.fault({ service: 'events', operation: 'PutEvents', times: 2, when: 'after' });
  await api.advance('P7D');

  expect(typesOf(await api.published(orderId))).toEqual([
    'Order Line Scheduled',
    'Order Line Email Sent',
    'Order Line Email Delivered',
    'Order Line Closing Soon',
    'Order Line Email Sent',
    'Order Line Email Delivered',
    'Order Line Closed',
  ]);
  await expectToTell(orderId);
});

test('what was stored when the process was killed is told after the next start', async () => {
  const orderId = newOrder();
  await api.fault({ service: 'events', operation: 'PutEvents', times: 1_000_000, when: 'before' });
  await api.ok('/_local/events', { method: 'POST', json: [booked(orderId), cancelled(orderId)] });
  while ((await api.line(token, orderId)).body.status !== 'Cancelled');
  expect(await api.published(orderId)).toEqual([]);
  await service.kill();

  await start(service.dataFolder);
  await api.idle();
  expect(typesOf(await api.published(orderId))).toContain('Order Line Cancelled');
  await expectToTell(orderId);
});

test('events that pretend to be of the product come to nothing', async () => {
  const detail = { id: 'x', at: await api.now(), orderId: newOrder(), lineId: '1' };
  await api.send({ source: sources.product, 'detail-type': 'Order Line Closed', detail });
  expect(await api.published(detail.orderId)).toEqual([]);
  expect((await api.deadLetters()).at(-1)?.event.detail).toEqual(detail);
});
