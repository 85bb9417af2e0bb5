import { marshall } from '@aws-sdk/util-dynamodb';
import { toItem } from '../../shared/adapters/order-line-item.ts';
import {
  historyLimit,
  type HistoryEntry,
  longestActor,
  longestReason,
  mostEmailsPerDay,
  mostEmailsPerLine,
  withEntry,
} from '../../shared/domain/history.ts';
import {
  book,
  cancel,
  type Claim,
  closeOverdue,
  type EmailKind,
  keepAnswer,
  mostQuietChanges,
  mostUndeliverable,
  onboard,
  type OrderLine,
  recordFailure,
  recordFeedback,
  recordSent,
  reschedule,
  withClaim,
} from '../../shared/domain/order-line.ts';
import { presentLine } from '../../shared/use-cases/present-line.ts';
import { daysAfter, minutesBefore, now } from '../support/lines.ts';

const entry = (changes: Partial<HistoryEntry>): HistoryEntry => ({
  at: now,
  type: 'ProvisioningEmailFailed',
  actor: 'workflow',
  to: 'it@example.com',
  result: 'not sent',
  reason: 'Throttling',
  ...changes,
});
const filled = (...entries: HistoryEntry[]) => entries.reduce<readonly HistoryEntry[]>(withEntry, []);

describe('the same failure in a row', () => {
  it('is one entry that says how often it happened, since when, and when last', () => {
    const history = filled(
      entry({ at: minutesBefore(3) }),
      entry({ at: minutesBefore(2) }),
      entry({ at: minutesBefore(1) }),
    );
    const repeated = { times: 3, since: minutesBefore(3) };
    expect(history).toEqual([entry({ at: minutesBefore(1), repeated })]);
  });

  it.each<[string, Partial<HistoryEntry>]>([
    ['of somebody else', { actor: 'rana@northwind.example' }],
    ['to somebody else', { to: 'new@example.com' }],
    ['for another reason', { reason: 'ServiceUnavailable' }],
    ['of another kind', { type: 'ProvisioningEmailUnconfirmed' }],
  ])('is another one if it is %s', (_, changes) => {
    expect(filled(entry({}), entry(changes))).toHaveLength(2);
  });

  it('is another one after something else happened', () => {
    expect(filled(entry({}), entry({ type: 'Rescheduled' }), entry({}))).toHaveLength(3);
  });

  it('is not: contact changes, however alike', () => {
    const change = entry({ type: 'ProvisioningContactChanged' });
    expect(filled(change, change)).toHaveLength(2);
  });
});

describe('a full history', () => {
  const feedback = (result: string) => entry({ type: 'ProvisioningEmailFeedback', result });
  const other = (reason: string) => entry({ type: 'ProvisioningEmailSent', reason });
  const full = filled(
    ...Array.from({ length: historyLimit - 7 }, (_, index) => other(String(index))),
    entry({ type: 'Rescheduled', reason: 'ignored: a newer change came before' }),
    feedback('Delivered'),
    feedback('Bounced'),
    entry({ type: 'Booked' }),
    feedback('Delayed'),
    entry({ reason: 'first' }),
    entry({ reason: 'second' }),
  );

  it.each([
    [1, 'the oldest failure', entry({ reason: 'first' })],
    [2, 'then the next failure', entry({ reason: 'second' })],
    [3, 'then a delay', feedback('Delayed')],
    [4, 'then a reschedule that was ignored', full.at(-7)],
    [5, 'then a delivery', feedback('Delivered')],
  ])('with %i more makes room by what tells least: %s', (more, _, gone) => {
    const after = Array.from({ length: more }, (__, index) => other(`more ${index}`)).reduce(withEntry, full);
    expect(after).toHaveLength(historyLimit);
    expect(after).not.toContainEqual(gone);
    expect(after).toContainEqual(feedback('Bounced'));
    expect(after).toContainEqual(entry({ type: 'Booked' }));
    expect(after.filter(({ type }) => type === 'ProvisioningEmailSent')).toHaveLength(
      historyLimit - 7 + more,
    );
  });

  it('does not take in what tells less than all it has', () => {
    const sends = Array.from({ length: historyLimit }, (_, index) => other(String(index)));
    expect(withEntry(filled(...sends), entry({}))).toEqual(sends);
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
  const count = (wanted: Partial<HistoryEntry>) =>
    line.history.filter((known) =>
      Object.entries(wanted).every(
        ([key, value]) => key in known && known[key as keyof HistoryEntry] === value,
      ),
    ).length;

  it('is in its history, but for what tells least', () => {
    expect(line.history.length).toBeLessThanOrEqual(historyLimit);
    expect({
      booked: count({ type: 'Booked' }),
      sent: count({ type: 'ProvisioningEmailSent' }),
      changed: count({ type: 'ProvisioningContactChanged' }),
      bounced: count({ result: 'Bounced' }),
      closed: count({ type: 'Closed' }),
      onboarded: count({ type: 'Onboarded' }),
      cancelled: count({ type: 'Cancelled' }),
    }).toEqual({ booked: 1, sent: 101, changed: 100, bounced: 101, closed: 1, onboarded: 1, cancelled: 1 });
  });

  it('fits into an item of DynamoDB, each part within what is planned for it', () => {
    const { history, answers, undeliverable, ...rest } = toItem(line, 1_000_000) as OrderLine;
    const kilobytes = (value: unknown) => itemSize({ L: [marshall({ value }).value] }) / 1024;
    expect(undeliverable).toHaveLength(mostUndeliverable);
    expect(Math.max(...history.map(kilobytes))).toBeLessThan(0.75);
    expect(Math.max(...answers.map(kilobytes))).toBeLessThan(5);
    const quiet = answers.filter(({ change }) => change);
    expect(quiet).toHaveLength(mostQuietChanges);
    expect(Math.max(...quiet.map(kilobytes))).toBeLessThan(0.5);
    expect(Math.max(...undeliverable.map(kilobytes))).toBeLessThan(0.5);
    expect(kilobytes(rest)).toBeLessThan(10);
    expect(kilobytes(toItem(line, 1_000_000))).toBeLessThan(385);
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
