import { followUp, nextDueAt } from '../../shared/domain/follow-up.ts';
import { giveUpClaim, withClaim } from '../../shared/domain/claims.ts';
import { saveContact } from '../../shared/domain/contact.ts';
import type { OrderLine } from '../../shared/domain/order-line.ts';
import { recordReported, recordSent } from '../../shared/domain/sent-emails.ts';
import { reschedule } from '../../shared/domain/transitions.ts';
import { plus } from '../../shared/domain/time.ts';
import type { LaneWait } from '../../shared/domain/lane.ts';
import { daysAfter, line, type LineChanges, minutesBefore, now } from '../support/lines.ts';

const scheduled = (requestedStartDate: string): LineChanges => ({ requestedStartDate });
const closing = (closesAt: string): LineChanges => ({
  status: 'AwaitingProvisioningDetails',
  requestedStartDate: '2026-11-01T00:00:00.000Z',
  firstEmailSentAt: '2026-11-01T00:00:00.000Z',
  closesAt,
});
const unstarted = { executionRevision: 0 };

describe('what the sweep does about a line', () => {
  it.each<[string, LineChanges, string]>([
    ['its execution was never started', { ...scheduled(now), ...unstarted }, 'start-execution'],
    ['its start date is within the horizon', { ...scheduled(daysAfter(2)), ...unstarted }, 'start-execution'],
    ['its start date is farther away', { ...scheduled(daysAfter(2.1)), ...unstarted }, 'nothing'],
    [
      'its execution was noted as still to be started',
      { ...scheduled(daysAfter(1)), awaitsExecution: true },
      'start-execution',
    ],
    ['its email is due soon', scheduled(daysAfter(0.01)), 'check-execution'],
    ['its email is due, and the workflow may be trying', scheduled(minutesBefore(30)), 'check-execution'],
    ['its email is overdue', scheduled(minutesBefore(35)), 'restart-execution'],
    [
      'its email is overdue, and it was given a new execution',
      { ...scheduled(minutesBefore(90)), executionStartedAt: minutesBefore(34) },
      'nothing',
    ],
    [
      'its email is overdue, and its new execution did not help either',
      { ...scheduled(minutesBefore(90)), executionStartedAt: minutesBefore(35) },
      'restart-execution',
    ],
    ['its window ends soon', closing(daysAfter(0.01)), 'check-execution'],
    ['its window ended a moment ago', closing(minutesBefore(30)), 'check-execution'],
    ['its window ended and nobody closed it', closing(minutesBefore(35)), 'close'],
    ['closed', { ...closing(minutesBefore(60)), status: 'Closed' }, 'nothing'],
    [
      'onboarded',
      { ...closing(minutesBefore(60)), status: 'Onboarded', onboardedAt: minutesBefore(90) },
      'nothing',
    ],
    ['cancelled', { ...scheduled(minutesBefore(60)), status: 'Cancelled' }, 'nothing'],
    ['cancelled before its execution', { ...scheduled(now), ...unstarted, status: 'Cancelled' }, 'nothing'],
  ])('%s', (_, state, action) => {
    expect(followUp(line(state), now, 'P2D')).toBe(action);
  });

  it.each<[string, number, string]>([
    ['the report on it is waited for', 74, 'nothing'],
    ['the workflow may be sending it once more', 75 + 34, 'nothing'],
    ['the workflow had time to send it once more', 75 + 35, 'restart-execution'],
  ])('its email is overdue, and may have left twice: %s', (_, minutes, action) => {
    const to = { email: 'it@example.com', locale: 'en' } as const;
    const claimed = (given: OrderLine, at: string): OrderLine => {
      const claim = { id: at, owner: 'o', kind: 'first', to, actor: 'workflow', at, until: at } as const;
      return giveUpClaim(withClaim(given, claim));
    };
    const inDoubt = claimed(claimed(line(scheduled(now)), now), plus(now, 'PT15M'));
    expect(followUp(inDoubt, plus(now, `PT${minutes}M`), 'P2D')).toBe(action);
  });

  it.each<[string, LaneWait, string]>([
    ['so many wait', { clearAt: daysAfter(0.1), since: minutesBefore(90) }, 'nothing'],
    ['they left a moment ago', { clearAt: minutesBefore(34), since: minutesBefore(90) }, 'nothing'],
    ['they left long ago', { clearAt: minutesBefore(35), since: minutesBefore(90) }, 'restart-execution'],
    ['only later ones wait', { clearAt: daysAfter(0.1), since: minutesBefore(55) }, 'restart-execution'],
    ['since when is not known', { clearAt: daysAfter(0.1) }, 'nothing'],
  ])('its email is overdue, but may wait for its turn among others: %s', (_, lane, action) => {
    expect(followUp(line(scheduled(minutesBefore(90))), now, 'P2D', lane)).toBe(action);
  });
});

describe('when a line next needs somebody', () => {
  it.each<[string, LineChanges, string | undefined]>([
    ['for its email', scheduled(daysAfter(3)), daysAfter(3)],
    ['for its closing', closing(daysAfter(4)), daysAfter(4)],
    ['closed: never', { ...closing(now), status: 'Closed' }, undefined],
    ['onboarded: never', { ...closing(now), status: 'Onboarded' }, undefined],
    ['cancelled: never', { ...scheduled(now), status: 'Cancelled' }, undefined],
  ])('%s', (_, state, due) => {
    expect(nextDueAt(line(state))).toBe(due);
  });

  it.each<[string, LineChanges]>([
    ['an execution', { ...scheduled(daysAfter(3)), ...unstarted }],
    ['an email', scheduled(daysAfter(30))],
    ['a closing', closing(daysAfter(7))],
  ])('%s that is due has a sweep that does something about it', (_, state) => {
    const waiting = line(state);
    const due = nextDueAt(waiting);
    expect(due && followUp(waiting, plus(due, 'PT1H'), 'P2D')).not.toBe('nothing');
  });
});

test('a line whose first email turns out to have gone to the contact before is due until its contact has one', () => {
  const old = { email: 'old@example.com', locale: 'en' } as const;
  const claim = {
    id: 'c',
    owner: 'o',
    kind: 'first',
    to: old,
    actor: 'workflow',
    at: now,
    until: now,
  } as const;
  const given = giveUpClaim(withClaim(line({ requestedStartDate: now, provisioningContact: old }), claim));
  const saved = saveContact(given, { email: 'new@example.com', locale: 'en' }, { at: now, actor: 'rana' });
  const report = { messageId: 'm', to: old.email, sentAt: now, claimId: 'c', kind: 'first' } as const;
  const missed = recordReported(saved, report);
  expect(nextDueAt(missed)).toBe(now);
  expect(followUp(missed, plus(now, 'PT30M'), 'P2D')).toBe('check-execution');
  expect(followUp(missed, plus(now, 'PT35M'), 'P2D')).toBe('restart-execution');

  const change = { ...claim, id: 'd', kind: 'contact-change', to: missed.provisioningContact } as const;
  const told = recordSent(missed, change, { messageId: 'n', sentAt: now });
  expect(nextDueAt(told)).toBe(told.closesAt);
});

test('a line whose first email turns out to have left before it was moved far ahead is closed in time', () => {
  const to = { email: 'it@example.com', locale: 'en' } as const;
  const claim = { id: 'c', owner: 'o', kind: 'first', to, actor: 'workflow', at: now, until: now } as const;
  const change = { requestedStartDate: plus(now, 'P400D'), changedAt: now };
  const moved = reschedule(giveUpClaim(withClaim(line(), claim)), change, {
    at: now,
    actor: 'commerce.workspace',
  });
  const email = { claimId: 'c', kind: undefined, messageId: 'm', to: to.email, sentAt: now };
  const started = recordReported(moved, email);
  expect(started).toMatchObject({ status: 'AwaitingProvisioningDetails', awaitsExecution: true });
  expect(nextDueAt(started)).toBe(started.closesAt);
  expect(followUp(started, now, 'P2D')).toBe('start-execution');
  expect(followUp(started, plus(now, 'P8D'), 'P2D')).toBe('close');
});
