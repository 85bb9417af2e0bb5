import { webhooksQueue } from '../../functions/deliver-webhooks/queue.ts';
import { laneCalls, laneRate, laneRest, laneRoom } from '../../shared/domain/lane.ts';
import { digestMinutes, digestRateShare, digestRoom } from '../../shared/domain/notifications.ts';
import { executionQuota, sweepPaces } from '../../shared/domain/quotas.ts';
import { randomFrom } from '../support/random.ts';
import { defaults } from '../../infra/settings.ts';
import { remindersOf } from '../../shared/domain/reminders.ts';
import { Duration } from 'luxon';
import { quotas, type RegionClass, regionOf } from './aws.ts';
import { type Units, workflowFacts, writeUnits } from './line-life.ts';
import type { Population } from './population.ts';

/*
 * Months in the life of the service, minute by minute: not one event for each line, but how many lines a minute are booked,
 * started, due, sent, reported on, settled and closed, each as the one before lets them. What waits for its turn is kept
 * first come, first served, with the minute since when; so delays are exact to some seconds, and ten million lines take
 * as long as ten thousand. Chance decides how many lines are booked in a minute, and comes from a seed.
 */

const minutesOfDay = 24 * 60;

export interface Scenario {
  readonly name: string;
  /** Lines booked in 30 days, on working days from 8 to 18 h UTC. */
  readonly linesPerMonth: number;
  /** Lines that were booked long ago and are all due at one midnight. */
  readonly atMidnight: number;
  readonly region: RegionClass;
  /** What SES lets the account send; both are settings of the account, not of the product. */
  readonly mail: { readonly perSecond: number; readonly perDay: number };
  readonly horizonDays: number;
  readonly seed: number;
  readonly population: Population;
}

/** How long windows last, of how many lines, and after how many days reminders go to the share that is not settled. */
const windowsOf = (population: Population) =>
  [
    { days: 7, share: population.shortWindow },
    { days: 30, share: 1 - population.shortWindow },
  ].map((window) => ({
    ...window,
    reminded: remindersOf(`P${window.days}D`, defaults.reminders)
      .map((before) => window.days - Duration.fromISO(before).as('days'))
      .map((after) => ({ after, unsettled: unsettledAfter(after, window.days, population) })),
  }));

/** The share of the lines of a window that is not settled after so many days of it. */
function unsettledAfter(days: number, window: number, { daysToSetUp, settledEarly }: Population): number {
  const settled = (by: number) => 1 - Math.exp(-by / daysToSetUp);
  return 1 - (settledEarly * settled(days)) / settled(window);
}

/** How many reminders a line gets on average. A resend in the day before, which spares one, is left out. */
export const remindersPerLine = (population: Population): number =>
  windowsOf(population)
    .flatMap(({ share, reminded }) => reminded.map(({ unsettled }) => share * unsettled))
    .reduce((sum, reminders) => sum + reminders, 0);

/** The digests that partners who book so many lines a month are sent a day. */
const digestsADay = (
  linesPerMonth: number,
  { linesPerPartner, digestsPerPartner, digestsWithNews }: Population,
): number => (linesPerMonth / linesPerPartner) * digestsPerPartner * digestsWithNews;

/** When the digests of a day are due, in a model in which all their readers live at Greenwich, and how long they are sent. */
const digestsFrom = 8 * 60;
const digestsFor = 12 * 60;

/** What a line's emails tell other systems: sent, delivered, and of a reminder that the window ends soon. */
export const eventsOfEmail = 2;
const eventsOfReminder = 3;

/** Write units of a digest: the claim, with its entry in an index that moves, and the record. */
export const unitsOfDigest = 4;
/** The same of an event for a webhook. */
const unitsOfDelivery = 1.5;

/** Days until everything that there was before the measured month shows in it. */
const warmUpDays = 65;
const measuredDays = 30;
/** Days after which what still waits counts as never sent. */
const drainDays = 10;

/** Seconds that calls of functions take, for the concurrency that they need. */
const callSeconds = { intake: 0.1, resend: 0.3, delivery: 0.3 };
/** Seconds between the due time and the mail service when nothing waits: queue, function, table, SES. */
const unhurried = 1;

export interface Outcome {
  readonly scenario: Scenario;
  /** First emails of the measured time. */
  readonly emails: number;
  /** Seconds from when it was due until SES took it. */
  readonly delay: { readonly p50: number; readonly p95: number; readonly p99: number; readonly last: number };
  /** How many emails were how many seconds late. */
  readonly delays: ReadonlyMap<number, number>;
  /** First emails that had not left in the end. */
  readonly unsent: number;
  /** Digests of the measured time, and those of them that were given up because emails of lines took all there was. */
  readonly digests: { readonly due: number; readonly givenUp: number };
  /** The most of each at any time, or in any minute. */
  readonly peak: {
    readonly openExecutions: number;
    readonly waiting: number;
    readonly concurrency: number;
    readonly emailsOfDay: number;
    readonly writeUnits: number;
    readonly starts: number;
    readonly stops: number;
    readonly transitions: number;
  };
  /** For 1,000 lines; the first of these without reminders, copies, digests and webhooks. */
  readonly perThousand: {
    readonly transitions: number;
    readonly emails: number;
    /** Of the table and its indexes. */
    readonly writeUnits: number;
    readonly indexUnits: number;
    readonly countUnits: number;
    readonly reminders: {
      readonly emails: number;
      readonly transitions: number;
      readonly writeUnits: number;
      readonly events: number;
    };
    readonly copies: { readonly emails: number; readonly writeUnits: number };
    readonly digests: number;
    /** Events that are put before webhooks. */
    readonly deliveries: number;
  };
  /** How many first emails had left at the end of each hour of the measured time. */
  readonly sentByHour: readonly number[];
}

/** What waits in the lane. */
type Kind = 'first' | 'reminder' | 'copy';

interface Waiting {
  readonly since: number;
  count: number;
  /** They became due one by one, in the course of the minute. */
  readonly spread: boolean;
  readonly kind: Kind;
}

/** A line of people who wait, first come, first served. */
class Queue {
  readonly #waiting: Waiting[] = [];
  #first = 0;
  size = 0;

  add(since: number, count: number, spread: boolean, kind: Kind = 'first'): void {
    if (count <= 0) return;
    this.#waiting.push({ since, count, spread, kind });
    this.size += count;
  }

  /** Takes up to so many. @param onTaken told how many of which minute, and of how many taken before them */
  take(most: number, onTaken: (taken: Readonly<Waiting>, before: number) => void): number {
    let taken = 0;
    for (;;) {
      const head = this.#waiting[this.#first];
      if (!head || taken >= most) break;
      const count = Math.min(head.count, most - taken);
      onTaken({ ...head, count }, taken);
      head.count -= count;
      taken += count;
      if (head.count <= 0) this.#first += 1;
    }
    this.size -= taken;
    return taken;
  }
}

export function simulate(scenario: Scenario): Outcome {
  const { linesPerMonth, atMidnight, region, mail, horizonDays, population } = scenario;
  const windows = windowsOf(population);
  const days = warmUpDays + measuredDays + drainDays;
  const minutes = days * minutesOfDay;
  const start = warmUpDays * minutesOfDay;
  const end = start + measuredDays * minutesOfDay;
  const random = randomFrom(scenario.seed);
  const happenings = writeUnits();
  const units = {
    book: sumOf(happenings.book),
    start: sumOf(happenings.start),
    email: sumOf(happenings.email) + sumOf(happenings.reports),
    resend: sumOf(happenings.resend),
    reminder: sumOf(happenings.reminder),
    copy: sumOf(happenings.copy),
    onboard: sumOf(happenings.onboard),
    close: sumOf(happenings.close),
  };
  const facts = workflowFacts();
  const lanePerSecond = laneRate(mail.perSecond);
  const counts = () => new Float64Array(minutes + 1);

  const { booked, atOnce, dueAtMidnight, unstarted, startedAtBooking } = bookings();

  const closes = counts();
  const mailed = counts();
  const reminded = counts();
  const settledOfDay = new Float64Array(2 * days);
  const resendsOfDay = new Float64Array(2 * days);

  const lining = new Queue();
  const entering = new Queue();
  const toStart = new Queue();
  const paces = sweepPaces(regionOf[region]);
  /** How many emails were how many seconds late. */
  const delays = new Map<number, number>();
  const peak = {
    openExecutions: 0,
    waiting: 0,
    concurrency: 0,
    emailsOfDay: 0,
    writeUnits: 0,
    starts: 0,
    stops: 0,
    transitions: 0,
  };
  let open = 0;
  let lastDay = 0;
  let rests = 0;
  let sentOfDay = 0;
  let sentMeasured = 0;
  let dueMeasured = 0;
  let sentSoFar = 0;
  let digestsLeft = 0;
  let areDigestsSent = false;
  const digests = { due: 0, givenUp: 0 };
  const sentByHour: number[] = [];

  for (let minute = 0; minute < minutes; minute += 1) {
    const isMeasured = minute >= start && minute < end;
    const at = (series: Float64Array): number => series[minute] ?? 0;
    const day = Math.floor(minute / minutesOfDay);
    const hour = (minute % minutesOfDay) / 60;
    /** People do things from 8 to 18 h, on any day: some partners work on Sundays. */
    const byPeople = (ofDay: Float64Array): number =>
      hour >= 8 && hour < 18 ? (ofDay[day] ?? 0) / (10 * 60) : 0;
    const settled = byPeople(settledOfDay);
    const people = byPeople(resendsOfDay);

    // Executions: started with the booking if the start date is near, else by the sweep, within its share of the quota.
    toStart.add(minute, at(unstarted), false);
    const swept = toStart.take(paces.StartExecution.perSecond * 60, () => undefined);
    const starts = at(startedAtBooking) + swept;
    open += starts - settled - at(closes);

    // Those whose start date has come leave their wait as fast as Step Functions lets executions go on.
    entering.add(minute, at(dueAtMidnight), false);
    entering.add(minute, at(atOnce), true);
    if (isMeasured) dueMeasured += at(dueAtMidnight) + at(atOnce);
    const otherTransitions = starts + at(closes) + facts.transitionsPerReminder * at(reminded);
    const room = Math.max(0, quotas.transitions[region] * 60 - otherTransitions) / transitionsToSend;
    const entered = entering.take(room, ({ since, count, spread }) => lining.add(since, count, spread));
    lining.add(minute, at(reminded), true, 'reminder');

    // The lane, and the people who overtake it.
    lastDay -= mailed[minute - minutesOfDay] ?? 0;
    const roomOfDay = laneRoom({ ...mail, most: mail.perDay, sent: lastDay + people });
    if (roomOfDay < 1 && lining.size > 0) rests = Math.max(rests, minute + laneRest / 60);
    const most = minute < rests ? 0 : Math.min(lanePerSecond * 60, roomOfDay);
    const hadToWait = lining.size > most;
    const leaving = { first: 0, reminder: 0, copy: 0 } satisfies Record<Kind, number>;
    const left = lining.take(Math.max(0, most), ({ since, count, spread, kind }, before) => {
      leaving[kind] += count;
      if (kind !== 'first' || since < start || since >= end) return;
      // Of those who became due one by one, nobody waits for the others unless there are too many.
      const first = (minute - since) * 60 + (spread && !hadToWait ? 0 : before / lanePerSecond);
      const span = spread && !hadToWait ? 0 : count / lanePerSecond;
      const parts = Math.min(12, Math.max(1, Math.ceil(span)));
      for (let part = 1; part <= parts; part += 1)
        addDelay(unhurried + first + (span * part) / parts, count / parts);
      sentMeasured += count;
    });
    const { first: firstEmails, reminder: reminders, copy: copies } = leaving;
    const digestsNow = sendDigests(minute, lining.size >= 1 || minute < rests, isMeasured);
    // Each copy waits for a turn of its own once its email has left.
    lining.add(minute, (firstEmails + reminders) * population.copies, true, 'copy');
    mailed[minute] = left + people + digestsNow;
    lastDay += left + people + digestsNow;
    goOnLater(minute, firstEmails);
    sentOfDay += firstEmails;
    if ((minute + 1) % minutesOfDay === 0) {
      settle(day, sentOfDay);
      sentOfDay = 0;
    }

    const deliveries =
      population.webhooks *
      (at(booked) +
        settled +
        at(closes) +
        eventsOfEmail * (firstEmails + people) +
        eventsOfReminder * reminders);
    const written =
      at(booked) * units.book +
      swept * units.start +
      firstEmails * units.email +
      reminders * units.reminder +
      copies * units.copy +
      digestsNow * unitsOfDigest +
      deliveries * unitsOfDelivery +
      people * units.resend +
      settled * units.onboard +
      at(closes) * units.close;
    const transitions = otherTransitions + entered * transitionsToSend;
    const calls =
      (at(booked) + 2 * (left + people) + settled) * callSeconds.intake + people * callSeconds.resend;
    const delivering = Math.min(webhooksQueue.mostAtOnce, (deliveries * callSeconds.delivery) / 60);
    const concurrency =
      calls / 60 + delivering + (left > 0 ? laneCalls(mail.perSecond) : 0) + (digestsNow > 0 ? 1 : 0) + 1;
    if (minute >= start - horizonDays * minutesOfDay) {
      peak.openExecutions = Math.max(peak.openExecutions, open);
      peak.waiting = Math.max(peak.waiting, lining.size + entering.size);
      peak.concurrency = Math.max(peak.concurrency, concurrency);
      peak.emailsOfDay = Math.max(peak.emailsOfDay, lastDay);
      peak.writeUnits = Math.max(peak.writeUnits, written / 60);
      peak.starts = Math.max(peak.starts, starts / 60);
      peak.stops = Math.max(peak.stops, settled / 60);
      peak.transitions = Math.max(peak.transitions, transitions / 60);
    }
    if (minute >= start) {
      sentSoFar += firstEmails;
      if ((minute + 1) % 60 === 0) sentByHour.push(sentSoFar);
    }
  }

  return {
    scenario,
    emails: Math.round(dueMeasured),
    delay: percentiles(delays),
    delays,
    unsent: Math.round(dueMeasured - sentMeasured),
    digests,
    peak,
    perThousand: perThousand(),
    sentByHour,
  };

  function addDelay(seconds: number, count: number): void {
    const rounded = Math.round(seconds);
    delays.set(rounded, (delays.get(rounded) ?? 0) + count);
  }

  /** Sends digests that are due, unless emails of lines wait or have used up the day, and answers how many. */
  function sendDigests(minute: number, isLaneWaiting: boolean, isMeasured: boolean): number {
    const minuteOfDay = minute % minutesOfDay;
    if (minuteOfDay === digestsFrom) {
      digestsLeft = digestsADay(linesPerMonth, population);
      if (isMeasured) digests.due += digestsLeft;
    }
    if (minuteOfDay === digestsFrom + digestsFor) {
      if (isMeasured) digests.givenUp += digestsLeft;
      digestsLeft = 0;
    }
    // A run that has to give way leaves the rest to the next one.
    if (minute % digestMinutes === 0) areDigestsSent = true;
    const room = digestRoom({ ...mail, most: mail.perDay, sent: lastDay });
    areDigestsSent &&= !isLaneWaiting && room >= 1;
    if (!areDigestsSent) return 0;
    const sent = Math.min(digestsLeft, mail.perSecond * digestRateShare * 60, room);
    digestsLeft -= sent;
    return sent;
  }

  function bookings() {
    const series = {
      booked: counts(),
      atOnce: counts(),
      dueAtMidnight: counts(),
      unstarted: counts(),
      startedAtBooking: counts(),
    };
    const add = (to: Float64Array, minute: number, count: number) => {
      if (minute >= 0 && minute <= minutes) to[minute] = (to[minute] ?? 0) + count;
    };
    const isWorking = (day: number) => day % 7 < 5;
    const workingMinutes = Array.from({ length: days }, (_, day) => day).filter(isWorking).length * 10 * 60;
    const perMinute = (linesPerMonth * (days / 30)) / workingMinutes;
    for (let day = 0; day < days; day += 1) {
      if (!isWorking(day) || linesPerMonth === 0) continue;
      let ofDay = 0;
      for (let minute = day * minutesOfDay + 8 * 60; minute < day * minutesOfDay + 18 * 60; minute += 1) {
        const count = poisson(perMinute, random);
        add(series.booked, minute, count);
        add(series.atOnce, minute, count * population.dueAtOnce);
        add(series.startedAtBooking, minute, count * population.dueAtOnce);
        ofDay += count;
      }
      const later = ofDay * (1 - population.dueAtOnce);
      // The measured days are a month, which its first day begins.
      const toFirst = 30 - ((((day - warmUpDays) % 30) + 30) % 30);
      for (let lead = 1; lead <= population.longestLeadDays; lead += 1) {
        const share =
          (1 - population.onFirstOfMonth) / population.longestLeadDays +
          (lead === toFirst ? population.onFirstOfMonth : 0);
        const due = (day + lead) * minutesOfDay;
        add(series.dueAtMidnight, due, later * share);
        if (lead <= horizonDays) {
          for (let hour = 8; hour < 18; hour += 1)
            for (let minute = 0; minute < 60; minute += 1)
              add(series.startedAtBooking, day * minutesOfDay + hour * 60 + minute, (later * share) / 600);
        } else add(series.unstarted, due - horizonDays * minutesOfDay, later * share);
      }
    }
    add(series.dueAtMidnight, start, atMidnight);
    add(series.unstarted, start - horizonDays * minutesOfDay, atMidnight);
    return series;
  }

  /** When the lines whose first emails left in this minute are reminded and closed, unless something happens to them. */
  function goOnLater(minute: number, count: number): void {
    if (count === 0) return;
    for (const { share, days: window, reminded: reminders } of windows) {
      for (const { after, unsettled } of reminders) {
        const due = minute + Math.round(after * minutesOfDay);
        const open = count * share * unsettled;
        if (due <= minutes) reminded[due] = (reminded[due] ?? 0) + open;
      }
      const place = minute + window * minutesOfDay;
      const left = count * share * (1 - population.settledEarly);
      if (place <= minutes) closes[place] = (closes[place] ?? 0) + left;
    }
  }

  /** On which days the lines whose first emails left on this one are settled, and sent again. */
  function settle(day: number, count: number): void {
    const { daysToSetUp, settledEarly, resends: again, resentWithinDays } = population;
    const add = (to: Float64Array, place: number, lines: number) => {
      to[place] = (to[place] ?? 0) + lines;
    };
    for (const { share, days: window } of windows) {
      const left = (days: number) => Math.exp(-days / daysToSetUp);
      const lines = (count * share * settledEarly) / (1 - left(window));
      for (let later = 1; later <= window; later += 1)
        add(settledOfDay, day + later, lines * (left(later - 1) - left(later)));
    }
    for (let later = 1; later <= resentWithinDays; later += 1)
      add(resendsOfDay, day + later, (count * again) / resentWithinDays);
  }

  function perThousand(): Outcome['perThousand'] {
    const { settledEarly, resends: again } = population;
    const reminders = remindersPerLine(population);
    const copies = population.copies * (1 + reminders);
    const total = (series: Float64Array) => series.reduce((sum, count) => sum + count, 0);
    const startedLater = total(unstarted) / (total(unstarted) + total(startedAtBooking));
    /** How often each thing happens to a line. */
    const times = {
      book: 1,
      start: startedLater,
      email: 1,
      reports: 1,
      resend: again,
      onboard: settledEarly,
      close: 1 - settledEarly,
    } satisfies Record<(typeof happeningNames)[number], number>;
    const sum = (of: (units: Units) => number) =>
      happeningNames.reduce((all, name) => all + times[name] * of(happenings[name]), 0);
    return {
      transitions:
        1000 *
        (settledEarly * facts.transitionsUntilOnboarded + (1 - settledEarly) * facts.transitionsUntilClosed),
      emails: 1000 * (1 + again),
      writeUnits: 1000 * sum(({ item, entries }) => item + entries),
      indexUnits: 1000 * sum(({ entries }) => entries),
      countUnits: 1000 * sum(({ counts: ofCounts }) => ofCounts),
      reminders: {
        emails: 1000 * reminders,
        transitions: 1000 * reminders * facts.transitionsPerReminder,
        writeUnits: 1000 * reminders * units.reminder,
        events: 1000 * reminders * eventsOfReminder,
      },
      copies: { emails: 1000 * copies, writeUnits: 1000 * copies * units.copy },
      digests: 30 * digestsADay(1000, population),
      deliveries:
        1000 *
        population.webhooks *
        (eventsOfLine + eventsOfEmail * (1 + again) + eventsOfReminder * reminders),
    };
  }
}

const happeningNames = ['book', 'start', 'email', 'reports', 'resend', 'onboard', 'close'] as const;

const sumOf = ({ item, entries, counts }: Units): number => item + entries + counts;

/** What is told of a line beside its emails: it is scheduled, and it is onboarded, closed or cancelled. */
export const eventsOfLine = 2;

/** A line that becomes due leaves its wait and enters the state that sends. */
const transitionsToSend = 1;

/** How many of something happen that happens so often on average. */
function poisson(mean: number, random: () => number): number {
  if (mean > 50) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
  }
  let count = 0;
  for (let product = random(), limit = Math.exp(-mean); product > limit; product *= random()) count += 1;
  return count;
}

function percentiles(delays: ReadonlyMap<number, number>): Outcome['delay'] {
  const sorted = [...delays]
    .map(([seconds, count]) => ({ seconds, count }))
    .sort((a, b) => a.seconds - b.seconds);
  const all = sorted.reduce((sum, { count }) => sum + count, 0);
  const at = (share: number): number => {
    let passed = 0;
    for (const { seconds, count } of sorted) {
      passed += count;
      if (passed >= share * all) return seconds;
    }
    return sorted.at(-1)?.seconds ?? 0;
  };
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), last: sorted.at(-1)?.seconds ?? 0 };
}

/** The share of a quota, above 1 where it does not suffice. */
export function quotaUse({ scenario: { region, mail }, peak }: Outcome): Readonly<Record<string, number>> {
  return {
    'open executions': peak.openExecutions / quotas.openExecutions,
    'state transitions': peak.transitions / quotas.transitions[region],
    StartExecution: peak.starts / executionQuota('StartExecution', regionOf[region]).perSecond,
    StopExecution: peak.stops / executionQuota('StopExecution', regionOf[region]).perSecond,
    'Lambda concurrency': peak.concurrency / quotas.concurrency,
    'table writes': peak.writeUnits / quotas.writeUnits,
    'emails a day': peak.emailsOfDay / mail.perDay,
  };
}
