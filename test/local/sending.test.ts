import type { LineAnswer } from '../../shared/contracts/api.ts';
import type { Client } from '../support/client.ts';
import {
  booked,
  cancelled,
  daysAfter,
  newOrder,
  onboarded,
  partner,
  rescheduled,
} from '../support/events.ts';
import { startRunning } from '../support/running.ts';
import type { Service } from '../support/service.ts';
import { until } from '../support/until.ts';
import { visitor } from '../support/visitor.ts';

let service: Service;
let api: Client;
let token: string;

beforeAll(async () => {
  ({ service, api, token } = await startRunning());
});
afterAll(() => service.stop());
afterEach(() => api.clearFaults());

const awaiting = async (changes = {}) => {
  const orderId = newOrder();
  await api.send(booked(orderId, changes));
  return orderId;
};
/** The history without what the mail service reported. */
const told = async (orderId: string) =>
  (await api.history(token, orderId)).filter(({ type }) => type !== 'ProvisioningEmailFeedback');
const emailsOf = async (orderId: string) =>
  (await api.emails()).filter(({ tags }) => tags.orderId === orderId);

describe('a second recipient', () => {
  const desk = (orderId: string) => `desk@${orderId.toLowerCase()}.example`;
  const copyTo = (orderId: string, method: 'PUT' | 'DELETE', json?: object, by = token) =>
    api.request<LineAnswer & { code?: string }>(`/orders/${orderId}/lines/1/copy-to`, {
      token: by,
      method,
      ...(json ? { json } : {}),
    });

  it('gets the first email and reminders as emails of their own, until somebody removes them', async () => {
    const orderId = newOrder();
    await api.send(booked(orderId, { offer: 'A-WX', copyTo: { email: desk(orderId), locale: 'ja' } }));
    expect((await api.line(token, orderId)).body.copyTo).toEqual({ email: desk(orderId), locale: 'ja' });
    await api.advance('P24D');
    const left = (await emailsOf(orderId)).map(({ to, tags }) => [to, tags.kind]);
    const { email } = (await api.line(token, orderId)).body.provisioningContact;
    expect(left).toEqual([
      [email, 'first'],
      [desk(orderId), 'first-copy'],
      [email, 'reminder'],
      [desk(orderId), 'reminder-copy'],
    ]);
    expect((await copyTo(orderId, 'DELETE')).body).not.toHaveProperty('copyTo');
    await api.advance('P5D');
    expect((await emailsOf(orderId)).map(({ tags }) => tags.kind).slice(4)).toEqual(['reminder']);
  });

  it('is changed without an email, by those who may change the contact', async () => {
    const orderId = await awaiting();
    const viewer = await api.token({ partnerId: partner, roles: ['view'] });
    expect((await copyTo(orderId, 'PUT', { email: desk(orderId) }, viewer)).status).toBe(403);
    const { provisioningContact } = (await api.line(token, orderId)).body;
    const same = await copyTo(orderId, 'PUT', { email: provisioningContact.email.toUpperCase() });
    expect(same).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
    const set = await copyTo(orderId, 'PUT', { email: desk(orderId), name: 'Help desk' });
    expect(set).toMatchObject({ status: 200, body: { copyTo: { name: 'Help desk', locale: 'en' } } });
    expect(await emailsOf(orderId)).toHaveLength(1);
    expect((await told(orderId))[0]).toMatchObject({ type: 'CopyRecipientChanged', to: desk(orderId) });
    await api.send(onboarded(orderId, await api.now()));
    expect(await copyTo(orderId, 'DELETE')).toMatchObject({
      status: 409,
      body: { code: 'point-of-no-return' },
    });
  });

  it('is set and removed in the console', async () => {
    const orderId = await awaiting();
    const maya = visitor(service.url);
    await maya.signIn('maya');
    const path = `/console/orders/${orderId}/lines/1/copy-to`;
    const post = async (form: Record<string, string>) =>
      await maya.post(`${path}?from=line`, {
        token: await maya.token(path),
        name: '',
        locale: 'en',
        ...form,
      });
    expect((await maya.post(path, { email: desk(orderId), locale: 'en' })).status).toBe(403);
    expect((await post({ email: 'no address' })).status).toBe(400);
    const { email } = (await api.line(token, orderId)).body.provisioningContact;
    expect((await post({ email })).text).toContain('who gets the emails anyway');
    const saved = await maya.follow(await post({ email: desk(orderId), name: 'Help desk' }));
    expect(saved.text).toContain('Help desk');
    expect(saved.text).toContain('Recipient of copies changed');
    const removed = await maya.follow(await post({ remove: 'yes' }));
    expect(removed.text).toContain('Recipient of copies removed');
    expect((await api.line(token, orderId)).body).not.toHaveProperty('copyTo');
  });
});

describe('at the same time', () => {
  it('the same idempotency key twenty times sends one email and gets one answer', async () => {
    const orderId = await awaiting();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => api.resend(token, orderId, '1', { 'idempotency-key': 'once' })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    for (const { body } of answers) expect(body).toEqual(answers[0]?.body);
    expect(await emailsOf(orderId)).toHaveLength(2);
  });

  it('twenty resends without a key send one email, and nineteen are told when the next is possible', async () => {
    const orderId = await awaiting();
    const answers = await Promise.all(Array.from({ length: 20 }, () => api.resend(token, orderId)));
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(refused).toHaveLength(19);
    for (const { headers, body } of refused) {
      expect(body).toMatchObject({ code: 'resend-too-soon' });
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(await emailsOf(orderId)).toHaveLength(2);
  });

  it('twenty bookings of one line send one email', async () => {
    const orderId = newOrder();
    await api.send(...Array.from({ length: 20 }, () => booked(orderId)));
    expect(await emailsOf(orderId)).toHaveLength(1);
    expect(await told(orderId)).toHaveLength(2);
  });

  it('two different contacts each get an email, and one of them is the contact then', async () => {
    const orderId = await awaiting();
    const emails = [`a@${orderId}.example`, `b@${orderId}.example`];
    const answers = await Promise.all(
      emails.map((email) => api.changeContact(token, orderId, '1', { email })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const { body } = await api.line(token, orderId);
    expect(emails).toContain(body.provisioningContact.email);
    expect(body.lastEmail?.to).toBe(body.provisioningContact.email);
  });
});

describe('an idempotency key', () => {
  it('gets its first answer for 24 hours, also after the point of no return, and then counts anew', async () => {
    const orderId = await awaiting({ offer: 'A-WX' });
    const key = { 'idempotency-key': 'a-key' };
    const first = await api.resend(token, orderId, '1', key);
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    await api.advance('PT23H');
    const again = await api.resend(token, orderId, '1', key);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    await api.advance('PT2H');
    expect((await api.resend(token, orderId, '1', key)).body.email.messageId).not.toBe(
      first.body.email.messageId,
    );
    await api.send(onboarded(orderId));
    expect((await api.resend(token, orderId, '1', key)).status).toBe(200);
    expect((await api.resend(token, orderId, '1', { 'idempotency-key': 'other' })).status).toBe(409);
    expect(await emailsOf(orderId)).toHaveLength(3);
  });

  it('counts for its line only', async () => {
    const orderId = newOrder();
    await api.send(booked(orderId), booked(orderId, { lineId: '2' }));
    const key = { 'idempotency-key': 'shared' };
    const [one, two] = [
      await api.resend(token, orderId, '1', key),
      await api.resend(token, orderId, '2', key),
    ];
    expect([one.status, two.status]).toEqual([200, 200]);
    expect(one.body.email.messageId).not.toBe(two.body.email.messageId);
  });

  it('of a resend that failed may be used again', async () => {
    const orderId = await awaiting();
    await api.fault({
      service: 'ses',
      operation: 'SendEmail',
      times: 1,
      when: 'before',
      error: 'Throttling',
    });
    const key = { 'idempotency-key': 'retry' };
    expect((await api.resend(token, orderId, '1', key)).status).toBe(502);
    expect((await api.resend(token, orderId, '1', key)).status).toBe(200);
  });

  it.each(['', 'with space', 'ü', 'k'.repeat(256)])('%j is refused', async (key) => {
    const orderId = await awaiting();
    const { status, body } = await api.resend(token, orderId, '1', { 'idempotency-key': key });
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [{ path: 'idempotency-key' }] });
  });
});

describe('when the mail service refuses', () => {
  it('a resend says what a support case needs, counts nothing, and can be repeated at once', async () => {
    const orderId = await awaiting();
    await api.fault({
      service: 'ses',
      operation: 'SendEmail',
      times: 1,
      when: 'before',
      error: 'MessageRejected',
    });
    const { status, body } = await api.resend(token, orderId);
    expect(status).toBe(502);
    expect(body).toMatchObject({
      code: 'email-not-sent',
      support: {
        portal: 'https://www.cisco.com/go/cs',
        search: 'Provisioning Assistance',
        requestType: 'Resend Provisioning Email',
        reference: body.requestId,
      },
    });
    expect((await api.history(token, orderId))[0]).toMatchObject({
      type: 'ProvisioningEmailFailed',
      result: 'not sent',
      reason: 'MessageRejected',
    });
    expect((await api.line(token, orderId)).body.resend).toEqual({ allowed: true });
    expect((await api.resend(token, orderId)).status).toBe(200);
    expect(await emailsOf(orderId)).toHaveLength(2);
  });

  it('a contact change is not made, and the same request makes it later', async () => {
    const orderId = await awaiting();
    const email = `new@${orderId}.example`;
    await api.fault({
      service: 'ses',
      operation: 'SendEmail',
      times: 1,
      when: 'before',
      error: 'Throttling',
    });
    expect((await api.changeContact(token, orderId, '1', { email })).status).toBe(502);
    expect((await api.line(token, orderId)).body.provisioningContact.email).not.toBe(email);
    expect((await api.changeContact(token, orderId, '1', { email })).status).toBe(200);
    expect(await api.emails(email)).toHaveLength(1);
  });

  it('the first email is tried again until it is sent, once', async () => {
    await api.fault({
      service: 'ses',
      operation: 'SendEmail',
      times: 3,
      when: 'before',
      error: 'MessageRejected',
    });
    const orderId = await awaiting();
    expect(await emailsOf(orderId)).toHaveLength(1);
    expect(await told(orderId)).toMatchObject([
      { type: 'ProvisioningEmailSent' },
      { type: 'ProvisioningEmailFailed', result: expect.stringMatching(/^not sent, 3 times since 2/) },
      { type: 'Booked' },
    ]);
  });

  it('for its rate, the first email is sent later, and nothing is said of that', async () => {
    await api.fault({
      service: 'ses',
      operation: 'SendEmail',
      times: 3,
      when: 'before',
      error: 'Throttling',
    });
    const orderId = await awaiting();
    expect(await emailsOf(orderId)).toHaveLength(1);
    expect(await told(orderId)).toMatchObject([{ type: 'ProvisioningEmailSent' }, { type: 'Booked' }]);
  });

  it('for so long that the execution fails, the sweep gives the line a new one', async () => {
    await api.fault({
      service: 'ses',
      operation: 'SendEmail',
      times: 1000,
      when: 'before',
      error: 'MessageRejected',
    });
    const orderId = await awaiting();
    expect(await api.executions(orderId)).toMatchObject([
      { status: 'FAILED', currentState: 'Send provisioning email' },
    ]);
    await api.clearFaults();
    await api.advance('PT3H');
    expect(await emailsOf(orderId)).toHaveLength(1);
    expect((await api.line(token, orderId)).body.status).toBe('AwaitingProvisioningDetails');
  });
});

describe('when the answer of the mail service is lost', () => {
  const lost = (times = 1) => api.fault({ service: 'ses', operation: 'SendEmail', times, when: 'after' });
  const sentOf = async (orderId: string) =>
    (await told(orderId))
      .filter(({ type }) => type === 'ProvisioningEmailSent')
      .map(({ messageId }) => messageId);

  it('a resend says that it may have left, counts, and its key gets the answer once the email is confirmed', async () => {
    const orderId = await awaiting();
    const key = { 'idempotency-key': 'lost' };
    await lost(10);
    const { status, headers, body } = await api.resend(token, orderId, '1', key);
    expect(status).toBe(504);
    expect(headers.get('retry-after')).toMatch(/^\d+$/);
    expect(body).toMatchObject({
      code: 'email-unconfirmed',
      support: { portal: 'https://www.cisco.com/go/cs', reference: body.requestId },
    });
    const { resend } = (await api.line(token, orderId)).body;
    expect(resend).toEqual({ allowed: false, reason: 'resend-too-soon', canResendAt: body.canResendAt });

    await api.idle();
    const again = await api.resend(token, orderId, '1', key);
    expect(again.status).toBe(200);
    const emails = await emailsOf(orderId);
    expect(emails).toHaveLength(2);
    expect(again.body.email.messageId).toBe(emails[1]?.messageId);
    expect((await api.resend(token, orderId, '1', key)).body).toEqual(again.body);
    expect(await sentOf(orderId)).toEqual(emails.toReversed().map(({ messageId }) => messageId));
  });

  it('a contact change says so too, and is the contact once the email is confirmed', async () => {
    const orderId = await awaiting();
    const email = `new@${orderId}.example`;
    await lost();
    const change = { email, name: 'Nina Berg', locale: 'ja' };
    expect((await api.changeContact(token, orderId, '1', change)).status).toBe(504);
    await api.idle();
    expect((await api.line(token, orderId)).body).toMatchObject({
      provisioningContact: change,
      lastEmail: { to: email, delivery: 'Delivered' },
    });
    expect(await api.emails(email)).toHaveLength(1);
  });

  it('a contact change is not asked for again by its key, also if no report came', async () => {
    const orderId = await awaiting();
    const email = `new@${orderId}.example`;
    await lost();
    await api.fault({ service: 'ses', operation: 'Report', times: 1, when: 'before' });
    const change = () => api.changeContact(token, orderId, '1', { email }, { 'idempotency-key': 'change' });
    expect((await change()).status).toBe(504);
    expect((await change()).body).toMatchObject({ code: 'email-unconfirmed' });
    const [left, ...more] = await api.emails(email);
    expect(more).toEqual([]);

    await api.send({
      source: 'aws.ses',
      'detail-type': 'Email Sent',
      detail: {
        mail: {
          messageId: left?.messageId,
          tags: Object.fromEntries(Object.entries(left?.tags ?? {}).map(([name, value]) => [name, [value]])),
        },
      },
    });
    expect(await change()).toMatchObject({
      status: 200,
      body: { lines: [{ provisioningContact: { email } }] },
    });
    expect(await api.emails(email)).toHaveLength(1);
  });

  it('the first email leaves once, and its report starts the window', async () => {
    await lost(1000);
    const orderId = await awaiting();
    await api.advance('PT6H');
    const [email, ...more] = await emailsOf(orderId);
    expect(more).toEqual([]);
    expect((await api.line(token, orderId)).body).toMatchObject({
      status: 'AwaitingProvisioningDetails',
      firstEmailSentAt: email?.sentAt,
      lastEmail: { messageId: email?.messageId },
    });
    expect(await sentOf(orderId)).toEqual([email?.messageId]);
    await api.clearFaults();
    await api.advance('P8D');
    expect((await api.line(token, orderId)).body.status).toBe('Closed');
  });

  it('and nothing had left, the first email is sent later, and the history tells of each try', async () => {
    await api.fault({
      service: 'ses',
      operation: 'SendEmail',
      times: 2,
      when: 'before',
      error: 'ECONNRESET',
    });
    const orderId = await awaiting();
    expect(await emailsOf(orderId)).toEqual([]);
    expect((await told(orderId))[0]).toMatchObject({
      type: 'ProvisioningEmailUnconfirmed',
      to: `it@${orderId.toLowerCase()}.example`,
    });
    await api.advance('PT2H');
    expect(await emailsOf(orderId)).toHaveLength(1);
    expect((await told(orderId)).map(({ type }) => type)).toEqual([
      'ProvisioningEmailSent',
      'ProvisioningEmailUnconfirmed',
      'ProvisioningEmailUnconfirmed',
      'Booked',
    ]);
  });

  it('ids with dots and underscores are found again by the report', async () => {
    const orderId = `${newOrder()}_a.b`;
    await lost();
    await api.send(booked(orderId, { lineId: '1.0', provisioningContact: { email: 'it@dots.example' } }));
    expect((await api.line(token, orderId, '1.0')).body.lastEmail).toMatchObject({ delivery: 'Delivered' });
    const [email] = await api.emails('it@dots.example');
    for (const tag of Object.values(email?.tags ?? {})) expect(tag).toMatch(/^[A-Za-z0-9_-]{1,256}$/);
  });
});

describe('an onboarding that came first', () => {
  it('holds, although the booking failed after its write and no email leaves', async () => {
    const orderId = newOrder();
    await api.send(onboarded(orderId));
    await api.fault({ service: 'dynamodb', operation: 'Query', times: 5, when: 'before', error: 'X' });
    await api.fault({ service: 'dynamodb', operation: 'GetItem', times: 5, when: 'before', error: 'X' });
    await api.send(booked(orderId));
    await api.advance('PT2H');
    await api.clearFaults();
    expect((await api.resend(token, orderId)).body.code).toBe('point-of-no-return');
    expect(await emailsOf(orderId)).toEqual([]);
  });
});

describe('when the table fails', () => {
  it('an event is delivered again until it is done', async () => {
    const orderId = newOrder();
    await api.fault({
      service: 'dynamodb',
      operation: 'PutItem',
      times: 2,
      when: 'before',
      error: 'InternalServerError',
    });
    await api.send(booked(orderId));
    expect((await api.line(token, orderId)).body.status).toBe('AwaitingProvisioningDetails');
    expect(await emailsOf(orderId)).toHaveLength(1);
  });

  it('an event that never gets done ends among the dead letters', async () => {
    const orderId = newOrder();
    const before = (await api.deadLetters()).length;
    await api.fault({
      service: 'dynamodb',
      operation: 'GetItem',
      times: 1000,
      when: 'before',
      error: 'InternalServerError',
    });
    // Other functions go on failing, and trying, for as long as the faults last.
    await api.request('/_local/events', { method: 'POST', json: [booked(orderId)] });
    const letters = await until(
      async () => (await api.deadLetters()).slice(before),
      ({ length }) => length > 0,
    );
    await api.clearFaults();
    expect(letters).toMatchObject([
      { event: { detail: { orderId } }, reason: expect.stringContaining('book-order-line failed 5 times') },
    ]);
  });

  it('a call answers that something went wrong, and nothing about the inside', async () => {
    const orderId = await awaiting();
    await api.fault({
      service: 'dynamodb',
      operation: 'GetItem',
      times: 1,
      when: 'before',
      error: 'InternalServerError',
    });
    const { status, body } = await api.line(token, orderId);
    expect(status).toBe(500);
    expect(body).toMatchObject({ code: 'internal' });
    expect(JSON.stringify(body)).not.toMatch(/dynamo|stack|InternalServerError/i);
  });

  it.each(['before', 'after'] as const)(
    'and the claim of an email cannot be written (%s), the person is told, and may try again at once',
    async (when) => {
      const orderId = await awaiting();
      const key = { 'idempotency-key': 'again' };
      await api.fault({
        service: 'dynamodb',
        operation: 'PutItem',
        times: 1,
        when,
        error: 'InternalServerError',
      });
      const { status, body } = await api.resend(token, orderId, '1', key);
      expect(status).toBe(502);
      expect(body).toMatchObject({ code: 'email-not-sent', support: { reference: body.requestId } });
      expect((await api.line(token, orderId)).body.resend).toEqual({ allowed: true });
      expect((await api.resend(token, orderId, '1', key)).status).toBe(200);
      expect(await emailsOf(orderId)).toHaveLength(2);
    },
  );

  it('and a claim cannot be given back either, the line says when the next email is possible', async () => {
    const orderId = await awaiting();
    const fault = { service: 'dynamodb', operation: 'PutItem', times: 1, error: 'InternalServerError' };
    await api.fault({ ...fault, when: 'after' });
    await api.fault({ ...fault, when: 'before', times: 5 });
    expect((await api.resend(token, orderId)).status).toBe(500);

    const { resend } = (await api.line(token, orderId)).body;
    expect(resend).toMatchObject({ allowed: false, reason: 'resend-too-soon' });
    const { status, body } = await api.resend(token, orderId);
    expect(status).toBe(429);
    expect(body).toMatchObject({ code: 'resend-too-soon', canResendAt: resend.canResendAt });

    await api.advance('PT2M');
    expect((await api.history(token, orderId))[0]).toMatchObject({
      type: 'ProvisioningEmailUnconfirmed',
      result: 'may have been sent',
      reason: 'resend',
    });
    expect((await api.resend(token, orderId)).status).toBe(200);
  });

  it('while the contact of several lines changes, those that failed say what a support case needs', async () => {
    const orderId = newOrder();
    const requestedStartDate = daysAfter(await api.now(), 30);
    await api.send(booked(orderId), booked(orderId, { lineId: '2', requestedStartDate }));
    await api.fault({
      service: 'ses',
      operation: 'SendEmail',
      times: 1,
      when: 'before',
      error: 'Throttling',
    });
    const email = `new@${orderId}.example`;
    const { status, body } = await api.changeContact(token, orderId, '2', { email, applyToAllLines: true });
    expect(status).toBe(200);
    expect(body.skipped).toMatchObject([
      { lineId: '1', reason: 'email-not-sent', support: { portal: 'https://www.cisco.com/go/cs' } },
    ]);
  });

  it('while sweeping, the service goes on, and sweeps again', async () => {
    const orderId = newOrder();
    await api.fault({
      service: 'sfn',
      operation: 'StartExecution',
      times: 5,
      when: 'before',
      error: 'ServiceUnavailable',
    });
    await api.send(booked(orderId));
    await api.fault({
      service: 'dynamodb',
      operation: 'Query',
      times: 2,
      when: 'before',
      error: 'InternalServerError',
    });
    const before = Date.parse(await api.now());
    const after = Date.parse(await api.advance('PT2H'));
    expect(after - before).toBeGreaterThanOrEqual(2 * 60 * 60 * 1000);
    expect(await emailsOf(orderId)).toHaveLength(1);
  });

  it('while closing, closing is tried again', async () => {
    const orderId = await awaiting();
    await api.fault({
      service: 'dynamodb',
      operation: 'UpdateItem',
      times: 3,
      when: 'before',
      error: 'ThrottlingException',
    });
    await api.advance('P8D');
    expect((await api.line(token, orderId)).body.status).toBe('Closed');
    expect((await api.history(token, orderId))[0]).toMatchObject({ type: 'Closed', actor: 'workflow' });
  });
});

describe('when the workflow service fails', () => {
  it('and an execution cannot be started, the booking is delivered again', async () => {
    const orderId = newOrder();
    await api.fault({
      service: 'sfn',
      operation: 'StartExecution',
      times: 2,
      when: 'before',
      error: 'ServiceUnavailable',
    });
    await api.send(booked(orderId));
    expect(await emailsOf(orderId)).toHaveLength(1);
  });

  it('and no delivery helps, the sweep starts the execution', async () => {
    const orderId = newOrder();
    await api.fault({
      service: 'sfn',
      operation: 'StartExecution',
      times: 5,
      when: 'before',
      error: 'ServiceUnavailable',
    });
    await api.send(booked(orderId));
    expect(await emailsOf(orderId)).toHaveLength(0);
    await api.advance('PT2H');
    expect(await emailsOf(orderId)).toHaveLength(1);
  });

  it('and an execution cannot be stopped, the cancellation holds, and it is stopped later', async () => {
    const orderId = await awaiting({ requestedStartDate: daysAfter(await api.now(), 30) });
    const before = (await api.deadLetters()).length;
    await api.fault({
      service: 'sfn',
      operation: 'StopExecution',
      times: 1,
      when: 'before',
      error: 'ThrottlingException',
    });
    await api.send(cancelled(orderId));
    expect((await api.line(token, orderId)).body.status).toBe('Cancelled');
    expect((await api.executions(orderId)).map(({ status }) => status)).toEqual(['ABORTED']);
    expect(await api.deadLetters()).toHaveLength(before);
  });

  it('and an execution cannot be stopped, its line is closed by nobody', async () => {
    const orderId = await awaiting();
    await api.fault({
      service: 'sfn',
      operation: 'StopExecution',
      times: 1000,
      when: 'before',
      error: 'ServiceUnavailable',
    });
    await api.send(onboarded(orderId));
    await api.clearFaults();
    await api.advance('P8D');
    expect((await api.line(token, orderId)).body).toMatchObject({ status: 'Onboarded' });
    expect(await api.executions(orderId)).toMatchObject([{ status: 'SUCCEEDED' }]);
  });
});

describe('time', () => {
  it('a start date in the future gets its email then and not before', async () => {
    const orderId = newOrder();
    const startDate = daysAfter(await api.now(), 2).slice(0, 10);
    await api.send(booked(orderId, { requestedStartDate: startDate }));
    expect((await api.line(token, orderId)).body.requestedStartDate).toBe(`${startDate}T00:00:00.000Z`);

    const untilThen = Date.parse(startDate) - Date.parse(await api.now());
    await api.advance(`PT${Math.floor(untilThen / 1000) - 5}S`);
    expect(await emailsOf(orderId)).toEqual([]);
    await api.advance('PT6S');
    const [email] = await emailsOf(orderId);
    expect(email?.sentAt.slice(0, 16)).toBe(`${startDate}T00:00`);
  });

  it('a rescheduled line gets its email on the new date, sooner or later', async () => {
    const [sooner, later] = [newOrder(), newOrder()];
    const now = await api.now();
    await api.send(
      booked(sooner, { requestedStartDate: daysAfter(now, 20) }),
      booked(later, { requestedStartDate: daysAfter(now, 2) }),
    );
    await api.send(rescheduled(sooner, daysAfter(now, 3), now), rescheduled(later, daysAfter(now, 6), now));
    await api.advance('P4D');
    expect([(await emailsOf(sooner)).length, (await emailsOf(later)).length]).toEqual([1, 0]);
    await api.advance('P3D');
    expect([(await emailsOf(sooner)).length, (await emailsOf(later)).length]).toEqual([1, 1]);
    expect((await api.executions(later)).map(({ status }) => status).sort()).toEqual(['ABORTED', 'RUNNING']);
  });

  it('an older reschedule never undoes a newer one, and one that comes too late is recorded and ignored', async () => {
    const orderId = newOrder();
    const now = await api.now();
    await api.send(booked(orderId, { requestedStartDate: daysAfter(now, 20) }));
    await api.send(rescheduled(orderId, daysAfter(now, 5), '2026-03-02T00:00:00Z'));
    await api.send(rescheduled(orderId, daysAfter(now, 9), '2026-03-01T00:00:00Z'));
    expect((await api.line(token, orderId)).body.requestedStartDate).toBe(daysAfter(now, 5));
    await api.send(rescheduled(orderId, now, '2026-03-03T00:00:00Z'));
    expect(await emailsOf(orderId)).toHaveLength(1);
    await api.send(rescheduled(orderId, daysAfter(now, 30), '2026-03-04T00:00:00Z'));
    expect((await api.line(token, orderId)).body).toMatchObject({
      status: 'AwaitingProvisioningDetails',
      requestedStartDate: now,
    });
    expect((await api.history(token, orderId))[0]).toMatchObject({
      type: 'Rescheduled',
      reason: 'ignored: the line is AwaitingProvisioningDetails',
    });
  });

  it('a start date more than a year ahead gets its email on its day', async () => {
    const orderId = newOrder();
    const startDate = daysAfter(await api.now(), 500);
    await api.send(booked(orderId, { requestedStartDate: startDate }));
    expect(await api.executions(orderId)).toEqual([]);
    await api.advance('P499D');
    expect(await api.executions(orderId)).toMatchObject([{ status: 'RUNNING' }]);
    expect(await emailsOf(orderId)).toEqual([]);
    await api.advance('P2D');
    const [email] = await emailsOf(orderId);
    expect(email?.sentAt.slice(0, 16)).toBe(startDate.slice(0, 16));
  });

  it('settled lines free their execution', async () => {
    const [onboardedOrder, cancelledOrder] = [await awaiting(), await awaiting()];
    await api.send(onboarded(onboardedOrder), cancelled(cancelledOrder));
    for (const orderId of [onboardedOrder, cancelledOrder]) {
      expect(await api.executions(orderId)).toMatchObject([{ status: 'ABORTED' }]);
    }
  });

  it('an order that is onboarded holds for lines that are booked later', async () => {
    const orderId = newOrder();
    await api.send(onboarded(orderId));
    expect((await api.request(`/orders/${orderId}`, { token })).status).toBe(404);
    await api.send(booked(orderId));
    const { body } = await api.request<{ onboardedAt: string; lines: object[] }>(`/orders/${orderId}`, {
      token,
    });
    expect(body).toMatchObject({
      onboardedAt: '2026-11-02T00:00:00.000Z',
      organizationId: expect.any(String),
      lines: [{ status: 'Onboarded', onboardedAt: '2026-11-02T00:00:00.000Z' }],
    });
    expect(await emailsOf(orderId)).toEqual([]);
  });
});

describe("mail to SES's simulator", () => {
  it.each([
    ['success', 'Delivered', { allowed: true }],
    ['bounce', 'Bounced', { allowed: false, reason: 'contact-undeliverable' }],
    ['complaint', 'Complained', { allowed: false, reason: 'contact-undeliverable' }],
  ])('%s@ is reported as %s', async (name, delivery, resend) => {
    const orderId = newOrder();
    const email = `${name}+${orderId}@simulator.amazonses.com`;
    await api.send(booked(orderId, { provisioningContact: { email } }));
    const { body } = await api.line(token, orderId);
    expect(body).toMatchObject({ lastEmail: { to: email, delivery }, resend });
  });
});
