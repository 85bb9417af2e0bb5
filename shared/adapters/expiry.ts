import type { StoredLine } from '../domain/order-line.ts';
import { settledOnceClosed, settledSince } from '../domain/retention.ts';
import type { Instant } from '../domain/time.ts';

/**
 * The attribute by which DynamoDB removes an item (Time to Live), usually within days after that time. Until then
 * everyone still sees the item, and a write that moves the time keeps it.
 */
export const expiryAttribute = 'expiresAt';

/** When an item expires that is kept for some days from `since`: in seconds since 1970, as DynamoDB reads it. */
export const expiryAfter = (since: Instant, days: number): number =>
  Math.ceil(Date.parse(since) / 1000) + days * secondsOfDay;

const secondsOfDay = 24 * 60 * 60;

/**
 * When the item of a line expires. While the window runs, `closedExpiresAt` holds that time: the state machine closes
 * the line without a function, and copies it from there.
 */
export function expiryOf(line: StoredLine, settledLineDays: number) {
  const settled = settledSince(line);
  const closed = settledOnceClosed(line);
  return {
    ...(settled === undefined ? {} : { [expiryAttribute]: expiryAfter(settled, settledLineDays) }),
    ...(closed === undefined ? {} : { closedExpiresAt: expiryAfter(closed, settledLineDays) }),
  };
}
