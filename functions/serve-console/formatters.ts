import { Duration } from 'luxon';
import { atFirstUse } from '../../shared/domain/at-first-use.ts';
import type { Locale } from '../../shared/domain/order-line.ts';
import type { Instant, IsoDuration } from '../../shared/domain/time.ts';
import { withUnits } from './texts/units.ts';

/** How one language writes dates, lengths of time, numbers, lists and sentences. Dates include their time zone. */
export interface Formatters {
  readonly date: (instant: Instant) => string;
  /** The same to the second, rounded up: something becomes possible at that time. */
  readonly moment: (instant: Instant) => string;
  /** A window, such as `7 days`. */
  readonly window: (duration: IsoDuration) => string;
  /** A length of time in its two largest units, `6 days, 23 hours`; at least a minute. */
  readonly span: (milliseconds: number) => string;
  readonly number: (value: number) => string;
  /** A share of 1, such as `12.5%`. */
  readonly percent: (share: number) => string;
  /** `2026-11` as `November 2026`. */
  readonly month: (month: string) => string;
  readonly language: (locale: Locale) => string;
  /** `a, b, and c` */
  readonly list: (items: readonly string[]) => string;
  /** Sentences one after the other; missing ones are left out. */
  readonly sentences: (of: readonly (string | undefined)[]) => string;
}

interface Conventions {
  readonly tag: string;
  readonly month: 'short' | 'numeric';
  readonly betweenSentences: string;
}

const conventions: Readonly<Record<Locale, Conventions>> = {
  // The readers work across countries: the day comes first, the month is a word, hours count to 24.
  en: { tag: 'en-GB', month: 'short', betweenSentences: ' ' },
  // A Japanese full stop is as wide as a character and includes the space.
  ja: { tag: 'ja-JP', month: 'numeric', betweenSentences: '' },
};

/** Each object from `Intl` takes a millisecond to create, and a page needs few of them, in one language. */
function formattersOf(locale: Locale): Formatters {
  const { tag, month, betweenSentences } = conventions[locale];
  const toTheMinute = {
    day: 'numeric',
    month,
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: 'UTC',
  } as const;
  const dates = atFirstUse(() => new Intl.DateTimeFormat(tag, toTheMinute));
  const moments = atFirstUse(() => new Intl.DateTimeFormat(tag, { ...toTheMinute, second: '2-digit' }));
  const spans = atFirstUse(() => new Intl.DurationFormat(tag, { style: 'long' }));
  const numbers = atFirstUse(() => new Intl.NumberFormat(tag));
  const percents = atFirstUse(
    () => new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 1 }),
  );
  const months = atFirstUse(
    () => new Intl.DateTimeFormat(tag, { month: 'long', year: 'numeric', timeZone: 'UTC' }),
  );
  const lists = atFirstUse(() => new Intl.ListFormat(tag));
  const languages = atFirstUse(() => new Intl.DisplayNames(tag, { type: 'language' }));
  return {
    date: (instant) => `${dates().format(new Date(instant))} UTC`,
    moment: (instant) => `${moments().format(Math.ceil(Date.parse(instant) / 1000) * 1000)} UTC`,
    window: (duration) => withUnits(Duration.fromISO(duration).reconfigure({ locale: tag }).toHuman()),
    span: (milliseconds) => withUnits(spans().format(largestUnits(milliseconds))),
    number: (value) => numbers().format(value),
    percent: (share) => percents().format(share),
    month: (month) => months().format(new Date(month)),
    list: (items) => lists().format(items),
    language: (of) => languages().of(of) ?? of,
    sentences: (of) => of.filter((sentence) => sentence !== undefined).join(betweenSentences),
  };
}

function largestUnits(milliseconds: number): { days?: number; hours?: number; minutes?: number } {
  const minutes = Math.max(1, Math.floor(milliseconds / 60_000));
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  if (days > 0) return hours > 0 ? { days, hours } : { days };
  if (hours > 0) return minutes % 60 > 0 ? { hours, minutes: minutes % 60 } : { hours };
  return { minutes };
}

export const formatters: Readonly<Record<Locale, Formatters>> = {
  en: formattersOf('en'),
  ja: formattersOf('ja'),
};
