import { hasExecution } from './executions.ts';
import type { OrderLine } from './order-line.ts';
import { type Instant, later, toInstant } from './time.ts';

/*
 * The lane of first emails: a queue that a few concurrent calls of one function drain at the rate of the mail service.
 * People's emails bypass it.
 */

/** The share of the account's sending rate that the lane uses; the rest is reserved for people's emails. */
export const laneRateShare = 0.95;

/** The share of its daily quota that the lane uses. */
export const laneDayShare = 0.9;

/** SES's usual rate for accounts out of the sandbox, in emails a second. */
export const usualMailRate = 14;

/**
 * How many emails a second one call of the function sends at most: ten at a time, each of which takes up to half a second.
 */
const mostPerCall = 20;

/** The batch size of the queue. */
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
  /** Emails in 24 hours; Infinity: unlimited. */
  readonly most: number;
  /** What it has sent of these in the last 24 hours. */
  readonly sent: number;
}

/** How many emails the lane may still send. */
export const laneRoom = ({ most, sent }: AccountMail): number => most * laneDayShare - sent;

/** How long the lane pauses, in seconds, before it checks a used-up daily quota again. */
export const laneRest = 15 * 60;

/**
 * When the lane will have sent what waits in it, as far as can be told.
 * @param from when it goes on
 * @param perSecond the account's rate
 */
export const expectedClear = (waiting: number, perSecond: number, from: Instant): Instant =>
  toInstant(new Date(Date.parse(from) + (waiting / (perSecond * laneRateShare)) * 1000));

/** Whether the first email of the line is queued. */
export const isQueued = (line: OrderLine, now: Instant): boolean =>
  line.status === 'Scheduled' && line.requestedStartDate <= now && hasExecution(line);

/** When a queued email is expected to leave, at the latest. */
export const expectedToLeave = (now: Instant, laneClearAt: Instant | undefined): Instant =>
  later(now, laneClearAt ?? now);
