import type { MailOutcome } from '../../shared/adapters/mail.ts';
import { isBooked } from '../../shared/domain/order-line.ts';
import { recordReported } from '../../shared/domain/sent-emails.ts';
import { silentMetrics } from '../../shared/runtime/metrics.ts';
import { booked } from '../../shared/use-cases/booked.ts';
import { changeContact, type ContactChanges } from '../../shared/use-cases/change-contact.ts';
import { findRequestedEmail } from '../../shared/use-cases/find-requested-email.ts';
import type { ResendServices } from '../../shared/use-cases/requested-email.ts';
import { resend } from '../../shared/use-cases/resend.ts';
import { defaults } from '../../infra/settings.ts';
import { daysAfter, line, minutesBefore, now } from '../support/lines.ts';
import { memoryStore } from '../support/memory-store.ts';
import { mailSettings } from '../support/mail-settings.ts';

/** A form of the console that changes contacts, and is sent more than once. */

const awaiting = line({
  status: 'AwaitingProvisioningDetails',
  provisioningContact: { email: 'it@example.com', name: 'Ito', locale: 'en' },
  firstEmailSentAt: minutesBefore(60),
  closesAt: daysAfter(7),
});
const caller = { name: 'maya', partnerId: 'northwind', roles: new Set(['resend'] as const) };
const named = { orderId: 'ORD-1', lineId: '1' };

function world(...stored: ReturnType<typeof line>[]) {
  const { store, lines } = memoryStore(...stored);
  const sent: string[] = [];
  const answers: MailOutcome[] = [];
  let days = 0;
  const services: ResendServices = {
    store,
    mail: {
      send: ({ to }) => {
        sent.push(to);
        return Promise.resolve(
          answers.shift() ?? { outcome: 'accepted', messageId: `message-${sent.length}` },
        );
      },
    },
    mailSettings,
    limits: defaults.resendLimits,
    now: () => new Date(daysAfter(days)),
    newId: () => `claim-${sent.length + 1}`,
    pause: () => Promise.resolve(),
    metrics: silentMetrics,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  };
  const ask = (
    contact: { email: string; name?: string; locale?: 'en' | 'ja' },
    idempotencyKey?: string,
    all = false,
  ) =>
    changeContact(named, contact, { caller, requestId: 'r', applyToAllLines: all, idempotencyKey }, services);
  return {
    sent,
    answers,
    store,
    ask,
    aDayPasses: () => {
      days += 1;
    },
    resend: () => resend(named, { caller, requestId: 'r', idempotencyKey: undefined }, services),
    change: async (...of: Parameters<typeof ask>) => {
      const outcome = await ask(...of);
      if (outcome.outcome !== 'changed') throw new Error(`the change was not made: ${outcome.code}`);
      return outcome;
    },
    find: (idempotencyKey: string) =>
      findRequestedEmail(named, { caller, of: 'contact-change', idempotencyKey }, services),
    stored: (lineId = '1') => {
      const found = lines().find((known) => known.lineId === lineId);
      if (!isBooked(found)) throw new Error('there is no such line');
      return found;
    },
  };
}

const outcomes = ({ lines }: ContactChanges) =>
  lines.map(({ line: { lineId }, outcome, email }) => [lineId, outcome, email]);

test.each([
  ['to a new address', awaiting, { email: 'new@example.com' }, 'sent'],
  ['of the name alone', awaiting, { email: 'it@example.com', name: 'Ana' }, 'saved'],
  ['of the language alone', awaiting, { email: 'IT@example.com', locale: 'ja' as const }, 'saved'],
  ['to what it is', awaiting, { email: 'it@example.com' }, 'unchanged'],
  ['before the first email', line(), { email: 'new@example.com' }, 'saved-for-first'],
] as const)('a change %s says what it came to', async (_, stored, contact, outcome) => {
  const { change, sent } = world(stored);
  expect((await change(contact)).lines).toMatchObject([{ outcome, line: { lineId: '1' } }]);
  expect(sent).toEqual(outcome === 'sent' ? [contact.email] : []);
});

test('an empty name takes the name away, and no name leaves it', async () => {
  const { change, stored } = world(awaiting);
  await change({ email: 'it@example.com', locale: 'ja' });
  expect(stored().provisioningContact).toEqual({ email: 'it@example.com', name: 'Ito', locale: 'ja' });
  expect(outcomes(await change({ email: 'it@example.com', name: '' }))).toEqual([
    ['1', 'saved', 'it@example.com'],
  ]);
  expect(stored().provisioningContact).toEqual({ email: 'it@example.com', locale: 'ja' });
});

describe('the same form again', () => {
  test.each([
    ['sent', 'new@example.com', undefined],
    ['saved', 'it@example.com', 'Ana'],
    ['unchanged', 'it@example.com', undefined],
  ] as const)('that %s does nothing more, whoever is the contact by now', async (outcome, email, name) => {
    const { change, sent, stored } = world(awaiting);
    const contact = { email, ...(name === undefined ? {} : { name }) };
    const first = await change(contact, 'form');
    expect(outcomes(first)).toEqual([['1', outcome, email]]);
    await change({ email: 'third@example.com' }, 'another form');
    const before = { sent: [...sent], stored: stored() };
    expect(outcomes(await change(contact, 'form'))).toEqual(outcomes(first));
    expect(outcomes(await change({ email: 'typed-over@example.com' }, 'form'))).toEqual(outcomes(first));
    expect({ sent, stored: stored() }).toEqual(before);
  });

  it('for all lines does each line once, and goes on where it stopped', async () => {
    const { change, sent, answers } = world(awaiting, line({ lineId: '2' }), { ...awaiting, lineId: '3' });
    answers.push(
      { outcome: 'accepted', messageId: 'message-1' },
      { outcome: 'refused', reason: 'Throttling' },
    );
    const first = await change({ email: 'new@example.com' }, 'form', true);
    expect(outcomes(first)).toEqual([
      ['1', 'sent', 'new@example.com'],
      ['2', 'saved-for-first', 'new@example.com'],
    ]);
    expect(first.skipped).toMatchObject([{ lineId: '3', why: { outcome: 'not-sent' } }]);
    const again = await change({ email: 'new@example.com' }, 'form', true);
    expect(outcomes(again)).toEqual([...outcomes(first), ['3', 'sent', 'new@example.com']]);
    expect(sent).toHaveLength(3);
  });

  it('whose email may have left sends none, until the mail service confirms it', async () => {
    const { ask, change, find, sent, answers, store, stored } = world(awaiting);
    answers.push({ outcome: 'unknown', reason: 'TimeoutError' });
    const contact = { email: 'new@example.com' };
    for (let times = 1; times <= 2; times += 1)
      expect(await ask(contact, 'form')).toMatchObject({ outcome: 'unconfirmed' });
    expect(await find('form')).toEqual({ outcome: 'unconfirmed', to: 'new@example.com' });
    expect(await find('another form')).toBeUndefined();
    expect(sent).toHaveLength(1);

    const report = {
      claimId: 'claim-1',
      kind: undefined,
      messageId: 'm',
      to: 'new@example.com',
      sentAt: now,
    };
    await store.change(
      stored(),
      booked((known) => ({ line: recordReported(known, report) })),
    );
    const email = { messageId: 'm', to: 'new@example.com', sentAt: now };
    expect(await find('form')).toEqual({ outcome: 'sent', email });
    expect(outcomes(await change(contact, 'form'))).toEqual([['1', 'sent', 'new@example.com']]);
    expect(sent).toHaveLength(1);
  });
});

test('a change of several lines ends in time; done again it goes on with the lines that it skipped', async () => {
  const { change, sent, stored } = world(...['1', '2', '3', '4'].map((lineId) => ({ ...awaiting, lineId })));
  // The mail service takes 8 s for each email.
  const realNow = performance.now.bind(performance);
  performance.now = () => sent.length * 8000;
  const contact = { email: 'new@example.com' };
  const { lines, skipped } = await change(contact, undefined, true);
  performance.now = realNow;
  expect(lines.map(({ line: { lineId } }) => lineId)).toEqual(['1', '2']);
  expect(skipped).toMatchObject(['3', '4'].map((lineId) => ({ lineId, why: { outcome: 'not-sent' } })));
  expect(stored('3').provisioningContact.email).toBe('it@example.com');

  await change(contact, undefined, true);
  expect(sent).toHaveLength(4);
  expect(stored('4').provisioningContact.email).toBe('new@example.com');
});

test('with its hundredth email a line has had its last, whatever asks for another', async () => {
  const { change, ask, resend, aDayPasses, sent, stored } = world({ ...awaiting, emailsSent: 1 });
  for (let count = 1; count < 100; count += 1) {
    if (count % 10 === 0) aDayPasses();
    await change({ email: `contact-${count % 2}@example.com` });
  }
  expect(sent).toHaveLength(99);
  expect(stored().emailsSent).toBe(100);
  aDayPasses();
  for (const refused of [await resend(), await ask({ email: 'new@example.com' })]) {
    expect(refused).toMatchObject({ code: 'resend-limit-reached' });
    expect(refused).not.toHaveProperty('canResendAt');
  }
  expect(sent).toHaveLength(99);
  const { history } = stored();
  expect(history.filter(({ type }) => type === 'ProvisioningEmailSent')).toHaveLength(99);
  expect(history[0]).toMatchObject({ type: 'Booked' });
});
