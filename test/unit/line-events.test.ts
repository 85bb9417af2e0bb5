import { publishedEvents } from '../../shared/contracts/published-events.ts';
import type { Claim, OrderLine, StoredLine } from '../../shared/domain/order-line.ts';
import { saveContact } from '../../shared/domain/contact.ts';
import { withoutPerson } from '../../shared/domain/erasure.ts';
import { type Feedback, recordFeedback } from '../../shared/domain/feedback.ts';
import { eventsOf } from '../../shared/domain/line-events.ts';
import { recordSent } from '../../shared/domain/sent-emails.ts';
import {
  book,
  cancel,
  closeOverdue,
  holdCancellation,
  holdReschedule,
  onboard,
  reschedule,
  unbooked,
} from '../../shared/domain/transitions.ts';
import { parseLine } from '../../shared/adapters/order-line-item.ts';
import { daysAfter, itemOf, line, now } from '../support/lines.ts';

const stamp = { at: now, actor: 'jane@northwind.example' };
const contact = { email: 'it@example.com', name: 'Joanna Reyes', locale: 'en' } as const;
const claim: Claim = {
  id: 'claim',
  owner: 'owner',
  kind: 'first',
  to: contact,
  actor: 'workflow',
  at: now,
  until: daysAfter(1),
};
const booking = {
  orderId: 'ORD-1',
  lineId: '1',
  subscriptionId: 'Sub-1',
  offer: 'A-FLEX-3',
  partnerId: 'northwind',
  endCustomer: { name: 'Alder & Finch' },
  placedBy: { name: 'Maya Lindqvist', email: 'maya@northwind.example' },
  provisioningContact: contact,
  requestedStartDate: '2026-12-24T00:00:00.000Z',
};
const windows = { default: 'P30D', families: {} };
const facts = {
  at: now,
  version: 2,
  orderId: 'ORD-1',
  lineId: '1',
  subscriptionId: 'Sub-1',
  partnerId: 'northwind',
  offer: 'A-FLEX-3',
};

/** The events of a change, as type and detail without id; all of them fit their schemas and name nobody. */
function told(before: StoredLine | undefined, after: StoredLine) {
  const events = eventsOf(before, { ...after, version: 2 });
  for (const { type, detail } of events) {
    expect(publishedEvents[type].detail.parse(detail)).toEqual(detail);
    expect(JSON.stringify(detail)).not.toMatch(/@|Joanna|Maya|Alder/);
  }
  return events.map(({ type, detail: { id: _, ...detail } }) => [type, detail]);
}

const scheduled = line();
const awaiting = recordSent({ ...scheduled, claim }, claim, { messageId: 'mail-1', sentAt: now });
const report = (changes: Partial<Feedback>): Feedback => ({
  messageId: 'mail-1',
  delivery: 'Delivered',
  undeliverable: false,
  ...changes,
});

test('a booking: Scheduled', () => {
  expect(told(undefined, book(booking, undefined, windows, stamp))).toEqual([
    [
      'Order Line Scheduled',
      { ...facts, status: 'Scheduled', requestedStartDate: '2026-12-24T00:00:00.000Z' },
    ],
  ]);
});

test('what waits for a booking: nothing, and all of it with the booking', () => {
  const change = { requestedStartDate: daysAfter(3), changedAt: daysAfter(-1) };
  const held = holdCancellation(holdReschedule(unbooked(booking), change, now), daysAfter(-1), now);
  expect(told(undefined, held)).toEqual([]);
  const line = { ...facts, status: 'Cancelled' };
  expect(told(held, book(booking, held, windows, stamp))).toEqual([
    ['Order Line Scheduled', { ...line, requestedStartDate: daysAfter(3) }],
    ['Order Line Rescheduled', { ...line, requestedStartDate: daysAfter(3) }],
    ['Order Line Cancelled', { ...line, cancelledAt: daysAfter(-1) }],
  ]);
});

test('a start date that is moved: Rescheduled, unless that came too late', () => {
  const change = { requestedStartDate: daysAfter(3), changedAt: now };
  expect(told(scheduled, reschedule(scheduled, change, stamp))).toEqual([
    ['Order Line Rescheduled', { ...facts, status: 'Scheduled', requestedStartDate: daysAfter(3) }],
  ]);
  expect(told(awaiting, reschedule(awaiting, change, stamp))).toEqual([]);
});

test('an email that left: Email Sent, with the end of the window', () => {
  expect(told(scheduled, awaiting)).toEqual([
    [
      'Order Line Email Sent',
      {
        ...facts,
        status: 'AwaitingProvisioningDetails',
        kind: 'first',
        messageId: 'mail-1',
        closesAt: daysAfter(7),
      },
    ],
  ]);
});

test('an email in doubt: Email Sent once the report on it confirms it, at the time it left', () => {
  const doubtful = { type: 'ProvisioningEmailUnconfirmed', to: contact.email, kind: 'first' } as const;
  const entry = { ...doubtful, at: daysAfter(-1), actor: 'workflow', claimId: claim.id };
  const inDoubt = line({ unconfirmed: [claim], history: [...scheduled.history, entry], emailsSent: 1 });
  expect(told(scheduled, inDoubt)).toEqual([]);
  const confirmed = recordSent(inDoubt, claim, { messageId: 'mail-1', sentAt: now });
  expect(told(inDoubt, confirmed).map(([type]) => type)).toEqual(['Order Line Email Sent']);
});

test('what became of it: Email Delivered or Undeliverable, and of a delay nothing', () => {
  const status = 'AwaitingProvisioningDetails';
  const delivered = recordFeedback(awaiting, report({}), stamp);
  expect(told(awaiting, delivered)).toEqual([
    ['Order Line Email Delivered', { ...facts, status, messageId: 'mail-1', delivery: 'Delivered' }],
  ]);
  expect(told(awaiting, recordFeedback(awaiting, report({ delivery: 'Delayed' }), stamp))).toEqual([]);
  const bounce = report({
    delivery: 'Bounced',
    undeliverable: true,
    reason: 'smtp; 550 5.1.1 <joanna@alder.example>: no Joanna Reyes here',
  });
  expect(told(delivered, recordFeedback(delivered, bounce, stamp))).toEqual([
    [
      'Order Line Email Undeliverable',
      { ...facts, status, messageId: 'mail-1', delivery: 'Bounced', reason: '550 5.1.1' },
    ],
  ]);
});

test.each([
  ['smtp; 550 5.1.1 user joanna unknown', '550 5.1.1'],
  ['smtp; 550-5.7.26 see https://example.com', '550 5.7.26'],
  ['smtp; 5.2.2 (mailbox full) joanna', '5.2.2'],
  ['554 joanna@alder.example', '554'],
  ['Transient: MailboxFull', 'Transient: MailboxFull'],
  ['Nothing goes to <joanna@alder.example> any more', 'Nothing goes to … any more'],
])('of the reason "%s" it says "%s"', (reason, said) => {
  const bounced = recordFeedback(awaiting, report({ delivery: 'Bounced', reason }), stamp);
  expect(told(awaiting, bounced)).toEqual([[expect.anything(), expect.objectContaining({ reason: said })]]);
});

test('an automatic reply to what was delivered: nothing, as nothing became of it', () => {
  const delivered = recordFeedback(awaiting, report({}), stamp);
  const replied = recordFeedback(delivered, report({ delivery: 'Bounced' }), stamp);
  expect(replied.history).toHaveLength(delivered.history.length + 1);
  expect(told(delivered, replied)).toEqual([]);
});

test('another contact: Contact Changed, which does not say whom', () => {
  const other = { email: 'new@example.com', locale: 'ja' } as const;
  expect(told(scheduled, saveContact(scheduled, other, stamp))).toEqual([
    ['Order Line Contact Changed', { ...facts, status: 'Scheduled' }],
  ]);
});

describe('an onboarding', () => {
  const onboarding = (onboardedAt: string) => ({ organizationId: 'organization', onboardedAt });

  test('in time: Onboarded', () => {
    expect(told(awaiting, onboard(awaiting, onboarding(now), stamp))).toEqual([
      ['Order Line Onboarded', { ...facts, status: 'Onboarded', ...onboarding(now) }],
    ]);
  });

  test('in time, told after the window had closed the line: Onboarded, and it is closed no more', () => {
    const closed = closeOverdue(awaiting, { at: daysAfter(7), actor: 'workflow' });
    const reopened = onboard(closed, onboarding(daysAfter(1)), stamp);
    expect(told(closed, reopened)).toEqual([
      ['Order Line Onboarded', { ...facts, status: 'Onboarded', ...onboarding(daysAfter(1)) }],
    ]);
  });

  test('twice at the same moment, the later one first: each is told, by an id of its own', () => {
    const later = onboard(awaiting, onboarding(daysAfter(2)), stamp);
    const earlier = onboard(later, onboarding(daysAfter(1)), stamp);
    const events = [...eventsOf(awaiting, later), ...eventsOf(later, earlier)];
    expect(events.map(({ type, detail }) => [type, 'onboardedAt' in detail && detail.onboardedAt])).toEqual([
      ['Order Line Onboarded', daysAfter(2)],
      ['Order Line Onboarded', daysAfter(1)],
    ]);
    expect(new Set(events.map(({ detail }) => detail.id)).size).toBe(2);
  });

  test('too late, before the window has closed the line: Closed and Onboarded', () => {
    const late = { at: daysAfter(8), actor: 'control-hub' };
    const line = { ...facts, at: daysAfter(8), status: 'Closed' };
    expect(told(awaiting, onboard(awaiting, onboarding(daysAfter(8)), late))).toEqual([
      ['Order Line Closed', { ...line, closedAt: daysAfter(8) }],
      ['Order Line Onboarded', { ...line, ...onboarding(daysAfter(8)) }],
    ]);
  });
});

test('the end of the window: Closed', () => {
  const at = daysAfter(7);
  expect(told(awaiting, closeOverdue(awaiting, { at, actor: 'workflow' }))).toEqual([
    ['Order Line Closed', { ...facts, at, status: 'Closed', closedAt: at }],
  ]);
});

test('a cancellation: Cancelled', () => {
  expect(told(awaiting, cancel(awaiting, daysAfter(-1), stamp))).toEqual([
    ['Order Line Cancelled', { ...facts, status: 'Cancelled', cancelledAt: daysAfter(-1) }],
  ]);
});

describe('nothing happened', () => {
  const delivered = recordFeedback(awaiting, report({ reason: 'it@example.com' }), stamp);

  test('when somebody claims an email, or an answer is kept', () => {
    const answers = [{ key: 'key', at: now, answer: '{}' }];
    expect(told(delivered, { ...delivered, claim, answers })).toEqual([]);
  });

  test("when a person's address is erased", () => {
    const erased = parseLine(withoutPerson(itemOf(delivered), contact.email));
    expect(JSON.stringify(erased)).not.toContain(contact.email);
    expect(told(delivered, erased)).toEqual([]);
  });

  test('when the history lets its oldest entries go', () => {
    expect(told(delivered, { ...delivered, history: delivered.history.slice(1) })).toEqual([]);
  });
});

test('the same change tells the same, with the same ids; no two events have one', () => {
  const changes: readonly (readonly [StoredLine | undefined, OrderLine])[] = [
    [undefined, scheduled],
    [scheduled, awaiting],
    [awaiting, recordFeedback(awaiting, report({}), stamp)],
    [awaiting, cancel(awaiting, now, stamp)],
  ];
  const events = changes.flatMap(([before, after]) => eventsOf(before, after));
  expect(changes.flatMap(([before, after]) => eventsOf(before, after))).toEqual(events);
  expect(new Set(events.map(({ detail }) => detail.id)).size).toBe(events.length);
});
