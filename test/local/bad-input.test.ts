import type { Client } from '../support/client.ts';
import { booked, cancelled, newOrder, onboarded, rescheduled } from '../support/events.ts';
import { startRunning } from '../support/running.ts';
import type { Service } from '../support/service.ts';

let service: Service;
let api: Client;
let token: string;
let orderId: string;

beforeAll(async () => {
  ({ service, api, token } = await startRunning());
  orderId = newOrder();
  await api.send(booked(orderId));
});
afterAll(() => service.stop());
/** Whatever came in: the service goes on. */
afterEach(async () => expect((await api.resend(token, orderId, 'no-such-line')).status).toBe(404));

const longId = 'a'.repeat(65);
const hostile = {
  'a control character': 'Ann\u0007a',
  'a line break': 'Anna\r\nBcc: all@example.com',
  'a line separator': 'Anna\u2028Lee',
  'a text direction override': 'Anna\u202eeeL',
  markup: '<script>alert(1)</script>',
  'half a character': 'Anna\ud800',
  nothing: '',
  'too much': 'x'.repeat(1000),
  'a number': 7,
  null: null,
  'a list': ['Anna'],
};
const badAddresses = {
  ...hostile,
  'no domain': 'anna',
  'two addresses': 'a@example.com, b@example.com',
  'a display name': 'Anna <anna@example.com>',
  'a line break in it': 'anna@example.com\nBcc: all@example.com',
  'an encoded break': 'anna%0a@example.com ',
  'too much': `${'a'.repeat(250)}@example.com`,
};

describe('the API', () => {
  const change = (json: unknown) => api.changeContact(token, orderId, '1', json);

  it.each(Object.entries(badAddresses))('refuses an address that is %s', async (_what, email) => {
    const { status, body } = await change({ email });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      code: 'invalid-request',
      errors: [{ path: 'email', message: expect.any(String) }],
    });
  });

  it.each(Object.entries(hostile))('refuses a name that is %s', async (_what, name) => {
    const { status, body } = await change({ email: 'new@example.com', name });
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [{ path: 'name' }] });
  });

  it.each([
    ['a missing field', {}, ['email']],
    ['an unknown field', { email: 'a@example.com', applyToAllLine: true }, ['applyToAllLine']],
    ['an unknown language', { email: 'a@example.com', locale: 'fr' }, ['locale']],
    ['a wrong type', { email: 'a@example.com', applyToAllLines: 'yes' }, ['applyToAllLines']],
    ['several errors at once', { email: 1, name: 2 }, ['email', 'name']],
    ['a list', [], ['']],
    ['null', null, ['']],
  ])('names the path of %s', async (_what, json, paths) => {
    const { status, body } = await change(json);
    expect(status).toBe(400);
    expect((body.errors as { path: string }[]).map(({ path }) => path)).toEqual(paths);
  });

  it.each([
    ['text that is not JSON', '{"email": '],
    ['nothing', ''],
    ['bytes that are not UTF-8', new Uint8Array([0x22, 0xff, 0x22])],
  ])('refuses %s as a body', async (_what, body) => {
    const path = `${api.linePath(orderId, '1')}/provisioning-contact`;
    const answer = await api.request(path, {
      method: 'PUT',
      token,
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      code: 'invalid-request',
      errors: [{ path: '', message: 'must be JSON in UTF-8' }],
    });
  });

  it.each(['PUT', 'POST'])('refuses a body of 1 MB by %s', async (method) => {
    const action = method === 'PUT' ? 'provisioning-contact' : 'resend';
    const { status, body } = await api.request(`${api.linePath(orderId, '1')}/${action}`, {
      method,
      token,
      json: { email: 'x'.repeat(1024 * 1024) },
    });
    expect(status).toBe(413);
    expect(body).toMatchObject({ code: 'payload-too-large' });
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp'])(
    'refuses %s',
    async (type) => {
      const path = `${api.linePath(orderId, '1')}/provisioning-contact`;
      const answer = await api.request(path, {
        method: 'PUT',
        token,
        body: '{"email":"a@example.com"}',
        headers: { 'content-type': type },
      });
      expect(answer.status).toBe(415);
      expect(answer.body).toMatchObject({ code: 'unsupported-media-type' });
    },
  );

  it.each([
    [`/orders/${longId}`, 'orderId'],
    [`/orders/${longId}/lines/1`, 'orderId'],
    [`/orders/A/lines/${longId}`, 'lineId'],
    ['/orders/a%20b/lines/1/history', 'orderId'],
    ['/orders/%3Cscript%3E/lines/1', 'orderId'],
    ['/orders/a%2Fb/lines/1', 'orderId'],
    ['/order-lines?limit=0', 'limit'],
    ['/order-lines?limit=101', 'limit'],
    ['/order-lines?limit=ten', 'limit'],
    ['/order-lines?limit=1.5', 'limit'],
    ['/order-lines?limit=', 'limit'],
    ['/order-lines?status=Open', 'status'],
    ['/order-lines?provisioningPending=1', 'provisioningPending'],
    ['/order-lines?delivery=bounced', 'delivery'],
    ['/order-lines?closingWithin=PT0S', 'closingWithin'],
    ['/order-lines?state=Closed', 'state'],
    ['/orders/A?limit=2', 'limit'],
    ['/order-lines?cursor=nonsense', 'cursor'],
    ['/order-lines?q=', 'q'],
    [`/order-lines?q=${'q'.repeat(255)}`, 'q'],
    ['/order-lines?q=a%0d%0ab', 'q'],
  ])('refuses %s', async (path, wrong) => {
    const { status, body } = await api.request(path, { token });
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'invalid-request', errors: [{ path: wrong }] });
  });

  it.each([
    '#',
    '*',
    '@',
    '/',
    '%',
    '~',
    '"',
    "' OR ''='",
    '\\',
    '\u0301',
    'ORD-1#',
    '株式会社',
    '😀',
    'ﷺ'.repeat(200),
  ])('finds nothing for %j', async (q) => {
    const { status, body } = await api.request(`/order-lines?q=${encodeURIComponent(q)}`, { token });
    expect([status, body]).toEqual([200, { items: [] }]);
  });

  it('shows names as they were given, and escapes them in emails', async () => {
    const customer = 'Smith & Sons "Best" <3 O\'Neil';
    const order = newOrder();
    await api.send(booked(order, { endCustomer: { name: customer }, requestedStartDate: '2026-01-01' }));
    expect((await api.line(token, order)).body.endCustomer.name).toBe(customer);
    const [email] = await api.emails(`it@${order}.example`);
    expect(email?.text).toContain(customer);
    expect(email?.html).toContain('Smith &amp; Sons &quot;Best&quot; &lt;3 O&#39;Neil');
  });
});

describe('an event that does not fit', () => {
  const line = () => newOrder();

  const refused = async (event: Parameters<Client['send']>[0]) => {
    const before = (await api.deadLetters()).length;
    await api.send(event);
    return (await api.deadLetters()).slice(before);
  };

  it.each([
    ...Object.entries(hostile).flatMap(([what, value]) =>
      (
        [
          ['endCustomer.name', { endCustomer: { name: value } }],
          ['placedBy.name', { placedBy: { name: value, email: 'a@example.com' } }],
          ['provisioningContact.name', { provisioningContact: { email: 'a@example.com', name: value } }],
          ['subscriptionId', { subscriptionId: value }],
          ['offer', { offer: value }],
          ['partnerId', { partnerId: value }],
          ['orderId', { orderId: value }],
          ['lineId', { lineId: value }],
          ['requestedStartDate', { requestedStartDate: value }],
        ] as const
      ).map(([path, changes]) => [path, what, changes] as const),
    ),
    ...Object.entries(badAddresses).map(
      ([what, email]) => ['provisioningContact.email', what, { provisioningContact: { email } }] as const,
    ),
    ['requestedStartDate', 'no day of the calendar', { requestedStartDate: '2026-02-30' }],
    ['requestedStartDate', 'no hour of the day', { requestedStartDate: '2026-02-03T25:00:00Z' }],
    ['requestedStartDate', 'without an offset', { requestedStartDate: '2026-02-03T05:00:00' }],
    ['requestedStartDate', 'far out', { requestedStartDate: '9999-12-31T23:59:59-12:00' }],
    ['orderId', '65 characters', { orderId: longId }],
    [
      'provisioningContact.locale',
      'an unknown language',
      { provisioningContact: { email: 'a@example.com', locale: 'fr' } },
    ],
    ['placedBy', 'missing', { placedBy: undefined }],
  ] as const)('(%s: %s) lands among the dead letters with the reason', async (path, _what, changes) => {
    const order = line();
    const letters = await refused(booked(order, changes));
    expect(letters).toHaveLength(1);
    expect(letters[0]?.reason).toMatch(new RegExp(`(^|; )detail\\.${path}: .+`));
    expect(letters[0]?.event.detail).toBeDefined();
    expect((await api.line(token, order)).status).toBe(404);
  });

  it.each([
    ['detail.changedAt', rescheduled('ORD-1', '2026-12-01', 'yesterday')],
    ['detail.requestedStartDate', rescheduled('ORD-1', '2026-13-01', '2026-11-01T00:00:00Z')],
    ['detail.cancelledAt', cancelled('ORD-1', '1', '2026-02-30T00:00:00Z')],
    ['detail.onboardedAt', onboarded('ORD-1', '')],
    ['detail', { ...booked('ORD-1'), detail: null }],
    ['detail', { ...booked('ORD-1'), detail: 'text' }],
    ['detail-type', { ...booked('ORD-1'), 'detail-type': 'Order Line Vanished' }],
    ['detail-type', { ...onboarded('ORD-1'), 'detail-type': 'Organization Offboarded' }],
    ['source', { ...booked('ORD-1'), source: 'somebody.else' }],
    [
      'detail.mail',
      { source: 'aws.ses', 'detail-type': 'Email Bounced', detail: { bounce: { bounceType: 'Permanent' } } },
    ],
  ])('(%s) lands there, whatever its type', async (path, event) => {
    const [letter] = await refused(event);
    expect(letter?.reason).toContain(`${path}: `);
    expect(letter?.event).toMatchObject({ source: event.source, 'detail-type': event['detail-type'] });
  });

  it('harms nothing that comes with it', async () => {
    const good = line();
    await api.send(booked(line(), { lineId: '' }), booked(good), booked(line(), { offer: null }));
    expect((await api.line(token, good)).body.status).toBe('AwaitingProvisioningDetails');
  });

  it('with unknown extra fields does fit', async () => {
    const order = line();
    await api.send(booked(order, { extra: { nested: [1, 2] } }));
    expect((await api.line(token, order)).status).toBe(200);
  });

  it('keeps addresses out of the reason', async () => {
    const [letter] = await refused(booked(line(), { provisioningContact: { email: 'anna@@example.com' } }));
    expect(letter?.reason).not.toContain('anna');
  });
});

describe('the local controls', () => {
  it.each([
    ['/_local/events', { source: 'x' }, ''],
    ['/_local/events', [{ 'detail-type': 'x', detail: {} }], '0.source'],
    ['/_local/token', { roles: ['root'] }, 'roles.0'],
    ['/_local/clock', { advance: '7 days' }, 'advance'],
    ['/_local/clock', { advance: 'PT0S' }, 'advance'],
    ['/_local/clock', { advance: '-P1D' }, 'advance'],
    ['/_local/mail-rate', { perSecond: 0 }, 'perSecond'],
    ['/_local/mail-rate', { perSecond: 'fast' }, 'perSecond'],
    ['/_local/mail-rate', {}, 'perSecond'],
    [
      '/_local/faults',
      { service: 'ses', operation: 'SendEmail', times: 0, when: 'before', error: 'X' },
      'times',
    ],
  ])('%s refuses %j', async (path, json, wrong) => {
    const { status, body } = await api.request(path, { method: 'POST', json });
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [{ path: wrong }] });
  });
});
