import { withoutStaleClaim } from './claims.ts';
import { hasExecution } from './executions.ts';
import type { OrderLine } from './order-line.ts';
import { firstEmailAwaitedUntil } from './rules.ts';
import { type Instant, type IsoDuration, later, minus, toInstant } from './time.ts';

/*
 * The lane of first emails: a queue that a few concurrent calls of one function drain at the rate of the mail service.
 * People's emails bypass it.
 */

/** What the lane leaves of the account's sending rate for people's emails: a share, or more where that is hardly any. */
const reserved = { share: 0.05, perSecond: 0.5, mostShare: 0.5 };

/**
 * How many emails a second the lane sends.
 * @param perSecond the account's rate; Infinity: no limit
 */
export const laneRate = (perSecond: number): number =>
  Math.min(
    perSecond * (1 - reserved.share),
    Math.max(perSecond - reserved.perSecond, perSecond * (1 - reserved.mostShare)),
  );

/** The share of the account's daily quota that the lane uses. */
export const laneDayShare = 0.9;

/** SES's usual rate for accounts out of the sandbox, in emails a second. */
export const usualMailRate = 14;

/** How many emails a second one call of the function can send: ten at a time, each taking up to half a second. */
const mostPerCall = 20;

/** The batch size of the queue. */
export const messagesPerCall = 10;

/**
 * How many calls of the function drain the queue at once, each with its share of the rate. Lambda allows no fewer than
 * two; fewer calls leave more of the account's concurrency to the functions that serve people.
 * @param perSecond the account's rate
 */
export const laneCalls = (perSecond: number): number =>
  Math.max(2, Math.ceil(laneRate(perSecond) / mostPerCall));

/** How much the mail service lets an account send. */
export interface AccountMail {
  /** Emails a second. */
  readonly perSecond: number;
  /** Emails in 24 hours; Infinity: unlimited. */
  readonly most: number;
  /** Emails sent in the last 24 hours. */
  readonly sent: number;
}

/** How many emails the lane may still send. */
export const laneRoom = ({ most, sent }: AccountMail): number => most * laneDayShare - sent;

/** How long the lane pauses, in seconds, before it checks a used-up daily quota again. */
export const laneRest = 15 * 60;

/**
 * When the lane is expected to have sent everything that waits in it.
 * @param from when it resumes
 * @param perSecond the account's rate
 */
export const expectedClear = (waiting: number, perSecond: number, from: Instant): Instant =>
  toInstant(new Date(Date.parse(from) + (waiting / laneRate(perSecond)) * 1000));

/** That emails wait in the lane. */
export interface LaneWait {
  /** When the last of them is expected to have left. */
  readonly clearAt: Instant;
  /** Since when some have waited without a break; missing in the oldest notes. */
  readonly since?: Instant;
}

/** How far a note of when the lane is clear may be off. */
const noteError: IsoDuration = 'PT30S';

/** What is known of the lane once it is expected to be clear at that time. */
export function laneWait(before: LaneWait | undefined, clearAt: Instant, now: Instant): LaneWait {
  const goesOn = before !== undefined && before.clearAt >= minus(now, noteError);
  return { clearAt, since: (goesOn ? before.since : undefined) ?? now };
}

/** Whether the first email of the line is queued. */
export const isQueued = (line: OrderLine, now: Instant): boolean =>
  line.status === 'Scheduled' && line.requestedStartDate <= now && hasExecution(line);

/**
 * The latest time at which the queued email of a line is expected to leave. One that may have left waits for the mail
 * service's report before it is repeated.
 */
export const expectedToLeave = (line: OrderLine, now: Instant, laneClearAt: Instant | undefined): Instant =>
  later(laneClearAt ?? now, firstEmailAwaitedUntil(withoutStaleClaim(line, now), now) ?? now);
