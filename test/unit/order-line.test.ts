import {
  book,
  type Booking,
  cancel,
  type Claim,
  closeOverdue,
  type EmailKind,
  historyLimit,
  holdCancellation,
  holdReschedule,
  keepAnswer,
  keptAnswer,
  onboard,
  type OrderLine,
  recordFailure,
  recordFeedback,
  recordSent,
  reschedule,
  rescheduleOf,
  type UnbookedLine,
  withClaim,
  withContact,
} from '../../shared/domain/order-line.ts';
import { daysAfter, line, minutesBefore, now } from '../support/lines.ts';

const windows = { default: 'P30D', families: { 'A-FLEX-3': 'P7D' } };
const stamp = { at: now, actor: 'commerce.workspace' };
const onboarding = { organizationId: 'organization', onboardedAt: minutesBefore(5) };
const contact = { email: 'it@example.com', locale: 'en' } as const;

const booking: Booking = {
  orderId: 'ORD-1',
  lineId: '1',
  subscriptionId: 'Sub-1',
  offer: 'A-FLEX-3',
  partnerId: 'northwind',
  endCustomer: { name: 'Alder & Finch' },
  placedBy: { name: 'Maya Lindqvist', email: 'maya@northwind.example' },
  provisioningContact: contact,
  requestedStartDate: '2026-12-01T00:00:00.000Z',
};
const unbooked: UnbookedLine = { orderId: 'ORD-1', lineId: '1', status: 'Unbooked' };

const claim = (kind: EmailKind, changes: Partial<Claim> = {}): Claim => ({
  id: 'claim-1',
  owner: 'request-1',
  kind,
  to: contact,
  actor: 'rana@northwind.example',
  at: now,
  until: daysAfter(0.001),
  ...changes,
});
const email = (messageId: string, sentAt = now) => ({ messageId, sentAt });

const awaiting = recordSent(line({ requestedStartDate: now }), claim('first'), email('message-1'));
const closed = closeOverdue(awaiting, { at: daysAfter(7), actor: 'workflow' });

const types = ({ history }: OrderLine) => history.map(({ type }) => type);
const newest = ({ history }: OrderLine) => history.at(-1);

describe('booking', () => {
  it('schedules the line with the window of its offer', () => {
    expect(book(booking, undefined, windows, stamp)).toMatchObject({
      ...booking,
      status: 'Scheduled',
      window: 'P7D',
    });
  });

  it('applies what came before it', () => {
    const early = holdCancellation(
      holdReschedule(unbooked, { requestedStartDate: daysAfter(30), changedAt: minutesBefore(9) }),
      minutesBefore(8),
    );
    const late = book(booking, early, windows, stamp);
    expect(late).toMatchObject({
      status: 'Cancelled',
      cancelledAt: minutesBefore(8),
      requestedStartDate: daysAfter(30),
    });
    expect(types(late)).toEqual(['Booked', 'Rescheduled', 'Cancelled']);
  });

  it('of several early reschedules the one changed last counts, whichever came last', () => {
    const older = { requestedStartDate: daysAfter(10), changedAt: minutesBefore(20) };
    const newer = { requestedStartDate: daysAfter(20), changedAt: minutesBefore(10) };
    for (const [first, second] of [
      [older, newer],
      [newer, older],
    ] as const) {
      const held = holdReschedule(holdReschedule(unbooked, first), second);
      expect(book(booking, held, windows, stamp).requestedStartDate).toBe(daysAfter(20));
    }
  });
});

describe('rescheduling', () => {
  const change = { requestedStartDate: daysAfter(40), changedAt: minutesBefore(1) };

  it('moves the start date of a Scheduled line and gives it a new execution', () => {
    const moved = reschedule(line(), change, stamp);
    expect(moved).toMatchObject({ requestedStartDate: daysAfter(40), executionRevision: 2 });
  });

  it.each<[string, OrderLine]>([
    ['Awaiting', awaiting],
    ['Closed', closed],
    ['Onboarded', onboard(line(), onboarding, stamp)],
    ['Cancelled', cancel(line(), now, stamp)],
  ])('is recorded and ignored when the line is %s', (_, settled) => {
    const { history, ...rest } = reschedule(settled, change, stamp);
    const { history: before, ...unchanged } = settled;
    expect(rest).toEqual(unchanged);
    expect(history).toHaveLength(before.length + 1);
    expect(history.at(-1)).toMatchObject({
      type: 'Rescheduled',
      reason: expect.stringContaining('ignored') as string,
    });
  });

  it('an older change never undoes a newer one', () => {
    const older = { requestedStartDate: daysAfter(50), changedAt: minutesBefore(2) };
    const result = reschedule(reschedule(line(), change, stamp), older, stamp);
    expect(result.requestedStartDate).toBe(daysAfter(40));
    expect(newest(result)).toMatchObject({
      type: 'Rescheduled',
      reason: expect.stringContaining('ignored') as string,
    });
  });

  it('can be read from the history: where to, and whether it counted', () => {
    const moved = reschedule(line(), change, stamp);
    const late = reschedule(awaiting, change, stamp);
    expect(
      [newest(moved), newest(late), newest(line())].map((entry) => entry && rescheduleOf(entry)),
    ).toEqual([
      { to: change.requestedStartDate, isApplied: true },
      { to: change.requestedStartDate, isApplied: false },
      undefined,
    ]);
  });

  it('the same change again is nothing new, also after the line went on', () => {
    const moved = reschedule(line(), change, stamp);
    expect(reschedule(moved, change, stamp)).toBe(moved);
    const cancelled = cancel(moved, now, stamp);
    expect(reschedule(cancelled, change, stamp)).toBe(cancelled);
  });
});

describe('cancelling and onboarding', () => {
  it.each<[string, string, OrderLine]>([
    ['Scheduled', 'Onboarded', line()],
    ['Awaiting', 'Onboarded', awaiting],
    ['Closed', 'Closed', closed],
    ['Cancelled', 'Cancelled', cancel(awaiting, now, stamp)],
  ])('a line that is %s gets the flag of the onboarding and is %s', (_, status, before) => {
    const onboarded = onboard(before, onboarding, stamp);
    expect(onboarded).toMatchObject({ status, ...onboarding });
    expect(newest(onboarded)).toMatchObject({ type: 'Onboarded' });
  });

  it.each<[string, OrderLine]>([
    ['Scheduled', line()],
    ['Awaiting', awaiting],
    ['Closed', closed],
    ['Onboarded', onboard(awaiting, onboarding, stamp)],
  ])('a line that is %s can be cancelled', (_, before) => {
    const cancelled = cancel(before, minutesBefore(3), stamp);
    expect(cancelled).toMatchObject({ status: 'Cancelled', cancelledAt: minutesBefore(3) });
    expect(newest(cancelled)).toMatchObject({ type: 'Cancelled' });
  });

  it('a second one changes nothing', () => {
    const onboarded = onboard(awaiting, onboarding, stamp);
    expect(onboard(onboarded, { organizationId: 'another', onboardedAt: now }, stamp)).toBe(onboarded);
    const cancelled = cancel(awaiting, now, stamp);
    expect(cancel(cancelled, daysAfter(1), stamp)).toBe(cancelled);
  });
});

describe('the window', () => {
  it('starts with the first email and lasts as long as the offer says', () => {
    expect(awaiting).toMatchObject({
      status: 'AwaitingProvisioningDetails',
      firstEmailSentAt: now,
      closesAt: daysAfter(7),
    });
  });

  it.each<EmailKind>(['resend', 'contact-change', 'first'])('is not moved by a later email: %s', (kind) => {
    const later = recordSent(awaiting, claim(kind), email('message-2', daysAfter(2)));
    expect(later).toMatchObject({ firstEmailSentAt: now, closesAt: daysAfter(7), emailsSent: 2 });
  });

  it.each<[string, OrderLine, string, string]>([
    ['a moment before its end', awaiting, minutesBefore(-7 * 24 * 60 + 0.001), 'AwaitingProvisioningDetails'],
    ['at its end', awaiting, daysAfter(7), 'Closed'],
    ['long after its end', awaiting, daysAfter(70), 'Closed'],
    ['Scheduled', line(), daysAfter(70), 'Scheduled'],
    ['onboarded', onboard(awaiting, onboarding, stamp), daysAfter(70), 'Onboarded'],
    ['cancelled', cancel(awaiting, now, stamp), daysAfter(70), 'Cancelled'],
  ])('closes the line: %s', (_, before, at, status) => {
    expect(closeOverdue(before, { at, actor: 'sweep' }).status).toBe(status);
  });

  it('closes it once', () => {
    expect(closed).toMatchObject({ closedAt: daysAfter(7) });
    expect(closeOverdue(closed, { at: daysAfter(8), actor: 'sweep' })).toBe(closed);
  });
});

describe('an email that left', () => {
  it('is in the history: when, to whom, who did it, and why', () => {
    expect(newest(recordSent(awaiting, claim('resend'), email('message-2')))).toEqual({
      at: now,
      type: 'ProvisioningEmailSent',
      actor: 'rana@northwind.example',
      to: 'it@example.com',
      messageId: 'message-2',
      result: 'Accepted',
      reason: 'resend',
    });
  });

  it('to a new contact makes the contact the line’s', () => {
    const to = { email: 'new@example.com', locale: 'ja' } as const;
    const changed = recordSent(awaiting, claim('contact-change', { to }), email('message-2'));
    expect(changed).toMatchObject({ provisioningContact: to, lastEmail: { to: 'new@example.com' } });
    expect(types(changed)).toEqual(
      expect.arrayContaining(['ProvisioningContactChanged', 'ProvisioningEmailSent']),
    );
  });

  it('counts also when the line was cancelled meanwhile, which it stays', () => {
    const cancelled = cancel(line({ requestedStartDate: now }), now, stamp);
    expect(recordSent(cancelled, claim('first'), email('message-1'))).toMatchObject({
      status: 'Cancelled',
      firstEmailSentAt: now,
      emailsSent: 1,
    });
  });

  it('frees the line for the next sender, and leaves a claim that took over alone', () => {
    const own = withClaim(awaiting, claim('resend'));
    expect(recordSent(own, claim('resend'), email('message-2'))).not.toHaveProperty('claim');
    const other = withClaim(awaiting, claim('resend', { id: 'claim-2' }));
    expect(recordSent(other, claim('resend'), email('message-2')).claim?.id).toBe('claim-2');
  });
});

describe('an email that the mail service refused', () => {
  it('is in the history and changes and counts nothing else', () => {
    const to = { email: 'new@example.com', locale: 'en' } as const;
    const change = claim('contact-change', { to });
    const { history, ...rest } = recordFailure(withClaim(awaiting, change), change, {
      at: now,
      reason: 'Throttling',
    });
    const { history: before, ...unchanged } = awaiting;
    expect(rest).toEqual(unchanged);
    expect(history).toHaveLength(before.length + 1);
    expect(history.at(-1)).toMatchObject({
      type: 'ProvisioningEmailFailed',
      to: 'new@example.com',
      reason: 'Throttling',
    });
  });
});

describe('feedback about an email', () => {
  const resent = recordSent(awaiting, claim('resend'), email('message-2'));
  const report = (messageId: string, delivery: 'Delivered' | 'Delayed' | 'Bounced' | 'Complained') => ({
    messageId,
    delivery,
    undeliverable: delivery === 'Bounced' || delivery === 'Complained',
  });
  const told = (...reports: ReturnType<typeof report>[]) =>
    reports.reduce((known, one) => recordFeedback(known, one, stamp), resent);

  it('shows at the line', () => {
    expect(told(report('message-2', 'Delivered')).lastEmail?.delivery).toBe('Delivered');
  });

  it('about an earlier email is in the history and leaves the last email alone', () => {
    const line = told(report('message-1', 'Delivered'));
    expect(line.lastEmail).toMatchObject({ messageId: 'message-2', delivery: 'Accepted' });
    expect(newest(line)).toMatchObject({ type: 'ProvisioningEmailFeedback', messageId: 'message-1' });
  });

  it('that comes late does not undo a later step', () => {
    const line = told(
      report('message-2', 'Bounced'),
      report('message-2', 'Delayed'),
      report('message-2', 'Delivered'),
    );
    expect(line.lastEmail?.delivery).toBe('Bounced');
  });

  it('that comes twice, or is about an email of nobody, changes nothing', () => {
    const line = told(report('message-2', 'Delivered'));
    expect(recordFeedback(line, report('message-2', 'Delivered'), stamp)).toBe(line);
    expect(recordFeedback(line, report('message-9', 'Bounced'), stamp)).toBe(line);
  });

  it('of a bounce stops mail to the address until the contact changes', () => {
    const bounced = told(report('message-2', 'Bounced'));
    expect(bounced.undeliverable?.email).toBe('it@example.com');
    expect(withContact(bounced, { email: 'new@example.com', locale: 'en' }, stamp)).not.toHaveProperty(
      'undeliverable',
    );
  });
});

describe('the answer to an idempotency key', () => {
  const kept = keepAnswer(awaiting, { key: 'key-1', at: now, answer: 'first' });

  it.each([
    ['key-1', now, 'first'],
    ['key-1', minutesBefore(-24 * 60 + 0.001), 'first'],
    ['key-1', daysAfter(1), undefined],
    ['key-2', now, undefined],
  ])('%s at %s: %s', (key, at, answer) => {
    expect(keptAnswer(kept, key, at)).toBe(answer);
  });

  it('is forgotten when its time is over', () => {
    expect(keepAnswer(kept, { key: 'key-2', at: daysAfter(1), answer: 'second' }).answers).toHaveLength(1);
  });
});

describe('the history', () => {
  it('has an end: the oldest but the booking make room', () => {
    let full = awaiting;
    for (let change = 0; change < historyLimit + 50; change += 1) {
      full = withContact(full, { email: `it${change}@example.com`, locale: 'en' }, stamp);
    }
    expect(full.history).toHaveLength(historyLimit);
    expect(full.history[0]?.type).toBe('Booked');
    expect(newest(full)?.to).toBe(`it${historyLimit + 49}@example.com`);
  });
});
