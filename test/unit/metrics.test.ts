import { orderLineBooked } from '../../functions/book-order-line/event.ts';
import { emailReported } from '../../functions/record-email-feedback/event.ts';
import { organizationOnboarded } from '../../functions/record-onboarding/event.ts';
import { sendDueEmail } from '../../functions/send-provisioning-email/due-email.ts';
import { handle as sweepOrderLines } from '../../functions/sweep-order-lines/handler.ts';
import { problems } from '../../shared/contracts/problems.ts';
import type { OrderLine, StoredLine } from '../../shared/domain/order-line.ts';
import { recordSent } from '../../shared/domain/sent-emails.ts';
import { book, cancel, closeOverdue, onboard } from '../../shared/domain/transitions.ts';
import { type Metrics, productMetrics } from '../../shared/contracts/metrics.ts';
import { changeContact } from '../../shared/use-cases/change-contact.ts';
import { resend } from '../../shared/use-cases/resend.ts';
import { booked, daysAfter, onboarded } from '../support/events.ts';
import { memoryStore } from '../support/memory-store.ts';
import { mailSettings } from '../support/mail-settings.ts';
import { untold } from '../support/untold.ts';

/** What is counted, is counted once: also if a write is lost and decided anew, or an event comes again. */

const start = '2026-11-01T00:00:00.000Z';
const stamp = { at: start, actor: 'test' };
const windows = { default: 'P30D', families: {} };
const to = { email: 'it@alderfinch.example', locale: 'en' } as const;

const orderId = 'ORD-1';
const bookingEvent = orderLineBooked.schema.parse(booked(orderId, { requestedStartDate: start }));
const scheduled: OrderLine = {
  ...book(bookingEvent.detail, undefined, windows, stamp),
  awaitsExecution: false,
};
const firstClaim = {
  id: 'c',
  owner: 'o',
  kind: 'first',
  to,
  actor: 'workflow',
  at: start,
  until: start,
} as const;
const awaiting = recordSent(scheduled, firstClaim, { messageId: 'first', sentAt: start });
const onboardedLine = onboard(awaiting, { organizationId: 'org', onboardedAt: start }, stamp);
const cancelledLine = cancel(awaiting, start, stamp);

/** The services of any function, on these lines at this time, and what was counted by them. */
function service(lines: readonly StoredLine[], at = start) {
  const counted: unknown[] = [];
  const metrics: Metrics = {
    add: (name, dimensions, value = 1) => void counted.push([name, ...Object.values(dimensions), value]),
  };
  const { store } = memoryStore(...lines);
  let ids = 0;
  const services = {
    store,
    metrics,
    workflow: {
      start: () => Promise.resolve(),
      stop: () => Promise.resolve(),
      isRunning: () => Promise.resolve(true),
    },
    deadLetters: { keep: () => Promise.resolve() },
    mail: {
      send: () => Promise.resolve({ outcome: 'accepted', messageId: `message-${(ids += 1)}` } as const),
    },
    mailSettings,
    onboardings: { send: () => Promise.reject(new Error('no order has so many lines here')) },
    settings: { OFFER_WINDOWS: windows, REMINDERS: { beforeClose: [] } },
    executionHorizon: 'P180D',
    limits: { interval: 'PT1M', perDay: 10, perLine: 100 },
    now: () => new Date(at),
    newId: () => `id-${(ids += 1)}`,
    pause: () => Promise.resolve(),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  };
  return { services, counted };
}

const refusingMail = {
  send: () => Promise.resolve({ outcome: 'refused', reason: 'MessageRejected' } as const),
};

describe('a booking', () => {
  it('counts once, however often it comes', async () => {
    const { services, counted } = service([]);
    await orderLineBooked.handle(bookingEvent, services);
    await orderLineBooked.handle(bookingEvent, services);
    expect(counted).toEqual([['LinesBooked', 1]]);
  });

  it('of an order that is onboarded counts as both, without a time that nobody needed', async () => {
    const { services, counted } = service([]);
    await organizationOnboarded.handle(organizationOnboarded.schema.parse(onboarded(orderId)), services);
    await orderLineBooked.handle(bookingEvent, services);
    await orderLineBooked.handle(bookingEvent, services);
    expect(counted).toEqual([
      ['LinesBooked', 1],
      ['LinesOnboarded', 1],
    ]);
  });
});

describe('an onboarding', () => {
  const event = (days: number) =>
    organizationOnboarded.schema.parse(onboarded(orderId, daysAfter(start, days)));

  it('counts once for each line, with the time since its first email', async () => {
    const { services, counted } = service([awaiting, { ...awaiting, lineId: '2' }]);
    await organizationOnboarded.handle(event(2), services);
    await organizationOnboarded.handle(event(3), services);
    const once = [
      ['LinesOnboarded', 1],
      ['TimeToOnboarding', 2 * 24 * 60 * 60],
    ];
    expect(counted).toEqual([...once, ...once]);
  });

  it('before the first email has no time', async () => {
    const { services, counted } = service([scheduled, { ...awaiting, lineId: '2' }]);
    await organizationOnboarded.handle(event(-1), services);
    expect(counted).toEqual([
      ['LinesOnboarded', 1],
      ['LinesOnboarded', 1],
    ]);
  });

  it('of a cancelled line is none', async () => {
    const { services, counted } = service([cancelledLine]);
    await organizationOnboarded.handle(event(2), services);
    expect(counted).toEqual([]);
  });
});

describe('the first email', () => {
  const input = { orderId, lineId: '1', requestedStartDate: start, revision: 1 };

  it('counts when it was accepted', async () => {
    const { services, counted } = service([scheduled]);
    await sendDueEmail(input, services);
    await sendDueEmail(input, services);
    expect(counted).toEqual([['EmailsSent', 'first', 1]]);
  });

  it('does not count when it was refused', async () => {
    const { services, counted } = service([scheduled]);
    await expect(sendDueEmail(input, { ...services, mail: refusingMail })).rejects.toThrow();
    expect(counted).toEqual([]);
  });
});

describe('feedback', () => {
  const report = (detailType: string, messageId: string, fields = {}) =>
    emailReported.schema.parse({
      source: 'aws.ses',
      'detail-type': detailType,
      detail: { mail: { messageId, tags: { orderId: [orderId], lineId: ['1'] } }, ...fields },
    });

  it('counts by outcome, and a report that comes again does not', async () => {
    const { services, counted } = service([awaiting]);
    const bounce = { bounce: { bounceType: 'Permanent' } };
    for (const event of [
      report('Email Sent', 'first'),
      report('Email Delivered', 'first'),
      report('Email Delivered', 'first'),
      report('Email Bounced', 'first', bounce),
      report('Email Bounced', 'another', bounce),
    ])
      await emailReported.handle(event, { ...services, ...untold });
    expect(counted).toEqual([
      ['EmailFeedback', 'Delivered', 1],
      ['EmailFeedback', 'Bounced', 1],
      ['EmailsSent', 'resend', 1],
      ['EmailFeedback', 'Bounced', 1],
    ]);
  });
});

describe('a request', () => {
  const caller = { name: 'maya', partnerId: scheduled.partnerId, roles: new Set(['resend']) };
  const request = { caller, requestId: 'r', applyToAllLines: true };
  const key = { orderId, lineId: '1' };
  const other = { email: 'new@alderfinch.example', locale: 'en' } as const;

  it('that is met counts its email by kind', async () => {
    const { services, counted } = service([awaiting]);
    await resend(key, request, services);
    await changeContact(key, other, request, services);
    await changeContact(key, other, request, services);
    expect(counted).toEqual([
      ['EmailsSent', 'resend', 1],
      ['EmailsSent', 'contact-change', 1],
    ]);
  });

  it.each([
    ['not-started', scheduled, caller],
    ['point-of-no-return', onboardedLine, caller],
    ['cancelled', cancelledLine, caller],
    [
      'contact-undeliverable',
      { ...awaiting, undeliverable: [{ email: awaiting.provisioningContact.email, reason: 'x' }] },
      caller,
    ],
    ['resend-too-soon', { ...awaiting, lastResentAt: start }, caller],
    ['resend-limit-reached', { ...awaiting, emailsSent: 100 }, caller],
    ['no-access', awaiting, { ...caller, roles: new Set(['view']) }],
  ])('that is refused counts once by its code: %s', async (code, line, who) => {
    const { services, counted } = service([line]);
    expect(await resend(key, { ...request, caller: who }, services)).toMatchObject({ code });
    expect(counted).toEqual([['RequestsRefused', code, 1]]);
  });

  it('counts the refusals of contact changes, and not the lines that a change for all skips', async () => {
    const { services, counted } = service([awaiting, { ...cancelledLine, lineId: '2' }]);
    const cancelled = { outcome: 'refused', code: 'cancelled' };
    const single = { ...request, applyToAllLines: false };
    expect(await changeContact({ orderId, lineId: '2' }, other, single, services)).toEqual(cancelled);
    const outcome = await changeContact(key, other, request, services);
    expect(outcome).toMatchObject({ skipped: [{ lineId: '2', why: cancelled }] });
    expect(counted).toEqual([
      ['RequestsRefused', 'cancelled', 1],
      ['EmailsSent', 'contact-change', 1],
    ]);
  });

  it('that goes wrong, or leads to no line, is no refusal', async () => {
    const { services, counted } = service([awaiting]);
    expect(await resend({ ...key, lineId: '9' }, request, services)).toEqual({
      outcome: 'denied',
      code: 'order-line-not-found',
    });
    expect(await resend(key, request, { ...services, mail: refusingMail })).toEqual({
      outcome: 'not-sent',
      code: 'email-not-sent',
      isThrottled: false,
    });
    expect(counted).toEqual([]);
  });

  it('is refused by the codes that say so: by access, state or limit', () => {
    const refusing = Object.entries(problems).filter(([, { status }]) => [403, 409, 429].includes(status));
    const { Code: codes } = productMetrics.RequestsRefused.dimensions;
    // They say nothing of a line.
    const others = ['job-in-progress', 'webhook-limit-reached', 'email-not-verified'];
    const refused = refusing.map(([code]) => code).filter((code) => !others.includes(code));
    expect(refused.sort()).toEqual([...codes].sort());
  });
});

describe('a sweep', () => {
  const late = daysAfter(start, 31);

  it('counts the lines that it found overdue, those that it closed, and itself', async () => {
    const lines = [awaiting, { ...scheduled, lineId: '2' }, { ...onboardedLine, lineId: '3' }];
    const { services, counted } = service(lines, late);
    await sweepOrderLines(services);
    expect(counted).toEqual([
      ['OverdueLines', 1],
      ['LinesClosed', 1],
      ['OverdueLines', 1],
      ['SweepRuns', 1],
    ]);
  });

  it('finds nothing overdue in time', async () => {
    const { services, counted } = service([awaiting, { ...scheduled, lineId: '2' }]);
    await sweepOrderLines(services);
    expect(counted).toEqual([['SweepRuns', 1]]);
  });

  it('does not count what was closed by another meanwhile, nor a run that broke off', async () => {
    const { services, counted } = service([awaiting], late);
    const closed = closeOverdue(awaiting, { at: late, actor: 'workflow' });
    await sweepOrderLines({
      ...services,
      store: { ...services.store, change: (_from, decide) => Promise.resolve(decide(closed)) },
    });
    expect(counted).toEqual([
      ['OverdueLines', 1],
      ['SweepRuns', 1],
    ]);

    const broken = () => {
      throw new Error('the index is gone');
    };
    const next = service([awaiting], late);
    await expect(
      sweepOrderLines({ ...next.services, store: { ...next.services.store, listDue: broken } }),
    ).rejects.toThrow();
    expect(next.counted).toEqual([]);
  });
});
