import type { ListAnswer } from '../../shared/contracts/api.ts';
import { booked, daysAfter, newOrder } from '../support/events.ts';
import { startRunning } from '../support/running.ts';
import { until } from '../support/until.ts';

test('lines that are due at once leave at the rate of the mail service, none fails, and what people send overtakes them', async () => {
  const { service, api, token } = await startRunning();
  try {
    const [other, many] = [newOrder(), newOrder()];
    await api.send(booked(other));
    const start = daysAfter(await api.now(), 1);
    const lineIds = Array.from({ length: 150 }, (_, index) => String(index + 1));
    await api.send(...lineIds.map((lineId) => booked(many, { lineId, requestedStartDate: start })));
    await api.ok('/_local/mail-rate', { method: 'POST', json: { perSecond: 40 } });

    const due = api.advance('P1D');
    const { items } = await until(
      () => api.ok<ListAnswer>('/order-lines?status=Scheduled&limit=100', { token }),
      (list) => list.items.some(({ queued }) => queued !== undefined && queued.expectedAt > start),
    );
    // Most are still in the queue, and nobody who asks for an email waits for them.
    expect(items.length).toBeGreaterThan(0);
    expect((await api.resend(token, other)).status).toBe(200);
    const successor = { email: `successor@${other.toLowerCase()}.example` };
    expect((await api.changeContact(token, other, '1', successor)).status).toBe(200);
    expect(await api.emails(successor.email)).toHaveLength(1);
    expect((await api.ok<ListAnswer>('/order-lines?status=Scheduled', { token })).items).not.toEqual([]);

    await due;
    const emails = (await api.emails()).filter(({ tags }) => tags.orderId === many);
    expect(new Set(emails.map(({ tags }) => tags.lineId)).size).toBe(lineIds.length);
    expect(emails).toHaveLength(lineIds.length);
    for (const lineId of lineIds) {
      const history = await api.history(token, many, lineId);
      expect(history.filter(({ type }) => type !== 'ProvisioningEmailFeedback')).toMatchObject([
        { type: 'ProvisioningEmailSent' },
        { type: 'Booked' },
      ]);
    }
    const failed = (await api.executions(many)).filter(({ status }) => status !== 'RUNNING');
    expect(failed).toEqual([]);
  } finally {
    await service.stop();
  }
});
