import type { EmailKind } from '../../shared/domain/email-kinds.ts';
import { type HistoryEntry, told, type ToldEntry } from '../../shared/domain/history.ts';
import { presentEntry } from '../../shared/use-cases/present-history.ts';
import { daysAfter, minutesBefore, now } from '../support/lines.ts';

/** What callers of the API read in a history, by type: the words are part of the contract. */

const stamp = { at: now, actor: 'somebody' };
const to = 'it@example.com';
const moved = { ...stamp, type: 'Rescheduled', changedAt: now, requestedStartDate: daysAfter(9) } as const;
const movedInWords = { ...stamp, type: 'Rescheduled', result: `changed at ${now} to ${daysAfter(9)}` };
const failed = { ...stamp, type: 'ProvisioningEmailFailed', to, reason: 'Throttling' } as const;
const feedback = { ...stamp, type: 'ProvisioningEmailFeedback', to, messageId: 'message' } as const;

it.each<[ToldEntry, object]>([
  ...(['Booked', 'Onboarded', 'Closed', 'Cancelled'] as const).map((type): [ToldEntry, object] => [
    { ...stamp, type },
    { ...stamp, type },
  ]),
  [moved, movedInWords],
  [
    { ...moved, ignored: 'Closed' },
    { ...movedInWords, reason: 'ignored: the line is Closed' },
  ],
  [
    { ...moved, ignored: 'Overtaken' },
    { ...movedInWords, reason: 'ignored: a newer change came before' },
  ],
  [
    { ...stamp, type: 'ProvisioningEmailSent', to, messageId: 'message', kind: 'first', result: 'Confirmed' },
    {
      ...stamp,
      type: 'ProvisioningEmailSent',
      to,
      messageId: 'message',
      result: 'Confirmed',
      reason: 'first',
    },
  ],
  [failed, { ...failed, result: 'not sent' }],
  [
    { ...failed, repeated: { times: 3, since: minutesBefore(9) } },
    { ...failed, result: `not sent, 3 times since ${minutesBefore(9)}` },
  ],
  [
    { ...stamp, type: 'ProvisioningEmailUnconfirmed', to, kind: 'resend', claimId: 'claim' },
    { ...stamp, type: 'ProvisioningEmailUnconfirmed', to, result: 'may have been sent', reason: 'resend' },
  ],
  [
    { ...feedback, delivery: 'Delivered' },
    { ...feedback, result: 'Delivered' },
  ],
  [
    { ...feedback, delivery: 'Bounced', reason: 'no such user' },
    { ...feedback, result: 'Bounced', reason: 'no such user' },
  ],
  [
    { ...stamp, type: 'ProvisioningContactChanged', to },
    { ...stamp, type: 'ProvisioningContactChanged', to },
  ],
])('%o', (entry, shown) => {
  expect(presentEntry(entry)).toEqual(shown);
});

describe('a change of contact says who was the contact before', () => {
  const booked = { ...stamp, type: 'Booked', to: 'first@example.com' } as const;
  const sent = (kind: EmailKind, to: string) =>
    ({
      ...stamp,
      type: 'ProvisioningEmailSent',
      to,
      messageId: 'message',
      kind,
      result: 'Accepted',
    }) as const;
  const changed = (to: string) => ({ ...stamp, type: 'ProvisioningContactChanged', to }) as const;

  it.each<[string, HistoryEntry[], (string | undefined)[]]>([
    ['since the booking', [booked, changed('second'), changed('third')], ['first@example.com', 'second']],
    [
      'also where an email went to the new one',
      [booked, sent('first', 'first@example.com'), sent('contact-change', 'second'), changed('second')],
      ['first@example.com'],
    ],
    [
      'of a line whose booking does not tell, by its emails',
      [{ ...stamp, type: 'Booked' }, sent('first', 'first'), sent('contact-change', 'b'), changed('b')],
      ['first'],
    ],
    ['if that is known', [{ ...stamp, type: 'Booked' }, changed('second')], [undefined]],
  ])('%s', (_, history, expected) => {
    const changes = told(history).filter(({ type }) => type === 'ProvisioningContactChanged');
    expect(changes.map((entry) => ('from' in entry ? entry.from : undefined))).toEqual(expected);
  });
});
