import { historyLimit } from '../../shared/domain/history.ts';
import { client } from '../support/client.ts';
import {
  booked,
  cancelled,
  daysAfter,
  newOrder,
  onboarded,
  partner,
  rescheduled,
} from '../support/events.ts';
import { type Service, startService } from '../support/service.ts';
import { until } from '../support/until.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

/** More than the history of a line keeps. */
const many = historyLimit + 30;

test('many reschedules of one line at once all count, and hold up no other line', async () => {
  const api = client(service.url);
  const token = await api.token({ partnerId: partner, roles: ['view'] });
  const [hot, other] = [newOrder(), newOrder()];
  const start = daysAfter(await api.now(), 30);
  await api.send(booked(hot, { requestedStartDate: start }));
  const changes = Array.from({ length: many }, (_, second) => {
    const changedAt = new Date(Date.parse('2026-11-01T00:00:00Z') + second * 1000).toISOString();
    return rescheduled(hot, new Date(Date.parse(start) + second * 1000).toISOString(), changedAt);
  });
  const last = new Date(Date.parse(start) + (many - 1) * 1000).toISOString();

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

test('an order with more lines than are onboarded at once is onboarded whole, and holds up no other order', async () => {
  const api = client(service.url);
  const token = await api.token({ partnerId: partner, roles: ['view'] });
  const [large, other] = [newOrder(), newOrder()];
  const lineIds = Array.from({ length: 250 }, (_, index) => String(index + 1));
  const requestedStartDate = daysAfter(await api.now(), 30);
  const ofLarge = lineIds.map((lineId) => booked(large, { lineId, requestedStartDate }));
  await api.send(...ofLarge, booked(other, { requestedStartDate }));

  await api.ok('/_local/events', { method: 'POST', json: [onboarded(large), onboarded(other)] });
  await until(
    () => api.line(token, other),
    ({ body }) => body.status === 'Onboarded',
  );
  await api.idle();
  const { lines } = await api.ok<{ lines: { status: string }[] }>(`/orders/${large}`, { token });
  expect(lines.map(({ status }) => status)).toEqual(lineIds.map(() => 'Onboarded'));
  expect(await api.deadLetters()).toEqual([]);
  const running = (await api.executions(large, '250')).filter(({ status }) => status === 'RUNNING');
  expect(running).toEqual([]);
}, 300_000);

test('executions that cannot be stopped now fail no cancellation, and are stopped later', async () => {
  const api = client(service.url);
  const token = await api.token({ partnerId: partner, roles: ['view'] });
  const orderId = newOrder();
  await api.send(booked(orderId, { requestedStartDate: daysAfter(await api.now(), 30) }));
  await api.ok('/_local/faults', {
    method: 'POST',
    json: {
      service: 'sfn',
      operation: 'StopExecutionCommand',
      times: 1,
      when: 'before',
      error: 'ThrottlingException',
    },
  });
  await api.send(cancelled(orderId));
  expect((await api.line(token, orderId)).body.status).toBe('Cancelled');
  expect(await api.deadLetters()).toEqual([]);
  expect((await api.executions(orderId)).map(({ status }) => status)).toEqual(['ABORTED']);
}, 60_000);
