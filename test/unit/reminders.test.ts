import { sendDueEmail } from '../../functions/send-provisioning-email/due-email.ts';
import { defaults } from '../../infra/settings.ts';
import type { MailOutcome } from '../../shared/adapters/mail.ts';
import type { Email } from '../../shared/contracts/email.ts';
import { giveUpClaim, withClaim } from '../../shared/domain/claims.ts';
import { followUp, nextDueAt } from '../../shared/domain/follow-up.ts';
import type { HistoryEntry } from '../../shared/domain/history.ts';
import { eventsOf } from '../../shared/domain/line-events.ts';
import { type AwaitingLine, isBooked, type StoredLine } from '../../shared/domain/order-line.ts';
import {
  areDaysApart,
  asReminded,
  nextReminderAt,
  remindersOf,
  sendsReminder,
  withClosingSoon,
} from '../../shared/domain/reminders.ts';
import { recordFailure } from '../../shared/domain/sent-emails.ts';
import { minus, plus } from '../../shared/domain/time.ts';
import { silentMetrics } from '../../shared/runtime/metrics.ts';
import { line, type LineChanges } from '../support/lines.ts';
import { mailSettings } from '../support/mail-settings.ts';
import { memoryStore } from '../support/memory-store.ts';

const firstEmailSentAt = '2026-11-01T09:00:00.000Z';
const closesAt = plus(firstEmailSentAt, 'P30D');
const before = (duration: string) => minus(closesAt, duration);

/** A line of a 30-day window with the reminders that nobody has set otherwise. */
function waiting(changes: LineChanges = {}): AwaitingLine {
  const made = line({
    status: 'AwaitingProvisioningDetails',
    window: 'P30D',
    requestedStartDate: firstEmailSentAt,
    firstEmailSentAt,
    closesAt,
    lastEmail: {
      messageId: 'first',
      to: 'it@example.com',
      sentAt: firstEmailSentAt,
      delivery: 'Delivered',
    },
    emailsSent: 1,
    reminders: ['P7D', 'P2D'],
    ...changes,
  });
  if (made.status !== 'AwaitingProvisioningDetails') throw new Error('the line does not wait');
  return made;
}

describe('which reminders a line gets', () => {
  it.each<[string, string[], string[]]>([
    ['P30D', ['P2D', 'P7D'], ['P7D', 'P2D']],
    ['P7D', ['P7D', 'P2D'], ['P2D']],
    ['P4D', ['P2D'], []],
    ['P30D', [], []],
  ])('with a window of %s and the policy %j: %j', (window, beforeClose, reminders) => {
    expect(remindersOf(window, { beforeClose })).toEqual(reminders);
  });

  it.each<[string[], boolean]>([
    [['P7D', 'P2D'], true],
    [['PT23H', 'P2D'], true],
    [['P2D', 'P1D'], false],
    [['P2D', 'P2D'], false],
  ])('%j are more than a day apart: %s', (beforeClose, are) => {
    expect(areDaysApart(beforeClose)).toBe(are);
  });
});

describe('whether a reminder is sent', () => {
  const email = (sentAt: string) =>
    ({ messageId: 'm', to: 'it@example.com', sentAt, delivery: 'Accepted' }) as const;
  const dead = (address: string) => [{ email: address, reason: '550 5.1.1' }];
  it.each<[string, string, LineChanges, boolean]>([
    ['when it is due', before('P7D'), {}, true],
    ['after two days of an outage', before('P5D'), {}, true],
    ['when half of the time to the next one has passed', before('P4DT12H'), {}, false],
    ['when the last one is due', before('P2D'), {}, true],
    ['a day before the end', before('P1D'), {}, false],
    ['a day after a resend', before('P2D'), { lastEmail: email(before('P3D')) }, true],
    ['less than a day after a resend', before('P2D'), { lastEmail: email(before('P2DT23H')) }, false],
    ['to an address that bounced', before('P2D'), { undeliverable: dead('IT@example.com') }, false],
    ['to one beside another that bounced', before('P2D'), { undeliverable: dead('old@example.com') }, true],
    [
      'to an erased address',
      before('P2D'),
      { provisioningContact: { email: 'erased@person.invalid', locale: 'en' } },
      false,
    ],
    ['as the hundredth email', before('P2D'), { emailsSent: 99 }, true],
    ['beyond that', before('P2D'), { emailsSent: 90, contactsSaved: 10 }, false],
  ])('%s', (_, now, changes, isSent) => {
    expect(sendsReminder(waiting(changes), now, 100)).toBe(isSent);
  });

  it('is not, less than a day after an email that may have left', () => {
    const at = before('P2DT1H');
    const claim = {
      id: 'c',
      owner: 'o',
      kind: 'resend',
      to: waiting().provisioningContact,
      actor: 'rana',
    } as const;
    const given = giveUpClaim(withClaim(waiting(), { ...claim, at, until: at }));
    expect(sendsReminder({ ...waiting(), unconfirmed: given.unconfirmed }, before('P2D'), 100)).toBe(false);
  });
});

describe('when a line next needs somebody', () => {
  it.each<[string, LineChanges, string]>([
    ['for its first reminder', {}, before('P7D')],
    ['for its second', { remindedUntil: before('P7D') }, before('P2D')],
    ['for its closing, after that', { remindedUntil: before('P2D') }, closesAt],
    ['for its closing, as it was booked before there were reminders', { reminders: [] }, closesAt],
  ])('%s', (_, changes, due) => {
    expect(nextDueAt(waiting(changes))).toBe(due);
  });

  it('gets another execution once its own has missed a reminder', () => {
    const due = before('P7D');
    const missed = waiting({ executionStartedAt: firstEmailSentAt });
    expect(followUp(missed, plus(due, 'PT34M'), 'P2D')).toBe('check-execution');
    expect(followUp(missed, plus(due, 'PT35M'), 'P2D')).toBe('restart-execution');
    expect(followUp(missed, plus(due, 'PT35M'), 'P2D', { clearAt: plus(due, 'PT10M'), since: due })).toBe(
      'nothing',
    );
    expect(followUp(asReminded(missed, due), plus(due, 'PT35M'), 'P2D')).toBe('check-execution');
  });
});

/** Has the workflow's function look at a line. */
async function run(
  stored: StoredLine,
  now: string,
  answer: MailOutcome = { outcome: 'accepted', messageId: 'reminder-1' },
) {
  const sent: Email[] = [];
  const { store, lines } = memoryStore(stored);
  const sending = sendDueEmail(
    { orderId: 'ORD-1', lineId: '1', revision: 1 },
    {
      store,
      mail: {
        send: (email) => {
          sent.push(email);
          return Promise.resolve(answer);
        },
      },
      mailSettings,
      limits: defaults.resendLimits,
      now: () => new Date(now),
      newId: () => 'claim-1',
      pause: () => Promise.resolve(),
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      metrics: silentMetrics,
    },
  );
  const outcome = await sending.catch((error: unknown) => ({ error }));
  const [found] = lines();
  if (!isBooked(found)) throw new Error('the line is gone');
  return { outcome, sent, line: found, told: eventsOf(stored, found).map(({ type }) => type) };
}

const answers = (remindAt?: string): unknown =>
  expect.objectContaining({
    outcome: 'awaiting',
    waitUntil: remindAt ?? closesAt,
    ...(remindAt === undefined ? {} : { remindAt }),
  });
const types = (history: readonly HistoryEntry[]) => history.map(({ type }) => type).slice(1);

describe('what the workflow does when a reminder is due', () => {
  it('sends it, and waits for the next', async () => {
    const { outcome, sent, line: reminded } = await run(waiting(), before('P7D'));
    expect(outcome).toMatchObject({ outcome: 'handed-over', answer: answers(before('P2D')) });
    expect(sent.map(({ to, subject }) => ({ to, subject }))).toEqual([
      {
        to: 'it@example.com',
        subject: 'Reminder, 7 days left: Set up your subscription Sub-1 (order ORD-1)',
      },
    ]);
    expect(reminded).toMatchObject({ emailsSent: 2, countedEmailsAt: [], remindedUntil: before('P7D') });
    expect(reminded).not.toHaveProperty('lastResentAt');
    expect(types(reminded.history)).toEqual(['ProvisioningEmailSent']);
  });

  it('says with the last one that the window ends soon, and waits for that', async () => {
    const { outcome, line: reminded, told } = await run(waiting(), before('P2D'));
    expect(outcome).toMatchObject({ answer: answers() });
    expect(outcome).not.toHaveProperty('answer.remindAt');
    expect(types(reminded.history)).toEqual(['ClosingSoon', 'ProvisioningEmailSent']);
    expect(told).toEqual(['Order Line Closing Soon', 'Order Line Email Sent']);
  });

  it('says so without an email, if its contact is undeliverable', async () => {
    const dead = waiting({ undeliverable: [{ email: 'it@example.com', reason: '550 5.1.1' }] });
    const { outcome, sent, told, line: passed } = await run(dead, before('P2D'));
    expect(outcome).toMatchObject({ outcome: 'nothing-due', answer: answers() });
    expect(sent).toEqual([]);
    expect(told).toEqual(['Order Line Closing Soon']);
    expect((await run(passed, before('P1D'))).told).toEqual([]);
  });

  it('sends one of those that it missed, the latest', async () => {
    const { sent, line: reminded } = await run(waiting(), before('P1DT18H'));
    expect(sent).toHaveLength(1);
    expect(nextReminderAt(reminded)).toBeUndefined();
  });

  it('sends none after the end of the window, and does not wait for one', async () => {
    const { outcome, sent, told } = await run(waiting(), plus(closesAt, 'PT1M'));
    expect(outcome).not.toHaveProperty('answer.remindAt');
    expect(sent).toEqual([]);
    expect(told).toEqual([]);
  });

  it('does not repeat one that may have left', async () => {
    const lost = await run(waiting(), before('P7D'), { outcome: 'unknown', reason: 'TimeoutError' });
    expect(lost.outcome).toMatchObject({ answer: answers(before('P2D')) });
    expect(lost.line).toMatchObject({ emailsSent: 2, unconfirmed: [{ kind: 'reminder' }] });
    expect((await run(lost.line, plus(before('P7D'), 'PT1H'))).sent).toEqual([]);
  });

  it('does not repeat one whose sender died with the claim', async () => {
    const at = before('P2D');
    const claimed = withClaim(withClosingSoon(waiting(), { at, actor: 'workflow' }), {
      id: 'left-behind',
      owner: 'execution 1',
      kind: 'reminder',
      to: waiting().provisioningContact,
      actor: 'workflow',
      at,
      until: plus(at, 'PT45S'),
    });
    const again = await run(claimed, plus(at, 'PT10S'));
    expect(again.sent).toEqual([]);
    expect(types(again.line.history)).toEqual(['ClosingSoon', 'ProvisioningEmailUnconfirmed']);
    expect(again.outcome).toMatchObject({ answer: answers() });
  });

  it('tries one again that the mail service refused, and says once that the window ends soon', async () => {
    const refused = await run(waiting(), before('P2D'), { outcome: 'refused', reason: 'MessageRejected' });
    expect(refused.outcome).toMatchObject({ error: { name: 'EmailNotSent' } });
    expect(refused.line.emailsSent).toBe(1);
    const again = await run(refused.line, plus(before('P2D'), 'PT1M'));
    expect(again.sent).toHaveLength(1);
    expect(again.told).toEqual(['Order Line Email Sent']);
  });

  it('is due again, if it turns out late that it was refused', () => {
    const at = before('P2D');
    const to = waiting().provisioningContact;
    const claim = { id: 'c', owner: 'o', kind: 'reminder', to, actor: 'workflow', at, until: at } as const;
    const given = giveUpClaim(withClaim(waiting(), claim));
    expect(nextReminderAt(given)).toBeUndefined();
    expect(nextReminderAt(recordFailure(given, claim, { at, reason: 'MessageRejected' }))).toBe(
      before('P7D'),
    );
  });

  it('leaves a line alone that was booked before there were reminders', async () => {
    const { outcome, sent, line: same } = await run(waiting({ reminders: [] }), before('P2D'));
    expect(outcome).toMatchObject({ outcome: 'nothing-due' });
    expect(outcome).not.toHaveProperty('answer.remindAt');
    expect(sent).toEqual([]);
    expect(same.history).toHaveLength(1);
  });
});

test('a reminder says in the language of its contact what is to be done, until when, and what happens then', async () => {
  const english = (await run(waiting(), before('P2D'))).sent[0]?.text;
  expect(english).toContain('has not been set up yet');
  expect(english).toContain(
    'Please finish the setup by Tuesday, 1 December 2026 at 09:00 UTC. The order line is closed then;',
  );
  const contact = { email: 'it@example.com', name: '田中', locale: 'ja' } as const;
  const [japanese] = (await run(waiting({ provisioningContact: contact }), before('P2D'))).sent;
  expect(japanese?.subject).toBe(
    '【リマインド：期限まであと2日】サブスクリプション Sub-1 の設定のお願い（注文 ORD-1）',
  );
  expect(japanese?.text).toContain(
    '2026年12月1日（火）18:00（日本時間）までに、設定を完了していただきますよう',
  );
});
