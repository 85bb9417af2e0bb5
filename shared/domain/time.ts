import { DateTime, Duration } from 'luxon';

/** A point in time as RFC 3339 in UTC with milliseconds, `2026-11-22T00:00:00.000Z`. Sorts as text. */
export type Instant = string;

/** A length of time as ISO 8601, such as `P7D`. */
export type IsoDuration = string;

export const toInstant = (date: Date): Instant => date.toISOString();

/** Whether `text` is an ISO 8601 duration above zero. Luxon also accepts signs, and a `T` with nothing after it. */
export function isPositiveDuration(text: string): boolean {
  if (/[+-]|T$/.test(text)) return false;
  const duration = Duration.fromISO(text);
  return duration.isValid && duration.toMillis() > 0;
}

/** `instant` moved by `duration`, counted in UTC. */
export const plus = (instant: Instant, duration: IsoDuration): Instant => shift(instant, duration, 1);

/** `instant` moved back by `duration`, counted in UTC. */
export const minus = (instant: Instant, duration: IsoDuration): Instant => shift(instant, duration, -1);

function shift(instant: Instant, duration: IsoDuration, direction: 1 | -1): Instant {
  const length = lengthOf(duration);
  if (typeof length === 'number') return toInstant(new Date(Date.parse(instant) + direction * length));
  const start = DateTime.fromISO(instant, { zone: 'utc' });
  return toInstant((direction === 1 ? start.plus(length) : start.minus(length)).toJSDate());
}

/** Durations that were parsed before: settings name the same few for every line, and parsing is slow. */
const lengths = new Map<IsoDuration, number | Duration>();
const mostLengths = 100;

/** In milliseconds, unless the length depends on the calendar: in UTC, months and years do, days do not. */
function lengthOf(duration: IsoDuration): number | Duration {
  const known = lengths.get(duration);
  if (known !== undefined) return known;
  const read = Duration.fromISO(duration);
  if (!read.isValid) throw new RangeError(`not an ISO 8601 duration: ${duration}`);
  const length = read.years === 0 && read.months === 0 ? read.toMillis() : read;
  // Callers of the API may name any.
  if (lengths.size === mostLengths) lengths.clear();
  lengths.set(duration, length);
  return length;
}

/** The seconds from `from` to `to`. */
export const secondsBetween = (from: Instant, to: Instant): number =>
  (Date.parse(to) - Date.parse(from)) / 1000;

/** The later of two instants. */
export const later = (a: Instant, b: Instant): Instant => (a > b ? a : b);

/** The earlier of two instants. */
export const earlier = (a: Instant, b: Instant): Instant => (a < b ? a : b);
