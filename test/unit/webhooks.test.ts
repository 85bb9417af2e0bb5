import { Duration } from 'luxon';
import { Webhook as Verifier } from 'standardwebhooks';
import { deliver } from '../../functions/deliver-webhooks/deliver.ts';
import { lineEventPublished, oncePerMoment } from '../../functions/queue-webhooks/event.ts';
import { recordOf } from '../../infra/local/queues.ts';
import { tableName } from '../../infra/local/table.ts';
import type { SendOptions } from '../../shared/adapters/queue.ts';
import type { MailOutcome } from '../../shared/adapters/mail.ts';
import type { Posted } from '../../shared/adapters/webhook-client.ts';
import { webhookStore } from '../../shared/adapters/webhook-store.ts';
import type { Email } from '../../shared/contracts/email.ts';
import { exampleEvent } from '../../shared/contracts/published-events.ts';
import { isPublicAddress, publicInternet, whyNotThere } from '../../shared/contracts/webhook-address.ts';
import { errand, type WebhookErrand } from '../../shared/contracts/webhooks.ts';
import { plus } from '../../shared/domain/time.ts';
import { retryPauses, tryingSpan } from '../../shared/domain/webhook.ts';
import type { Caller } from '../../shared/use-cases/access.ts';
import {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  listAttempts,
  listWebhooks,
  readWebhook,
  rotateSecret,
  testWebhook,
} from '../../shared/use-cases/manage-webhooks.ts';
import { now } from '../support/lines.ts';
import { mailSettings } from '../support/mail-settings.ts';
import { webhookStoreOn } from '../support/memory-store.ts';
import { MemoryTable } from '../support/memory-table.ts';

const maya: Caller = { name: 'maya@northwind.example', partnerId: 'northwind', roles: new Set(['resend']) };
const ben: Caller = { name: 'ben', partnerId: 'northwind', roles: new Set(['view']) };
const oona: Caller = { name: 'oona', roles: new Set(['operator']) };
const eve: Caller = { name: 'eve', partnerId: 'fabrikam', roles: new Set(['resend']) };

const url = 'https://hooks.northwind.example/in';
const ok: Posted = { status: 204, milliseconds: 20 };
const down: Posted = { status: 503, error: 'status', milliseconds: 20 };
const slow: Posted = { status: 200, milliseconds: 9000 };

interface Request {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** A partner's webhooks, whose receivers answer as they are told; messages wait until `run`. */
function world() {
  const table = new MemoryTable();
  const webhooks = webhookStoreOn(table);
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  let clock = now;
  let ids = 0;
  const queue: { at: string; message: WebhookErrand }[] = [];
  const requests: Request[] = [];
  const emails: Email[] = [];
  const mailAnswers: MailOutcome[] = [];
  const receiver = { answer: (_request: Request): Posted => ok };
  const errands = {
    send: (messages: readonly unknown[], { delaySeconds = 0, tenant }: SendOptions = {}) => {
      const at = plus(clock, `PT${delaySeconds}S`);
      for (const message of messages.map((one) => errand.parse(one))) {
        // SQS is told whose they all are, so that none waits for those of others.
        expect(tenant).toBe(message.partnerId);
        queue.push({ at, message });
      }
      return Promise.resolve();
    },
    putBack: () => Promise.resolve(),
  };
  const common = {
    webhooks,
    now: () => new Date(clock),
    newId: () => `id-${(ids += 1)}`,
    reach: publicInternet,
    log,
  };
  const services = { ...common, errands };
  const delivery = {
    ...common,
    queue: errands,
    machineTime: () => new Date(),
    random: () => 0,
    mailSettings,
    mail: {
      send: (email: Email): Promise<MailOutcome> => {
        const outcome = mailAnswers.shift() ?? { outcome: 'accepted', messageId: 'm' };
        if (outcome.outcome === 'accepted') emails.push(email);
        return Promise.resolve(outcome);
      },
    },
    client: {
      post: (to: string, headers: Readonly<Record<string, string>>, body: string) => {
        const request = { url: to, headers: { ...headers }, body };
        requests.push(request);
        return Promise.resolve(receiver.answer(request));
      },
    },
  };
  const consume = lineEventPublished.consumer({
    ...services,
    webhooksOf: (partnerId) => webhooks.list(partnerId),
    deadLetters: { keep: (_event, reason) => Promise.reject(new Error(reason)) },
  });

  return {
    table,
    webhooks,
    services,
    delivery,
    requests,
    receiver,
    emails,
    mailAnswers,
    queue,
    create: (request = {}, caller = maya, asked = {}) =>
      createWebhook(caller, { url, events: [], locale: 'en', ...request }, asked, services),
    /** Puts an event of a line on the bus. */
    tell: async (type = 'Order Line Closed', changes: object = {}) => {
      const event = exampleEvent(type);
      const body = JSON.stringify({ ...event, detail: { ...event.detail, ...changes } });
      const { batchItemFailures } = await consume({ Records: [recordOf('m', body, 1)] });
      expect(batchItemFailures).toEqual([]);
    },
    /** Delivers what is due within so long, in order of its due time. */
    run: async (span = 'PT0S') => {
      const end = plus(clock, span);
      for (;;) {
        queue.sort((a, b) => (a.at < b.at ? -1 : 1));
        const [next] = queue;
        if (!next || next.at > end) break;
        queue.shift();
        if (next.at > clock) clock = next.at;
        await deliver(next.message, { count: 1, elapsed: () => 0 }, delivery);
      }
      clock = end;
    },
    /** Delivers all that waits, wherever it is due, at the same moment. */
    runAtOnce: async (span: string) => {
      clock = plus(clock, span);
      await Promise.all(
        queue.splice(0).map(({ message }) => deliver(message, { count: 1, elapsed: () => 0 }, delivery)),
      );
    },
    log: async (webhookId: string) =>
      (await listAttempts(maya, { webhookId }, { limit: 100 }, services)).items,
  };
}

describe('where a webhook may lead', () => {
  test.each([
    ['https://hooks.example.com/a?b=c', true],
    ['https://hooks.example.com:8443/', true],
    ['https://93.184.215.14/', true],
    ['https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/', true],
    ['http://hooks.example.com/', false],
    ['https://hooks.example.com:22/', false],
    ['https://user:pass@hooks.example.com/', false],
    ['https://hooks.example.com./', true],
    ['https://localhost/', false],
    ['https://localhost./', false],
    ['https://intranet/', false],
    ['https://127.0.0.1/', false],
    ['https://2130706433/', false],
    ['https://0x7f.1/', false],
    ['https://[::1]/', false],
    ['https://[::ffff:10.0.0.1]/', false],
    ['ftp://hooks.example.com/', false],
    ['javascript:alert(1)', false],
    ['hooks.example.com', false],
  ])('%s: %s', (text, isAllowed) => {
    expect(whyNotThere(text, publicInternet) === undefined).toBe(isAllowed);
  });

  test.each([
    ['8.8.8.8', true],
    ['2606:4700::1111', true],
    ['0.0.0.0', false],
    ['10.1.2.3', false],
    ['100.64.0.1', false],
    ['127.0.0.53', false],
    ['169.254.169.254', false],
    ['172.16.0.1', false],
    ['192.0.0.1', false],
    ['192.168.1.1', false],
    ['198.18.0.1', false],
    ['224.0.0.1', false],
    ['255.255.255.255', false],
    ['::', false],
    ['::1', false],
    ['::127.0.0.1', false],
    ['::ffff:8.8.8.8', false],
    ['::ffff:169.254.169.254', false],
    ['64:ff9b::a9fe:a9fe', false],
    ['2002:7f00:1::', false],
    ['fd00:ec2::254', false],
    ['fe80::1', false],
    ['ff02::1', false],
    ['not an address', false],
  ])('the address %s is public: %s', (address, isPublic) => {
    expect(isPublicAddress(address)).toBe(isPublic);
  });
});

test('an event is tried for less than three days', () => {
  const all = retryPauses.reduce((sum, pause) => sum + Duration.fromISO(pause).toMillis(), 0);
  expect(all).toBe(Duration.fromISO('PT71H35M5S').toMillis());
  expect(all).toBeLessThan(Duration.fromISO(tryingSpan).toMillis());
});

describe('an event', () => {
  test('goes to each webhook of its partner that chose its type, signed, and to no other', async () => {
    const { create, tell, run, requests } = world();
    const one = await create();
    await create({ url: 'https://hooks.northwind.example/closed', events: ['order_line.closed'] });
    await create({ url: 'https://hooks.northwind.example/sent', events: ['order_line.email_sent'] });
    await create({ url: 'https://hooks.fabrikam.example/' }, eve);
    await tell();
    await run();

    expect(requests.map((request) => request.url).sort()).toEqual([
      'https://hooks.northwind.example/closed',
      url,
    ]);
    const sent = requests.find((request) => request.url === url);
    const { detail } = exampleEvent('Order Line Closed');
    expect(new Verifier(one.secret).verify(sent?.body ?? '', sent?.headers ?? {})).toEqual({
      type: 'order_line.closed',
      timestamp: detail.at,
      data: detail,
    });
  });

  test('keeps its id when it comes again, and one of its own when it is another', async () => {
    const { create, tell, run, requests } = world();
    await create();
    await tell();
    await tell();
    await tell('Order Line Closed', { id: 'another' });
    await run();
    const ids = requests.map(({ headers }) => headers['webhook-id']);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
    for (const id of ids) expect(id).toMatch(/^msg_[\w-]+$/);
  });

  test('is tried again in growing pauses until the receiver takes it', async () => {
    const { create, tell, run, requests, receiver, log, queue } = world();
    const { webhook } = await create();
    receiver.answer = () => (requests.length < 4 ? down : ok);
    await tell();
    await run('PT3H');
    expect((await log(webhook.webhookId)).map(({ attempt, result }) => [attempt, result])).toEqual([
      [4, 'delivered'],
      [3, 'failed'],
      [2, 'failed'],
      [1, 'failed'],
    ]);
    expect(queue).toEqual([]);
  });

  test('that never gets through is given up within three days, and disables the webhook', async () => {
    const { create, tell, run, receiver, log, queue, services, requests } = world();
    const { webhook } = await create();
    receiver.answer = () => down;
    await tell();
    await run('P3D');
    expect(queue).toEqual([]);
    expect(requests).toHaveLength(1 + retryPauses.length);
    expect((await log(webhook.webhookId))[0]).toMatchObject({ result: 'given-up' });
    expect(await readWebhook(maya, webhook, services)).toMatchObject({
      status: 'Disabled',
      disabledBecause: 'failing',
    });
  });

  test('is given up after its last attempt, though at the same time', async () => {
    const log = webhookStoreOn(new MemoryTable());
    const attempt = {
      at: now,
      messageId: 'message',
      type: 'order_line.closed',
      attempt: 10,
      milliseconds: 1,
    };
    await log.keepAttempt('webhook', 'b', { ...attempt, result: 'failed' });
    await log.keepAttempt('webhook', 'a', { ...attempt, result: 'given-up' });
    const kept = await log.attempts('webhook', 10);
    expect(kept.map(({ result }) => result)).toEqual(['given-up', 'failed']);
  });

  test.each([1, 3, 20])('is tried until the third day, also as one of %i that wait', async (count) => {
    const { create, tell, run, receiver, requests, services } = world();
    const { webhook } = await create();
    receiver.answer = () => down;
    for (let id = 0; id < count; id += 1) await tell('Order Line Closed', { id: `event-${id}` });
    await run('PT71H30M');
    expect(await readWebhook(maya, webhook, services)).toMatchObject({ status: 'Enabled' });

    receiver.answer = () => ok;
    requests.length = 0;
    await run('PT29M');
    expect(new Set(requests.map(({ headers }) => headers['webhook-id'])).size).toBe(count);
  });

  test('that is given up disables nothing if others got through meanwhile', async () => {
    const { create, tell, run, receiver, services } = world();
    const { webhook } = await create();
    receiver.answer = ({ body }) => (body.includes('poison') ? down : ok);
    await tell('Order Line Closed', { id: 'poison' });
    await run('P1D');
    await tell();
    await run('P2D');
    expect(await readWebhook(maya, webhook, services)).toMatchObject({ status: 'Enabled' });
  });

  test('is lost on nobody while its webhook is changed, deleted or disabled', async () => {
    const { create, tell, run, receiver, services, requests, queue } = world();
    const { webhook } = await create();
    receiver.answer = () => down;
    await tell();
    await run();
    receiver.answer = () => ok;
    await changeWebhook(maya, webhook, { url: 'https://new.northwind.example/' }, services);
    await run('PT1M');
    expect(requests.at(-1)?.url).toBe('https://new.northwind.example/');
    await tell();
    await changeWebhook(maya, webhook, { status: 'Disabled' }, services);
    await run('P3D');
    await deleteWebhook(maya, webhook, services);
    await tell();
    await run('P3D');
    expect(requests).toHaveLength(2);
    expect(queue).toEqual([]);
  });
});

describe('a receiver', () => {
  test('that says 410 Gone gets nothing more', async () => {
    const { create, tell, run, receiver, services, requests } = world();
    const { webhook } = await create();
    receiver.answer = () => ({ status: 410, error: 'status', milliseconds: 5 });
    await tell();
    await run();
    await tell();
    await run('P3D');
    expect(requests).toHaveLength(1);
    expect(await readWebhook(maya, webhook, services)).toMatchObject({ disabledBecause: 'gone' });
  });

  test('that is down is tried with one event at a time, and gets all of them once it is up', async () => {
    const { create, tell, run, receiver, requests } = world();
    await create();
    receiver.answer = () => down;
    for (let count = 0; count < 100; count += 1) await tell('Order Line Closed', { id: `event-${count}` });
    await run();
    const whileDown = requests.length;
    expect(whileDown).toBe(5);
    await run('P1D');
    // Every 15 minutes at most.
    expect(requests.length).toBeLessThan(whileDown + 24 * 4 + 10);

    receiver.answer = () => ok;
    requests.length = 0;
    await run('P1D');
    expect(new Set(requests.map(({ headers }) => headers['webhook-id'])).size).toBe(100);
  });

  test('that is down is tried by one of many senders at a time', async () => {
    const { create, tell, run, runAtOnce, receiver, requests } = world();
    await create();
    receiver.answer = () => down;
    for (let count = 0; count < 8; count += 1) await tell('Order Line Closed', { id: `event-${count}` });
    await run();
    requests.length = 0;
    await runAtOnce('PT6H');
    expect(requests).toHaveLength(1);
  });

  test('that is slow gets a rest, so that others do not wait for it', async () => {
    const { create, tell, run, receiver, requests } = world();
    await create();
    receiver.answer = () => slow;
    for (let count = 0; count < 20; count += 1) await tell('Order Line Closed', { id: `event-${count}` });
    await run();
    expect(requests).toHaveLength(1);
    receiver.answer = () => ok;
    await run('PT5M');
    expect(new Set(requests.map(({ headers }) => headers['webhook-id'])).size).toBe(20);
  });
});

describe('a secret', () => {
  test('is shown once, to whoever repeats the request again, and not to others', async () => {
    const { create, services } = world();
    const first = await create({}, maya, { idempotencyKey: 'key' });
    expect(first.secret).toMatch(/^whsec_[\w+/]{43}=$/);
    expect(await create({}, maya, { idempotencyKey: 'key' })).toEqual({ ...first, isReplayed: true });
    expect((await create()).secret).not.toBe(first.secret);
    const shown = [await listWebhooks(maya, {}, services), await readWebhook(maya, first.webhook, services)];
    expect(JSON.stringify(shown)).not.toContain('whsec_');
  });

  test('is shown again for a day, also where an earlier webhook of the same key is older or deleted', async () => {
    const { create, run, services } = world();
    const ask = () => create({}, maya, { idempotencyKey: 'key' });
    const first = await ask();
    await run('P1D');
    const second = await ask();
    expect(await ask()).toEqual({ ...second, isReplayed: true });
    await deleteWebhook(maya, second.webhook, services);
    const [third, atOnce] = await Promise.all([ask(), ask()]);
    expect(atOnce.secret).toBe(third.secret);
    expect(new Set([first, second, third].map(({ webhook }) => webhook.webhookId)).size).toBe(3);
  });

  test('that is rotated signs beside the new one for a day', async () => {
    const { create, tell, run, services, requests } = world();
    const { webhook, secret: old } = await create();
    const rotated = await rotateSecret(maya, webhook, { idempotencyKey: 'key' }, services);
    const again = await rotateSecret(maya, webhook, { idempotencyKey: 'key' }, services);
    expect(again).toEqual({ ...rotated, isReplayed: true });
    const verified = (secret: string) => {
      const { body = '', headers = {} } = requests.at(-1) ?? {};
      try {
        return new Verifier(secret).verify(body, headers) !== undefined;
      } catch {
        return false;
      }
    };
    await tell();
    await run();
    expect([verified(old), verified(rotated.secret)]).toEqual([true, true]);
    await run('P1D');
    await tell();
    await run();
    expect([verified(old), verified(rotated.secret)]).toEqual([false, true]);
  });
});

describe('who may', () => {
  test('people of the partner who may resend manage webhooks, those who may view see them', async () => {
    const { create, services } = world();
    const { webhook } = await create();
    expect((await listWebhooks(ben, {}, services)).items).toEqual([webhook]);
    for (const attempt of [
      () => create({}, ben),
      () => changeWebhook(ben, webhook, {}, services),
      () => deleteWebhook(ben, webhook, services),
      () => rotateSecret(ben, webhook, {}, services),
      () => testWebhook(ben, webhook, services),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'no-access' });
  });

  test('a webhook of another partner is none; an operator names the partner', async () => {
    const { create, services } = world();
    const { webhook } = await create();
    for (const attempt of [
      () => readWebhook(eve, webhook, services),
      () => changeWebhook(eve, webhook, { status: 'Disabled' }, services),
      () => deleteWebhook(eve, webhook, services),
      () => rotateSecret(eve, webhook, {}, services),
      () => testWebhook(eve, webhook, services),
      () => listAttempts(eve, webhook, { limit: 1 }, services),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'webhook-not-found' });
    const named = { ...webhook, partnerId: 'northwind' };
    expect(await readWebhook(oona, named, services)).toEqual(webhook);
    await expect(readWebhook(oona, webhook, services)).rejects.toMatchObject({ code: 'invalid-request' });
  });

  test('a partner has ten at most; a deleted one makes room', async () => {
    const { create, services } = world();
    const { webhook } = await create();
    for (let count = 2; count <= 10; count += 1) await create();
    await expect(create()).rejects.toMatchObject({ code: 'webhook-limit-reached' });
    await deleteWebhook(maya, webhook, services);
    await expect(create()).resolves.toMatchObject({ webhook: { status: 'Enabled' } });
  });

  test('are no more than that, also when many are registered at once', async () => {
    const { create, services } = world();
    const made = await Promise.allSettled(Array.from({ length: 30 }, () => create()));
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    expect((await listWebhooks(maya, {}, services)).items).toHaveLength(10);
  });
});

describe('whoever added a webhook that was disabled by itself', () => {
  test.each([
    ['en', 'Your webhook was disabled: hooks.northwind.example', /For three days/],
    ['ja', 'Webhook 無効化のお知らせ（hooks.northwind.example）', /3 日間まったく配信できなかった/],
  ] as const)('is told once by email, in %s', async (locale, subject, what) => {
    const { create, tell, run, receiver, emails } = world();
    await create({ locale });
    receiver.answer = () => down;
    await tell();
    await tell('Order Line Cancelled');
    await run('P4D');
    expect(emails).toMatchObject([{ to: maya.name, subject, tags: { notice: 'webhook' } }]);
    expect(emails[0]?.text).toMatch(what);
    expect(emails[0]?.html).toContain(url);
  });

  test('is told of one that is gone, and not of one that a person disabled', async () => {
    const { create, tell, run, receiver, emails, services } = world();
    const { webhook } = await create();
    await tell();
    await changeWebhook(maya, webhook, { status: 'Disabled' }, services);
    await run();
    expect(emails).toEqual([]);
    await changeWebhook(maya, webhook, { status: 'Enabled' }, services);
    receiver.answer = () => ({ status: 410, error: 'status', milliseconds: 5 });
    await tell();
    await run();
    expect(emails).toHaveLength(1);
  });

  test('is told by the next delivery of the message if the mail service takes no more now', async () => {
    const { create, tell, run, receiver, emails, mailAnswers, queue } = world();
    await create();
    receiver.answer = () => ({ status: 410, error: 'status', milliseconds: 5 });
    mailAnswers.push({ outcome: 'throttled', reason: 'Throttling', by: 'rate' });
    await tell();
    const [message] = queue;
    await expect(run()).rejects.toMatchObject({ name: 'EmailNotSent' });
    if (message) queue.push(message);
    await run();
    expect(emails).toHaveLength(1);
  });

  test('is not told at what is no address', async () => {
    const { create, tell, run, receiver, emails } = world();
    await create({}, { ...maya, name: 'a-subject' });
    receiver.answer = () => ({ status: 410, error: 'status', milliseconds: 5 });
    await tell();
    await run();
    expect(emails).toEqual([]);
  });
});

test('a test goes out once, also to a webhook that is disabled, and changes nothing', async () => {
  const { create, run, receiver, services, requests, log } = world();
  const { webhook } = await create();
  await changeWebhook(maya, webhook, { status: 'Disabled' }, services);
  receiver.answer = () => down;
  const before = await readWebhook(maya, webhook, services);
  const { messageId } = await testWebhook(maya, webhook, services);
  await run('P3D');
  expect(requests.map(({ headers }) => headers['webhook-id'])).toEqual([messageId]);
  expect(await log(webhook.webhookId)).toMatchObject([{ messageId, type: 'webhook.test', status: 503 }]);
  expect(await readWebhook(maya, webhook, services)).toEqual(before);
});

test('a test that others have held up for too long comes again, before its function runs out of time', async () => {
  const { create, delivery, queue, requests, services } = world();
  const { webhook } = await create();
  await testWebhook(maya, webhook, services);
  const [{ message } = { message: undefined }] = queue;
  if (!message) throw new Error('no test was queued');
  const late = { count: 1, elapsed: () => 30_001 };
  expect(await deliver(message, late, delivery)).toEqual({ againIn: 0 });
  expect(requests).toEqual([]);
});

test('events that come at once read the webhooks of their partner once, later ones anew', async () => {
  let reads = 0;
  const webhooksOf = oncePerMoment(() => Promise.resolve((reads += 1)));
  expect(await Promise.all([webhooksOf('northwind'), webhooksOf('northwind')])).toEqual([1, 1]);
  await new Promise(setImmediate);
  expect(await webhooksOf('northwind')).toBe(2);
});

test('a webhook is found behind more deleted ones than fit into a page', async () => {
  const { table, create, webhooks } = world();
  for (let count = 0; count < 3; count += 1) await create();
  const [, ...others] = await webhooks.list('northwind');
  for (const webhook of others.toSpliced(-1))
    await webhooks.change(webhook, 'ben', (known) => ({ ...known, status: 'Deleted' }));
  const client = table.client();
  // A page has as many items as fit into 1 MB.
  client.middlewareStack.add((next) => (args) => next({ ...args, input: { ...args.input, Limit: 1 } }), {
    step: 'initialize',
    priority: 'high',
  });
  expect(await webhookStore(client, tableName).list('northwind')).toEqual(await webhooks.list('northwind'));
});
