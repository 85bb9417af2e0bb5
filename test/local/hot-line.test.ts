import { historyLimit } from '../../shared/domain/history.ts';
import { client } from '../support/client.ts';
import { booked, daysAfter, newOrder, partner, rescheduled } from '../support/events.ts';
import { type Service, startService } from '../support/service.ts';
import { until } from '../support/until.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

test('400 reschedules of one line at once all count, and hold up no other line', async () => {
  const api = client(service.url);
  const token = await api.token({ partnerId: partner, roles: ['view'] });
  const [hot, other] = [newOrder(), newOrder()];
  const start = daysAfter(await api.now(), 30);
  await api.send(booked(hot, { requestedStartDate: start }));
  const changes = Array.from({ length: 400 }, (_, second) => {
    const changedAt = new Date(Date.parse('2026-11-01T00:00:00Z') + second * 1000).toISOString();
    return rescheduled(hot, new Date(Date.parse(start) + second * 1000).toISOString(), changedAt);
  });
  const last = new Date(Date.parse(start) + 399 * 1000).toISOString();

  await api.ok('/_local/events', {
    method: 'POST',
    json: [...changes, booked(other, { requestedStartDate: start })],
  });
  await until(
    () => api.line(token, other),
    ({ status }) => status === 200,
  );
  expect((await api.line(token, hot)).body.requestedStartDate).not.toBe(last);

  await api.idle();
  expect((await api.line(token, hot)).body.requestedStartDate).toBe(last);
  expect(await api.deadLetters()).toEqual([]);
  const history = await api.history(token, hot);
  expect(history).toHaveLength(historyLimit);
  expect(history.filter(({ type }) => type === 'Rescheduled')).toHaveLength(historyLimit - 1);
  const running = (await api.executions(hot)).filter(({ status }) => status === 'RUNNING');
  expect(running).toHaveLength(1);
}, 300_000);
