import { parseLine } from '../../shared/adapters/order-line-item.ts';
import type { HistoryEntry } from '../../shared/domain/history.ts';
import { lineStatuses } from '../../shared/domain/order-line.ts';
import { daysAfter, itemOf, line, now } from '../support/lines.ts';

/** Items as they were written first are still read. */

const first = Object.fromEntries(
  Object.entries(itemOf(line())).filter(([name]) => !['contactsSaved', 'undeliverable'].includes(name)),
);
const address = { email: 'it@example.com', reason: 'no such user' };
const change = { requestedStartDate: now, changedAt: now };
const held = { pk: 'ORD-1', sk: 'line#1', orderId: 'ORD-1', lineId: '1', status: 'Unbooked', version: 1 };

it.each([
  ['one undeliverable address', { ...first, undeliverable: address }, { undeliverable: [address] }],
  ['no undeliverable address', first, { undeliverable: [], contactsSaved: 0 }],
  ['one reschedule before its booking', { ...held, reschedule: change }, { reschedules: [change] }],
  ['no reschedule before its booking', held, { reschedules: [] }],
])('a line with %s', (_, item, expected) => {
  expect(parseLine(item)).toMatchObject(expected);
});

const stamp = { at: now, actor: 'somebody' };
const to = 'it@example.com';
const moved = { ...stamp, type: 'Rescheduled', requestedStartDate: daysAfter(9), changedAt: now } as const;
const movedInWords = { ...stamp, type: 'Rescheduled', result: `changed at ${now} to ${daysAfter(9)}` };
const sent = {
  ...stamp,
  type: 'ProvisioningEmailSent',
  to,
  messageId: 'message',
  result: 'Accepted',
} as const;
const failed = { ...stamp, type: 'ProvisioningEmailFailed', to, reason: 'Throttling' } as const;
const unconfirmed = { ...stamp, type: 'ProvisioningEmailUnconfirmed', to } as const;
const feedback = { ...stamp, type: 'ProvisioningEmailFeedback', to, messageId: 'message' } as const;

it.each<[string, object, HistoryEntry]>([
  ['a reschedule', movedInWords, moved],
  [
    'a reschedule that came late',
    { ...movedInWords, reason: 'ignored: the line is AwaitingProvisioningDetails' },
    { ...moved, ignored: 'AwaitingProvisioningDetails' },
  ],
  [
    'a reschedule that was overtaken',
    { ...movedInWords, reason: 'ignored: a newer change came before' },
    { ...moved, ignored: 'Overtaken' },
  ],
  ['an email that left', { ...sent, reason: 'contact-change' }, { ...sent, kind: 'contact-change' }],
  ['an email that was refused', { ...failed, result: 'not sent' }, failed],
  [
    'an email that may have left',
    { ...unconfirmed, result: 'may have been sent', reason: 'first', claimId: 'claim' },
    { ...unconfirmed, kind: 'first', claimId: 'claim' },
  ],
  [
    'an email that may have left, without its claim',
    { ...unconfirmed, result: 'may have been sent', reason: 'resend' },
    { ...unconfirmed, kind: 'resend' },
  ],
  [
    'a report on an email',
    { ...feedback, result: 'Bounced', reason: 'no such user' },
    { ...feedback, delivery: 'Bounced', reason: 'no such user' },
  ],
])('the history of a line with %s', (_, entry, expected) => {
  const known = parseLine({ ...first, history: [entry] });
  expect(known).toMatchObject({ history: [expected] });
  // What is written from now on is read as it is.
  expect(parseLine({ ...first, history: [expected] })).toEqual(known);
});

it.each(lineStatuses)('what is written now is read as it is: %s', (status) => {
  const known = line({ status, contactsSaved: 3, undeliverable: [address], version: 7 });
  expect(parseLine(itemOf(known))).toEqual(known);
});

it.each(['AwaitingProvisioningDetails', 'Onboarded', 'Closed', 'Cancelled'] as const)(
  'a line that is %s without the facts that make it so is not taken for one',
  (status) => {
    expect(() => parseLine({ ...first, status })).toThrow();
  },
);

/** Emails that were delivered, each to an address of its own. */
const manyEmails = (count: number): readonly HistoryEntry[] =>
  Array.from({ length: count }, (_, index) => ({
    ...sent,
    kind: 'resend',
    to: `it${index}@example.com`,
    messageId: `m-${index}`,
  }));

it('a line with a long history is a small item, and read as it was', () => {
  const known = line({ history: manyEmails(300) });
  const item = itemOf(known);
  expect(JSON.stringify(item).length).toBeLessThan(JSON.stringify(known.history).length / 4);
  expect(parseLine(item)).toEqual(known);
});

it('what the workflow appends to a long history comes after the rest', () => {
  const closed: HistoryEntry = { at: now, actor: 'workflow', type: 'Closed' };
  const item = itemOf(line({ history: manyEmails(300) }));
  expect(parseLine({ ...item, history: [closed] })).toMatchObject({ history: [...manyEmails(300), closed] });
});
