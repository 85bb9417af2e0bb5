import type { Client } from '../support/client.ts';
import { booked, cancelled, daysAfter, newOrder, onboarded } from '../support/events.ts';
import { startRunning } from '../support/running.ts';
import type { Service } from '../support/service.ts';

/** The table "what may be done when", each cell through the API. */

let service: Service;
let api: Client;
let token: string;

beforeAll(async () => {
  ({ service, api, token } = await startRunning({}, { email: 'maya@northwind.example' }));
});
afterAll(() => service.stop());

const tomorrow = async () => daysAfter(await api.now(), 1);

/** Orders whose windows have ended, ten at a time: a move of the clock takes long. */
const closed: string[] = [];

/** Brings a new line into a state, and answers its order. */
const states = {
  Scheduled: async () => {
    const orderId = newOrder();
    await api.send(booked(orderId, { requestedStartDate: await tomorrow() }));
    return orderId;
  },
  AwaitingProvisioningDetails: async () => {
    const orderId = newOrder();
    await api.send(booked(orderId));
    return orderId;
  },
  'Closed, pending': async () => {
    if (closed.length === 0) {
      closed.push(...Array.from({ length: 10 }, newOrder));
      await api.send(...closed.map((orderId) => booked(orderId)));
      await api.advance('P8D');
    }
    return closed.pop() ?? '';
  },
  'Onboarded before the start date': async () => {
    const orderId = await states.Scheduled();
    await api.send(onboarded(orderId));
    return orderId;
  },
  'Onboarded while awaiting': async () => {
    const orderId = await states.AwaitingProvisioningDetails();
    await api.send(onboarded(orderId));
    return orderId;
  },
  'Closed, then onboarded': async () => {
    const orderId = await states['Closed, pending']();
    await api.send(onboarded(orderId, await api.now()));
    return orderId;
  },
  'Closed, and onboarded before': async () => {
    const orderId = await states['Closed, pending']();
    await api.send(onboarded(orderId));
    return orderId;
  },
  Cancelled: async () => {
    const orderId = await states.AwaitingProvisioningDetails();
    await api.send(cancelled(orderId));
    return orderId;
  },
  'Cancelled before the start date': async () => {
    const orderId = await states.Scheduled();
    await api.send(cancelled(orderId));
    return orderId;
  },
  'Closed, then cancelled': async () => {
    const orderId = await states['Closed, pending']();
    await api.send(cancelled(orderId));
    return orderId;
  },
};
type State = keyof typeof states;

const pointOfNoReturn = { status: 409, code: 'point-of-no-return', link: 'https://admin.webex.com' };
const isCancelled = { status: 409, code: 'cancelled' };

const shown: Record<State, { status: string; provisioningPending: boolean }> = {
  Scheduled: { status: 'Scheduled', provisioningPending: false },
  AwaitingProvisioningDetails: { status: 'AwaitingProvisioningDetails', provisioningPending: false },
  'Closed, pending': { status: 'Closed', provisioningPending: true },
  'Onboarded before the start date': { status: 'Onboarded', provisioningPending: false },
  'Onboarded while awaiting': { status: 'Onboarded', provisioningPending: false },
  'Closed, then onboarded': { status: 'Closed', provisioningPending: false },
  'Closed, and onboarded before': { status: 'Onboarded', provisioningPending: false },
  Cancelled: { status: 'Cancelled', provisioningPending: false },
  'Cancelled before the start date': { status: 'Cancelled', provisioningPending: false },
  'Closed, then cancelled': { status: 'Cancelled', provisioningPending: false },
};

/** The history without what the mail service reported. */
const told = async (orderId: string) =>
  (await api.history(token, orderId)).filter(({ type }) => type !== 'ProvisioningEmailFeedback');

describe('resend', () => {
  it.each(['AwaitingProvisioningDetails', 'Closed, pending'] as const)(
    'sends to the contact when %s',
    async (state) => {
      const orderId = await states[state]();
      const before = await api.line(token, orderId);
      const sentBefore = await api.emails(before.body.provisioningContact.email);

      const { status, body } = await api.resend(token, orderId);

      expect(status).toBe(200);
      const sent = await api.emails(before.body.provisioningContact.email);
      expect(sent).toHaveLength(sentBefore.length + 1);
      expect(body.email).toMatchObject({ messageId: sent.at(-1)?.messageId, to: sent.at(-1)?.to });
      expect(body.line.lastEmail).toMatchObject({ messageId: body.email.messageId, delivery: 'Accepted' });
      expect(body.line).toMatchObject({ ...shown[state], closesAt: before.body.closesAt });
      expect((await told(orderId))[0]).toMatchObject({
        type: 'ProvisioningEmailSent',
        actor: 'maya@northwind.example',
        to: body.email.to,
        messageId: body.email.messageId,
        reason: 'resend',
      });
    },
  );

  it('is refused before the start date, which it names', async () => {
    const orderId = await states.Scheduled();
    const { body: line } = await api.line(token, orderId);
    const { status, body } = await api.resend(token, orderId);
    expect(status).toBe(409);
    expect(body).toMatchObject({ code: 'not-started', requestedStartDate: line.requestedStartDate });
    expect(line.resend).toEqual({ allowed: false, reason: 'not-started' });
    expect(await api.emails(line.provisioningContact.email)).toEqual([]);
  });

  it.each([
    ['Onboarded before the start date', pointOfNoReturn],
    ['Onboarded while awaiting', pointOfNoReturn],
    ['Closed, then onboarded', pointOfNoReturn],
    ['Closed, and onboarded before', pointOfNoReturn],
    ['Cancelled', isCancelled],
    ['Cancelled before the start date', isCancelled],
    ['Closed, then cancelled', isCancelled],
  ] as const)('is refused when %s', async (state, { status, ...problem }) => {
    const orderId = await states[state]();
    const { body: line } = await api.line(token, orderId);
    const sentBefore = await api.emails(line.provisioningContact.email);
    const answer = await api.resend(token, orderId);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body).toMatchObject(problem);
    expect(line.resend).toEqual({ allowed: false, reason: problem.code });
    expect(line).toMatchObject(shown[state]);
    expect(await api.emails(line.provisioningContact.email)).toHaveLength(sentBefore.length);
  });

  it('waits a minute after a resend, and says until when', async () => {
    const orderId = await states.AwaitingProvisioningDetails();
    const { body: first } = await api.resend(token, orderId);
    const { status, headers, body } = await api.resend(token, orderId);
    expect(status).toBe(429);
    const canResendAt = new Date(Date.parse(first.email.sentAt) + 60_000).toISOString();
    expect(body).toMatchObject({ code: 'resend-too-soon', canResendAt });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(60);
    expect((await api.line(token, orderId)).body.resend).toEqual({
      allowed: false,
      reason: 'resend-too-soon',
      canResendAt,
    });

    await api.advance('PT1M');
    expect((await api.resend(token, orderId)).status).toBe(200);
  });

  it('is possible ten times in 24 hours, contact changes included, and again when the first is a day old', async () => {
    const orderId = newOrder();
    await api.send(booked(orderId, { offer: 'A-WX' }));
    const first = await api.changeContact(token, orderId, '1', { email: 'first@example.com' });
    const firstSentAt = first.body.lines[0]?.lastEmail?.sentAt ?? '';
    for (let count = 0; count < 9; count += 1) {
      expect((await api.resend(token, orderId)).status).toBe(200);
      await api.advance('PT1M');
    }
    const canResendAt = daysAfter(firstSentAt, 1);
    const refused = await api.resend(token, orderId);
    expect(refused.status).toBe(429);
    expect(refused.body).toMatchObject({ code: 'resend-limit-reached', canResendAt });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(60 * 60);

    const change = await api.changeContact(token, orderId, '1', { email: 'second@example.com' });
    expect(change.status).toBe(429);
    expect(change.body).toMatchObject({ code: 'resend-limit-reached', canResendAt });
    expect((await api.line(token, orderId)).body.provisioningContact.email).toBe('first@example.com');
    expect(await api.emails('second@example.com')).toEqual([]);

    await api.advance('P1D');
    expect((await api.resend(token, orderId)).status).toBe(200);
  });
});

describe('change of the provisioning contact', () => {
  const contact = { email: 'new@example.com', name: 'New Person', locale: 'ja' };

  it('before the start date is saved and sends nothing; the first email then goes to the new contact', async () => {
    const orderId = await states.Scheduled();
    const email = `${orderId}@new.example`;
    const { status, body } = await api.changeContact(token, orderId, '1', { ...contact, email });
    expect(status).toBe(200);
    expect(body.lines).toHaveLength(1);
    expect(body.lines[0]).toMatchObject({ provisioningContact: { ...contact, email }, status: 'Scheduled' });
    expect(await api.emails(email)).toEqual([]);

    await api.advance('P2D');
    expect(await api.emails(email)).toHaveLength(1);
    expect((await api.emails(email))[0]?.html).toContain('lang="ja"');
  });

  it.each(['AwaitingProvisioningDetails', 'Closed, pending'] as const)(
    'when %s sends to the new contact at once',
    async (state) => {
      const orderId = await states[state]();
      const before = await api.line(token, orderId);
      const email = `${orderId}@new.example`;
      const { status, body } = await api.changeContact(token, orderId, '1', { email });
      expect(status).toBe(200);
      expect(body.skipped).toEqual([]);
      expect(body.lines[0]).toMatchObject({
        ...shown[state],
        provisioningContact: { email, locale: 'en' },
        closesAt: before.body.closesAt,
        lastEmail: { to: email },
      });
      expect(await api.emails(email)).toHaveLength(1);
      expect((await told(orderId)).slice(0, 2)).toMatchObject([
        { type: 'ProvisioningEmailSent', to: email, reason: 'contact-change' },
        { type: 'ProvisioningContactChanged', to: email, actor: 'maya@northwind.example' },
      ]);
    },
  );

  it.each([
    ['Onboarded before the start date', pointOfNoReturn],
    ['Onboarded while awaiting', pointOfNoReturn],
    ['Closed, then onboarded', pointOfNoReturn],
    ['Closed, and onboarded before', pointOfNoReturn],
    ['Cancelled', isCancelled],
    ['Closed, then cancelled', isCancelled],
  ] as const)('is refused when %s', async (state, { status, ...problem }) => {
    const orderId = await states[state]();
    const answer = await api.changeContact(token, orderId, '1', { email: `${orderId}@new.example` });
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject(problem);
    expect(await api.emails(`${orderId}@new.example`)).toEqual([]);
  });

  it('to the address that is there changes nothing and sends nothing', async () => {
    const orderId = await states.AwaitingProvisioningDetails();
    const { body: before } = await api.line(token, orderId);
    const email = before.provisioningContact.email.toUpperCase();
    const { status, body } = await api.changeContact(token, orderId, '1', { email });
    expect(status).toBe(200);
    expect(body).toEqual({ lines: [before], skipped: [] });
    expect(await api.emails(email)).toHaveLength(1);
  });

  it('of the name or the language alone is saved and sends nothing; what is not given stays', async () => {
    const orderId = newOrder();
    const email = `it@${orderId}.example`;
    await api.send(booked(orderId, { provisioningContact: { email, name: '佐藤 健', locale: 'ja' } }));
    const change = async (json: object) => {
      const { status, body } = await api.changeContact(token, orderId, '1', json);
      expect(status).toBe(200);
      return body.lines[0]?.provisioningContact;
    };
    expect(await change({ email, name: '鈴木 一郎' })).toEqual({ email, name: '鈴木 一郎', locale: 'ja' });
    expect(await change({ email, locale: 'en' })).toEqual({ email, name: '鈴木 一郎', locale: 'en' });
    expect(await change({ email, locale: 'ja' })).toEqual({ email, name: '鈴木 一郎', locale: 'ja' });
    expect(await api.emails(email)).toHaveLength(1);
    expect((await told(orderId)).filter(({ type }) => type === 'ProvisioningContactChanged')).toHaveLength(3);

    const other = `new@${orderId}.example`;
    expect(await change({ email: other })).toEqual({ email: other, locale: 'ja' });
    expect((await api.emails(other))[0]?.text).toContain('ご担当者様');
  });

  it('ignores the minute between resends', async () => {
    const orderId = await states.AwaitingProvisioningDetails();
    await api.resend(token, orderId);
    expect((await api.changeContact(token, orderId, '1', { email: `${orderId}@new.example` })).status).toBe(
      200,
    );
  });

  it('applies to all lines of the order on request, and says which were skipped and why', async () => {
    const orderId = newOrder();
    await api.send(
      booked(orderId),
      booked(orderId, { lineId: '2', offer: 'A-WX' }),
      booked(orderId, { lineId: '3', requestedStartDate: await tomorrow() }),
      booked(orderId, { lineId: '4' }),
      booked(orderId, { lineId: '5', partnerId: 'somebody-else' }),
    );
    await api.send(cancelled(orderId, '4'));
    const email = `${orderId}@new.example`;
    const { status, body } = await api.changeContact(token, orderId, '2', { email, applyToAllLines: true });
    expect(status).toBe(200);
    expect(body.lines.map(({ lineId }) => lineId).sort()).toEqual(['1', '2', '3']);
    expect(body.skipped).toEqual([{ lineId: '4', reason: 'cancelled' }]);
    expect(await api.emails(email)).toHaveLength(2);
  });
});

describe('a contact that mail does not reach', () => {
  it.each([
    [
      'hard-bounced',
      'Email Bounced',
      {
        bounce: {
          bounceType: 'Permanent',
          bounceSubType: 'NoEmail',
          bouncedRecipients: [{ diagnosticCode: 'no such mailbox' }],
        },
      },
      'Bounced',
      'no such mailbox',
    ],
    [
      'complained',
      'Email Complaint Received',
      { complaint: { complaintFeedbackType: 'abuse' } },
      'Complained',
      'abuse',
    ],
  ])(
    'that %s is not resent to until the contact is changed',
    async (_what, detailType, detail, delivery, reason) => {
      const orderId = await states.AwaitingProvisioningDetails();
      const messageId = (await api.line(token, orderId)).body.lastEmail?.messageId;
      const mail = { messageId, tags: { orderId: [orderId], lineId: ['1'] } };
      await api.send({ source: 'aws.ses', 'detail-type': detailType, detail: { mail, ...detail } });

      const { body: line } = await api.line(token, orderId);
      expect(line.lastEmail).toMatchObject({ delivery, reason });
      expect(line.resend).toEqual({ allowed: false, reason: 'contact-undeliverable' });
      const refused = await api.resend(token, orderId);
      expect(refused.status).toBe(409);
      expect(refused.body).toMatchObject({ code: 'contact-undeliverable', reason });

      expect((await api.changeContact(token, orderId, '1', { email: `${orderId}@new.example` })).status).toBe(
        200,
      );
      expect((await api.resend(token, orderId)).status).toBe(200);
    },
  );
});
