const dateForm = {
  year: 'numeric',
  month: 'long',
  day: 'numeric',
  hourCycle: 'h23',
  minute: '2-digit',
} as const;

/**
 * Writes points in time as emails of a language do. Each formatter is made where it is needed first, and kept: to make
 * one takes 5 ms of a cold start, and longer than all else about an email.
 */
export function dateWriter(
  language: string,
  options: Intl.DateTimeFormatOptions = {},
): (date: Date, timeZone: string) => string {
  const formatters = new Map<string, Intl.DateTimeFormat>();
  return (date, timeZone) => {
    const formatter =
      formatters.get(timeZone) ?? new Intl.DateTimeFormat(language, { ...dateForm, ...options, timeZone });
    formatters.set(timeZone, formatter);
    return formatter.format(date);
  };
}
