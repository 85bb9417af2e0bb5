import { marshall } from '@aws-sdk/util-dynamodb';
import {
  historyLimit,
  type HistoryEntry,
  longestActor,
  longestReason,
  mostEmailsPerDay,
  mostEmailsPerLine,
  withEntry,
} from '../../shared/domain/history.ts';
import { keepAnswer, mostQuietChanges } from '../../shared/domain/answers.ts';
import { withClaim } from '../../shared/domain/claims.ts';
import { mostUndeliverable, recordFeedback } from '../../shared/domain/feedback.ts';
import type { EmailKind } from '../../shared/domain/email-kinds.ts';
import type { Claim, DeliveryOutcome, OrderLine } from '../../shared/domain/order-line.ts';
import { recordFailure, recordSent } from '../../shared/domain/sent-emails.ts';
import { book, cancel, closeOverdue, onboard, reschedule } from '../../shared/domain/transitions.ts';
import { presentLine } from '../../shared/use-cases/present-line.ts';
import { daysAfter, itemOf, minutesBefore, now } from '../support/lines.ts';

const failure = (changes: Partial<Extract<HistoryEntry, { type: 'ProvisioningEmailFailed' }>> = {}) =>
  ({
    at: now,
    type: 'ProvisioningEmailFailed',
    actor: 'workflow',
    to: 'it@example.com',
    reason: 'Throttling',
    ...changes,
  }) as const;
const stamped = { at: now, actor: 'somebody' };
const booked = { ...stamped, type: 'Booked' } as const;
const moved = { ...stamped, type: 'Rescheduled', requestedStartDate: now, changedAt: now } as const;
const changed = { ...stamped, type: 'ProvisioningContactChanged', to: 'it@example.com' } as const;
const sent = (messageId: string) =>
  ({
    ...stamped,
    type: 'ProvisioningEmailSent',
    to: 'it@example.com',
    messageId,
    kind: 'resend',
    result: 'Accepted',
  }) as const;
const unconfirmed = (claimId: string) =>
  ({
    ...stamped,
    type: 'ProvisioningEmailUnconfirmed',
    to: 'it@example.com',
    kind: 'first',
    claimId,
  }) as const;
const feedback = (delivery: DeliveryOutcome, messageId = 'message') =>
  ({ ...stamped, type: 'ProvisioningEmailFeedback', to: 'it@example.com', messageId, delivery }) as const;
const filled = (...entries: HistoryEntry[]) => entries.reduce<readonly HistoryEntry[]>(withEntry, []);

describe('the same failure in a row', () => {
  it('is one entry that says how often it happened, since when, and when last', () => {
    const history = filled(
      failure({ at: minutesBefore(3) }),
      failure({ at: minutesBefore(2) }),
      failure({ at: minutesBefore(1) }),
    );
    const repeated = { times: 3, since: minutesBefore(3) };
    expect(history).toEqual([failure({ at: minutesBefore(1), repeated })]);
  });

  it.each<[string, HistoryEntry]>([
    ['of somebody else', failure({ actor: 'rana@northwind.example' })],
    ['to somebody else', failure({ to: 'new@example.com' })],
    ['for another reason', failure({ reason: 'ServiceUnavailable' })],
    ['no failure', unconfirmed('claim-1')],
  ])('is another one if it is %s', (_, other) => {
    expect(filled(failure(), other)).toHaveLength(2);
  });

  it('is another one after something else happened', () => {
    expect(filled(failure(), moved, failure())).toHaveLength(3);
  });

  it('is not: contact changes, however alike', () => {
    expect(filled(changed, changed)).toHaveLength(2);
  });
});

describe('a full history', () => {
  const mayGo = [
    moved,
    failure(),
    feedback('Delivered'),
    feedback('Delayed'),
    feedback('Bounced', 'message-1'),
  ];
  const people = (length: number) => Array.from({ length }, (_, index) => sent(`message-${index}`));
  const full = filled(
    booked,
    feedback('Bounced', 'message-1'),
    ...people(historyLimit - 2 - mayGo.length),
    ...mayGo,
  );

  it('makes room by the oldest that neither reached people nor concerns them', () => {
    for (let more = 0; more <= mayGo.length; more += 1) {
      const after = Array.from({ length: more }, (_, index) => sent(`more ${index}`)).reduce(withEntry, full);
      expect(after).toEqual([
        ...full.slice(0, historyLimit - mayGo.length),
        ...mayGo.slice(more),
        ...after.slice(historyLimit - more),
      ]);
      expect(after.slice(historyLimit - more)).toHaveLength(more);
    }
  });

  it('does not take in what may go if it has nothing else of that kind', () => {
    const all = filled(...people(historyLimit));
    expect(withEntry(all, failure())).toEqual(all);
  });

  it('of nothing but what reached people keeps the booking and the newest', () => {
    const all = filled(booked, ...people(historyLimit - 1));
    const after = withEntry(all, unconfirmed('claim-1'));
    expect(after).toEqual([booked, ...all.slice(2), unconfirmed('claim-1')]);
  });
});

describe('the longest life that a line can have', () => {
  const name = '語'.repeat(200);
  const address = (index: number) => `${index}`.padStart(64, 'x') + `@${`${'x'.repeat(62)}.`.repeat(3)}com`;
  const actor = 'a'.repeat(longestActor);
  const stamp = { at: now, actor };
  const reason = 'r'.repeat(longestReason);
  const id = (index: number | string) => `${index}`.padStart(64, 'x');
  const limits = { interval: 'PT1M', perDay: mostEmailsPerDay, perLine: mostEmailsPerLine };

  const claim = (kind: EmailKind, index: number): Claim => ({
    id: id(index),
    owner: `request ${id(index)}`,
    kind,
    to: { email: address(index), name, locale: 'en' },
    actor,
    at: now,
    until: daysAfter(1),
  });

  /** Every email there may be, each to a contact of its own, and every report about it. */
  function longest(): OrderLine {
    let line = book(
      {
        orderId: id('order'),
        lineId: id('line'),
        subscriptionId: id('subscription'),
        offer: id('offer'),
        partnerId: id('partner'),
        endCustomer: { name },
        placedBy: { name, email: address(0) },
        provisioningContact: { email: address(0), name, locale: 'en' },
        requestedStartDate: now,
      },
      undefined,
      { default: 'P30D', families: {} },
      stamp,
    );
    const messageId = (index: number) => `message-${index}`.padStart(100, 'x');
    for (let index = 0; index <= mostEmailsPerLine; index += 1) {
      const own = claim(index === 0 ? 'first' : 'contact-change', index);
      const change = { requestedStartDate: daysAfter(index), changedAt: minutesBefore(index) };
      line = reschedule(line, change, stamp);
      line = recordFailure(withClaim(line, own), own, { at: now, reason: String(index).padStart(100, 'E') });
      line = recordSent(withClaim(line, own), own, { messageId: messageId(index), sentAt: now });
      for (const delivery of ['Delayed', 'Delivered', 'Bounced', 'Complained'] as const) {
        const feedback = { messageId: messageId(index), delivery, reason, undeliverable: true };
        line = recordFeedback(line, feedback, { at: now, actor: 'aws.ses' });
      }
    }
    for (let index = 0; index < mostEmailsPerDay; index += 1) {
      const email = { messageId: messageId(0), to: address(0), sentAt: now };
      const answer = JSON.stringify({ line: presentLine(line, now, limits), email });
      line = keepAnswer(line, { key: String(index).padStart(255, 'k'), at: now, answer });
    }
    for (let index = 0; index <= mostQuietChanges; index += 1) {
      const change = { outcome: 'unchanged', email: address(index) } as const;
      line = keepAnswer(line, { key: `contact ${crypto.randomUUID()}`, at: now, change });
    }
    line = closeOverdue(line, { at: daysAfter(31), actor });
    line = onboard(line, { organizationId: '語'.repeat(128), onboardedAt: now }, stamp);
    return withClaim(cancel(line, now, stamp), claim('resend', mostEmailsPerLine));
  }

  const line = longest();
  const count = (wanted: HistoryEntry['type']) => line.history.filter(({ type }) => type === wanted).length;
  const cameBack = line.history
    .filter((entry) => entry.type === 'ProvisioningEmailFeedback')
    .filter(({ delivery }) => delivery !== 'Delivered' && delivery !== 'Delayed');

  it('is in its history, but for what neither reached people nor concerns them', () => {
    expect(line.history.length).toBeLessThanOrEqual(historyLimit);
    expect({
      booked: count('Booked'),
      sent: count('ProvisioningEmailSent'),
      changed: count('ProvisioningContactChanged'),
      cameBack: new Set(cameBack.map(({ messageId }) => messageId)).size,
      closed: count('Closed'),
      onboarded: count('Onboarded'),
      cancelled: count('Cancelled'),
    }).toEqual({ booked: 1, sent: 101, changed: 100, cameBack: 101, closed: 1, onboarded: 1, cancelled: 1 });
  });

  it('fits into an item of DynamoDB, each part within what is planned for it', () => {
    const { history, packedHistory, answers, undeliverable, ...rest } = itemOf(line) as OrderLine & {
      readonly packedHistory?: string;
    };
    const kilobytes = (value: unknown) => itemSize({ L: [marshall({ value }).value] }) / 1024;
    expect(undeliverable).toHaveLength(mostUndeliverable);
    expect(Math.max(...line.history.map(kilobytes))).toBeLessThan(0.75);
    expect(kilobytes([history, packedHistory])).toBeLessThan(240);
    expect(Math.max(...answers.map(kilobytes))).toBeLessThan(5);
    const quiet = answers.filter(({ change }) => change);
    expect(quiet).toHaveLength(mostQuietChanges);
    expect(Math.max(...quiet.map(kilobytes))).toBeLessThan(0.5);
    expect(Math.max(...undeliverable.map(kilobytes))).toBeLessThan(0.5);
    expect(kilobytes(rest)).toBeLessThan(10);
    expect(kilobytes(itemOf(line))).toBeLessThan(385);
  });
});

/** The size of an attribute's value in bytes, as DynamoDB counts it. */
function itemSize(value: object | undefined): number {
  const [[kind, inner] = []] = Object.entries(value ?? {}) as [string, unknown][];
  switch (kind) {
    case 'S':
      return Buffer.byteLength(inner as string);
    case 'L':
      return 3 + (inner as object[]).reduce((sum, element) => sum + 1 + itemSize(element), 0);
    case 'M':
      return (
        3 +
        Object.entries(inner as Record<string, object>).reduce(
          (sum, [key, element]) => sum + 1 + Buffer.byteLength(key) + itemSize(element),
          0,
        )
      );
    default:
      return 21;
  }
}
