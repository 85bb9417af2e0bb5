import { defaults } from '../../infra/settings.ts';
import { Lane } from '../../functions/send-provisioning-email/lane.ts';
import type { QueuedEmail } from '../../functions/send-provisioning-email/queue.ts';
import { sendQueued } from '../../functions/send-provisioning-email/queued-email.ts';
import type { MailOutcome } from '../../shared/adapters/mail.ts';
import { expectedToLeave, laneCalls, laneRate, laneRest, laneWait } from '../../shared/domain/lane.ts';
import { type Claim, isBooked, type OrderLine } from '../../shared/domain/order-line.ts';
import { pacer } from '../../shared/domain/pacer.ts';
import { asStarted } from '../../shared/domain/executions.ts';
import { book, cancel } from '../../shared/domain/transitions.ts';
import { plus, toInstant } from '../../shared/domain/time.ts';
import { silentMetrics } from '../../shared/runtime/metrics.ts';
import { line } from '../support/lines.ts';
import { mailSettings } from '../support/mail-settings.ts';
import { memoryStore, storeOn } from '../support/memory-store.ts';
import { MemoryTable } from '../support/memory-table.ts';

/** First emails wait for their turn; what the mail service refuses for its rate or for the day is written nowhere. */

const now = '2026-11-22T00:00:00.000Z';
const stamp = { at: '2026-11-20T00:00:00.000Z', actor: 'commerce.workspace' };
const accepted: MailOutcome = { outcome: 'accepted', messageId: 'message' };
const throttled: MailOutcome = { outcome: 'throttled', by: 'rate', reason: 'Throttling' };
const usedUp: MailOutcome = { outcome: 'throttled', by: 'day', reason: 'Throttling' };

const dueLine = (lineId: string): OrderLine =>
  asStarted(
    book(
      {
        orderId: 'ORD-1',
        lineId,
        subscriptionId: 'Sub1',
        offer: 'A-FLEX',
        partnerId: 'northwind',
        endCustomer: { name: 'Alder & Finch' },
        placedBy: { name: 'Maya', email: 'maya@northwind.example' },
        provisioningContact: { email: `${lineId}@alderfinch.example`, locale: 'en' },
        requestedStartDate: now,
      },
      undefined,
      { default: 'P30D', families: {} },
      stamp,
    ),
    stamp.at,
  );

interface World {
  readonly lines?: readonly OrderLine[];
  /** What the mail service answers, one after the other; then it accepts. */
  readonly answers?: readonly MailOutcome[];
  readonly perSecond?: number;
  readonly day?: { readonly most: number; readonly sent: number };
  /** How many messages wait in the queue, after so many milliseconds. */
  readonly waiting?: number | ((elapsed: number) => number);
  /** In how many milliseconds the mail service says what its quota is. */
  readonly quotaTakes?: number;
}

/** The sender with fakes, in virtual time. */
function sender({
  lines = [dueLine('1')],
  answers = [],
  perSecond = Infinity,
  day,
  waiting = 0,
  quotaTakes = 0,
}: World) {
  let elapsed = 0;
  const left = [...answers];
  const sent: { readonly to: string; readonly after: number }[] = [];
  const told: unknown[] = [];
  const notes: string[] = [];
  const written: string[] = [];
  const { store, lines: stored } = memoryStore(...lines);
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const pause = (milliseconds: number) => {
    elapsed += milliseconds;
    return Promise.resolve();
  };
  const lane = new Lane({
    pace: pacer(
      () => laneRate(perSecond),
      () => elapsed,
    ),
    perSecond: () => perSecond,
    calls: 1,
    mail: {
      send: ({ to }) => {
        const answer = left.shift() ?? accepted;
        if (answer.outcome === 'accepted') sent.push({ to, after: elapsed });
        return Promise.resolve(answer.outcome === 'accepted' ? { ...answer, messageId: to } : answer);
      },
    },
    quota: {
      account: async () => {
        await pause(quotaTakes);
        return { perSecond, most: Infinity, sent: 0, ...day };
      },
    },
    queue: { length: () => Promise.resolve(typeof waiting === 'number' ? waiting : waiting(elapsed)) },
    laneStore: {
      note: (clearAt) => Promise.resolve(void notes.push(clearAt)),
      wait: () => Promise.resolve(undefined),
    },
    now: () => new Date(now),
    elapsed: () => elapsed,
    pause,
    log,
  });
  const services = {
    lane,
    mail: lane.mail,
    tasks: {
      succeed: (taskToken: string, output: unknown) => Promise.resolve(void told.push([taskToken, output])),
      fail: (taskToken: string, { name }: Error) => Promise.resolve(void told.push([taskToken, name])),
    },
    store: {
      ...store,
      change: ((from, decide) => {
        written.push(from.lineId);
        return store.change(from, decide);
      }) satisfies typeof store.change,
    },
    mailSettings,
    limits: defaults.resendLimits,
    now: () => new Date(now),
    newId: () => crypto.randomUUID(),
    pause,
    log,
    metrics: silentMetrics,
  };
  const send = (lineId = '1') => {
    const start = elapsed;
    return sendQueued(
      { orderId: 'ORD-1', lineId, revision: 1, taskToken: `token-${lineId}` } satisfies QueuedEmail,
      services,
      { elapsed: () => elapsed - start },
    );
  };
  return { send, sent, told, notes, written, stored, elapsed: () => elapsed };
}

const history = (line: unknown) =>
  (isBooked(line as OrderLine) ? (line as OrderLine).history : []).map(({ type }) => type);

it('sends, and tells the execution how it goes on', async () => {
  const { send, sent, told } = sender({});
  expect(await send()).toBeUndefined();
  expect(sent).toEqual([{ to: '1@alderfinch.example', after: 0 }]);
  expect(told).toEqual([['token-1', expect.objectContaining({ outcome: 'awaiting' })]]);
});

it('tells once more what was sent before, and sends nothing', async () => {
  const { send, sent, told } = sender({});
  await send();
  await send();
  expect(sent).toHaveLength(1);
  expect(told).toHaveLength(2);
  expect(told[1]).toEqual(told[0]);
});

it('keeps to its share of the rate, however many are due', async () => {
  const lines = Array.from({ length: 60 }, (_, index) => dueLine(String(index)));
  const { send, sent, elapsed } = sender({ lines, perSecond: 10 });
  for (const { lineId } of lines) await send(lineId);
  expect(sent).toHaveLength(60);
  const seconds = elapsed() / 1000;
  expect(60 / seconds).toBeGreaterThan(9);
  // It begins with a second's worth at once.
  expect(60 / (seconds + 1)).toBeLessThanOrEqual(10);
});

it('what the mail service refuses for its rate is sent later, by one claim and with nothing in the history', async () => {
  const { send, stored, sent } = sender({ answers: [throttled, throttled, throttled] });
  expect(await send()).toBeUndefined();
  expect(sent).toHaveLength(1);
  expect(history(stored()[0])).toEqual(['Booked', 'ProvisioningEmailSent']);
});

it('what it keeps refusing comes again, and the line is as if nothing had been tried', async () => {
  const { send, stored, told } = sender({ answers: Array.from({ length: 20 }, () => throttled) });
  expect(await send()).toEqual({ againIn: 5 });
  expect(told).toEqual([]);
  const [line] = stored();
  expect(line).not.toHaveProperty('claim');
  expect(line).toMatchObject({ status: 'Scheduled', emailsSent: 0 });
  expect(history(line)).toEqual(['Booked']);
});

it('what waited too long for its turn, because AWS did not answer, comes again with the whole time', async () => {
  const { send, sent, written } = sender({ quotaTakes: 11_000 });
  expect(await send()).toEqual({ againIn: 1 });
  expect(written).toEqual([]);
  expect(await send()).toBeUndefined();
  expect(sent).toHaveLength(1);
});

it('becomes slower when the mail service refuses, also if it takes the email in the end', async () => {
  const lines = Array.from({ length: 60 }, (_, index) => dueLine(String(index)));
  const secondsFor = async (answers: readonly MailOutcome[]) => {
    const { send, elapsed } = sender({ lines, perSecond: 10, answers });
    for (const { lineId } of lines) await send(lineId);
    return elapsed() / 1000;
  };
  const undisturbed = await secondsFor([]);
  // A tenth slower, and less so for five seconds.
  expect(await secondsFor([{ ...accepted, wasThrottled: true }])).toBeGreaterThan(undisturbed + 0.1);
  expect(await secondsFor([throttled])).toBeGreaterThan(undisturbed + 0.1);
});

describe('when the emails of the day are used up', () => {
  it('rests before it tries, so that people have a tenth of them, and writes nothing', async () => {
    const { send, sent, written } = sender({ day: { most: 200, sent: 180 } });
    expect(await send()).toEqual({ againIn: laneRest });
    expect(sent).toEqual([]);
    expect(written).toEqual([]);
  });

  it('goes on to the last that it may send', async () => {
    const { send, sent } = sender({ lines: [dueLine('1'), dueLine('2')], day: { most: 200, sent: 179 } });
    expect(await send('1')).toBeUndefined();
    expect(await send('2')).toEqual({ againIn: laneRest });
    expect(sent).toHaveLength(1);
  });

  it('rests after the mail service said so, with nothing in the history', async () => {
    const { send, stored } = sender({ lines: [dueLine('1'), dueLine('2')], answers: [usedUp] });
    expect(await send('1')).toEqual({ againIn: laneRest });
    expect(await send('2')).toEqual({ againIn: laneRest });
    expect(stored().map(history)).toEqual([['Booked'], ['Booked']]);
  });

  it('notes when it goes on, and when what waits will have left', async () => {
    const { send, notes } = sender({ day: { most: 200, sent: 200 }, perSecond: 10, waiting: 5700 });
    await send();
    // 15 minutes of rest, and 5,700 emails at 9.5 a second.
    expect(notes).toEqual(['2026-11-22T00:25:00.000Z']);
  });
});

it('notes when what waits will have left, once in a while, and only while something waits', async () => {
  const lines = Array.from({ length: 32 }, (_, index) => dueLine(String(index)));
  const { send, notes, sent } = sender({ lines, perSecond: 2, waiting: 900 });
  await send('0');
  expect(notes).toEqual([]);
  for (const { lineId } of lines.slice(1)) await send(lineId);
  expect(sent).toHaveLength(32);
  // 900 emails at 1.5 a second take ten minutes.
  expect(notes[0]).toBe('2026-11-22T00:10:00.000Z');
  expect(notes).toHaveLength(2);
});

it('notes it again as soon as a note came true while more emails fell due', async () => {
  const lines = Array.from({ length: 10 }, (_, index) => dueLine(String(index)));
  const waiting = (elapsed: number) => (elapsed < 1000 ? 3 : 900);
  const { send, notes, elapsed } = sender({ lines, perSecond: 2, waiting });
  for (const { lineId } of lines) await send(lineId);
  expect(notes).toEqual(['2026-11-22T00:00:02.000Z', '2026-11-22T00:10:00.000Z']);
  expect(elapsed()).toBeLessThan(10_000);
});

it('loses no time over lines that were settled meanwhile', async () => {
  const settled = Array.from({ length: 50 }, (_, index) => cancel(dueLine(String(index)), now, stamp));
  const { send, sent, told, elapsed } = sender({ lines: [...settled, dueLine('due')], perSecond: 1 });
  for (const { lineId } of settled) await send(lineId);
  await send('due');
  expect(told).toHaveLength(51);
  expect(sent).toHaveLength(1);
  expect(elapsed()).toBeLessThan(2000);
});

it('has an email that may have left wait for a report on it, and its execution with it', async () => {
  const { send, stored, sent, told } = sender({ answers: [{ outcome: 'unknown', reason: 'TimeoutError' }] });
  expect(await send()).toEqual({ againIn: 15 * 60 });
  expect(await send()).toEqual({ againIn: 15 * 60 });
  expect(sent).toEqual([]);
  expect(told).toEqual([]);
  expect(history(stored()[0])).toEqual(['Booked', 'ProvisioningEmailUnconfirmed']);
});

it('lets the workflow try again what the mail service refused for good, and end what has no line', async () => {
  const refusing = sender({ answers: [{ outcome: 'refused', reason: 'MessageRejected' }] });
  expect(await refusing.send()).toBeUndefined();
  expect(refusing.told).toEqual([['token-1', 'EmailNotSent']]);
  const none = sender({ lines: [] });
  expect(await none.send()).toBeUndefined();
  expect(none.told).toEqual([['token-1', 'OrderLineNotFound']]);
});

it('waits for a start date that its clock has not reached, and for the email of another sender', async () => {
  const early = sender({
    lines: [{ ...dueLine('1'), requestedStartDate: '2026-11-22T00:00:01.000Z' }],
  });
  expect(await early.send()).toEqual({ againIn: 2 });
  const claim = {
    id: 'other',
    owner: 'execution 0',
    kind: 'first' as const,
    to: dueLine('1').provisioningContact,
    actor: 'workflow',
    at: now,
    until: '2026-11-22T00:00:45.000Z',
  };
  const busy = sender({ lines: [{ ...dueLine('1'), claim }] });
  expect(await busy.send()).toEqual({ againIn: 45 });
});

test.each([
  [0.5, 0.25],
  [1, 0.5],
  [2, 1.5],
  [10, 9.5],
  [100, 95],
  [Infinity, Infinity],
])('of %d emails a second, %d are first emails and reminders', (perSecond, ofLane) => {
  expect(laneRate(perSecond)).toBe(ofLane);
});

test.each([
  [1, 2],
  [14, 2],
  [200, 10],
  [1000, 48],
])('at %d emails a second %d calls work side by side', (perSecond, calls) => {
  expect(laneCalls(perSecond)).toBe(calls);
});

it.each([
  ['within a second, it looks again then', 400, { againIn: 2 }, []],
  ['in a second or more, the execution waits for it', 1000, undefined, ['awaiting']],
])('when a reminder is due %s', async (_, milliseconds, outcome, told) => {
  const firstEmailSentAt = '2026-11-17T00:00:00.000Z';
  const closesAt = toInstant(new Date(Date.parse(plus(now, 'P2D')) + milliseconds));
  const status = 'AwaitingProvisioningDetails';
  const waits = line({ status, firstEmailSentAt, closesAt, reminders: ['P2D'] });
  const { send, sent, told: answered } = sender({ lines: [waits] });
  expect(await send()).toEqual(outcome);
  expect(sent).toEqual([]);
  expect(answered).toEqual(
    told.map((state) => ['token-1', expect.objectContaining({ outcome: state }) as unknown]),
  );
});

describe('a queued email is expected to leave', () => {
  const inDoubt: Claim = {
    id: 'claim',
    owner: 'workflow',
    kind: 'first',
    to: { email: '1@alderfinch.example', locale: 'en' },
    actor: 'workflow',
    at: now,
    until: plus(now, 'PT1M'),
  };

  test.each([
    ['at once, if nothing is known of the lane', [], undefined, now],
    ['at once, if the lane was clear before', [], plus(now, '-PT5M'), now],
    ['once the lane is clear', [], plus(now, 'PT5M'), plus(now, 'PT5M')],
    ['once its report has not come, if it may have left', [inDoubt], plus(now, 'PT5M'), plus(now, 'PT15M')],
    ['once the lane is clear, if that is later', [inDoubt], plus(now, 'PT1H'), plus(now, 'PT1H')],
  ])('%s', (_, unconfirmed, laneClearAt, expected) => {
    expect(expectedToLeave({ ...dueLine('1'), unconfirmed }, now, laneClearAt)).toBe(expected);
  });

  it('once its report has not come, also before anybody has noticed that its sender died', () => {
    const line = { ...dueLine('1'), claim: inDoubt };
    expect(expectedToLeave(line, inDoubt.until, undefined)).toBe(plus(now, 'PT15M'));
  });
});

test('emails wait in the lane since it was last clear', () => {
  const first = laneWait(undefined, plus(now, 'PT1M'), now);
  expect(first).toEqual({ clearAt: plus(now, 'PT1M'), since: now });
  const goesOn = laneWait(first, plus(now, 'PT5M'), plus(now, 'PT1M'));
  expect(goesOn).toEqual({ clearAt: plus(now, 'PT5M'), since: now });
  const later = plus(now, 'PT6M');
  expect(laneWait(goesOn, plus(now, 'PT7M'), later)).toEqual({ clearAt: plus(now, 'PT7M'), since: later });
  // As an older version noted it.
  expect(laneWait({ clearAt: plus(now, 'PT1M') }, plus(now, 'PT2M'), now).since).toBe(now);
});

test('what is noted of the lane is found, also as it was noted at first', async () => {
  const table = new MemoryTable();
  const { lane } = storeOn(table);
  expect(await lane.wait()).toBeUndefined();
  table.put({ pk: '#lane', sk: 'first-emails', clearAt: now });
  expect(await lane.wait()).toEqual({ clearAt: now });
  await lane.note(plus(now, 'PT1M'), now);
  await lane.note(plus(now, 'PT2M'), plus(now, 'PT1M'));
  expect(await lane.wait()).toEqual({ clearAt: plus(now, 'PT2M'), since: now });
});
