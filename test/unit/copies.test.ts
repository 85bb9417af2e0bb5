import { sendQueued } from '../../functions/send-provisioning-email/queued-email.ts';
import { Lane } from '../../functions/send-provisioning-email/lane.ts';
import { defaults } from '../../infra/settings.ts';
import type { MailOutcome } from '../../shared/adapters/mail.ts';
import type { Email } from '../../shared/contracts/email.ts';
import { giveUpClaim, withClaim } from '../../shared/domain/claims.ts';
import { saveCopyTo } from '../../shared/domain/copies.ts';
import { withoutPerson } from '../../shared/domain/erasure.ts';
import { recordFeedback } from '../../shared/domain/feedback.ts';
import { followUp, nextDueAt } from '../../shared/domain/follow-up.ts';
import { told } from '../../shared/domain/history.ts';
import { eventsOf } from '../../shared/domain/line-events.ts';
import { isBooked, type OrderLine } from '../../shared/domain/order-line.ts';
import { decideCopyTo, refuseResend } from '../../shared/domain/rules.ts';
import { recordFailure, recordReported } from '../../shared/domain/sent-emails.ts';
import { minus, plus } from '../../shared/domain/time.ts';
import { book, cancel, onboard } from '../../shared/domain/transitions.ts';
import { parseLine } from '../../shared/adapters/order-line-item.ts';
import { pacer } from '../../shared/domain/pacer.ts';
import { silentMetrics } from '../../shared/runtime/metrics.ts';
import { changeCopyTo } from '../../shared/use-cases/change-copy-to.ts';
import { itemOf, line, now } from '../support/lines.ts';
import { mailSettings } from '../support/mail-settings.ts';
import { memoryStore } from '../support/memory-store.ts';

/** A second recipient gets the first email and the reminders as emails of their own; none is lost, and none repeated. */

const limits = defaults.resendLimits;
const desk = { email: 'desk@example.com', name: 'Help desk', locale: 'en' } as const;
const due = line({ requestedStartDate: now, copyTo: desk, reminders: ['P2D'] });
const stamp = { at: now, actor: 'rana' };

const accepted = (messageId: string): MailOutcome => ({ outcome: 'accepted', messageId });

/** The workflow's function, as SQS calls it, on one line. */
function sender(stored: OrderLine) {
  const { store, lines } = memoryStore(stored);
  const sent: Email[] = [];
  const answers: MailOutcome[] = [];
  const outputs: unknown[] = [];
  const failures: string[] = [];
  let time = now;
  let ids = 0;
  const pause = () => Promise.resolve();
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const mail = {
    send: (email: Email) => {
      sent.push(email);
      return Promise.resolve(answers.shift() ?? accepted(`message-${sent.length}`));
    },
  };
  const at = () => new Date(time);
  const services = {
    store,
    mail,
    mailSettings,
    limits,
    now: at,
    newId: () => `claim-${(ids += 1)}`,
    pause,
    log,
    metrics: silentMetrics,
    tasks: {
      succeed: (_: string, output: unknown) => Promise.resolve(void outputs.push(output)),
      fail: (_: string, { name }: Error) => Promise.resolve(void failures.push(name)),
    },
    lane: new Lane({
      perSecond: () => Infinity,
      calls: 1,
      pace: pacer(
        () => Infinity,
        () => 0,
      ),
      mail,
      quota: { account: () => Promise.resolve({ perSecond: Infinity, most: Infinity, sent: 0 }) },
      queue: { length: () => Promise.resolve(0) },
      laneStore: store.lane,
      now: at,
      elapsed: () => 0,
      pause,
      log,
    }),
  };
  const message = { orderId: 'ORD-1', lineId: '1', revision: 1, taskToken: 'token' };
  const stand = (): OrderLine => {
    const [found] = lines();
    if (!isBooked(found)) throw new Error('the line is gone');
    return found;
  };
  return {
    sent,
    answers,
    outputs,
    failures,
    stand,
    services,
    deliver: (instant = time) => {
      time = instant;
      return sendQueued(message, services, { elapsed: () => 0 });
    },
  };
}

it('sends the first email, then a copy with a turn of its own, and only then answers the execution', async () => {
  const { deliver, sent, outputs, stand } = sender(due);
  expect(await deliver()).toEqual({ againIn: 0 });
  expect(outputs).toEqual([]);
  expect(await deliver()).toBeUndefined();
  expect(outputs).toEqual([expect.objectContaining({ outcome: 'awaiting' })]);
  expect(sent.map(({ to, subject }) => ({ to, subject }))).toEqual([
    { to: 'it@example.com', subject: 'Set up your subscription Sub-1 (order ORD-1)' },
    { to: 'desk@example.com', subject: 'Copy: Set up your subscription Sub-1 (order ORD-1)' },
  ]);
  expect(sent[1]?.text).toContain('This is a copy for your information.');
  expect(sent[1]?.text).toContain('Its provisioning contact is it@example.com');
  expect(stand()).toMatchObject({ emailsSent: 2, countedEmailsAt: [], lastEmail: { to: 'it@example.com' } });
  expect(stand()).not.toHaveProperty('copyDue');
  await deliver();
  expect(sent).toHaveLength(2);
});

it('sends copies of reminders, too', async () => {
  const { deliver, sent, stand } = sender(due);
  await deliver();
  await deliver();
  const remindAt = minus(stand().closesAt ?? '', 'P2D');
  expect(await deliver(remindAt)).toEqual({ againIn: 0 });
  expect(await deliver()).toBeUndefined();
  expect(sent.slice(2).map(({ to, subject }) => `${to}: ${subject.slice(0, 28)}`)).toEqual([
    'it@example.com: Reminder, 2 days left: Set u',
    'desk@example.com: Copy: Reminder, 2 days left:',
  ]);
});

describe('what may become of a copy', () => {
  it('is sent by the next delivery, if the process died after the first email', async () => {
    const first = sender(due);
    await first.deliver();
    const crashed = first.stand();
    expect(nextDueAt(crashed)).toBe(now);
    expect(followUp({ ...crashed, executionStartedAt: minus(now, 'P1D') }, plus(now, 'PT35M'), 'P2D')).toBe(
      'restart-execution',
    );
    const again = sender(crashed);
    await again.deliver();
    expect(again.sent.map(({ to }) => to)).toEqual(['desk@example.com']);
  });

  it('is waited for as a first email, if the answer was lost, and then sent once more', async () => {
    const { deliver, answers, outputs, sent, stand } = sender(due);
    await deliver();
    answers.push({ outcome: 'unknown', reason: 'TimeoutError' });
    expect(await deliver()).toEqual({ againIn: 15 * 60 });
    expect(outputs).toEqual([]);
    expect(stand()).toMatchObject({ emailsSent: 2, unconfirmed: [{ kind: 'first-copy' }] });
    await deliver(plus(now, 'PT15M'));
    expect(sent).toHaveLength(3);
    expect(outputs.at(-1)).toMatchObject({ outcome: 'awaiting' });
  });

  it('is not sent once more, if the report on it comes', async () => {
    const { deliver, answers, stand } = sender(due);
    await deliver();
    answers.push({ outcome: 'unknown', reason: 'TimeoutError' });
    await deliver();
    const [given] = stand().unconfirmed;
    const report = {
      messageId: 'm',
      to: desk.email,
      sentAt: now,
      claimId: given?.id,
      kind: 'first-copy',
    } as const;
    const again = sender(recordReported(stand(), report));
    await again.deliver(plus(now, 'PT15M'));
    expect(again.sent).toEqual([]);
    expect(again.stand().lastEmail).toMatchObject({ to: 'it@example.com' });
  });

  it('of a reminder is not repeated, if it may have left', () => {
    const at = now;
    const copy = {
      id: 'c',
      owner: 'o',
      kind: 'reminder-copy',
      to: desk,
      actor: 'workflow',
      at,
      until: at,
    } as const;
    const waiting = line({
      status: 'AwaitingProvisioningDetails',
      copyTo: desk,
      copyDue: { kind: 'reminder-copy', at },
    });
    expect(giveUpClaim(withClaim(waiting, copy))).not.toHaveProperty('copyDue');
  });

  it('of a reminder is not due, if it turns out that the reminder did not leave', () => {
    const reminder = {
      id: 'c',
      owner: 'o',
      kind: 'reminder',
      to: line().provisioningContact,
      actor: 'workflow',
      at: now,
      until: now,
    } as const;
    const given = giveUpClaim(
      withClaim(line({ status: 'AwaitingProvisioningDetails', copyTo: desk }), reminder),
    );
    expect(given).toMatchObject({ copyDue: { kind: 'reminder-copy' } });
    expect(recordFailure(given, reminder, undefined)).not.toHaveProperty('copyDue');
  });

  it('is in the history and given up, if the mail service refuses it', async () => {
    const { deliver, answers, failures, sent, stand, outputs } = sender(due);
    await deliver();
    answers.push({ outcome: 'refused', reason: 'MessageRejected' });
    await deliver();
    expect(failures).toEqual(['EmailNotSent']);
    expect(stand().history.at(-1)).toMatchObject({ type: 'ProvisioningEmailFailed', to: 'desk@example.com' });
    await deliver();
    expect(sent).toHaveLength(2);
    expect(outputs).toEqual([expect.objectContaining({ outcome: 'awaiting' })]);
  });

  it.each<[string, (line: OrderLine) => OrderLine]>([
    ['onboarded', (first) => onboard(first, { organizationId: 'o', onboardedAt: now }, stamp)],
    ['cancelled', (first) => cancel(first, now, stamp)],
    ['without a second recipient', (first) => saveCopyTo(first, undefined, stamp)],
    [
      'where the contact has their address',
      (first) => ({ ...first, provisioningContact: { ...desk, email: 'DESK@example.com' } }),
    ],
    [
      'where the address bounced',
      (first) => ({ ...first, undeliverable: [{ email: desk.email, reason: '550' }] }),
    ],
    [
      'where the address was erased',
      (first) => parseLine(withoutPerson(itemOf(first), desk.email)) as OrderLine,
    ],
    ['that has used up its emails', (first) => ({ ...first, emailsSent: 100 })],
  ])('does not leave for a line %s', async (_, change) => {
    const first = sender(due);
    await first.deliver();
    const then = sender(change(first.stand()));
    await then.deliver();
    expect(then.sent).toEqual([]);
    expect(then.outputs).toHaveLength(1);
    expect(nextDueAt(then.stand())).not.toBe(now);
  });
});

it('neither blocks the contact nor is told other systems, when it bounces, and then there are no more', async () => {
  const { deliver, stand } = sender(due);
  await deliver();
  const before = stand();
  await deliver();
  const copied = stand();
  const report = {
    messageId: 'message-2',
    delivery: 'Bounced',
    reason: '550 5.1.1',
    undeliverable: true,
  } as const;
  const bounced = recordFeedback(copied, report, { at: now, actor: 'aws.ses' });
  expect(bounced.history.at(-1)).toMatchObject({ type: 'ProvisioningEmailFeedback', to: desk.email });
  expect(bounced.lastEmail).toEqual(copied.lastEmail);
  expect(refuseResend(bounced, plus(now, 'PT1H'), limits)).toBeUndefined();
  expect([...eventsOf(before, copied), ...eventsOf(copied, bounced)]).toEqual([]);
  expect(decideCopyTo(bounced, desk, limits)).toMatchObject({ outcome: 'unchanged' });
  expect(decideCopyTo(saveCopyTo(bounced, undefined, stamp), desk, limits)).toMatchObject({
    outcome: 'refused',
    refusal: { code: 'contact-undeliverable' },
  });
});

test('a booking keeps a second recipient, unless that is the contact', () => {
  const { version: _, history: __, ...booking } = line({ copyTo: desk });
  const booked = (copyTo: typeof desk | undefined) =>
    book({ ...booking, ...(copyTo ? { copyTo } : {}) }, undefined, defaults.offerWindows, stamp);
  expect(booked(desk)).toMatchObject({ copyTo: desk, history: [{ type: 'Booked', copyTo: desk.email }] });
  const same = { ...booking, provisioningContact: { email: 'Desk@example.com', locale: 'en' as const } };
  expect(book({ ...same, copyTo: desk }, undefined, defaults.offerWindows, stamp)).not.toHaveProperty(
    'copyTo',
  );
});

describe('changing the second recipient', () => {
  const rana = { name: 'rana', partnerId: 'northwind', roles: new Set(['resend']) };
  const change = async (stored: OrderLine, to: Parameters<typeof changeCopyTo>[1], caller = rana) => {
    const { store, lines } = memoryStore(stored);
    const services = { store, limits, now: () => new Date(now), metrics: silentMetrics };
    const came = await changeCopyTo({ orderId: 'ORD-1', lineId: '1' }, to, caller, services);
    const [found] = lines();
    const history = isBooked(found) ? told(found.history) : [];
    return { came, history: history.filter(({ type }) => type === 'CopyRecipientChanged') };
  };

  it('is answered with the line, and in the history with whom it was before', async () => {
    const { came, history } = await change(due, { email: 'new@example.com', locale: 'ja' });
    expect(came).toMatchObject({
      outcome: 'changed',
      line: { copyTo: { email: 'new@example.com', locale: 'ja' } },
    });
    expect(history).toEqual([{ ...stamp, type: 'CopyRecipientChanged', to: 'new@example.com' }]);
  });

  it('ends copies', async () => {
    const { came, history } = await change(due, undefined);
    expect(came).not.toHaveProperty('line.copyTo');
    expect(history).toEqual([{ ...stamp, type: 'CopyRecipientChanged' }]);
  });

  it('does nothing the second time', async () => {
    expect((await change(due, { email: 'DESK@example.com' })).history).toEqual([]);
    expect((await change(line(), undefined)).history).toEqual([]);
  });

  it.each<[string, OrderLine, object]>([
    ['the contact', due, { outcome: 'is-contact' }],
    ['one of a cancelled line', cancel(due, now, stamp), { code: 'cancelled' }],
    [
      'one of an onboarded line',
      onboard(due, { organizationId: 'o', onboardedAt: now }, stamp),
      { code: 'point-of-no-return' },
    ],
    ['one beyond the limit of a life', { ...due, contactsSaved: 100 }, { code: 'resend-limit-reached' }],
    ['one of another partner’s line', { ...due, partnerId: 'contoso' }, { code: 'order-line-not-found' }],
  ])('may not be %s', async (_, stored, came) => {
    const to = { email: 'IT@example.com' };
    expect(await change(stored, 'code' in came ? { email: 'new@example.com' } : to)).toMatchObject({
      came,
      history: [],
    });
  });

  it('is not for those who may only view', async () => {
    const viewer = { ...rana, roles: new Set(['view']) };
    expect((await change(due, undefined, viewer)).came).toMatchObject({ code: 'no-access' });
  });
});
