import { insightOf, insightsIn, insightStarts } from '../../shared/domain/insights.ts';
import type { EmailKind } from '../../shared/domain/email-kinds.ts';
import type { HistoryEntry } from '../../shared/domain/history.ts';
import type { DeliveryOutcome } from '../../shared/domain/order-line.ts';
import { daysAfter, line, type LineChanges, now } from '../support/lines.ts';

const sent = (messageId: string, kind: EmailKind, at = now): HistoryEntry => ({
  type: 'ProvisioningEmailSent',
  at,
  actor: 'workflow',
  to: 'it@example.com',
  messageId,
  kind,
  result: 'Accepted',
});
const reported = (messageId: string, delivery: DeliveryOutcome): HistoryEntry => ({
  type: 'ProvisioningEmailFeedback',
  at: now,
  actor: 'aws.ses',
  to: 'it@example.com',
  messageId,
  delivery,
});

/** What a line counts whose first email left `now`, with this beside it. */
function counted(changes: LineChanges, ...entries: readonly HistoryEntry[]) {
  const history = [sent('first', 'first'), ...entries];
  const mailed = line({
    status: 'AwaitingProvisioningDetails',
    closesAt: daysAfter(30),
    ...changes,
    firstEmailSentAt: now,
    history,
  });
  return insightOf(mailed, insightStarts.there)?.counters;
}
const onboarded = (days: number): LineChanges => ({
  status: 'Onboarded',
  organizationId: 'organization',
  onboardedAt: daysAfter(days),
});

test('a line counts from its first email on, by the day of that, its offer and the language', () => {
  expect(insightOf(line(), insightStarts.there)).toBeUndefined();
  const mailed = line({
    status: 'AwaitingProvisioningDetails',
    firstEmailSentAt: now,
    closesAt: daysAfter(7),
  });
  expect(insightOf(mailed, insightStarts.there)).toEqual({
    tally: 'mailed#2026-11-22#A-FLEX-3#en',
    counters: { lines: 1 },
  });
});

test.each<[number, string]>([
  [0, 'onboardedWithin1Day'],
  [1, 'onboardedWithin1Day'],
  [2.5, 'onboardedWithin3Days'],
  [7, 'onboardedWithin7Days'],
  [29, 'onboardedWithin30Days'],
  [31, 'onboardedLater'],
])('onboarded after %d days: %s', (days, counter) => {
  expect(counted(onboarded(days))).toEqual({
    lines: 1,
    emails: 1,
    onboarded: 1,
    ...(days > 0 ? { minutesToOnboarding: days * 24 * 60 } : {}),
    [counter]: 1,
  });
});

test('what closes counts until it is onboarded; what is cancelled counts as that alone', () => {
  const closed: LineChanges = { status: 'Closed', closesAt: daysAfter(7), closedAt: daysAfter(7) };
  expect(counted(closed)).toMatchObject({ closedUnprovisioned: 1 });
  const { status: _, ...late } = onboarded(9);
  expect(counted({ ...closed, ...late })).toEqual(expect.not.objectContaining({ closedUnprovisioned: 1 }));
  expect(counted({ ...closed, ...late })).toMatchObject({ onboarded: 1 });
  expect(counted({ status: 'Cancelled', cancelledAt: now, ...late })).toEqual({
    lines: 1,
    emails: 1,
    cancelled: 1,
  });
});

test('an email bounces once, and not by an automatic reply to what was delivered', () => {
  const twice = [reported('first', 'Bounced'), reported('first', 'Rejected')];
  expect(counted({}, ...twice)).toEqual({ lines: 1, emails: 1, bounced: 1 });
  const reply = [reported('first', 'Delivered'), reported('first', 'Bounced')];
  expect(counted({}, ...reply)).toEqual({ lines: 1, emails: 1 });
});

test('an email helped if the onboarding came after it', () => {
  const emails = [sent('a', 'resend', daysAfter(2)), sent('b', 'reminder', daysAfter(4))];
  expect(counted(onboarded(3), ...emails)).toMatchObject({
    emails: 3,
    resent: 1,
    resentOnboarded: 1,
    reminded: 1,
  });
  expect(counted(onboarded(3), ...emails)).not.toHaveProperty('remindedOnboarded');
  expect(counted({}, sent('c', 'contact-change'))).toMatchObject({ corrected: 1 });
});

test('days add up to months, by offer and language', () => {
  const tallies = [
    { tally: 'mailed#2026-11-02#A-WX#en', counters: { lines: 2, emails: 3 } },
    { tally: 'past#2026-11-30#A-WX#en', counters: { lines: 1, emails: 1 } },
    { tally: 'mailed#2026-11-30#A-WX#ja', counters: { lines: 4 } },
    { tally: 'mailed#2026-10-30#A-WX#ja', counters: {} },
  ];
  expect(insightsIn(tallies)).toMatchObject([
    { month: '2026-11', offer: 'A-WX', locale: 'en', lines: 3, emails: 4 },
    { month: '2026-11', offer: 'A-WX', locale: 'ja', lines: 4, emails: 0 },
  ]);
});
