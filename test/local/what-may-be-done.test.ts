import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { sampleProgram } from '../../infra/local/people.ts';
import type { Client } from '../support/client.ts';
import { booked, cancelled, daysAfter, newOrder, onboarded, partner } from '../support/events.ts';
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

/** Who may do it, and who learns of it. */
describe('access', () => {
  let orderId: string;
  const tokens: Record<'resend' | 'view' | 'none' | 'foreign' | 'operator', string> = {
    resend: '',
    view: '',
    none: '',
    foreign: '',
    operator: '',
  };

  beforeAll(async () => {
    tokens.resend = await api.token({ partnerId: partner, roles: ['resend'] });
    tokens.view = await api.token({ partnerId: partner, roles: ['view'] });
    tokens.none = await api.token({ partnerId: partner, roles: [] });
    tokens.foreign = await api.token({ partnerId: 'riverbend', roles: ['view', 'resend'] });
    tokens.operator = await api.token({ roles: ['operator'] });
    orderId = newOrder();
    await api.send(booked(orderId));
  });

  const calls = (id: string) => ({
    order: { path: `/orders/${id}` },
    line: { path: `/orders/${id}/lines/1` },
    history: { path: `/orders/${id}/lines/1/history` },
    resend: { path: `/orders/${id}/lines/1/resend`, method: 'POST' },
    contact: {
      path: `/orders/${id}/lines/1/provisioning-contact`,
      method: 'PUT',
      json: { email: 'new@example.com' },
    },
    list: { path: `/order-lines?q=${id}` },
  });
  const names = ['order', 'line', 'history', 'resend', 'contact', 'list'] as const;

  const call = async (name: (typeof names)[number], id: string, token?: string) => {
    const { path, ...options } = calls(id)[name];
    return await api.request(path, { ...options, ...(token === undefined ? {} : { token }) });
  };

  describe.each(names)('%s', (name) => {
    it('gives people of another partner exactly the answer for what does not exist', async () => {
      const foreign = await call(name, orderId, tokens.foreign);
      const missing = await call(name, 'NO-SUCH-ORDER', tokens.foreign);
      const { requestId: ofForeign, ...foreignBody } = foreign.body;
      const { requestId: ofMissing, ...missingBody } = missing.body;
      expect(foreign.status).toBe(missing.status);
      expect(foreignBody).toEqual(missingBody);
      expect([...foreign.headers.keys()]).toEqual([...missing.headers.keys()]);
      if (name === 'list') expect(foreignBody).toEqual({ items: [] });
      else expect(foreign.status).toBe(404);
    });

    it('needs a token', async () => {
      const { status, body, headers } = await call(name, orderId);
      expect(status).toBe(401);
      expect(body).toMatchObject({ code: 'unauthenticated', status: 401, requestId: expect.any(String) });
      expect(headers.get('content-type')).toBe('application/problem+json');
      expect(headers.get('www-authenticate')).toBe('Bearer');
    });

    it('refuses expired, forged, foreign and malformed tokens', async () => {
      const expired = await api.token({ partnerId: partner, roles: ['resend'], expiresIn: -10 });
      const atOnce = await api.token({ partnerId: partner, roles: ['resend'], expiresIn: 0 });
      const [header, payload] = tokens.view.split('.');
      const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString()) as Record<
        string,
        unknown
      >;
      const raised = Buffer.from(JSON.stringify({ ...claims, roles: ['operator'] })).toString('base64url');
      const { privateKey, publicKey } = await generateKeyPair('RS256');
      const jwk = await exportJWK(publicKey);
      const otherIssuer = await new SignJWT(claims)
        .setProtectedHeader({ alg: 'RS256', jwk })
        .sign(privateKey);
      const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
      for (const token of [
        expired,
        atOnce,
        `${header}.${raised}.${tokens.view.split('.')[2]}`,
        otherIssuer,
        unsigned,
        'nonsense',
      ]) {
        expect((await call(name, orderId, token)).status).toBe(401);
      }
    });
  });

  describe('roles', () => {
    it.each(['order', 'line', 'history', 'list'] as const)('view may see %s', async (name) => {
      expect((await call(name, orderId, tokens.view)).status).toBe(200);
    });

    it.each(['resend', 'contact'] as const)('view may not %s, and learns whom to ask', async (name) => {
      const { status, body } = await call(name, orderId, tokens.view);
      expect(status).toBe(403);
      expect(body).toMatchObject({
        code: 'no-access',
        placedBy: { name: 'Maya Lindqvist', email: 'maya@northwind.example' },
      });
    });

    it.each(names)('without a role nothing may be done with %s', async (name) => {
      expect((await call(name, orderId, tokens.none)).status).toBe(403);
    });

    it('operator may see and do everything of every partner', async () => {
      for (const name of ['order', 'line', 'history', 'resend', 'contact'] as const) {
        expect((await call(name, orderId, tokens.operator)).status).toBe(200);
      }
      const named = await api.request<{ items: object[] }>(`/order-lines?q=${orderId}&partnerId=${partner}`, {
        token: tokens.operator,
      });
      expect(named.body.items).toHaveLength(1);
      const searched = await api.request<{ items: object[] }>(`/order-lines?q=${orderId.toLowerCase()}`, {
        token: tokens.operator,
      });
      expect(searched.body.items).toMatchObject([{ orderId, lineId: '1' }]);
      const unnamed = await api.request('/order-lines', { token: tokens.operator });
      expect(unnamed.status).toBe(400);
      expect(unnamed.body).toMatchObject({ code: 'invalid-request', errors: [{ path: 'partnerId' }] });
    });

    it('only an operator may name another partner', async () => {
      const { status, body } = await api.request(`/order-lines?partnerId=riverbend`, {
        token: tokens.resend,
      });
      expect(status).toBe(400);
      expect(body).toMatchObject({ errors: [{ path: 'partnerId' }] });
    });
  });

  describe('a program', () => {
    const { clientId, clientSecret } = sampleProgram;

    /** As the documentation of the API says. */
    async function ask(secret: string) {
      const { body } = await api.request<{
        components: { securitySchemes: { signIn: { openIdConnectUrl: string } } };
      }>('/openapi.json');
      const discovery = await fetch(body.components.securitySchemes.signIn.openIdConnectUrl);
      const { token_endpoint: endpoint } = (await discovery.json()) as { token_endpoint: string };
      const authorization = `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`;
      const granted = await fetch(endpoint, {
        method: 'POST',
        headers: { authorization },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      });
      return { status: granted.status, body: (await granted.json()) as { access_token: string } };
    }

    it('gets a token by its secret, may do what it was granted, and is named in histories', async () => {
      const { access_token: token } = (await ask(clientSecret)).body;
      const id = newOrder();
      await api.send(booked(id));
      expect((await call('resend', id, token)).status).toBe(200);
      // The mail service may have reported on it by now.
      const resent = (await api.history(token, id)).find(({ type }) => type === 'ProvisioningEmailSent');
      expect(resent).toMatchObject({ actor: clientId });
      const { body } = await api.request('/order-lines?partnerId=riverbend', { token });
      expect(body).toMatchObject({ code: 'invalid-request' });
    });

    it('gets none by a wrong secret', async () => {
      expect(await ask('a wrong one')).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    });
  });

  describe('without a token', () => {
    it.each(['/health', '/openapi.json', '/asyncapi.json'])('%s answers', async (path) => {
      expect((await api.request(path)).status).toBe(200);
    });

    it('the type of a problem opens the page that explains it', async () => {
      const { body } = await api.request<{ type: string; title: string }>('/order-lines');
      const page = await fetch(new URL(body.type, service.url));
      expect(await page.text()).toContain(`<h1>${body.title}</h1>`);
    });

    it('a path that leads nowhere is a problem document too', async () => {
      const { status, body } = await api.request('/nowhere');
      expect(status).toBe(404);
      expect(body).toMatchObject({ code: 'not-found' });
    });
  });

  it('the description of the API names every call of it and no other', async () => {
    const { body } = await api.request<{ paths: Record<string, object> }>('/openapi.json');
    expect(
      Object.entries(body.paths)
        .flatMap(([path, item]) => Object.keys(item).map((method) => `${method} ${path}`))
        .sort(),
    ).toEqual([
      'delete /orders/{orderId}/lines/{lineId}/copy-to',
      'delete /webhooks/{webhookId}',
      'get /asyncapi.json',
      'get /health',
      'get /insights',
      'get /me/notifications',
      'get /openapi.json',
      'get /order-lines',
      'get /order-lines/summary',
      'get /orders/{orderId}',
      'get /orders/{orderId}/lines/{lineId}',
      'get /orders/{orderId}/lines/{lineId}/history',
      'get /resend-jobs',
      'get /resend-jobs/{jobId}',
      'get /resend-jobs/{jobId}/items',
      'get /webhooks',
      'get /webhooks/{webhookId}',
      'get /webhooks/{webhookId}/deliveries',
      'patch /webhooks/{webhookId}',
      'post /orders/{orderId}/lines/{lineId}/resend',
      'post /resend-jobs',
      'post /webhooks',
      'post /webhooks/{webhookId}/rotate-secret',
      'post /webhooks/{webhookId}/test',
      'put /me/notifications',
      'put /orders/{orderId}/lines/{lineId}/copy-to',
      'put /orders/{orderId}/lines/{lineId}/provisioning-contact',
    ]);
  });

  it('a history comes as CSV to those who ask for it and may read it', async () => {
    const asCsv = (token: string) =>
      fetch(`${service.url}/orders/${orderId}/lines/1/history`, {
        headers: { authorization: `Bearer ${token}`, accept: 'text/csv' },
      });
    const answer = await asCsv(tokens.view);
    expect(answer.headers.get('content-type')).toMatch(/^text\/csv; charset=utf-8/);
    const history = await api.history(tokens.view, orderId);
    const [header, ...rows] = (await answer.text()).trimEnd().split('\r\n');
    expect(header).toMatch(/^at,type,actor,/);
    expect(rows.map((row) => row.split(',').slice(0, 2))).toEqual(history.map(({ at, type }) => [at, type]));

    const foreign = await asCsv(tokens.foreign);
    expect(foreign.status).toBe(404);
    expect(await foreign.json()).toMatchObject({ code: 'order-line-not-found' });
  });
});
