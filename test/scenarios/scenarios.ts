import { Duration } from 'luxon';
import type { JobAnswer, JobItemsAnswer, LineAnswer, OrderAnswer } from '../../shared/contracts/api.ts';
import type { WebhookAttemptsAnswer, WebhookWithSecretAnswer } from '../../shared/contracts/webhook-api.ts';
import {
  booked,
  cancelled,
  daysAfter,
  newOrder,
  onboarded,
  partner,
  rescheduled,
} from '../support/events.ts';
import { until } from '../support/until.ts';
import type { Target } from './target.ts';

/** What holds of the service wherever it runs: the same scenarios on one machine and deployed. */
export function scenarios(start: () => Promise<Target>): void {
  let target: Target;
  let token: string;

  beforeAll(async () => {
    target = await start();
    token = await target.token({ partnerId: partner, roles: ['resend'] });
  });

  const addressOf = (orderId: string) => `it@${orderId.toLowerCase()}.example`;
  const emailsOf = (orderId: string) => target.emails(addressOf(orderId));
  const line = async (orderId: string, lineId = '1') => (await target.api.line(token, orderId, lineId)).body;
  const lineThat = (orderId: string, holds: (line: LineAnswer) => boolean, lineId = '1') =>
    until(() => line(orderId, lineId), holds);
  const awaiting = (orderId: string, lineId = '1') =>
    lineThat(orderId, ({ status }) => status === 'AwaitingProvisioningDetails', lineId);
  const executionThat = (orderId: string, status: string) =>
    until(
      () => target.executions(orderId),
      (all) => all.length === 1 && all[0]?.status === status,
    );
  const after = (instant: string, duration: string) =>
    new Date(Date.parse(instant) + Duration.fromISO(duration).toMillis()).toISOString();
  const soon = async () => after(await target.now(), 'PT5S');

  async function bookedAndAwaiting(changes = {}): Promise<string> {
    const orderId = newOrder();
    await target.send(booked(orderId, changes));
    await awaiting(orderId);
    return orderId;
  }

  describe('an order line', () => {
    it('whose start date has come gets its email, and its window runs', async () => {
      const orderId = await bookedAndAwaiting({ offer: 'A-WX' });
      const { firstEmailSentAt, closesAt, window, lastEmail } = await line(orderId);
      expect(window).toBe('P30D');
      expect(closesAt).toBe(after(firstEmailSentAt ?? '', 'P30D'));
      const emails = await emailsOf(orderId);
      expect(emails).toEqual([expect.objectContaining({ messageId: lastEmail?.messageId })]);
      expect(emails[0]?.text).toContain(orderId);
    });

    it('with a start date to come gets its email then', async () => {
      const orderId = newOrder();
      const requestedStartDate = await soon();
      await target.send(booked(orderId, { offer: 'A-WX', requestedStartDate }));
      await executionThat(orderId, 'RUNNING');
      expect(await line(orderId)).toMatchObject({ status: 'Scheduled', requestedStartDate });
      expect(await emailsOf(orderId)).toEqual([]);
      await target.reach(requestedStartDate);
      const { firstEmailSentAt } = await awaiting(orderId);
      expect(Date.parse(firstEmailSentAt ?? '')).toBeGreaterThanOrEqual(Date.parse(requestedStartDate));
      expect(await emailsOf(orderId)).toHaveLength(1);
    });

    it('gets its email also when many are due at once, each one email', async () => {
      const orderId = newOrder();
      const lineIds = Array.from({ length: 60 }, (_, index) => String(index + 1));
      const requestedStartDate = await soon();
      // As many as EventBridge takes at once.
      for (let from = 0; from < lineIds.length; from += 10)
        await target.send(
          ...lineIds
            .slice(from, from + 10)
            // With a window that lasts longer than all of this takes.
            .map((lineId) => booked(orderId, { offer: 'A-WX', lineId, requestedStartDate })),
        );
      await target.reach(requestedStartDate);
      const { lines } = await until(
        () => target.api.ok<OrderAnswer>(`/orders/${orderId}`, { token }),
        (order) =>
          order.lines.length === lineIds.length &&
          order.lines.every(({ status }) => status === 'AwaitingProvisioningDetails'),
      );
      const sent = (await emailsOf(orderId)).map(({ messageId }) => messageId);
      expect(sent.sort()).toEqual(lines.map(({ lastEmail }) => lastEmail?.messageId).sort());
    });

    it('that is moved gets its email on the new date', async () => {
      const orderId = newOrder();
      await target.send(
        booked(orderId, { offer: 'A-WX', requestedStartDate: after(await target.now(), 'P1D') }),
      );
      await executionThat(orderId, 'RUNNING');
      const requestedStartDate = await soon();
      await target.send(rescheduled(orderId, requestedStartDate, await target.now()));
      await lineThat(orderId, (moved) => moved.requestedStartDate === requestedStartDate);
      await target.reach(requestedStartDate);
      await awaiting(orderId);
      expect(await emailsOf(orderId)).toHaveLength(1);
    });

    it('that nobody sets up is closed by its execution when the window ends, and can still be resent', async () => {
      const orderId = await bookedAndAwaiting();
      const { closesAt = '' } = await line(orderId);
      await target.reach(closesAt);
      const closed = await lineThat(orderId, ({ status }) => status === 'Closed');
      expect(closed).toMatchObject({ provisioningPending: true, resend: { allowed: true } });
      expect(Date.parse(closed.closedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(closesAt));
      await executionThat(orderId, 'SUCCEEDED');
      expect((await target.api.history(token, orderId))[0]).toMatchObject({
        type: 'Closed',
        actor: 'workflow',
      });
      expect((await target.api.resend(token, orderId)).status).toBe(200);
      const sent = (await target.api.history(token, orderId)).filter(
        ({ type }) => type === 'ProvisioningEmailSent',
      );
      expect(sent.map(({ reason }) => reason).filter((kind) => kind !== 'reminder')).toEqual([
        'resend',
        'first',
      ]);
      expect(await emailsOf(orderId)).toHaveLength(sent.length);
    });

    it('whose window ends soon says so before it is closed', async () => {
      const orderId = await bookedAndAwaiting();
      const { closesAt = '' } = await line(orderId);
      await target.reach(closesAt);
      await lineThat(orderId, ({ status }) => status === 'Closed');
      const types = (await target.api.history(token, orderId)).map(({ type }) => type);
      expect(types.filter((type) => type === 'ClosingSoon' || type === 'Closed')).toEqual([
        'Closed',
        'ClosingSoon',
      ]);
    });

    it('that is cancelled has no execution any more', async () => {
      const orderId = await bookedAndAwaiting({ offer: 'A-WX' });
      await target.send(cancelled(orderId));
      await lineThat(orderId, ({ status }) => status === 'Cancelled');
      await executionThat(orderId, 'ABORTED');
      expect(await target.api.resend(token, orderId)).toMatchObject({
        status: 409,
        body: { code: 'cancelled' },
      });
    });
  });

  describe('an onboarding', () => {
    it('that comes before its order line holds for it', async () => {
      const orderId = newOrder();
      await target.send(onboarded(orderId));
      await target.settled();
      await target.send(booked(orderId));
      await lineThat(orderId, ({ status }) => status === 'Onboarded');
      expect(await emailsOf(orderId)).toEqual([]);
    });

    it('within the window is the point of no return', async () => {
      const orderId = await bookedAndAwaiting();
      const { closesAt = '' } = await line(orderId);
      await target.send(onboarded(orderId));
      await lineThat(orderId, ({ status }) => status === 'Onboarded');
      await executionThat(orderId, 'ABORTED');
      expect(await target.api.resend(token, orderId)).toMatchObject({
        status: 409,
        body: { code: 'point-of-no-return', link: 'https://admin.webex.com' },
      });
      await target.reach(closesAt);
      expect(await line(orderId)).toMatchObject({ status: 'Onboarded' });
      expect(await emailsOf(orderId)).toHaveLength(1);
    });

    it.each([
      ['after the window leaves the line Closed, and no longer pending', 'Closed', 0],
      ['before the end of the window counts also when it is told after it', 'Onboarded', -1],
    ])('%s', async (_, status, days) => {
      const orderId = await bookedAndAwaiting();
      const { closesAt = '' } = await line(orderId);
      await target.reach(closesAt);
      await lineThat(orderId, (shown) => shown.status === 'Closed');
      await target.send(onboarded(orderId, daysAfter(closesAt, days)));
      const after = await lineThat(orderId, ({ onboardedAt }) => onboardedAt !== undefined);
      expect(after).toMatchObject({ status, provisioningPending: false });
      // Its execution has ended, and there is nothing to stop: the event must not come back for that.
      await target.settled();
    });
  });

  describe('a partner', () => {
    it('resends, once by one key, and not again within the minute', async () => {
      const orderId = await bookedAndAwaiting({ offer: 'A-WX' });
      const key = { 'idempotency-key': 'a-key' };
      const first = await target.api.resend(token, orderId, '1', key);
      expect(first.status).toBe(200);
      expect((await target.api.resend(token, orderId, '1', key)).body).toEqual(first.body);
      const again = await target.api.resend(token, orderId);
      expect(again).toMatchObject({ status: 429, body: { code: 'resend-too-soon' } });
      expect(Number(again.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await emailsOf(orderId)).toHaveLength(2);
    });

    it('resends many lines at once, each by the rules of a single resend', async () => {
      const orderId = newOrder();
      const lineIds = Array.from({ length: 30 }, (_, index) => String(index + 1));
      const bookings = lineIds.map((lineId) => booked(orderId, { offer: 'A-WX', lineId }));
      // EventBridge takes ten at a time.
      for (let sent = 0; sent < bookings.length; sent += 10)
        await target.send(...bookings.slice(sent, sent + 10));
      for (const lineId of lineIds) await awaiting(orderId, lineId);
      await target.send(cancelled(orderId, '30'));
      await lineThat(orderId, ({ status }) => status === 'Cancelled', '30');

      const { status, headers, body } = await target.api.request<JobAnswer>('/resend-jobs', {
        method: 'POST',
        token,
        json: { lines: [...lineIds, '31'].map((lineId) => ({ orderId, lineId })) },
      });
      expect(status).toBe(202);
      expect(headers.get('location')).toBe(`/resend-jobs/${body.jobId}`);
      const job = await until(
        () => target.api.ok<JobAnswer>(`/resend-jobs/${body.jobId}`, { token }),
        (seen) => seen.status === 'Completed',
      );
      expect(job.counts).toEqual({ total: 31, sent: 29, skipped: 2, failed: 0, unconfirmed: 0 });
      const { items } = await target.api.ok<JobItemsAnswer>(
        `/resend-jobs/${body.jobId}/items?limit=100&result=skipped`,
        { token },
      );
      expect(items.map(({ lineId, code }) => [lineId, code])).toEqual([
        ['30', 'cancelled'],
        ['31', 'order-line-not-found'],
      ]);
      expect(await emailsOf(orderId)).toHaveLength(30 + 29);
    });

    it('corrects the contact of all lines, and each gets an email', async () => {
      const orderId = newOrder();
      await target.send(
        booked(orderId, { offer: 'A-WX' }),
        booked(orderId, { offer: 'A-WX', lineId: '2' }),
        booked(orderId, {
          offer: 'A-WX',
          lineId: '3',
          requestedStartDate: after(await target.now(), 'P20D'),
        }),
        booked(orderId, { offer: 'A-WX', lineId: '4' }),
      );
      for (const lineId of ['1', '2', '4']) await awaiting(orderId, lineId);
      await lineThat(orderId, ({ status }) => status === 'Scheduled', '3');
      await target.send(cancelled(orderId, '4'));
      await lineThat(orderId, ({ status }) => status === 'Cancelled', '4');

      const email = `new@${orderId.toLowerCase()}.example`;
      const { status, body } = await target.api.changeContact(token, orderId, '1', {
        email,
        applyToAllLines: true,
      });
      expect(status).toBe(200);
      expect(body.lines.map(({ lineId }) => lineId).sort()).toEqual(['1', '2', '3']);
      expect(body.skipped).toEqual([{ lineId: '4', reason: 'cancelled' }]);
      expect(await target.emails(email)).toHaveLength(2);
    });

    it('finds orders by how their contact begins, and sees none of another partner', async () => {
      const orderId = await bookedAndAwaiting({ offer: 'A-WX' });
      const beginning = addressOf(orderId).split('.')[0]?.toUpperCase() ?? '';
      const query = `/order-lines?q=${encodeURIComponent(beginning)}`;
      const list = (as: string) => target.api.ok<{ items: LineAnswer[] }>(query, { token: as });
      expect(
        (
          await until(
            () => list(token),
            ({ items }) => items.length === 1,
          )
        ).items[0],
      ).toMatchObject({ orderId });
      const other = await target.token({ partnerId: 'fabrikam', roles: ['resend'] });
      expect(await list(other)).toEqual({ items: [] });
      expect(await target.api.line(other, orderId)).toMatchObject({
        status: 404,
        body: { code: 'order-line-not-found' },
      });
    });

    it('needs a token of the sign-in, for this service, that is still good', async () => {
      const orderId = await bookedAndAwaiting({ offer: 'A-WX' });
      const who = { partnerId: partner, roles: ['resend'] };
      expect((await target.api.line(token, orderId)).status).toBe(200);
      for (const bad of [
        await target.expiredToken(who),
        await target.forgedToken(who),
        await target.foreignToken(who),
        'no-token',
      ]) {
        expect((await target.api.line(bad, orderId)).status).toBe(401);
        expect((await target.api.resend(bad, orderId)).status).toBe(401);
      }
      expect((await target.api.request(target.api.linePath(orderId, '1'))).status).toBe(401);
      expect(await emailsOf(orderId)).toHaveLength(1);
    });

    it('reads the description of the API without a token', async () => {
      expect((await target.api.request('/openapi.json')).body).toHaveProperty('paths');
    });
  });

  it("what happens to a line is tried at its partner's webhook, and the log says why it fails", async () => {
    // No name ends so: nothing leaves.
    const json = { url: 'https://receiver.invalid/', events: ['order_line.scheduled'] };
    const { webhook } = await target.api.ok<WebhookWithSecretAnswer>('/webhooks', {
      method: 'POST',
      token,
      json,
    });
    const path = `/webhooks/${webhook.webhookId}`;
    const orderId = newOrder();
    await target.send(booked(orderId));
    const [first] = await until(
      () => target.api.ok<WebhookAttemptsAnswer>(`${path}/deliveries`, { token }).then(({ items }) => items),
      (items) => items.some((item) => item.orderId === orderId),
    );
    expect(first).toMatchObject({
      type: 'order_line.scheduled',
      result: 'failed',
      error: 'name-not-found',
    });
    await target.api.ok(path, { method: 'DELETE', token });
  });

  it('an event that does not fit is among the dead letters with the reason, and others go on', async () => {
    const poison = booked(newOrder(), { offer: 7 });
    const orderId = newOrder();
    await target.send(poison, booked(orderId));
    await awaiting(orderId);
    const kept = await until(
      async () =>
        (await target.deadLetters()).filter(({ event }) =>
          JSON.stringify(event).includes((poison.detail as { orderId: string }).orderId),
        ),
      (letters) => letters.length > 0,
    );
    expect(kept).toHaveLength(1);
    expect(kept[0]?.reason).toContain('detail.offer');
  });
}
