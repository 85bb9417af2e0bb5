import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { reportsOn } from '../../infra/local/mail-simulator.ts';
import { type BusEvent, type Client, client, type SentEmail } from '../support/client.ts';
import { booked, cancelled, newOrder, onboarded, partner, rescheduled } from '../support/events.ts';
import { type Service, startService, temporaryFolder } from '../support/service.ts';

/* The recovery drills of infra/RUNBOOK.md, one test for each, on one service. */

let service: Service;
let api: Client;
let token: string;

async function start(dataFolder?: string): Promise<void> {
  service = await startService(dataFolder === undefined ? {} : { dataFolder });
  api = client(service.url);
  token = await api.token({ partnerId: partner, roles: ['resend'] });
  await api.idle();
}

/** Runs the service anew on its data; `between` happens while nothing runs. */
async function restart(between: () => Promise<void> = () => Promise.resolve()): Promise<void> {
  await api.idle();
  await service.stop();
  await between();
  await start(service.dataFolder);
}

beforeAll(() => start());
afterAll(() => service.stop());
afterEach(() => api.clearFaults());

const minutes = 60_000;
const days = 24 * 60 * minutes;

const after = (instant: string, milliseconds: number): string =>
  new Date(Date.parse(instant) + milliseconds).toISOString();

const inMinutes = async (count: number): Promise<string> => after(await api.now(), count * minutes);

const lineOf = async (orderId: string) => (await api.line(token, orderId)).body;
const emailsOf = async (orderId: string) =>
  (await api.emails()).filter(({ tags }) => tags.orderId === orderId);
const kindsOf = async (orderId: string) => (await emailsOf(orderId)).map(({ tags }) => tags.kind);
const typesOf = async (orderId: string) => (await api.history(token, orderId)).map(({ type }) => type);

const report = (email: SentEmail): readonly BusEvent[] => reportsOn({ ...email, from: 'sender@example.com' });

/** Every email of these orders is in one history once, and the histories tell of no other. */
async function expectBooksToAgree(orders: readonly string[]): Promise<void> {
  const sent = (await Promise.all(orders.map(emailsOf))).flat();
  const histories = (await Promise.all(orders.map((order) => api.history(token, order)))).flat();
  const told = histories.filter(({ type }) => type === 'ProvisioningEmailSent');
  expect(told.map(({ messageId, to }) => ({ messageId, to })).sort(byId)).toEqual(
    sent.map(({ messageId, to }) => ({ messageId, to })).sort(byId),
  );
}

const byId = (a: { messageId?: string | undefined }, b: { messageId?: string | undefined }) =>
  (a.messageId ?? '').localeCompare(b.messageId ?? '');

/** All but notices: who placed an order is told once more of a bounce that the table has forgotten. */
const provisioningEmails = async () => (await api.emails()).filter(({ tags }) => tags.orderId !== undefined);

test('the table is restored from an hour ago', async () => {
  const closes = newOrder();
  await api.send(booked(closes));
  await api.advance('P6DT23H30M');
  const [resent, corrected, onboards, cancels, moved] = [
    newOrder(),
    newOrder(),
    newOrder(),
    newOrder(),
    newOrder(),
  ];
  const [starts, startsUnreported] = [newOrder(), newOrder()];
  const known = [closes, resent, corrected, onboards, cancels, moved, starts, startsUnreported];
  const in40 = await inMinutes(40);
  const [soon, in3Days] = [after(in40, -20 * minutes), after(in40, 3 * days)];
  await api.send(
    ...[resent, corrected, onboards, cancels].map((order) => booked(order, { offer: 'A-WX' })),
    ...[starts, startsUnreported].map((order) => booked(order, { requestedStartDate: soon })),
    booked(moved, { requestedStartDate: in40 }),
  );
  const backup = await temporaryFolder();
  await restart(() => cp(join(service.dataFolder, 'table'), backup, { recursive: true }));
  const emailsBefore = (await provisioningEmails()).length;

  // The hour that will be lost
  const [bookedNow, bookedLater, forgotten] = [newOrder(), newOrder(), newOrder()];
  const hour: readonly BusEvent[] = [
    booked(bookedNow),
    booked(bookedLater, { requestedStartDate: in3Days }),
    onboarded(onboards, await api.now()),
    cancelled(cancels, '1', await api.now()),
    rescheduled(moved, in3Days, await api.now()),
  ];
  const forgottenBooking = booked(forgotten, { requestedStartDate: await inMinutes(80) });
  await api.send(...hour, forgottenBooking);
  expect((await api.resend(token, resent)).status).toBe(200);
  const correction = { email: `bounce+${corrected}@simulator.amazonses.com` };
  expect((await api.changeContact(token, corrected, '1', correction)).status).toBe(200);
  await api.advance('PT1H');
  const lost = (await provisioningEmails()).slice(emailsBefore);
  const wasStarted = await lineOf(starts);
  expect((await lineOf(closes)).status).toBe('Closed');

  await restart(async () => {
    await rm(join(service.dataFolder, 'table'), { recursive: true });
    await cp(backup, join(service.dataFolder, 'table'), { recursive: true });
  });
  expect((await api.line(token, bookedNow)).status).toBe(404);
  expect((await lineOf(closes)).status).toBe('AwaitingProvisioningDetails');

  // What the senders have is sent again, in any order but that reports come last; then the sweep runs again.
  await api.send(...hour.toReversed());
  const reported = lost.filter(({ tags }) => tags.orderId !== startsUnreported);
  await api.send(...reported.toReversed().flatMap(report));
  // The window begins when the mail service says that it took the email, and not when its answer was written.
  const { messageId, to } = wasStarted.lastEmail ?? {};
  expect(await lineOf(starts)).toMatchObject({ status: wasStarted.status, lastEmail: { messageId, to } });
  expect(await provisioningEmails()).toHaveLength(emailsBefore + lost.length);
  await api.advance('PT2H');

  expect((await lineOf(closes)).status).toBe('Closed');
  expect(await lineOf(onboards)).toMatchObject({ status: 'Onboarded' });
  expect(await lineOf(cancels)).toMatchObject({ status: 'Cancelled' });
  expect(await lineOf(moved)).toMatchObject({ status: 'Scheduled', requestedStartDate: in3Days });
  expect(await lineOf(bookedNow)).toMatchObject({ status: 'AwaitingProvisioningDetails' });
  expect(await lineOf(bookedLater)).toMatchObject({ status: 'Scheduled' });
  expect(await lineOf(corrected)).toMatchObject({
    provisioningContact: correction,
    lastEmail: { delivery: 'Bounced' },
    resend: { reason: 'contact-undeliverable' },
  });
  expect(await Promise.all([starts, bookedNow, resent, corrected].map(kindsOf))).toEqual([
    ['first'],
    ['first'],
    ['first', 'resend'],
    ['first', 'contact-change'],
  ]);
  // Nobody reported its first email: it was repeated, and a report that comes late tells of the one before.
  expect(await kindsOf(startsUnreported)).toEqual(['first', 'first']);
  const [repeated] = await emailsOf(startsUnreported);
  if (repeated) await api.send(...report(repeated));

  // An execution found no line; when its booking is sent after all, the sweep makes up for it.
  expect(await api.executions(forgotten)).toMatchObject([{ status: 'FAILED' }]);
  await api.send(forgottenBooking);
  await api.advance('PT2H');
  expect(await kindsOf(forgotten)).toEqual(['first']);

  await api.advance('P4D');
  expect(await Promise.all([moved, bookedLater].map(kindsOf))).toEqual([['first'], ['first']]);
  await expectBooksToAgree([...known, bookedNow, bookedLater, forgotten]);
  await api.advance('P40D');
  for (const order of [...known, bookedNow, bookedLater, forgotten]) {
    const settled = { [onboards]: 'Onboarded', [cancels]: 'Cancelled' }[order] ?? 'Closed';
    expect(await lineOf(order)).toMatchObject({ orderId: order, status: settled });
    expect((await typesOf(order)).filter((type) => type === 'Closed').length).toBeLessThanOrEqual(1);
  }
});

test('a bad release is rolled back while executions wait', async () => {
  const [waits, runsOut, onboards, bookedMeanwhile] = [newOrder(), newOrder(), newOrder(), newOrder()];
  const [early, late] = [newOrder(), newOrder()];
  await api.send(booked(runsOut));
  await api.advance('P6DT23H');
  await api.send(
    booked(waits, { offer: 'A-WX' }),
    booked(onboards, { requestedStartDate: await inMinutes(30) }),
    booked(early, { requestedStartDate: await inMinutes(30) }),
    booked(late, { requestedStartDate: await inMinutes(24 * 60) }),
  );

  // The role of the release's function may not send.
  await api.fault({
    service: 'ses',
    operation: 'SendEmail',
    times: 1_000_000,
    when: 'before',
    error: 'AccessDenied',
  });
  await api.send(booked(bookedMeanwhile));
  await api.advance('PT2H');
  const failed = await api.executions(early);
  expect(failed.length).toBeGreaterThan(1);
  expect(new Set(failed.map(({ status }) => status))).toEqual(new Set(['FAILED']));
  expect(await lineOf(runsOut)).toMatchObject({ status: 'Closed' });
  expect((await api.resend(token, waits)).body).toMatchObject({ code: 'email-not-sent' });
  await api.send(onboarded(onboards, await api.now()));

  await restart();
  await api.advance('PT1H');

  for (const order of [early, bookedMeanwhile]) {
    expect(await kindsOf(order)).toEqual(['first']);
    expect((await api.executions(order)).filter(({ status }) => status === 'RUNNING')).toHaveLength(1);
    const { firstEmailSentAt = '', closesAt } = await lineOf(order);
    expect(closesAt).toBe(after(firstEmailSentAt, 7 * days));
  }
  expect(await emailsOf(onboards)).toEqual([]);
  expect((await api.resend(token, waits)).status).toBe(200);
  await api.advance('P1D');
  // What only waited goes on with the execution that it had.
  expect(await kindsOf(late)).toEqual(['first']);
  for (const order of [waits, late]) {
    expect(await api.executions(order)).toMatchObject([{ status: 'RUNNING' }]);
  }
  await expectBooksToAgree([waits, runsOut, onboards, bookedMeanwhile, early, late]);
});

test('the bus is down for an hour', async () => {
  const [onboardsInTime, onboardsLate, cancels, moves, movesTooLate] = [
    newOrder(),
    newOrder(),
    newOrder(),
    newOrder(),
    newOrder(),
  ];
  await api.send(booked(onboardsInTime), booked(onboardsLate));
  await api.advance('P6DT23H30M');
  const { closesAt = '' } = await lineOf(onboardsLate);
  const down = await api.now();
  const at = (minute: number) => after(down, minute * minutes);
  await api.send(
    booked(cancels, { requestedStartDate: at(40) }),
    booked(moves, { requestedStartDate: at(180) }),
    booked(movesTooLate, { requestedStartDate: at(40) }),
  );

  // What the senders keep until the bus takes it
  const [bookedThen, bookedAndOnboarded, bookedAndCancelled] = [newOrder(), newOrder(), newOrder()];
  const held: readonly BusEvent[] = [
    booked(bookedThen, { requestedStartDate: at(0) }),
    booked(bookedAndOnboarded, { requestedStartDate: at(0) }),
    booked(bookedAndCancelled, { requestedStartDate: at(0) }),
    onboarded(onboardsInTime, at(10)),
    rescheduled(moves, at(120), at(11)),
    rescheduled(moves, at(300), at(12)),
    rescheduled(movesTooLate, at(600), at(13)),
    onboarded(bookedAndOnboarded, at(14)),
    cancelled(bookedAndCancelled, '1', at(15)),
    cancelled(cancels, '1', at(16)),
    onboarded(onboardsLate, at(50)),
  ];
  await api.advance('PT1H');
  expect((await lineOf(onboardsInTime)).status).toBe('Closed');
  expect(closesAt < at(50)).toBe(true);

  for (const event of held.toReversed()) await api.send(event);

  expect(await lineOf(onboardsInTime)).toMatchObject({ status: 'Onboarded', onboardedAt: at(10) });
  expect(await typesOf(onboardsInTime)).toEqual(expect.arrayContaining(['Closed', 'Onboarded']));
  expect(await lineOf(onboardsLate)).toMatchObject({
    status: 'Closed',
    onboardedAt: at(50),
    provisioningPending: false,
  });
  expect(await lineOf(moves)).toMatchObject({ status: 'Scheduled', requestedStartDate: at(300) });
  expect(await lineOf(cancels)).toMatchObject({ status: 'Cancelled' });
  expect(await lineOf(movesTooLate)).toMatchObject({
    status: 'AwaitingProvisioningDetails',
    requestedStartDate: at(40),
  });
  expect(await lineOf(bookedAndOnboarded)).toMatchObject({ status: 'Onboarded' });
  expect(await lineOf(bookedAndCancelled)).toMatchObject({ status: 'Cancelled' });
  // A window begins with the email, however late that is.
  const { firstEmailSentAt = '', closesAt: closesLater } = await lineOf(bookedThen);
  expect(firstEmailSentAt >= at(60)).toBe(true);
  expect(closesLater).toBe(after(firstEmailSentAt, 7 * days));

  await api.advance('PT6H');
  expect(await kindsOf(moves)).toEqual(['first']);
  expect(await Promise.all([bookedThen, bookedAndOnboarded, bookedAndCancelled].map(kindsOf))).toEqual([
    ['first'],
    [],
    [],
  ]);
  await expectBooksToAgree([
    ...[onboardsInTime, onboardsLate, cancels, moves, movesTooLate],
    ...[bookedThen, bookedAndOnboarded, bookedAndCancelled],
  ]);
});

test('SES is paused for a day', async () => {
  const [runsOut, open, startsIn14, startsIn20, onboards] = [
    newOrder(),
    newOrder(),
    newOrder(),
    newOrder(),
    newOrder(),
  ];
  await api.send(booked(runsOut));
  await api.advance('P6DT12H');
  await api.send(
    booked(open, { offer: 'A-WX' }),
    // Each failing execution takes a second of tries, so the first ones begin late in the day.
    booked(startsIn14, { requestedStartDate: await inMinutes(14 * 60) }),
    booked(startsIn20, { requestedStartDate: await inMinutes(20 * 60) }),
    booked(onboards, { requestedStartDate: await inMinutes(14 * 60) }),
  );
  await api.fault({
    service: 'ses',
    operation: 'SendEmail',
    times: 1_000_000,
    when: 'before',
    error: 'AccountSendingPausedException',
  });

  await api.advance('PT1M');
  const refused = [await api.resend(token, open), await api.resend(token, open)];
  for (const answer of refused)
    expect(answer).toMatchObject({ status: 502, body: { code: 'email-not-sent' } });
  const correction = { email: `new@${open.toLowerCase()}.example` };
  expect((await api.changeContact(token, open, '1', correction)).status).toBe(502);
  expect(await lineOf(open)).toMatchObject({ resend: { allowed: true }, contactChange: { allowed: true } });
  await api.advance('P1D');
  await api.send(onboarded(onboards, await api.now()));
  for (const order of [startsIn14, startsIn20]) {
    expect((await lineOf(order)).status).toBe('Scheduled');
    expect((await api.resend(token, order)).body.code).toBe('not-started');
  }
  expect(await lineOf(runsOut)).toMatchObject({ status: 'Closed', provisioningPending: true });

  await api.clearFaults();
  const opened = await api.now();
  for (const order of [open, runsOut]) expect((await api.resend(token, order)).status).toBe(200);
  expect((await api.changeContact(token, open, '1', correction)).status).toBe(200);
  await api.advance('PT1H');

  for (const order of [startsIn14, startsIn20]) {
    expect(await kindsOf(order)).toEqual(['first']);
    const { status, firstEmailSentAt = '', closesAt } = await lineOf(order);
    expect(status).toBe('AwaitingProvisioningDetails');
    expect(firstEmailSentAt >= opened).toBe(true);
    expect(closesAt).toBe(after(firstEmailSentAt, 7 * days));
  }
  expect(await kindsOf(open)).toEqual(['first', 'resend', 'contact-change']);
  expect(await emailsOf(onboards)).toEqual([]);
  await expectBooksToAgree([runsOut, open, startsIn14, startsIn20, onboards]);
});

test("the mail service's events are lost for a day", async () => {
  const [known, runsOut, onboards] = [newOrder(), newOrder(), newOrder()];
  await api.send(booked(runsOut));
  await api.advance('P6DT12H');
  await api.send(booked(known, { offer: 'A-WX' }), booked(onboards));
  await api.fault({ service: 'ses', operation: 'Report', times: 1_000_000, when: 'before' });
  const loseAnswer = () => api.fault({ service: 'ses', operation: 'SendEmail', times: 1, when: 'after' });

  const [first, firstUnanswered, bounces] = [newOrder(), newOrder(), newOrder()];
  const bouncing = { provisioningContact: { email: `bounce+${bounces}@simulator.amazonses.com` } };
  await api.send(booked(first), booked(bounces, bouncing));
  await loseAnswer();
  await api.send(booked(firstUnanswered));
  await loseAnswer();
  expect((await api.resend(token, known, '1', { 'idempotency-key': 'lost' })).status).toBe(504);
  expect((await lineOf(known)).resend).toMatchObject({ allowed: false, reason: 'resend-too-soon' });
  await loseAnswer();
  const correction = { email: `new@${known.toLowerCase()}.example`, name: 'Nina Berg', locale: 'ja' };
  expect((await api.changeContact(token, known, '1', correction)).status).toBe(504);
  expect((await typesOf(known)).filter((type) => type === 'ProvisioningEmailUnconfirmed')).toHaveLength(2);
  await api.send(onboarded(onboards, await api.now()));
  await api.advance('PT14H');

  // All else goes on; one first email is repeated, once, and what may have been sent stays to be seen.
  expect((await lineOf(runsOut)).status).toBe('Closed');
  expect((await lineOf(onboards)).status).toBe('Onboarded');
  expect((await api.resend(token, known)).status).toBe(200);
  for (const order of [first, bounces]) {
    expect(await lineOf(order)).toMatchObject({ lastEmail: { delivery: 'Accepted' } });
  }
  expect(await lineOf(bounces)).toMatchObject({ resend: { allowed: true } });
  expect(await kindsOf(firstUnanswered)).toEqual(['first', 'first']);
  expect((await typesOf(firstUnanswered)).toSorted()).toEqual([
    'Booked',
    'ProvisioningEmailSent',
    'ProvisioningEmailUnconfirmed',
  ]);
  expect((await api.resend(token, known, '1', { 'idempotency-key': 'lost' })).status).toBe(504);
  await api.advance('PT12H');

  // The reports come a day late, but for those of one order, which never come.
  await api.clearFaults();
  const orders = [known, runsOut, onboards, first, firstUnanswered, bounces];
  const late = (await api.emails()).filter(
    ({ tags }) => orders.includes(tags.orderId ?? '') && tags.orderId !== bounces,
  );
  await api.send(...late.toReversed().flatMap(report));
  for (const order of [first, firstUnanswered, known]) {
    expect(await lineOf(order)).toMatchObject({ lastEmail: { delivery: 'Delivered' } });
    expect(await typesOf(order)).not.toContain('ProvisioningEmailUnconfirmed');
  }
  expect(await lineOf(known)).toMatchObject({ provisioningContact: correction });
  expect(await lineOf(bounces)).toMatchObject({ lastEmail: { delivery: 'Accepted' } });
  expect(await kindsOf(known)).toEqual(['first', 'resend', 'contact-change', 'resend']);
  const { firstEmailSentAt = '', closesAt } = await lineOf(firstUnanswered);
  expect(closesAt).toBe(after(firstEmailSentAt, 7 * days));
  await expectBooksToAgree(orders);
  await api.advance('P8D');
  for (const order of [first, firstUnanswered, bounces]) expect((await lineOf(order)).status).toBe('Closed');
});
