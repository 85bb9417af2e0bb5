import { DateTime, Duration } from 'luxon';

/** A point in time as RFC 3339 in UTC with milliseconds, `2026-11-22T00:00:00.000Z`. Sorts as text. */
export type Instant = string;

/** A length of time as ISO 8601, `P7D`. */
export type IsoDuration = string;

export const toInstant = (date: Date): Instant => date.toISOString();

/**
 * Whether `text` is an ISO 8601 duration that is longer than nothing.
 */
export function isPositiveDuration(text: string): boolean {
  const duration = Duration.fromISO(text);
  return duration.isValid && duration.toMillis() > 0;
}

/** `instant` moved by `duration`, counted in UTC. */
export const plus = (instant: Instant, duration: IsoDuration): Instant => shift(instant, duration, 1);

/** `instant` moved back by `duration`, counted in UTC. */
export const minus = (instant: Instant, duration: IsoDuration): Instant => shift(instant, duration, -1);

function shift(instant: Instant, duration: IsoDuration, direction: 1 | -1): Instant {
  const length = Duration.fromISO(duration);
  if (!length.isValid) throw new RangeError(`not an ISO 8601 duration: ${duration}`);
  const start = DateTime.fromISO(instant, { zone: 'utc' });
  return toInstant((direction === 1 ? start.plus(length) : start.minus(length)).toJSDate());
}

/** How long after `from` it is `to`, in seconds. */
export const secondsBetween = (from: Instant, to: Instant): number =>
  (Date.parse(to) - Date.parse(from)) / 1000;

/** The later of two instants. */
export const later = (a: Instant, b: Instant): Instant => (a > b ? a : b);
