const dateForm = {
  year: 'numeric',
  month: 'long',
  day: 'numeric',
  hourCycle: 'h23',
  minute: '2-digit',
} as const;

/**
 * Writes points in time in the style of a language's emails. Each formatter is created on first use and kept: creating
 * one adds 5 ms to a cold start, more than everything else about an email.
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
