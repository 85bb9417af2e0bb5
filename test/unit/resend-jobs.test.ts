import { resendMessage } from '../../functions/resend-order-lines/queue.ts';
import { type SliceServices, workOffSlice } from '../../functions/resend-order-lines/work-off-slice.ts';
import { defaults } from '../../infra/settings.ts';
import type { MailOutcome } from '../../shared/adapters/mail.ts';
import type { JobRequest } from '../../shared/contracts/api.ts';
import { csv } from '../../shared/contracts/csv.ts';
import type { OrderLine } from '../../shared/domain/order-line.ts';
import { plus } from '../../shared/domain/time.ts';
import { silentMetrics } from '../../shared/runtime/metrics.ts';
import type { Caller } from '../../shared/use-cases/access.ts';
import {
  listJobs,
  readJob,
  readJobItems,
  readJobItemsAsCsv,
} from '../../shared/use-cases/read-resend-jobs.ts';
import { type JobServices, startJob } from '../../shared/use-cases/start-resend-job.ts';
import { daysAfter, itemOf, line, type LineChanges, minutesBefore, now } from '../support/lines.ts';
import { mailSettings } from '../support/mail-settings.ts';
import { jobStoreOn, linesOf, storeOn } from '../support/memory-store.ts';
import { type Around, MemoryTable } from '../support/memory-table.ts';

const awaiting = (orderId: string, changes: LineChanges = {}): OrderLine =>
  line({
    orderId,
    status: 'AwaitingProvisioningDetails',
    provisioningContact: { email: `it@${orderId.toLowerCase()}.example`, locale: 'en' },
    firstEmailSentAt: minutesBefore(60),
    closesAt: daysAfter(7),
    ...changes,
  });

const maya: Caller = { name: 'maya', partnerId: 'northwind', roles: new Set(['resend']) };
const ben: Caller = { name: 'ben', partnerId: 'northwind', roles: new Set(['view']) };
const oona: Caller = { name: 'oona', roles: new Set(['operator']) };
const stranger: Caller = { name: 'eve', partnerId: 'fabrikam', roles: new Set(['resend']) };

/** A partner's lines, and jobs on them whose messages wait until `deliver` or `finish`. */
function world(...stored: readonly OrderLine[]) {
  const table = new MemoryTable();
  for (const one of stored) table.put(itemOf({ ...one, version: 1 }));
  let clock = now;
  let ids = 0;
  const sent: string[] = [];
  const subjects: string[] = [];
  const answers: MailOutcome[] = [];
  const messages: unknown[] = [];
  const queue = {
    send: (more: readonly unknown[]) => Promise.resolve(void messages.push(...more)),
    putBack: () => Promise.resolve(),
  };
  const servicesWith = (around?: Around): JobServices & SliceServices => ({
    store: storeOn(table, around),
    jobs: jobStoreOn(table, around),
    queue,
    jobQueue: queue,
    mail: {
      send: ({ to, subject }) => {
        const answer = answers.shift() ?? { outcome: 'accepted', messageId: `message-${sent.length + 1}` };
        if (answer.outcome !== 'refused') sent.push(to);
        subjects.push(subject);
        return Promise.resolve(answer);
      },
    },
    mailSettings,
    limits: defaults.resendLimits,
    now: () => new Date(clock),
    newId: () => `id-${(ids += 1)}`,
    // A claim of who died runs out while somebody waits for it.
    pause: () => Promise.resolve(void (clock = plus(clock, 'PT5S'))),
    metrics: silentMetrics,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  const services = servicesWith();
  const work = (around?: Around, count = 1) => {
    const { jobId } = resendMessage.parse(messages.shift());
    return workOffSlice(jobId, { count, elapsed: () => 0 }, servicesWith(around));
  };
  const start = async (request: JobRequest, caller = maya, asked = {}) =>
    (await startJob(caller, { request, ...asked }, services)).job;
  const items = (jobId: string, query = {}) => readJobItems(maya, jobId, { limit: 100, ...query }, services);
  return {
    table,
    services,
    servicesWith,
    sent,
    subjects,
    answers,
    messages,
    work,
    start,
    items,
    /** Delivers messages until there are none; what is postponed is delivered in its time. */
    finish: async () => {
      for (let count = 1; messages.length > 0; count += 1) {
        const [message] = messages;
        const postponed = await work(undefined, count);
        if (!postponed) continue;
        clock = plus(clock, `PT${postponed.againIn}S`);
        messages.push(message);
      }
    },
    wait: (duration: string) => (clock = plus(clock, duration)),
    job: (jobId: string) => readJob(maya, jobId, services),
    results: async (jobId: string) =>
      (await items(jobId)).items.map(({ orderId, result, code }) =>
        [orderId, result, ...(code === undefined ? [] : [code])].join(' '),
      ),
  };
}

const named = (...orderIds: readonly string[]) => ({
  lines: orderIds.map((orderId) => ({ orderId, lineId: '1' })),
});
const numbered = (count: number) =>
  Array.from({ length: count }, (_, index) => `ORD-${String(index).padStart(3, '0')}`);

describe('a job', () => {
  test('sends what a single resend would send, and says of each other line why not', async () => {
    const { start, finish, job, results, sent } = world(
      awaiting('A'),
      awaiting('B', { status: 'Closed', closedAt: minutesBefore(1) }),
      line({ orderId: 'C' }),
      awaiting('D', { lastResentAt: now }),
      awaiting('E', { partnerId: 'fabrikam' }),
      awaiting('F', { status: 'Cancelled', cancelledAt: now }),
    );
    const started = await start(named('A', 'B', 'A', 'C', 'D', 'E', 'F', 'no-such-order'));
    expect(started).toEqual({
      jobId: started.jobId,
      status: 'Queued',
      counts: { total: 7, sent: 0, skipped: 0, failed: 0, unconfirmed: 0 },
      createdAt: now,
      createdBy: 'maya',
    });
    await finish();
    expect(sent).toEqual(['it@a.example', 'it@b.example']);
    expect(await job(started.jobId)).toMatchObject({
      status: 'Completed',
      counts: { total: 7, sent: 2, skipped: 5, failed: 0, unconfirmed: 0 },
      completedAt: now,
    });
    expect(await results(started.jobId)).toEqual([
      'A sent',
      'B sent',
      'C skipped not-started',
      'D skipped resend-too-soon',
      'E skipped order-line-not-found',
      'F skipped cancelled',
      'no-such-order skipped order-line-not-found',
    ]);
  });

  test('writes its emails in the language that is named, or in that of each contact', async () => {
    const inJapanese = { email: 'it@b.example', locale: 'ja' } as const;
    const { start, finish, job, wait, subjects, services } = world(
      awaiting('A'),
      awaiting('B', { provisioningContact: inJapanese }),
    );
    const japanese = expect.stringContaining('【再送】') as unknown;
    const english = expect.stringContaining('Resent') as unknown;
    const named = await start({ filter: {} }, maya, { locale: 'ja' });
    await finish();
    wait('PT2M');
    const unnamed = await start({ filter: {} });
    await finish();
    expect(subjects).toEqual([japanese, japanese, english, japanese]);
    expect(await job(named.jobId)).toMatchObject({ locale: 'ja' });
    expect(await job(unnamed.jobId)).not.toHaveProperty('locale');
    const { lines } = await services.store.findOrder('A');
    expect(lines).toMatchObject([{ provisioningContact: { locale: 'en' } }]);
  });

  test('names who started it in the history of its lines', async () => {
    const { start, finish, table } = world(awaiting('A'));
    await start(named('A'));
    await finish();
    const [after] = linesOf(table) as OrderLine[];
    expect(after?.history.at(-1)).toMatchObject({ type: 'ProvisioningEmailSent', actor: 'maya' });
  });

  test('of a filter has the lines that the list shows with it, of its partner', async () => {
    const { start, finish, results } = world(
      awaiting('A'),
      awaiting('B', { closesAt: daysAfter(1) }),
      line({ orderId: 'C' }),
      awaiting('D', { partnerId: 'fabrikam', closesAt: daysAfter(1) }),
    );
    const { jobId, counts } = await start({ filter: { closingWithin: 'PT48H' } });
    expect(counts.total).toBe(1);
    await finish();
    expect(await results(jobId)).toEqual(['B sent']);
  });

  test('of a filter that nothing matches is complete, and leaves room for another', async () => {
    const { start, messages, job } = world(awaiting('A'));
    const first = await start({ filter: { status: 'Cancelled' } });
    expect(first).toMatchObject({ status: 'Completed', counts: { total: 0 }, completedAt: now });
    expect(await job(first.jobId)).toEqual(first);
    expect(messages).toEqual([]);
    expect(await start(named('A'))).toMatchObject({ status: 'Queued' });
  });

  test('goes on slice by slice, and tells how far it got', async () => {
    const orders = numbered(60);
    const { start, work, finish, job, items } = world(...orders.map((orderId) => awaiting(orderId)));
    const { jobId } = await start(named(...orders));
    await work();
    expect(await job(jobId)).toMatchObject({ status: 'Running', counts: { total: 60, sent: 25 } });
    expect((await items(jobId)).items).toHaveLength(25);
    await finish();
    expect(await job(jobId)).toMatchObject({ status: 'Completed', counts: { sent: 60 } });
  });

  test('of too many lines is refused', async () => {
    const { services } = world();
    const endless = { ...services.store, list: () => Promise.resolve({ lines: many, next: 'on' }) };
    const many = Array.from({ length: 500 }, () => awaiting('A'));
    const starting = startJob(maya, { request: { filter: {} } }, { ...services, store: endless });
    await expect(starting).rejects.toMatchObject({ code: 'invalid-request' });
  });
});

describe('one at a time', () => {
  test('a partner has one job, other partners have theirs', async () => {
    const { start, finish } = world(awaiting('A'), awaiting('B', { partnerId: 'fabrikam' }));
    const { jobId } = await start(named('A'));
    await expect(start(named('A'))).rejects.toMatchObject({ code: 'job-in-progress', extras: { jobId } });
    expect(await start(named('B'), stranger)).toMatchObject({ status: 'Queued' });
    await finish();
    expect(await start(named('A'))).toMatchObject({ status: 'Queued' });
  });

  test('of two that are started at once, one is', async () => {
    const { start } = world(awaiting('A'));
    const both = await Promise.allSettled([start(named('A')), start(named('A'))]);
    const [started] = both.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(both).toContainEqual({
      status: 'rejected',
      reason: expect.objectContaining({ code: 'job-in-progress', extras: { jobId: started?.jobId } }),
    });
  });

  test('the same key gets the first answer for a day, also while and after the job runs', async () => {
    const { services, finish, wait, messages } = world(awaiting('A'));
    const ask = (idempotencyKey: string) => startJob(maya, { request: named('A'), idempotencyKey }, services);
    const [first, atOnce] = await Promise.all([ask('k'), ask('k')]);
    expect([first.isReplayed, atOnce.isReplayed].toSorted()).toEqual([false, true]);
    expect(atOnce.job).toEqual(first.job);
    await finish();
    await startJob(maya, { request: named('A') }, services);
    wait('PT23H');
    expect(await ask('k')).toEqual({ job: first.job, isReplayed: true });
    await finish();
    wait('PT2H');
    expect((await ask('k')).job.jobId).not.toBe(first.job.jobId);
    expect(messages).toHaveLength(1);
  });
});

describe('who may', () => {
  test('resend many lines: those who may resend one', async () => {
    const { start } = world(awaiting('A'));
    await expect(start(named('A'), ben)).rejects.toMatchObject({ code: 'no-access' });
    await expect(start(named('A'), oona)).rejects.toMatchObject({
      code: 'invalid-request',
      extras: { errors: [{ path: 'partnerId' }] },
    });
    const other = start(named('A'), maya, { partnerId: 'fabrikam' });
    await expect(other).rejects.toMatchObject({ code: 'invalid-request' });
    expect(await start(named('A'), oona, { partnerId: 'northwind' })).toMatchObject({ createdBy: 'oona' });
  });

  test('see what came of it: people of the partner, and operators', async () => {
    const { start, finish, services } = world(awaiting('A'));
    const { jobId } = await start(named('A'));
    await finish();
    for (const caller of [maya, ben, oona])
      expect(await readJob(caller, jobId, services)).toMatchObject({ jobId });
    const query = { limit: 25 };
    expect((await listJobs(ben, query, services)).items).toHaveLength(1);
    expect((await listJobs(oona, { ...query, partnerId: 'northwind' }, services)).items).toHaveLength(1);
    expect(await listJobs(stranger, query, services)).toEqual({ items: [] });
    for (const look of [
      readJob(stranger, jobId, services),
      readJobItems(stranger, jobId, query, services),
      readJobItemsAsCsv(stranger, jobId, query, services),
      readJob(maya, 'no-such-job', services),
    ])
      await expect(look).rejects.toMatchObject({ code: 'job-not-found' });
  });
});

describe('pages', () => {
  test('of jobs, newest first', async () => {
    const { start, finish, services, wait } = world(awaiting('A'));
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      ids.unshift((await start(named('A'))).jobId);
      await finish();
      wait('PT1M');
    }
    const { items, cursor = '' } = await listJobs(maya, { limit: 2 }, services);
    expect(items.map(({ jobId }) => jobId)).toEqual(ids.slice(0, 2));
    const rest = await listJobs(maya, { limit: 2, cursor }, services);
    expect(rest).toMatchObject({ items: [{ jobId: ids[2] }] });
    expect(rest.cursor).toBeUndefined();
    const forged = listJobs(maya, { limit: 2, cursor: 'nonsense' }, services);
    await expect(forged).rejects.toMatchObject({ code: 'invalid-request' });
  });

  test('of jobs, also of one whose lines expired before it', async () => {
    const { start, finish, job, sent, services, table } = world(awaiting('A'));
    const { jobId } = await start(named('A'));
    for (const [name, { sk }] of table.items) if (String(sk).startsWith('slice#')) table.items.delete(name);
    const answer = await job(jobId);
    expect(answer).toMatchObject({ counts: { total: 1, sent: 0 } });
    expect((await listJobs(maya, { limit: 2 }, services)).items).toEqual([answer]);
    await finish();
    expect(sent).toEqual([]);
  });

  test('of results, each line once, all or those of one result', async () => {
    const orders = numbered(60);
    const { start, finish, items } = world(
      ...orders.map((orderId, index) => (index % 3 === 0 ? line({ orderId }) : awaiting(orderId))),
    );
    const { jobId } = await start(named(...orders));
    await finish();
    const read = async (query: object) => {
      const seen: string[] = [];
      for (let cursor: string | undefined, pages = 0; pages < 100; pages += 1) {
        const page = await items(jobId, { ...query, limit: 7, ...(cursor === undefined ? {} : { cursor }) });
        seen.push(...page.items.map(({ orderId }) => orderId));
        cursor = page.cursor;
        if (cursor === undefined) break;
      }
      return seen;
    };
    expect(await read({})).toEqual(orders);
    expect(await read({ result: 'skipped' })).toEqual(orders.filter((_, index) => index % 3 === 0));
    expect(await read({ result: 'failed' })).toEqual([]);
  });

  test('as CSV hold everything at once', async () => {
    const orders = numbered(150);
    const { start, finish, services } = world(...orders.map((orderId) => awaiting(orderId)));
    const { jobId } = await start(named(...orders));
    await finish();
    const rows = (await readJobItemsAsCsv(maya, jobId, { limit: 25 }, services)).split('\r\n');
    expect(rows[0]).toBe('orderId,lineId,result,code,messageId,to,at');
    expect(rows[1]).toBe(`ORD-000,1,sent,,message-1,it@ord-000.example,${now}`);
    expect(rows).toHaveLength(152);
  });

  test.each([
    ['a formula', '=1+1', "'=1+1"],
    ['a sign', '-5', "'-5"],
    ['a function', '@SUM(A1)', "'@SUM(A1)"],
    ['a comma', 'a,b', '"a,b"'],
    ['a quote', 'a "b"', '"a ""b"""'],
    ['a line break', 'a\nb', '"a\nb"'],
    ['a formula with a quote', '=HYPERLINK("x")', '"\'=HYPERLINK(""x"")"'],
  ])('as CSV hold %s as text', (_, value, field) => {
    expect(csv(['name'], [{ name: value }])).toBe(`name\r\n${field}\r\n`);
  });
});

describe('the mail service', () => {
  test('that throttles makes a job wait, and no line fails for it', async () => {
    const { start, work, finish, answers, messages, results, job } = world(
      ...['A', 'B', 'C'].map((orderId) => awaiting(orderId)),
    );
    const { jobId } = await start(named('A', 'B', 'C'));
    const throttled = { outcome: 'throttled', by: 'rate', reason: 'Throttling' } as const;
    answers.push({ outcome: 'accepted', messageId: 'm' }, throttled);
    const [message] = messages;
    expect(await work()).toEqual({ againIn: 10 });
    expect(await results(jobId)).toEqual(['A sent']);
    answers.push(throttled);
    messages.push(message);
    expect(await work(undefined, 4)).toEqual({ againIn: 80 });
    messages.push(message);
    await finish();
    expect(await job(jobId)).toMatchObject({ status: 'Completed', counts: { sent: 3, failed: 0 } });
  });

  test('that refuses an email fails its line, and one that does not answer leaves it in doubt', async () => {
    const { start, finish, answers, items, job } = world(
      ...['A', 'B', 'C'].map((orderId) => awaiting(orderId)),
    );
    answers.push(
      { outcome: 'refused', reason: 'MessageRejected' },
      { outcome: 'unknown', reason: 'TimeoutError' },
    );
    const { jobId } = await start(named('A', 'B', 'C'));
    await finish();
    expect((await job(jobId)).counts).toEqual({ total: 3, sent: 1, skipped: 0, failed: 1, unconfirmed: 1 });
    expect((await items(jobId)).items).toMatchObject([
      { orderId: 'A', result: 'failed', code: 'email-not-sent' },
      { orderId: 'B', result: 'unconfirmed', code: 'email-unconfirmed', to: 'it@b.example' },
      { orderId: 'C', result: 'sent', to: 'it@c.example' },
    ]);
  });
});

describe('a crash', () => {
  /** Two slices; only few lines are there to be sent, which makes a run short. */
  const orders = numbered(27);
  const booked = ['ORD-000', 'ORD-013', 'ORD-026'];
  const never = () => new Promise<never>(() => undefined);

  /** How the job goes on that died at a call of the table, before or after it took effect. */
  async function dyingAt(death: number, when: 'before' | 'after') {
    const place = world(...booked.map((orderId) => awaiting(orderId)));
    const { jobId } = await place.start(named(...orders));
    const [message] = place.messages;
    let calls = 0;
    const died = new Promise<'died'>((resolve) => {
      const dying: Around = async (_command, call) => {
        calls += 1;
        if (calls < death) return await call();
        if (when === 'after' && calls === death) await call();
        resolve('died');
        return await never();
      };
      void place.work(dying).then(() => resolve('died'));
    });
    await died;
    const found = { counts: (await place.job(jobId)).counts, items: (await place.items(jobId)).items };
    // The message that was in hand comes again.
    place.messages.push(message);
    await place.finish();
    return { ...place, jobId, calls, found };
  }

  const calls = Array.from({ length: 45 }, (_, index) => index + 1);

  test.each(['before', 'after'] as const)(
    'at any call of the table, %s it took effect, sends no line twice and finishes the job',
    async (when) => {
      for (const death of calls) {
        const { jobId, sent, job, items, found: foundDead } = await dyingAt(death, when);
        expect(new Set(sent).size).toBe(sent.length);
        const { total: _, ...counted } = foundDead.counts;
        const sum = Object.values(counted).reduce((a, b) => a + b);
        expect({ death, sum }).toEqual({ death, sum: foundDead.items.length });
        const { status, counts } = await job(jobId);
        expect({ death, status, total: counts.total }).toEqual({ death, status: 'Completed', total: 27 });
        const found = (await items(jobId)).items;
        const count = (wanted: string) => found.filter(({ result }) => result === wanted).length;
        expect(counts).toMatchObject({
          sent: count('sent'),
          unconfirmed: count('unconfirmed'),
          skipped: 24,
          failed: 0,
        });
        expect(counts.sent + counts.unconfirmed).toBe(3);
        // Only the line that was in hand may be in doubt.
        expect(counts.unconfirmed).toBeLessThanOrEqual(1);
      }
    },
  );

  test('of who starts a job leaves one that the same key, or anybody, completes', async () => {
    for (let death = 1; death <= 9; death += 1) {
      const place = world(awaiting('A'));
      let calls = 0;
      const dying: Around = async (_command, call) => {
        calls += 1;
        if (calls > death) throw new Error('died');
        return await call();
      };
      const asked = { request: named('A'), idempotencyKey: 'k' };
      const first = startJob(maya, asked, place.servicesWith(dying));
      await first.catch(() => undefined);
      const { job } = await startJob(maya, asked, place.services);
      await place.finish();
      expect(place.sent).toEqual(['it@a.example']);
      expect((await listJobs(maya, { limit: 25 }, place.services)).items).toMatchObject([
        { jobId: job.jobId, status: 'Completed' },
      ]);
      expect(await startJob(maya, asked, place.services)).toMatchObject({ isReplayed: true });
    }
  });

  test('of who starts a job sends nothing once the time to complete it is over', async () => {
    const { servicesWith, start, finish, wait, sent } = world(awaiting('A'), awaiting('B'));
    const dying: Around = async (_command, call, input) => {
      if (JSON.stringify(input).includes('"sk":{"S":"job#')) throw new Error('died');
      return await call();
    };
    await expect(startJob(maya, { request: named('A') }, servicesWith(dying))).rejects.toThrow('died');
    wait('PT16M');
    await start(named('B'));
    await finish();
    expect(sent).toEqual(['it@b.example']);
  });

  test.each([
    ['sends no line twice', 'PT0S', 'PT22H', 'sent', []],
    ['a day later leaves in doubt what was not written down', 'PT0S', 'P1D', 'unconfirmed', ['internal']],
    ['so it does if the job had been picked up before', 'PT20M', 'P1D', 'unconfirmed', ['internal']],
  ])('whose function died within a slice %s', async (_what, start, gap, result, codes) => {
    const place = world(...numbered(27).map((orderId) => awaiting(orderId)));
    const { jobId } = await place.start(named(...numbered(27)));
    const [message] = place.messages;
    place.wait(start);
    await place.job(jobId);
    const { promise: died, resolve } = Promise.withResolvers<undefined>();
    void place.work(async (command, call, input) => {
      if (!(command === 'PutItemCommand' && JSON.stringify(input).includes('"lines"'))) return await call();
      resolve(undefined);
      return await new Promise<never>(() => undefined);
    });
    await died;
    expect(place.sent).toHaveLength(25);
    place.wait(gap);
    // Whoever looks picks it up, and the message comes again too.
    await place.job(jobId);
    place.messages.push(message);
    await place.finish();
    expect(place.sent).toHaveLength(27);
    expect(await place.results(jobId)).toEqual(
      numbered(27).map((orderId, index) =>
        [orderId, ...(index < 25 ? [result, ...codes] : ['sent'])].join(' '),
      ),
    );
  });

  test('whose message is lost is picked up by who looks, once, a quarter of an hour later', async () => {
    const { start, messages, wait, job, finish } = world(awaiting('A'));
    const { jobId } = await start(named('A'));
    messages.length = 0;
    wait('PT14M');
    await job(jobId);
    expect(messages).toEqual([]);
    wait('PT2M');
    await Promise.all([job(jobId), job(jobId)]);
    expect(messages).toEqual([{ jobId }]);
    await finish();
    expect(await job(jobId)).toMatchObject({ status: 'Completed', counts: { sent: 1 } });
  });

  test('a message that comes twice at once counts nothing twice, and the job goes on once', async () => {
    const { start, services, messages, finish, job, sent } = world(
      ...booked.map((orderId) => awaiting(orderId)),
    );
    const { jobId } = await start(named(...orders));
    messages.length = 0;
    const delivery = { count: 1, elapsed: () => 0 };
    await Promise.all([workOffSlice(jobId, delivery, services), workOffSlice(jobId, delivery, services)]);
    expect(messages).toEqual([{ jobId }]);
    await finish();
    expect((await job(jobId)).counts).toMatchObject({ total: 27, sent: 3, skipped: 24 });
    expect(sent).toHaveLength(3);
  });

  test('a delivery that is overtaken by another forgets none of what came of the lines', async () => {
    const { start, servicesWith, messages, finish, results } = world(awaiting('A'), awaiting('B'));
    const { jobId } = await start(named('A', 'B'));
    let isOvertaken = false;
    const overtaken: Around = async (command, call, input) => {
      if (!isOvertaken && command === 'PutItemCommand' && JSON.stringify(input).includes('slice#')) {
        isOvertaken = true;
        await finish();
      }
      return await call();
    };
    const timeForOneLine = [0];
    const elapsed = () => timeForOneLine.shift() ?? 61_000;
    await workOffSlice(jobId, { count: 1, elapsed }, servicesWith(overtaken));
    expect(messages).toEqual([]);
    expect(await results(jobId)).toEqual(['A sent', 'B sent']);
  });

  /** How these calls fail where they are about line A. */
  const failing =
    (...failed: readonly string[]): Around =>
    (command, call, input) =>
      failed.includes(command) && JSON.stringify(input).includes('"pk":{"S":"A"}')
        ? Promise.reject(new Error('no answer'))
        : call();

  /** A job on lines A and B, delivered while calls about A fail until it is given up. */
  async function givenUp(
    around: Around,
    firstRun: (place: ReturnType<typeof world>) => unknown = () => undefined,
  ) {
    const place = world(awaiting('A'), awaiting('B'));
    const { jobId } = await place.start(named('A', 'B'));
    const [message] = place.messages;
    await firstRun(place);
    const pauses: unknown[] = [];
    for (let count = 1; count <= 4; count += 1) {
      pauses.push(await place.work(around, count));
      place.messages.push(message);
    }
    expect(pauses).toEqual([0, 10, 30, 60].map((againIn) => ({ againIn })));
    expect(await place.work(around, 5)).toBeUndefined();
    await place.finish();
    return { results: await place.results(jobId), sent: place.sent };
  }

  test('a line that cannot be written fails alone, and the others are sent', async () => {
    const { results, sent } = await givenUp(failing('PutItemCommand'));
    expect(results).toEqual(['A failed internal', 'B sent']);
    expect(sent).toEqual(['it@b.example']);
  });

  test('a line whose email an earlier run may have sent before it died is left in doubt, with whom it went to', async () => {
    const { results, sent } = await givenUp(failing('BatchGetItemCommand'), async ({ work, messages }) => {
      const [message] = messages;
      let writes = 0;
      const { promise: died, resolve } = Promise.withResolvers<undefined>();
      // The claim is written; the record of what came of it is not.
      void work(async (command, call, input) => {
        const isOfLine = command === 'PutItemCommand' && JSON.stringify(input).includes('"pk":{"S":"A"}');
        if (!isOfLine || (writes += 1) === 1) return await call();
        resolve(undefined);
        return await never();
      });
      await died;
      messages.push(message);
    });
    expect(results).toEqual(['A unconfirmed email-unconfirmed', 'B sent']);
    expect(sent).toEqual(['it@a.example', 'it@b.example']);
  });

  test('a line that cannot be read is left in doubt: an earlier run may have sent its email', async () => {
    const { results, sent } = await givenUp(failing('BatchGetItemCommand', 'GetItemCommand'));
    expect(results).toEqual(['A unconfirmed internal', 'B sent']);
    expect(sent).toEqual(['it@b.example']);
  });
});
