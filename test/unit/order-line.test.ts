import { keepAnswer, keptAnswer } from '../../shared/domain/answers.ts';
import { giveUpClaim, unconfirmedOf, withClaim, withoutStaleClaim } from '../../shared/domain/claims.ts';
import { saveContact } from '../../shared/domain/contact.ts';
import { asStarted, hasExecution, isExecutionDue } from '../../shared/domain/executions.ts';
import { mostUndeliverable, recordFeedback } from '../../shared/domain/feedback.ts';
import type { EmailKind } from '../../shared/domain/email-kinds.ts';
import {
  type Booking,
  type Claim,
  isProvisioningPending,
  type OrderLine,
  type Reschedule,
} from '../../shared/domain/order-line.ts';
import { recordFailure, recordReported, recordSent } from '../../shared/domain/sent-emails.ts';
import {
  book,
  cancel,
  closeOverdue,
  holdCancellation,
  holdReschedule,
  mostHeldReschedules,
  onboard,
  reschedule,
  unbooked as heldFor,
} from '../../shared/domain/transitions.ts';
import { followUp, nextDueAt } from '../../shared/domain/follow-up.ts';
import { minus, plus } from '../../shared/domain/time.ts';
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
const unbooked = heldFor({ orderId: 'ORD-1', lineId: '1' });
const holding = (...changes: readonly Reschedule[]) =>
  changes.reduce((held, change) => holdReschedule(held, change, now), unbooked);

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
      holdReschedule(unbooked, { requestedStartDate: daysAfter(30), changedAt: minutesBefore(9) }, now),
      minutesBefore(8),
      now,
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
      const held = holding(first, second);
      expect(book(booking, held, windows, stamp).requestedStartDate).toBe(daysAfter(20));
    }
  });
});

describe('reschedules before the booking', () => {
  const older = { requestedStartDate: daysAfter(10), changedAt: minutesBefore(20) };
  const newer = { requestedStartDate: daysAfter(20), changedAt: minutesBefore(10) };

  it('are all in the history of the booked line, also those that were overtaken', () => {
    const held = holding(newer, older, newer);
    const { history } = book(booking, held, windows, stamp);
    expect(history).toMatchObject([
      { type: 'Booked' },
      { type: 'Rescheduled', ...newer },
      { type: 'Rescheduled', ...older, ignored: 'Overtaken' },
    ]);
  });

  it('are held up to a limit, and the newest change is among them', () => {
    const changes = Array.from({ length: mostHeldReschedules + 5 }, (_, index) => ({
      requestedStartDate: daysAfter(30 + index),
      changedAt: minutesBefore(30 + index),
    }));
    const held = holding(newer, ...changes);
    expect(held.reschedules).toHaveLength(mostHeldReschedules);
    expect(book(booking, held, windows, stamp).requestedStartDate).toBe(daysAfter(20));
  });
});

describe('rescheduling', () => {
  const change = { requestedStartDate: daysAfter(40), changedAt: minutesBefore(1) };

  it('moves the start date of a Scheduled line and gives it a new execution', () => {
    const moved = reschedule(line(), change, stamp);
    expect(moved).toMatchObject({ requestedStartDate: daysAfter(40), executionRevision: 2 });
    expect(newest(moved)).toEqual({ ...stamp, type: 'Rescheduled', ...change });
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
    expect(history.at(-1)).toEqual({ ...stamp, type: 'Rescheduled', ...change, ignored: settled.status });
  });

  it('an older change never undoes a newer one', () => {
    const older = { requestedStartDate: daysAfter(50), changedAt: minutesBefore(2) };
    const result = reschedule(reschedule(line(), change, stamp), older, stamp);
    expect(result.requestedStartDate).toBe(daysAfter(40));
    expect(newest(result)).toEqual({ ...stamp, type: 'Rescheduled', ...older, ignored: 'Overtaken' });
  });

  describe('far ahead', () => {
    const change = { requestedStartDate: daysAfter(400), changedAt: minutesBefore(1) };

    it('stands the execution down and starts none before its time', () => {
      const moved = reschedule(line(), change, stamp);
      expect(moved.executionRevision).toBe(2);
      expect(hasExecution(moved)).toBe(false);
      expect(isExecutionDue(moved, minus(change.requestedStartDate, 'P3D'), 'P2D')).toBe(false);
      const started = asStarted(moved, now);
      expect(hasExecution(started)).toBe(true);
      expect(nextDueAt(started)).toBe(change.requestedStartDate);
    });

    it('and back again has one at once', () => {
      const back = { requestedStartDate: daysAfter(3), changedAt: now };
      const moved = reschedule(reschedule(line(), change, stamp), back, stamp);
      expect(hasExecution(moved)).toBe(false);
      expect(followUp(moved, now, 'P3D')).toBe('start-execution');
    });
  });

  it('the same change again is nothing new, also after the line went on', () => {
    const moved = reschedule(line(), change, stamp);
    expect(reschedule(moved, change, stamp)).toBe(moved);
    const cancelled = cancel(moved, now, stamp);
    expect(reschedule(cancelled, change, stamp)).toBe(cancelled);
    const forgotten = { ...moved, history: moved.history.slice(0, 1) };
    expect(reschedule(forgotten, change, stamp)).toBe(forgotten);
  });
});

describe('cancelling and onboarding', () => {
  it.each<[string, string, OrderLine]>([
    ['Scheduled', 'Onboarded', line()],
    ['Awaiting', 'Onboarded', awaiting],
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

  describe('around the end of the window: what happened first counts, whenever it is told', () => {
    const closesAt = closed.closesAt ?? '';
    const before = { ...onboarding, onboardedAt: minus(closesAt, 'PT0.001S') };
    const atTheEnd = { ...onboarding, onboardedAt: closesAt };
    const told = { at: plus(closesAt, 'PT2H'), actor: 'control-hub' };

    it('before it: Onboarded, also if the line was closed meanwhile, and the history tells both', () => {
      const onboarded = onboard(closed, before, told);
      expect(onboarded).toMatchObject({ status: 'Onboarded', ...before });
      expect(onboarded).not.toHaveProperty('closedAt');
      expect(types(onboarded).slice(-2)).toEqual(['Closed', 'Onboarded']);
    });

    it.each([
      ['was closed', closed],
      ['is still to be closed', awaiting],
    ])('at it or after it: Closed, and not pending any more, whether the line %s', (_, line) => {
      const late = onboard(line, atTheEnd, told);
      expect(late).toMatchObject({ status: 'Closed', ...atTheEnd });
      expect(late.closedAt).toBeDefined();
      expect(isProvisioningPending(late)).toBe(false);
      expect(types(late).slice(-2)).toEqual(['Closed', 'Onboarded']);
    });

    it('cancelled before it: not closed by it, also if it was closed meanwhile, and the history tells both', () => {
      const cancelled = cancel(closed, minus(closesAt, 'PT0.001S'), told);
      expect(cancelled).not.toHaveProperty('closedAt');
      expect(types(cancelled).slice(-2)).toEqual(['Closed', 'Cancelled']);
      expect(cancel(closed, closesAt, told)).toHaveProperty('closedAt', closed.closedAt);
    });

    it.each([
      ['before it: not closed by it', before, false],
      ['at it: closed by it', atTheEnd, true],
    ])('cancelled after it, and onboarded %s, whichever was told first', (_, onboarding, isClosed) => {
      const cancelledAt = plus(closesAt, 'PT1H');
      for (const both of [
        onboard(cancel(closed, cancelledAt, told), onboarding, told),
        cancel(onboard(closed, onboarding, told), cancelledAt, told),
      ]) {
        expect(both).toMatchObject({ status: 'Cancelled', ...onboarding });
        expect('closedAt' in both).toBe(isClosed);
      }
    });

    it('after it, as a sender says whose clock is ahead, while the window runs: Onboarded', () => {
      expect(onboard(awaiting, atTheEnd, stamp)).toMatchObject({ status: 'Onboarded' });
    });
  });

  it('a later one changes nothing', () => {
    const onboarded = onboard(awaiting, onboarding, stamp);
    expect(onboard(onboarded, { organizationId: 'another', onboardedAt: now }, stamp)).toBe(onboarded);
    expect(onboard(onboarded, { ...onboarding, organizationId: 'another' }, stamp)).toBe(onboarded);
    const cancelled = cancel(awaiting, now, stamp);
    expect(cancel(cancelled, daysAfter(1), stamp)).toBe(cancelled);
  });

  describe('what happened first counts, whatever the order in which it is told', () => {
    const closesAt = closed.closesAt ?? '';
    const told = { at: plus(closesAt, 'PT9H'), actor: 'test' };
    const times = [minus(closesAt, 'PT2H'), minus(closesAt, 'PT1H'), closesAt, plus(closesAt, 'PT1H')];
    const pairs = times.flatMap((earlier, place) => times.slice(place + 1).map((later) => [earlier, later]));
    const permutations = <Item>(items: readonly Item[]): readonly Item[][] =>
      items.length === 0
        ? [[]]
        : items.flatMap((first, place) =>
            permutations(items.toSpliced(place, 1)).map((rest) => [first, ...rest]),
          );
    type Step = (line: OrderLine) => OrderLine;
    const end: Step = (line) => closeOverdue(line, told);
    const onboardings = (at: readonly string[]): Step[] =>
      at.map((onboardedAt) => (line) => onboard(line, { organizationId: onboardedAt, onboardedAt }, told));
    const cancellations = (at: readonly string[]): Step[] =>
      at.map((cancelledAt) => (line) => cancel(line, cancelledAt, told));
    /** What an awaiting line comes to, for each order of the steps. */
    const outcomes = (steps: readonly Step[]) => {
      const ends = permutations(steps).map((order) => order.reduce((line, step) => step(line), awaiting));
      return new Set(
        ends.map(({ status, onboardedAt, organizationId, cancelledAt, closedAt }) =>
          JSON.stringify({ status, onboardedAt, organizationId, cancelledAt, closedAt }),
        ),
      );
    };

    it.each(pairs)('onboardings at %s and %s', (first, second) => {
      expect(outcomes([end, ...onboardings([first, second])])).toEqual(
        outcomes([end, ...onboardings([first])]),
      );
    });

    it.each(pairs)('cancellations at %s and %s', (first, second) => {
      expect(outcomes([end, ...cancellations([first, second])])).toEqual(
        outcomes([end, ...cancellations([first])]),
      );
    });

    it('any two of each', () => {
      for (const onboardedAt of pairs)
        for (const cancelledAt of pairs) {
          const steps = [end, ...onboardings(onboardedAt), ...cancellations(cancelledAt)];
          expect({ onboardedAt, cancelledAt, ends: outcomes(steps).size }).toMatchObject({ ends: 1 });
        }
    });

    it('a buffered cancellation', () => {
      const [first = '', second = ''] = times;
      for (const order of permutations([first, second])) {
        const held = order.reduce((early, at) => holdCancellation(early, at, now), heldFor(closed));
        expect(held.cancelledAt).toBe(first);
      }
    });

    it('a line that was Closed becomes Onboarded, and the history tells both', () => {
      const late = onboard(closed, { organizationId: 'late', onboardedAt: closesAt }, told);
      expect(late.status).toBe('Closed');
      const early = onboard(late, { organizationId: 'early', onboardedAt: times[0] ?? '' }, told);
      expect(types(early).slice(-3)).toEqual(['Closed', 'Onboarded', 'Onboarded']);
    });
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
      kind: 'resend',
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

  it('is recorded once, also when its record is written twice', () => {
    const own = withClaim(awaiting, claim('resend'));
    const recorded = recordSent(own, claim('resend'), email('message-2'));
    expect(recordSent(recorded, claim('resend'), email('message-2'))).toBe(recorded);
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

  it.each(['first', 'resend', 'contact-change'] as const)(
    'counts nothing either if its claim was given up: %s',
    (kind) => {
      const given = giveUpClaim(withClaim(awaiting, claim(kind)));
      const failed = recordFailure(given, claim(kind), { at: daysAfter(0.001), reason: 'Throttling' });
      const { history, ...rest } = failed;
      const { history: before, ...unchanged } = awaiting;
      expect(rest).toEqual(unchanged);
      expect(types(failed)).toEqual([...before.map(({ type }) => type), 'ProvisioningEmailFailed']);
      expect(history.at(-1)).toMatchObject({ to: 'it@example.com', reason: 'Throttling' });
    },
  );
});

describe('a claim that was left without an outcome', () => {
  const left = claim('resend', { at: minutesBefore(2), until: minutesBefore(1) });
  const unconfirmed = {
    at: minutesBefore(2),
    type: 'ProvisioningEmailUnconfirmed',
    actor: 'rana@northwind.example',
    to: 'it@example.com',
    kind: 'resend',
    claimId: 'claim-1',
  };
  const counted = {
    emailsSent: 2,
    countedEmailsAt: [minutesBefore(2)],
    lastResentAt: minutesBefore(2),
  };

  it('is an email that may have been sent once it ran out', () => {
    const line = withoutStaleClaim(withClaim(awaiting, left), now);
    expect(line).toMatchObject(counted);
    expect(line).not.toHaveProperty('claim');
    expect(newest(line)).toEqual(unconfirmed);
  });

  it('is one when it is taken over', () => {
    const next = claim('contact-change', { id: 'claim-2' });
    const line = withClaim(withClaim(awaiting, left), next);
    expect(line).toMatchObject({ ...counted, claim: next });
    expect(newest(line)).toEqual(unconfirmed);
  });

  it('is one when the line is rescheduled', () => {
    const first = claim('first', { until: minutesBefore(1) });
    const change = { requestedStartDate: daysAfter(40), changedAt: minutesBefore(1) };
    const moved = reschedule(withClaim(line(), first), change, stamp);
    expect(types(moved)).toEqual(['Booked', 'ProvisioningEmailUnconfirmed', 'Rescheduled']);
    expect(moved).toMatchObject({ emailsSent: 1, countedEmailsAt: [] });
  });

  describe('and whose email the mail service reports', () => {
    const given = withoutStaleClaim(withClaim(awaiting, left), now);
    const report = {
      claimId: left.id,
      kind: undefined,
      messageId: 'message-9',
      to: left.to.email,
      sentAt: now,
    };

    it('is that email, counted once, in the place of what may have been sent', () => {
      const confirmed = recordReported(given, report);
      expect(confirmed).toMatchObject({ ...counted, unconfirmed: [], lastEmail: { messageId: 'message-9' } });
      expect(newest(confirmed)).toMatchObject({
        type: 'ProvisioningEmailSent',
        at: now,
        messageId: 'message-9',
      });
      expect(types(confirmed)).not.toContain('ProvisioningEmailUnconfirmed');
      expect(recordReported(confirmed, report)).toBe(confirmed);
    });

    it('is counted once also if it was forgotten as a claim: after a day with another one', () => {
      const next = claim('resend', { id: 'claim-2', at: daysAfter(1), until: daysAfter(1) });
      const twice = withoutStaleClaim(withClaim(given, next), daysAfter(2));
      expect(twice).toMatchObject({ emailsSent: 3, unconfirmed: [{ id: 'claim-2' }] });
      const confirmed = recordReported(twice, report);
      expect(confirmed).toMatchObject({ emailsSent: 3, countedEmailsAt: twice.countedEmailsAt });
    });

    it('is not the last email if another left since', () => {
      const next = claim('resend', { id: 'claim-2' });
      const later = recordSent(given, next, { messageId: 'message-10', sentAt: daysAfter(1) });
      expect(recordReported(later, report).lastEmail).toMatchObject({ messageId: 'message-10' });
    });

    it('answers the idempotency key of its request', () => {
      const keyed = withoutStaleClaim(withClaim(awaiting, { ...left, key: 'key-1' }), now);
      expect(unconfirmedOf(keyed, 'key-1')).toMatchObject({ id: left.id });
      const confirmed = recordReported(keyed, report);
      expect(unconfirmedOf(confirmed, 'key-1')).toBeUndefined();
      expect(keptAnswer(confirmed, 'key-1', now)).toMatchObject({ email: { messageId: 'message-9' } });
    });

    const toNew = claim('contact-change', {
      to: { email: 'new@example.com', name: 'Nina', locale: 'ja' },
      at: minutesBefore(2),
      until: minutesBefore(1),
    });

    it('changes the contact if that is what it was sent for', () => {
      const changing = withoutStaleClaim(withClaim(awaiting, toNew), now);
      expect(changing.provisioningContact).toEqual(awaiting.provisioningContact);
      expect(recordReported(changing, report).provisioningContact).toEqual(toNew.to);
    });

    it('does not undo a contact change that was made since', () => {
      const changing = withoutStaleClaim(withClaim(awaiting, toNew), now);
      const chosen = { email: 'chosen@example.com', locale: 'en' } as const;
      const changed = saveContact(changing, chosen, { at: minutesBefore(1), actor: 'rana' });
      expect(recordReported(changed, report).provisioningContact).toEqual(chosen);
    });

    describe('after another one that changed the contact to the same', () => {
      const toOther = {
        ...toNew,
        id: 'claim-2',
        to: { email: 'other@example.com', locale: 'en' },
        at: minutesBefore(1.5),
      } as const;
      const again = { ...toNew, id: 'claim-3', at: minutesBefore(1) };
      const given = [toNew, toOther, again].reduce(withClaim, awaiting);
      const reported = (line: OrderLine, { id, to, at }: Claim) =>
        recordReported(line, {
          claimId: id,
          kind: undefined,
          messageId: `message of ${id}`,
          to: to.email,
          sentAt: at,
        });
      const confirmed = [toNew, again].reduce(reported, withoutStaleClaim(given, now));

      it('changes it no more', () => {
        expect(confirmed.provisioningContact).toEqual(toNew.to);
        expect(types(confirmed).filter((type) => type === 'ProvisioningContactChanged')).toHaveLength(1);
      });

      it('stands against a change that was made in between, and is told after it', () => {
        expect(reported(confirmed, toOther).provisioningContact).toEqual(toNew.to);
        const changed = [toNew, toOther].reduce(reported, withoutStaleClaim(given, now));
        expect(changed.provisioningContact).toEqual(toOther.to);
        expect(reported(changed, again).provisioningContact).toEqual(toNew.to);
      });
    });

    it('starts the window if it is the first, from when the mail service took it', () => {
      const first = claim('first', { at: minutesBefore(2), until: minutesBefore(1) });
      const given = withoutStaleClaim(withClaim(line(), first), now);
      const started = recordReported(given, { ...report, sentAt: minutesBefore(2) });
      expect(started).toMatchObject({
        status: 'AwaitingProvisioningDetails',
        firstEmailSentAt: minutesBefore(2),
        closesAt: plus(minutesBefore(2), 'P7D'),
      });
    });

    it('is recorded from the report alone if no claim is left of it', () => {
      const restored = recordReported(awaiting, { ...report, kind: 'contact-change', to: 'new@example.com' });
      expect(restored).toMatchObject({
        emailsSent: 2,
        provisioningContact: { email: 'new@example.com', locale: 'en' },
      });
    });
  });

  it('leaves a live one alone', () => {
    const busy = withClaim(awaiting, claim('resend'));
    expect(withoutStaleClaim(busy, now)).toBe(busy);
  });
});

describe('a contact change that sends nothing', () => {
  it('counts', () => {
    const saved = saveContact(line(), { email: 'new@example.com', locale: 'ja' }, stamp);
    expect(saved).toMatchObject({
      provisioningContact: { email: 'new@example.com', locale: 'ja' },
      contactsSaved: 1,
      emailsSent: 0,
    });
    expect(newest(saved)).toMatchObject({ type: 'ProvisioningContactChanged', to: 'new@example.com' });
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

  it('about the last email counts, whether or not it is in the history', () => {
    const forgotten = { ...resent, history: resent.history.slice(0, 1) };
    const bounced = recordFeedback(forgotten, report('message-2', 'Bounced'), stamp);
    expect(bounced.lastEmail?.delivery).toBe('Bounced');
    expect(bounced.undeliverable).toEqual([{ email: 'it@example.com', reason: 'Bounced' }]);
  });

  it('of a bounce makes the address undeliverable for good, whatever is reported of others', () => {
    const bounced = told(report('message-2', 'Bounced'));
    const to = { email: 'new@example.com', locale: 'en' } as const;
    const changed = recordSent(bounced, claim('contact-change', { to }), email('message-3'));
    const both = recordFeedback(changed, report('message-3', 'Complained'), stamp);
    expect(both.undeliverable.map((address) => address.email)).toEqual(['it@example.com', 'new@example.com']);
  });

  it('makes an address undeliverable once, and the longest known ones make room', () => {
    const twice = told(report('message-1', 'Bounced'), report('message-2', 'Complained'));
    expect(twice.undeliverable).toEqual([{ email: 'it@example.com', reason: 'Complained' }]);
    let full = awaiting;
    for (let change = 0; change <= mostUndeliverable; change += 1) {
      const to = { email: `it${change}@example.com`, locale: 'en' } as const;
      const changed = recordSent(full, claim('contact-change', { to }), email(`change-${change}`));
      full = recordFeedback(changed, report(`change-${change}`, 'Bounced'), stamp);
    }
    expect(full.undeliverable).toHaveLength(mostUndeliverable);
    expect(full.undeliverable.at(-1)?.email).toBe(`it${mostUndeliverable}@example.com`);
  });
});

describe('a bounce that may pass', () => {
  const soft = {
    messageId: 'message-1',
    delivery: 'Bounced',
    reason: 'out of office',
    undeliverable: false,
  } as const;
  const delivered = { messageId: 'message-1', delivery: 'Delivered', undeliverable: false } as const;
  const hard = { ...soft, reason: 'no such user', undeliverable: true };
  const told = (...reports: Parameters<typeof recordFeedback>[1][]) =>
    reports.reduce((known, one) => recordFeedback(known, one, stamp), awaiting);

  it.each([
    ['before', [soft, delivered]],
    ['after', [delivered, soft]],
  ])('%s the delivery, such as an automatic reply, leaves the email delivered', (_, reports) => {
    const line = told(...reports);
    expect(line.lastEmail).toEqual({ ...awaiting.lastEmail, delivery: 'Delivered' });
    expect(line.undeliverable).toEqual([]);
    expect(line.history.slice(-2)).toMatchObject(reports.map(({ delivery }) => ({ delivery })));
  });

  it('is followed by one that does not: the address is undeliverable', () => {
    const line = told(soft, hard, hard);
    expect(line).toMatchObject({
      lastEmail: { delivery: 'Bounced', reason: 'no such user' },
      undeliverable: [{ reason: 'no such user' }],
    });
    expect(line.history).toHaveLength(awaiting.history.length + 2);
  });

  it('does not soften one that came before', () => {
    expect(told(hard, soft, delivered).lastEmail).toMatchObject({
      delivery: 'Bounced',
      reason: 'no such user',
    });
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
    expect(keptAnswer(kept, key, at)?.answer).toBe(answer);
  });

  it('is kept once', () => {
    expect(keepAnswer(kept, { key: 'key-1', at: now, answer: 'first' }).answers).toHaveLength(1);
  });

  it('is forgotten when its time is over', () => {
    expect(keepAnswer(kept, { key: 'key-2', at: daysAfter(1), answer: 'second' }).answers).toHaveLength(1);
  });
});
