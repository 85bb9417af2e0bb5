import type { ContactChange } from '../../shared/domain/contact.ts';
import type { EmailKind } from '../../shared/domain/email-kinds.ts';
import type { Contact } from '../../shared/domain/order-line.ts';
import {
  decideContactChange,
  dueEmail,
  refuseContactChange,
  refuseResend,
} from '../../shared/domain/rules.ts';
import { line, type LineChanges, minutesBefore, now } from '../support/lines.ts';

const limits = { interval: 'PT1M', perDay: 3, perLine: 20 };
const sameAddress = { email: 'IT@Example.com', locale: 'en' } as const;
const otherAddress = { email: 'new@example.com', locale: 'en' } as const;

const awaiting: LineChanges = {
  status: 'AwaitingProvisioningDetails',
  firstEmailSentAt: '2026-11-20T00:00:00.000Z',
  closesAt: '2026-11-27T00:00:00.000Z',
  emailsSent: 1,
};
const closed: LineChanges = { ...awaiting, status: 'Closed', closedAt: '2026-11-20T12:00:00.000Z' };
const flagged = { onboardedAt: '2026-11-21T00:00:00.000Z', organizationId: 'organization' };
const bounced = { undeliverable: [{ email: 'it@example.com', reason: 'no such user' }] };
const claimed = (kind: EmailKind, until: string): LineChanges => ({
  claim: {
    id: 'claim',
    owner: 'somebody',
    kind,
    to: otherAddress,
    actor: 'rana',
    at: minutesBefore(1.5),
    until,
  },
});

describe('what may be done when', () => {
  it.each<[string, LineChanges, string, string]>([
    ['Scheduled', { status: 'Scheduled' }, 'not-started', 'save'],
    ['Scheduled, start date passed', { requestedStartDate: minutesBefore(5) }, 'not-started', 'save'],
    ['Awaiting', awaiting, 'yes', 'send'],
    ['Closed, pending', closed, 'yes', 'send'],
    ['Closed, onboarded later', { ...closed, ...flagged }, 'point-of-no-return', 'point-of-no-return'],
    [
      'Onboarded',
      { ...awaiting, ...flagged, status: 'Onboarded' },
      'point-of-no-return',
      'point-of-no-return',
    ],
    [
      'Onboarded before the first email',
      { ...flagged, status: 'Onboarded' },
      'point-of-no-return',
      'point-of-no-return',
    ],
    ['Cancelled', { ...awaiting, status: 'Cancelled' }, 'cancelled', 'cancelled'],
    ['Cancelled before the first email', { status: 'Cancelled' }, 'cancelled', 'cancelled'],
    ['Cancelled and onboarded', { ...awaiting, ...flagged, status: 'Cancelled' }, 'cancelled', 'cancelled'],
    ['Awaiting, address bounced', { ...awaiting, ...bounced }, 'contact-undeliverable', 'send'],
  ])('%s', (_, state, resend, change) => {
    const decision = decideContactChange(line(state), otherAddress, now, limits);
    expect({
      resend: refuseResend(line(state), now, limits)?.code ?? 'yes',
      change: decision.outcome === 'refused' ? decision.refusal.code : decision.outcome,
    }).toEqual({ resend, change });
    const announced = refuseContactChange(line(state), now, limits);
    expect(announced).toEqual(decision.outcome === 'refused' ? decision.refusal : undefined);
  });

  it('says when the line starts', () => {
    expect(refuseResend(line({ requestedStartDate: '2026-12-24T00:00:00.000Z' }), now, limits)).toEqual({
      code: 'not-started',
      requestedStartDate: '2026-12-24T00:00:00.000Z',
    });
  });

  it('says why mail to the contact does not arrive', () => {
    expect(refuseResend(line({ ...awaiting, ...bounced }), now, limits)).toEqual({
      code: 'contact-undeliverable',
      reason: 'no such user',
    });
  });

  it('sends again once a bounced contact was replaced', () => {
    const replaced = { ...awaiting, ...bounced, provisioningContact: otherAddress };
    expect(refuseResend(line(replaced), now, limits)).toBeUndefined();
  });
});

describe('undeliverable addresses', () => {
  const undeliverable = [
    { email: 'it@example.com', reason: 'no such user' },
    { email: 'old@example.com', reason: 'abuse' },
  ];

  it('are all remembered: the one that is current blocks a resend, whichever was reported last', () => {
    expect(refuseResend(line({ ...awaiting, undeliverable }), now, limits)).toMatchObject({
      code: 'contact-undeliverable',
      reason: 'no such user',
    });
  });

  it.each<[string, LineChanges]>([
    ['Awaiting', awaiting],
    ['Scheduled', {}],
  ])('are no contact to change to: %s', (_, state) => {
    const contact = { email: 'OLD@example.com', locale: 'en' } as const;
    expect(decideContactChange(line({ ...state, undeliverable }), contact, now, limits)).toEqual({
      outcome: 'refused',
      refusal: { code: 'contact-undeliverable', reason: 'abuse' },
    });
  });
});

describe('a contact change to the address that is there', () => {
  it.each<[string, LineChanges]>([
    ['Scheduled', {}],
    ['Awaiting', awaiting],
    ['Closed, pending', closed],
    ['at the daily limit', { ...awaiting, countedEmailsAt: [1, 2, 3].map(minutesBefore) }],
  ])('changes nothing: %s', (_, state) => {
    expect(decideContactChange(line(state), sameAddress, now, limits)).toEqual({ outcome: 'unchanged' });
  });

  it('is refused like any other once the line is settled', () => {
    expect(decideContactChange(line({ status: 'Cancelled' }), sameAddress, now, limits).outcome).toBe(
      'refused',
    );
  });
});

describe('resend limits', () => {
  const day = 24 * 60;
  /** A line that got emails so many minutes ago; the last of them was a resend, unless said otherwise. */
  const emailed = (minutesAgo: number[], changes: LineChanges = {}) =>
    line({
      ...awaiting,
      countedEmailsAt: minutesAgo.map(minutesBefore),
      ...(minutesAgo.length === 0 ? {} : { lastResentAt: minutesBefore(minutesAgo.at(-1) ?? 0) }),
      ...changes,
    });

  it.each<[string, number[], string, number | undefined]>([
    ['the first resend', [], 'yes', undefined],
    ['half a minute after a resend', [0.5], 'resend-too-soon', -0.5],
    ['a minute after a resend', [1], 'yes', undefined],
    ['two today', [90, 60], 'yes', undefined],
    ['three today', [90, 60, 30], 'resend-limit-reached', 90 - day],
    ['three, the oldest almost a day ago', [day - 0.001, 60, 30], 'resend-limit-reached', -0.001],
    ['three, the oldest a day ago', [day, 60, 30], 'yes', undefined],
    ['three at once, all a day ago', [day, day, day], 'yes', undefined],
    ['more than three, as after a change of the limit', [90, 80, 70, 60], 'resend-limit-reached', 80 - day],
    ['at the limit, where the minute ends later', [day - 0.25, 60, 0.5], 'resend-limit-reached', -0.5],
  ])('%s', (_, minutesAgo, code, next) => {
    const refusal = refuseResend(emailed(minutesAgo), now, limits);
    expect(refusal ?? { code: 'yes' }).toEqual(
      next === undefined ? { code } : { code, canResendAt: minutesBefore(next) },
    );
  });

  it('the first email and contact changes do not start the minute', () => {
    const changed = line({ ...awaiting, firstEmailSentAt: now, countedEmailsAt: [now] });
    expect(refuseResend(changed, now, limits)).toBeUndefined();
  });

  it('a contact change ignores the minute', () => {
    expect(decideContactChange(emailed([0]), otherAddress, now, limits)).toMatchObject({ outcome: 'send' });
  });

  it('a contact change counts toward the daily limit and is refused at it', () => {
    expect(decideContactChange(emailed([90, 60, 30]), otherAddress, now, limits)).toEqual({
      outcome: 'refused',
      refusal: { code: 'resend-limit-reached', canResendAt: minutesBefore(90 - day) },
    });
    expect(refuseContactChange(emailed([90, 60, 30]), now, limits)).toEqual({
      code: 'resend-limit-reached',
      canResendAt: minutesBefore(90 - day),
    });
  });

  it.each([
    [19, 'yes'],
    [20, 'resend-limit-reached'],
  ])('after %i emails in the life of a line: %s', (emailsSent, code) => {
    const used = emailed([], { emailsSent });
    expect(refuseResend(used, now, limits) ?? { code: 'yes' }).toEqual({ code });
    expect(decideContactChange(used, otherAddress, now, limits)).toMatchObject(
      code === 'yes' ? { outcome: 'send' } : { outcome: 'refused', refusal: { code } },
    );
  });
});

describe('what a contact change does not give', () => {
  const known = { email: 'it@example.com', name: 'Joanna', locale: 'ja' } as const;
  const started = line({ ...awaiting, provisioningContact: known });
  const decided = (change: ContactChange) => decideContactChange(started, change, now, limits);

  it('stays with the same address, in any case of its letters', () => {
    expect(decided({ email: 'IT@example.com' })).toEqual({ outcome: 'unchanged' });
    expect(decided({ email: 'it@example.com', name: 'Joanna', locale: 'ja' })).toEqual({
      outcome: 'unchanged',
    });
  });

  it.each<[string, ContactChange, Contact]>([
    ['a name', { email: 'IT@example.com', name: 'Ben' }, { ...known, name: 'Ben' }],
    ['a language', { email: 'it@example.com', locale: 'en' }, { ...known, locale: 'en' }],
  ])('%s alone is saved and sends nothing', (_, change, contact) => {
    expect(decided(change)).toEqual({ outcome: 'save', contact });
  });

  it('is, of another address, the language of before and nobody to greet', () => {
    const contact = { email: 'new@example.com', locale: 'ja' };
    expect(decided({ email: 'new@example.com' })).toEqual({ outcome: 'send', contact });
  });

  it('may be saved for an address that mail does not reach, and not without end', () => {
    const bounced = { ...started, undeliverable: [{ email: known.email, reason: 'no such user' }] };
    const change = { email: known.email, name: 'Ben' };
    expect(decideContactChange(bounced, change, now, limits).outcome).toBe('save');
    const used = { ...started, emailsSent: limits.perLine };
    expect(decideContactChange(used, change, now, limits)).toEqual({
      outcome: 'refused',
      refusal: { code: 'resend-limit-reached' },
    });
  });
});

describe('contact changes that send nothing', () => {
  it.each([
    [19, 'save'],
    [20, 'refused'],
  ])('after %i of them in the life of a line: %s', (contactsSaved, outcome) => {
    expect(decideContactChange(line({ contactsSaved }), otherAddress, now, limits).outcome).toBe(outcome);
  });

  it('count with the emails', () => {
    const used = line({ ...awaiting, emailsSent: 5, contactsSaved: 15 });
    expect(refuseResend(used, now, limits)).toEqual({ code: 'resend-limit-reached' });
  });

  it('do not wait for a day to pass', () => {
    const changed = line({ contactsSaved: limits.perDay + 1 });
    expect(decideContactChange(changed, otherAddress, now, limits)).toMatchObject({ outcome: 'save' });
  });
});

describe('while somebody sends for the line', () => {
  const until = minutesBefore(-0.5);

  it('a resend is possible when that has ended for certain', () => {
    const busy = line({ ...awaiting, ...claimed('contact-change', until) });
    expect(refuseResend(busy, now, limits)).toEqual({ code: 'resend-too-soon', canResendAt: until });
  });

  it('and the minute after a resend ends later, then', () => {
    const busy = line({ ...awaiting, ...claimed('contact-change', until), lastResentAt: now });
    expect(refuseResend(busy, now, limits)).toMatchObject({ canResendAt: minutesBefore(-1) });
  });
});

describe('a claim that ran out', () => {
  const lost = (kind: EmailKind, changes: LineChanges) =>
    line({ ...awaiting, ...claimed(kind, now), ...changes });

  it('counts toward the limits, since its email may have been sent', () => {
    const countedEmailsAt = [minutesBefore(60), minutesBefore(30)];
    expect(refuseResend(lost('resend', { countedEmailsAt }), now, limits)).toMatchObject({
      code: 'resend-limit-reached',
    });
    expect(decideContactChange(lost('resend', { emailsSent: 19 }), otherAddress, now, limits)).toMatchObject({
      refusal: { code: 'resend-limit-reached' },
    });
  });

  it('does not keep others waiting', () => {
    expect(refuseResend(lost('resend', {}), now, limits)).toBeUndefined();
  });
});

const changed = (to: string) =>
  ({ at: minutesBefore(20), type: 'ProvisioningContactChanged', actor: 'rana', to }) as const;
const sent = (to: string) =>
  ({
    at: minutesBefore(30),
    type: 'ProvisioningEmailSent',
    actor: 'workflow',
    to,
    messageId: 'message-1',
    kind: 'first',
    result: 'Confirmed',
  }) as const;

describe('the email that the workflow has to send', () => {
  it.each<[string, LineChanges, string]>([
    ['before the start date', { requestedStartDate: minutesBefore(-0.001) }, 'wait'],
    ['on the start date', { requestedStartDate: now }, 'first'],
    ['after the start date', { requestedStartDate: minutesBefore(60) }, 'first'],
    ['sent before', { ...awaiting, requestedStartDate: now }, 'none'],
    ['onboarded before', { ...flagged, status: 'Onboarded', requestedStartDate: now }, 'none'],
    ['cancelled before', { status: 'Cancelled', requestedStartDate: now }, 'none'],
    ['closed', { ...closed, requestedStartDate: now }, 'none'],
  ])('%s', (_, state, due) => {
    expect(dueEmail(line(state), now)).toBe(due);
  });

  const missed = [sent('old@example.com'), changed('It@example.com')];
  it.each<[string, LineChanges, string]>([
    ['its first email went to the contact before', { ...awaiting, history: missed }, 'contact-change'],
    ['which closed', { ...closed, history: missed }, 'none'],
    ['which was onboarded', { ...awaiting, ...flagged, status: 'Onboarded', history: missed }, 'none'],
    ['and one to this contact, too', { ...awaiting, history: [...missed, sent('it@EXAMPLE.com')] }, 'none'],
    [
      'and one to this contact may have left',
      {
        ...awaiting,
        history: [
          ...missed,
          {
            at: now,
            type: 'ProvisioningEmailUnconfirmed',
            actor: 'workflow',
            to: 'it@example.com',
            kind: 'contact-change',
            claimId: 'claim',
          },
        ],
      },
      'none',
    ],
    [
      'its contact was saved before it',
      { ...awaiting, history: [changed('it@example.com'), sent('it@example.com')] },
      'none',
    ],
  ])('of a line whose contact was changed: %s', (_, state, due) => {
    expect(dueEmail(line(state), now)).toBe(due);
  });
});
