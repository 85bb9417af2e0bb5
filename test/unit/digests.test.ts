import { handle, type Services } from '../../functions/send-digests/handler.ts';
import { cameBackStore } from '../../shared/adapters/came-back-store.ts';
import { choiceStore } from '../../shared/adapters/choice-store.ts';
import type { MailOutcome } from '../../shared/adapters/mail.ts';
import { hashOfAddress, noticeStore } from '../../shared/adapters/notice-store.ts';
import type { Email } from '../../shared/contracts/email.ts';
import { choiceDays, chosen, type Wishes } from '../../shared/domain/notifications.ts';
import type { OrderLine } from '../../shared/domain/order-line.ts';
import { minus, plus } from '../../shared/domain/time.ts';
import { endDigestPath } from '../../shared/emails/write-digest.ts';
import { itemOf, line, type LineChanges } from '../support/lines.ts';
import { mailSettings } from '../support/mail-settings.ts';
import { storeOn, tallyStoreOn } from '../support/memory-store.ts';
import { type Around, MemoryTable } from '../support/memory-table.ts';

/** When the digest of a Monday is due in UTC. */
const due = '2026-11-23T08:00:00.000Z';
const before = minus(due, 'PT20H');
const accepted: MailOutcome = { outcome: 'accepted', messageId: 'digest' };
const usual: Wishes = { digest: true, bounces: false, locale: 'en', timeZone: 'UTC' };
const maya = { partnerId: 'northwind', person: 'a'.repeat(64) };
const origin = 'https://console.example';

/** A partner's lines, and somebody who chose a digest. */
async function desk(...lines: readonly OrderLine[]) {
  const table = new MemoryTable();
  for (const one of lines) table.put(itemOf(one));
  const sent: Email[] = [];
  const answers: MailOutcome[] = [];
  let around: Around = (_, call) => call();
  let laneClearAt: string | undefined;
  const client = table.client((...args) => around(...args));
  const choices = choiceStore(client, 'table');
  const cameBack = cameBackStore(client, 'table');
  const notices = noticeStore(client, 'table');
  const choose = (wishes: Partial<Wishes> = {}, at = before, person = maya) =>
    choices.change(person, (known) =>
      chosen(
        known,
        { ...usual, ...wishes },
        { ...person, email: 'maya@northwind.example', token: 'token', at },
      ),
    );
  await choose();
  const services = (at: string): Services => ({
    store: storeOn(table, (...args) => around(...args)),
    tallies: tallyStoreOn(table),
    choices,
    cameBack,
    notices,
    laneClearAt: () => Promise.resolve(laneClearAt),
    quota: { asked: () => Promise.resolve({ perSecond: 14, most: 1000, sent: 0 }) },
    mail: {
      send: (email) => {
        sent.push(email);
        return Promise.resolve(answers.shift() ?? accepted);
      },
    },
    mailSettings,
    consoleOrigin: origin,
    now: () => new Date(at),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  return {
    table,
    sent,
    answers,
    choices,
    notices,
    choose,
    services,
    /** An email of its own, or of this id. */
    cameBack: (of: OrderLine, at: string, messageId: string = crypto.randomUUID()) =>
      cameBack.note(of, messageId, at),
    run: (at = due) => handle(services(at)),
    fail: (with_: Around) => (around = with_),
    waitForLane: (until: string | undefined) => (laneClearAt = until),
  };
}

const lineOf = (orderId: string, changes: LineChanges = {}) => line({ orderId, ...changes });
const open = (orderId: string, closesAt: string, changes: LineChanges = {}) =>
  lineOf(orderId, {
    status: 'AwaitingProvisioningDetails',
    firstEmailSentAt: minus(closesAt, 'P7D'),
    closesAt,
    ...changes,
  });
const lapsed = (orderId: string, closedAt: string, changes: LineChanges = {}) =>
  lineOf(orderId, { status: 'Closed', closesAt: closedAt, closedAt, ...changes });
const dead: LineChanges = { undeliverable: [{ email: 'it@example.com', reason: '550 <b>gone</b>' }] };

it('tells what came back, what closes within three days and what closed since, of the own partner alone', async () => {
  const others: LineChanges = { partnerId: 'fabrikam' };
  const bounced = open('ORD-BOUNCED', plus(due, 'P5D'), dead);
  const corrected = open('ORD-CORRECTED', plus(due, 'P5D'));
  const foreign = open('ORD-FOREIGN', plus(due, 'P1D'), { ...dead, ...others });
  const { sent, run, cameBack } = await desk(
    bounced,
    corrected,
    foreign,
    open('ORD-SOON', plus(due, 'PT71H')),
    open('ORD-LATER', plus(due, 'PT73H')),
    lapsed('ORD-LAPSED', plus(before, 'PT1H')),
    lapsed('ORD-LATE', plus(before, 'PT1H'), { closesAt: minus(before, 'PT2H') }),
    lapsed('ORD-KNOWN', minus(before, 'PT1H')),
    lapsed('ORD-DONE', plus(before, 'PT1H'), { onboardedAt: due, organizationId: 'org' }),
    lapsed('ORD-FOREIGN-LAPSED', plus(before, 'PT1H'), others),
  );
  for (const one of [bounced, bounced, corrected, foreign]) await cameBack(one, plus(before, 'PT2H'));
  expect(await run()).toEqual({ sent: 1, failed: 0, isCutShort: false });

  const [email] = sent;
  expect(sent).toHaveLength(1);
  expect(email?.to).toBe('maya@northwind.example');
  expect(email?.subject).toBe('Your order lines on 23 November: 1 undeliverable, 1 closes soon, 2 closed');
  for (const said of [email?.text, email?.html]) {
    for (const told of ['ORD-BOUNCED', 'ORD-SOON', 'ORD-LAPSED', 'ORD-LATE']) expect(said).toContain(told);
    for (const untold of ['CORRECTED', 'FOREIGN', 'ORD-LATER', 'KNOWN', 'DONE'])
      expect(said).not.toContain(untold);
    expect(said).toContain(`${origin}/console/orders/ORD-SOON/lines/1`);
  }
  expect(email?.html).toContain('550 &lt;b&gt;gone&lt;/b&gt;');
  const end = origin + endDigestPath({ ...maya, token: 'token' } as never);
  expect(email?.text).toContain(end);
  expect(email?.headers).toEqual({
    'List-Unsubscribe': `<${end}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  });
  expect(email?.tags).toEqual({ notice: 'digest', recipient: hashOfAddress('maya@northwind.example') });
});

it('many lines are counted, and the first of them shown', async () => {
  const closings = Array.from({ length: 25 }, (_, index) =>
    open(`ORD-${index}`, plus(due, `PT${index + 1}H`)),
  );
  const lapses = Array.from({ length: 450 }, (_, index) =>
    lapsed(`ORD-L${index}`, plus(before, `PT${index + 1}S`)),
  );
  const { sent, run } = await desk(...closings, ...lapses);
  await run();
  const text = sent[0]?.text ?? '';
  expect(text.match(/\/console\/orders\/ORD-/g)).toHaveLength(20);
  expect(text).toContain('more than 300');
  expect(text).toContain(`${origin}/console?show=lapsed`);
  expect(text).not.toContain('/orders/ORD-10/');
});

it.each([
  [300, '300 undeliverable'],
  [301, 'more than 300 undeliverable'],
])('of %i lines that came back it says "%s"', async (count, said) => {
  const returned = Array.from({ length: count }, (_, index) => open(`ORD-${index}`, plus(due, 'P5D'), dead));
  const { sent, run, cameBack } = await desk(...returned);
  for (const [index, one] of returned.entries()) await cameBack(one, plus(before, `PT${index + 1}S`));
  await run();
  expect(sent[0]?.subject).toContain(said);
});

it('a line that came back twice hides no others', async () => {
  const returned = Array.from({ length: 310 }, (_, index) => open(`ORD-${index}`, plus(due, 'P5D'), dead));
  const { sent, run, cameBack } = await desk(...returned);
  for (const [index, one] of returned.entries()) await cameBack(one, plus(before, `PT${index + 1}S`));
  await cameBack(lineOf('ORD-309'), plus(before, 'PT1H'));
  await run();
  expect(sent[0]?.subject).toContain('more than 299 undeliverable');
});

it('with nothing to say no email is sent, and the next one is due a day later', async () => {
  const { sent, run, choices } = await desk(open('ORD-1', plus(due, 'P9D')));
  expect(await run()).toMatchObject({ 'nothing-to-say': 1 });
  expect(sent).toEqual([]);
  expect(await choices.find(maya)).toMatchObject({ digestDueAt: plus(due, 'P1D') });
  expect(await run(plus(due, 'PT15M'))).toEqual({ failed: 0, isCutShort: false });
});

it('is in the language and the time zone of its reader', async () => {
  const { sent, run, choose } = await desk(open('ORD-1', '2026-11-24T00:30:00.000Z'));
  await choose({ locale: 'ja', timeZone: 'Asia/Tokyo' });
  await run('2026-11-22T23:00:00.000Z');
  expect(sent[0]?.subject).toContain('11月23日');
  expect(sent[0]?.text).toContain('2026年11月24日（火）9:30（日本時間）');
});

describe('none is sent twice, and nothing is left untold', () => {
  const closed = lapsed('ORD-LAPSED', plus(before, 'PT1H'));

  it.each(['PT2H', 'PT60.001S', 'PT60S', 'PT59.999S', 'PT1S'])(
    'what happened %s before it is told once: by it, or if that was just now, by the next',
    async (earlier) => {
      const returned = open('ORD-RETURNED', plus(due, 'P9D'), dead);
      const at = minus(due, earlier);
      const { sent, run, cameBack } = await desk(lapsed('ORD-CLOSED', at), returned);
      await cameBack(returned, at);
      for (const days of ['P0D', 'P1D', 'P2D']) await run(plus(due, days));
      for (const orderId of ['ORD-CLOSED', 'ORD-RETURNED'])
        expect(sent.filter(({ text }) => text.includes(orderId))).toHaveLength(1);
    },
  );

  it('a report that comes again is no news', async () => {
    const returned = open('ORD-RETURNED', plus(due, 'P9D'), dead);
    const { sent, run, cameBack } = await desk(returned);
    await cameBack(returned, before, 'message');
    await run();
    await cameBack(returned, plus(due, 'PT5H'), 'message');
    await run(plus(due, 'P1D'));
    expect(sent).toHaveLength(1);
    await cameBack(returned, plus(due, 'P1DT5H'), 'another');
    await run(plus(due, 'P2D'));
    expect(sent).toHaveLength(2);
  });

  it('what happens while a choice is made or changed is told', async () => {
    const at = minus(due, 'PT10S');
    const { sent, run, choose } = await desk(lapsed('ORD-CLOSED', at));
    await choose({ digest: false });
    await choose({}, at);
    await run();
    await run(plus(due, 'P1D'));
    expect(sent.map(({ text }) => text.includes('ORD-CLOSED'))).toEqual([true]);
  });

  it.each<MailOutcome>([
    { outcome: 'unknown', reason: 'TimeoutError' },
    { outcome: 'refused', reason: 'MessageRejected' },
  ])('when the mail service answers $outcome, the next one tells it', async (answer) => {
    const { sent, run, answers } = await desk(closed);
    answers.push(answer);
    await run();
    await run(plus(due, 'PT15M'));
    expect(sent).toHaveLength(1);
    await run(plus(due, 'P1D'));
    expect(sent.map(({ text }) => text.includes('ORD-LAPSED'))).toEqual([true, true]);
    await run(plus(due, 'P2D'));
    expect(sent).toHaveLength(2);
  });

  it('when the mail service takes no more for now, it leaves later that day', async () => {
    const { sent, run, answers } = await desk(closed);
    answers.push({ outcome: 'throttled', reason: 'TooManyRequestsException', by: 'rate' });
    expect(await run()).toMatchObject({ 'throttled-by-rate': 1, isCutShort: true });
    await run(plus(due, 'PT15M'));
    expect(sent).toHaveLength(2);
    expect(await run(plus(due, 'PT30M'))).not.toHaveProperty('sent');
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18])(
    'when call %d of the table fails, before or after it took effect',
    async (failing) => {
      for (const effect of ['before', 'after'] as const) {
        const { sent, run, fail } = await desk(closed);
        let calls = 0;
        fail(async (_command, call) => {
          calls += 1;
          if (calls !== failing) return await call();
          if (effect === 'after') await call();
          throw Object.assign(new Error('no answer'), { name: 'TimeoutError' });
        });
        for (const later of ['PT0S', 'PT15M', 'PT30M']) await run(plus(due, later)).catch(() => undefined);
        expect(sent.length).toBeLessThanOrEqual(1);
        await run(plus(due, 'P1D'));
        expect(sent.length).toBeGreaterThanOrEqual(1);
        expect(sent.length).toBeLessThanOrEqual(2);
        expect(sent.every(({ text }) => text.includes('ORD-LAPSED'))).toBe(true);
      }
    },
  );

  it('when two runs overlap', async () => {
    const { sent, run } = await desk(closed);
    await Promise.all([run(), run(), run()]);
    expect(sent).toHaveLength(1);
  });

  it('after an outage of more than half a day it is left to the next', async () => {
    const { sent, run } = await desk(closed);
    expect(await run(plus(due, 'PT13H'))).toMatchObject({ 'too-late': 1 });
    await run(plus(due, 'P1D'));
    expect(sent).toHaveLength(1);
  });
});

it('gives way to first emails, and to the emails of people once most of a day is used up', async () => {
  const { sent, run, waitForLane, services } = await desk(lapsed('ORD-LAPSED', plus(before, 'PT1H')));
  waitForLane(plus(due, 'PT10M'));
  expect(await run()).toEqual({ failed: 0, isCutShort: true });
  waitForLane(plus(due, 'PT10M'));
  const usedUp = () => Promise.resolve({ perSecond: 14, most: 1000, sent: 800 });
  const later = plus(due, 'PT15M');
  expect(await handle({ ...services(later), quota: { asked: usedUp } })).toEqual({
    failed: 0,
    isCutShort: true,
  });
  expect(sent).toEqual([]);
  await run(later);
  expect(sent).toHaveLength(1);
});

it('ends once its person was away for long, or mail does not reach them; before that it says so', async () => {
  const { sent, run, choose, notices } = await desk();
  const end = plus(before, `P${choiceDays}D`);
  const lastDay = `${minus(end, 'P1D').slice(0, 10)}T08:00:00.000Z`;
  const leaving = await desk(open('ORD-1', plus(lastDay, 'P2D')));
  for (let at = due; at < plus(lastDay, 'P3D'); at = plus(at, 'P1D')) await leaving.run(at);
  expect(leaving.sent.map(({ text }) => text.includes('Unless you sign in by'))).toEqual(Array(3).fill(true));
  expect((await leaving.choices.find(maya))?.digest).toBe(false);

  await choose();
  const address = hashOfAddress('maya@northwind.example');
  await notices.change(address, '', before, (known) => ({ ...known, undeliverableSince: before }));
  expect(await run()).toMatchObject({ ended: 1 });
  expect(sent).toEqual([]);
});
