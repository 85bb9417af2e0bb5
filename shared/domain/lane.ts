import { hasExecution } from './executions.ts';
import type { OrderLine } from './order-line.ts';
import { type Instant, later, toInstant } from './time.ts';

/*
 * The lane in which first emails leave: they wait in a queue, which a few calls of one function work off at the rate that
 * the mail service takes. What people send overtakes it.
 */

/** The share of the account's sending rate that the lane uses; the rest is for what people send meanwhile. */
export const laneRateShare = 0.95;

/** The same of the emails that the account may send in 24 hours. */
export const laneDayShare = 0.9;

/** SES's usual rate for accounts out of the sandbox, in emails a second. */
export const usualMailRate = 14;

/**
 * How many emails a second one call of the function sends at most: ten at a time, each of which takes up to half a second.
 */
const mostPerCall = 20;

/** How many messages one call of the function is given. */
export const messagesPerCall = 10;

/**
 * How many calls of the function work the queue off at once, each at its part of the rate. Lambda takes no fewer than two;
 * the more of the account's concurrency is left to those who serve people.
 * @param perSecond the account's rate
 */
export const laneCalls = (perSecond: number): number =>
  Math.max(2, Math.ceil((perSecond * laneRateShare) / mostPerCall));

/** What the mail service lets an account send. */
export interface AccountMail {
  /** Emails a second. */
  readonly perSecond: number;
  /** Emails in 24 hours; Infinity: as many as it likes. */
  readonly most: number;
  /** What it has sent of these in the last 24 hours. */
  readonly sent: number;
}

/** How many emails the lane may still send. */
export const laneRoom = ({ most, sent }: AccountMail): number => most * laneDayShare - sent;

/** For how long the lane rests when the day's emails are used up, before it looks again, in seconds. */
export const laneRest = 15 * 60;

/**
 * When the lane will have sent what waits in it, as far as can be told.
 * @param from when it goes on
 * @param perSecond the account's rate
 */
export const expectedClear = (waiting: number, perSecond: number, from: Instant): Instant =>
  toInstant(new Date(Date.parse(from) + (waiting / (perSecond * laneRateShare)) * 1000));

/** Whether the first email of the line waits for its turn. */
export const isQueued = (line: OrderLine, now: Instant): boolean =>
  line.status === 'Scheduled' && line.requestedStartDate <= now && hasExecution(line);

/** When an email that waits in the lane is expected to leave, at the latest. */
export const expectedToLeave = (now: Instant, laneClearAt: Instant | undefined): Instant =>
  later(now, laneClearAt ?? now);
