import type { ListAnswer } from '../../shared/contracts/api.ts';
import { historyLimit } from '../../shared/domain/history.ts';
import type { Client } from '../support/client.ts';
import { booked, daysAfter, newOrder, onboarded, rescheduled } from '../support/events.ts';
import { startRunning } from '../support/running.ts';
import type { Service } from '../support/service.ts';
import { until } from '../support/until.ts';

/* Many of one thing at once, on one service: all of them count, and nobody else waits. */

let service: Service;
let api: Client;
let token: string;
beforeAll(async () => {
  ({ service, api, token } = await startRunning());
});
afterAll(() => service.stop());

/** More than the history of a line keeps. */
const many = historyLimit + 30;

test('many reschedules of one line at once all count, and hold up no other line', async () => {
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
});

test('an order with more lines than are onboarded at once is onboarded whole, and holds up no other order', async () => {
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
});

test('500 connections that list at once are served or told when to come back, and the controls go on', async () => {
  await api.send(...Array.from({ length: 25 }, () => booked(newOrder())));
  const list = async () => {
    const { status, headers, body } = await api.request('/order-lines', { token });
    return { status, retryAfter: headers.get('retry-after'), body };
  };
  const lists = Array.from({ length: 500 }, list);
  expect((await api.request('/_local/clock')).status).toBe(200);
  expect((await api.request('/_local/sign-in/jwks')).status).toBe(200);

  const answers = await Promise.all(lists);
  const turnedAway = answers.filter(({ status }) => status !== 200);
  expect(turnedAway.length).toBeLessThan(answers.length);
  for (const answer of turnedAway) {
    expect(answer).toEqual({ status: 503, retryAfter: '1', body: { message: 'Service Unavailable' } });
  }
  expect((await list()).status).toBe(200);
});

test('lines that are due at once leave at the rate of the mail service, none fails, and what people send overtakes them', async () => {
  const [other, large] = [newOrder(), newOrder()];
  await api.send(booked(other));
  const start = daysAfter(await api.now(), 1);
  const lineIds = Array.from({ length: 150 }, (_, index) => String(index + 1));
  await api.send(...lineIds.map((lineId) => booked(large, { lineId, requestedStartDate: start })));
  await api.ok('/_local/mail-rate', { method: 'POST', json: { perSecond: 40 } });

  const inQueue = async () => {
    const { items } = await api.ok<ListAnswer>('/order-lines?status=Scheduled&limit=100', { token });
    return items.flatMap(({ queued }) => queued ?? []);
  };

  const due = api.advance('P1D');
  await until(inQueue, (queued) => queued.some(({ expectedAt }) => expectedAt > start));
  // Nobody who asks for an email waits for those in the queue.
  expect((await api.resend(token, other)).status).toBe(200);
  const successor = { email: `successor@${other.toLowerCase()}.example` };
  expect((await api.changeContact(token, other, '1', successor)).status).toBe(200);
  expect(await api.emails(successor.email)).toHaveLength(1);
  expect(await inQueue()).not.toEqual([]);

  await due;
  const emails = (await api.emails()).filter(({ tags }) => tags.orderId === large);
  expect(new Set(emails.map(({ tags }) => tags.lineId)).size).toBe(lineIds.length);
  expect(emails).toHaveLength(lineIds.length);
  for (const lineId of lineIds) {
    const history = await api.history(token, large, lineId);
    expect(history.filter(({ type }) => type !== 'ProvisioningEmailFeedback')).toMatchObject([
      { type: 'ProvisioningEmailSent' },
      { type: 'Booked' },
    ]);
  }
  const failed = (await api.executions(large)).filter(({ status }) => status !== 'RUNNING');
  expect(failed).toEqual([]);
});
