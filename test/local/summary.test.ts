import type { InsightsAnswer, LineAnswer, SummaryAnswer } from '../../shared/contracts/api.ts';
import { type Client, client } from '../support/client.ts';
import { booked, cancelled, daysAfter, newOrder, onboarded, partner } from '../support/events.ts';
import { type Service, startService } from '../support/service.ts';

let service: Service;
let api: Client;
let token: string;
let operator: string;

async function start(dataFolder?: string): Promise<void> {
  service = await startService(dataFolder === undefined ? {} : { dataFolder });
  api = client(service.url);
  token = await api.token({ partnerId: partner, roles: ['view'] });
  operator = await api.token({ partnerId: 'cisco', roles: ['operator'] });
}

beforeAll(() => start());
afterAll(() => service.stop());

const summary = (asked = token, query = '') =>
  api.ok<SummaryAnswer>(`/order-lines/summary${query}`, { token: asked });

/** How many lines the list shows. */
async function listed(query: string, partnerId = partner): Promise<number> {
  const path = `/order-lines?limit=100&partnerId=${partnerId}&${query}`;
  return (await api.ok<{ items: LineAnswer[] }>(path, { token: operator })).items.length;
}

/** The same counts, from lists. */
async function countedFromLists(partnerId = partner) {
  const count = (query: string) => listed(query, partnerId);
  return {
    total: await count(''),
    byStatus: {
      Scheduled: await count('status=Scheduled'),
      AwaitingProvisioningDetails: await count('status=AwaitingProvisioningDetails'),
      Onboarded: await count('status=Onboarded'),
      Closed: await count('status=Closed'),
      Cancelled: await count('status=Cancelled'),
    },
    provisioningPending: await count('provisioningPending=true'),
    closingWithin24h: await count('closingWithin=PT24H'),
    closingWithin72h: await count('closingWithin=PT72H'),
  };
}

test('a summary counts what the lists show: of a partner, and for an operator of all', async () => {
  const [first, bounced, ended, closed, moved] = [newOrder(), newOrder(), newOrder(), newOrder(), newOrder()];
  await api.send(booked(closed, { offer: 'A-FLEX-3' }));
  await api.advance('P8D');
  const address = `bounce+${bounced}@simulator.amazonses.com`;
  await api.send(
    booked(first, { offer: 'A-FLEX-3' }),
    booked(bounced, { offer: 'A-WX', provisioningContact: { email: address } }),
    booked(ended),
    booked(moved, { requestedStartDate: daysAfter(await api.now(), 20) }),
    booked(newOrder(), { partnerId: 'contoso' }),
  );
  await api.send(onboarded(ended, await api.now()), cancelled(moved));
  expect(await summary()).toMatchObject({ ...(await countedFromLists()), total: 5, undeliverable: 1 });

  await api.advance('P5D');
  expect(await summary()).toMatchObject({
    ...(await countedFromLists()),
    closingWithin24h: 0,
    closingWithin72h: 1,
  });
  await api.advance('PT25H');
  const ofPartner = await summary();
  expect(ofPartner).toMatchObject({
    ...(await countedFromLists()),
    closingWithin24h: 1,
    provisioningPending: 1,
  });

  const ofContoso = await summary(operator, '?partnerId=contoso');
  expect(ofContoso).toMatchObject(await countedFromLists('contoso'));
  const ofAll = await summary(operator);
  for (const key of ['total', 'undeliverable', 'closingWithin24h', 'closingWithin72h'] as const)
    expect(ofAll[key]).toBe(ofPartner[key] + ofContoso[key]);
});

test('who may not see lines gets no counts, and no partner those of another', async () => {
  const asked = async (roles: string[], query = '') => {
    const stranger = await api.token({ partnerId: 'contoso', roles });
    const { status, body } = await api.request(`/order-lines/summary${query}`, { token: stranger });
    return [status, body['code']];
  };
  expect(await asked([])).toEqual([403, 'no-access']);
  expect(await asked(['view'], `?partnerId=${partner}`)).toEqual([400, 'invalid-request']);
  expect(await asked(['view'], '?status=Closed')).toEqual([400, 'invalid-request']);
  expect(await asked(['operator'], '?partnerId=a%20b')).toEqual([400, 'invalid-request']);
  expect((await api.request('/order-lines/summary')).status).toBe(401);
});

test('insights tell a partner what became of its lines, by month, offer and language', async () => {
  const partnerId = 'fabrikam';
  const ofPartner = await api.token({ partnerId, roles: ['view'] });
  const month = (await api.now()).slice(0, 7);
  const [setUp, lapsed] = [newOrder(), newOrder()];
  const line = { partnerId, offer: 'A-FLEX-3' };
  await api.send(booked(setUp, line), booked(lapsed, line));
  await api.advance('P2D');
  await api.send(onboarded(setUp, await api.now()));
  await api.advance('P6D');
  const { items } = await api.ok<InsightsAnswer>('/insights', { token: ofPartner });
  expect(items).toEqual([
    expect.objectContaining({
      month,
      offer: 'A-FLEX-3',
      locale: 'en',
      lines: 2,
      onboarded: 1,
      onboardedWithin3Days: 1,
      closedUnprovisioned: 1,
      reminded: 1,
      bounced: 0,
    }),
  ]);
});

test.each(['2026-11', '2000-11', '2000-01'])(
  'the months that are told for %s may be asked for',
  async (to) => {
    const { from, ...rest } = await api.ok<InsightsAnswer>(`/insights?to=${to}`, { token });
    expect(await api.ok<InsightsAnswer>(`/insights?from=${from}&to=${rest.to}`, { token })).toEqual({
      from,
      ...rest,
      to,
    });
  },
);

test('counts are right after the process was killed, and once lines have gone', async () => {
  const orders = Array.from({ length: 20 }, () => newOrder());
  await api.fault({ service: 'dynamodb', operation: 'GetItem', times: 3, when: 'before' });
  await api.ok('/_local/events', { method: 'POST', json: orders.map((order) => booked(order)) });
  await service.kill();
  await start(service.dataFolder);
  // The emails that were just leaving are sent by others once their claims have expired.
  await api.advance('PT1H');
  expect(await summary()).toMatchObject({ ...(await countedFromLists()), total: 25 });

  await api.advance('P900D');
  const { total, asOf, ...gone } = await summary();
  expect({ total, asOf }).toEqual({ total: 0, asOf: expect.stringMatching(/\.000Z$/) as string });
  expect(gone).toMatchObject(await countedFromLists().then(({ total: _, ...counted }) => counted));
});
