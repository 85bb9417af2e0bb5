import type { Email } from '../../shared/contracts/email.ts';
import type { OrderLine } from '../../shared/domain/order-line.ts';
import { silentMetrics } from '../../shared/runtime/metrics.ts';
import { changeContact } from '../../shared/use-cases/change-contact.ts';
import { previewContactChange, previewResend } from '../../shared/use-cases/preview-email.ts';
import type { ResendServices } from '../../shared/use-cases/requested-email.ts';
import { resend } from '../../shared/use-cases/resend.ts';
import { defaults } from '../../infra/settings.ts';
import { daysAfter, line, minutesBefore, now } from '../support/lines.ts';
import { mailSettings } from '../support/mail-settings.ts';
import { memoryStore } from '../support/memory-store.ts';

const key = { orderId: 'ORD-1', lineId: '1' };
const caller = { name: 'maya', partnerId: 'northwind', roles: new Set(['resend']) };
const asked = { caller, requestId: 'request-1' };
const viewer = { ...asked, caller: { ...caller, roles: new Set(['view']) } };
const stranger = { ...asked, caller: { ...caller, partnerId: 'another' } };

const awaiting = line({
  status: 'AwaitingProvisioningDetails',
  provisioningContact: { email: 'it@example.com', name: 'Ito', locale: 'en' },
  firstEmailSentAt: minutesBefore(60),
  closesAt: daysAfter(7),
});

function world(...stored: OrderLine[]) {
  const { store, lines } = memoryStore(...stored);
  const sent: Email[] = [];
  const services: ResendServices = {
    store,
    mail: {
      send: (email) => {
        sent.push(email);
        return Promise.resolve({ outcome: 'accepted', messageId: `message-${sent.length}` });
      },
    },
    mailSettings,
    limits: defaults.resendLimits,
    now: () => new Date(now),
    newId: () => 'claim',
    pause: () => Promise.resolve(),
    metrics: silentMetrics,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  };
  return { services, sent, lines };
}

/** What people see of an email; its tags are for the mail service. */
const seen = (email: Email | undefined) => email && { ...email, tags: undefined };

test.each(['en', 'ja', undefined] as const)(
  'a resend sends what its preview showed, in language %s, and leaves that of the contact as it is',
  async (locale) => {
    const { services, sent } = world(awaiting);
    const preview = await previewResend(key, locale, asked, services);
    expect(sent).toEqual([]);

    const outcome = await resend(key, { ...asked, locale }, services);

    expect([preview]).toEqual([{ email: expect.anything() as unknown }]);
    expect('email' in preview && seen(preview.email)).toEqual(seen(sent[0]));
    expect(sent[0]?.subject).toMatch(locale === 'ja' ? /^【再送】/ : /^Resent: /);
    expect(outcome).toMatchObject({ line: { provisioningContact: { locale: 'en' } } });
  },
);

test('a resend that is refused has no preview, but a reason', async () => {
  const { services } = world(line());
  expect(await previewResend(key, undefined, asked, services)).toMatchObject({
    refusal: { code: 'not-started' },
  });
});

test('a change of contact does to each line what its preview said', async () => {
  const jane = { email: 'jane@example.com', name: 'Jane', locale: 'en' } as const;
  const { services, sent } = world(
    awaiting,
    { ...awaiting, lineId: '2' },
    line({ lineId: '3' }),
    { ...awaiting, lineId: '4', provisioningContact: jane },
    { ...awaiting, lineId: '5', provisioningContact: { ...jane, locale: 'ja' } },
    line({ lineId: '6', status: 'Cancelled' }),
  );
  const all = { ...asked, applyToAllLines: true };
  const preview = await previewContactChange(key, jane, all, services);
  expect(preview.lines).toEqual([
    { lineId: '1', outcome: 'send' },
    { lineId: '2', outcome: 'send' },
    { lineId: '3', outcome: 'save-for-first' },
    { lineId: '4', outcome: 'unchanged' },
    { lineId: '5', outcome: 'save' },
    { lineId: '6', outcome: 'refused', code: 'cancelled' },
  ]);
  expect(sent).toEqual([]);

  const changes = await changeContact(key, jane, all, services);

  expect(seen(preview.email)).toEqual(seen(sent[0]));
  expect(sent).toHaveLength(2);
  expect(changes).toMatchObject({
    lines: ['sent', 'sent', 'saved-for-first', 'unchanged', 'saved'].map((outcome) => ({ outcome })),
    skipped: [{ lineId: '6' }],
  });
});

test('before the start date, the preview is of the email that leaves then', async () => {
  const { services } = world(line({ requestedStartDate: '2026-12-05T00:00:00.000Z' }));
  const { email, lines } = await previewContactChange(
    key,
    { email: 'jane@example.com' },
    { ...asked, applyToAllLines: false },
    services,
  );
  expect(lines).toEqual([{ lineId: '1', outcome: 'save-for-first' }]);
  expect(email).toMatchObject({ to: 'jane@example.com' });
  expect(email?.text).toContain('12 December 2026');
});

test.each([
  ['who may only view', viewer, 'no-access'],
  ['of another partner', stranger, 'order-line-not-found'],
])('those %s are shown no email', async (_, who, code) => {
  const { services } = world(awaiting);
  const change = { email: 'jane@example.com' };
  for (const preview of [
    previewResend(key, undefined, who, services),
    previewContactChange(key, change, { ...who, applyToAllLines: true }, services),
  ])
    await expect(preview).rejects.toMatchObject({ code });
});
