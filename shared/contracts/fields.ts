import { DateTime } from 'luxon';
import * as z from 'zod';
import { isTimeZone } from '../domain/notifications.ts';
import { type Contact, locales } from '../domain/order-line.ts';
import { isPositiveDuration, toInstant } from '../domain/time.ts';

/** The longest external identifier, in characters. */
export const longestId = 64;

/** An external identifier: 1 to 64 of `A-Z a-z 0-9 . _ -`. */
export const identifier = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 . _ -');

/**
 * Characters that steer text rather than being part of it. The two joiners are part of it in many scripts, such as
 * Persian and Sinhala, and in emoji: after what they join.
 */
const controlCharacter =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?![\u200c\u200d])\p{Cf}|(?<![\p{L}\p{M}\p{S}])[\u200c\u200d]/u;
const markup = /<[a-z!/?]/i;

/** A name as people write it, on one line. Escaping on output does not rely on the refusal of markup here. */
export const plainText = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(max, `must have at most ${max} characters`)
    .refine((text) => !controlCharacter.test(text), 'must not contain control characters')
    .refine((text) => !markup.test(text), 'must be plain text, without markup');

/** The characters before the at sign of a mail address, as classes of a pattern: the last one, and those before it. */
const lastBeforeAt = String.raw`A-Za-z0-9_+\-&/=`;
const withinBeforeAt = `${lastBeforeAt}.'`;

/**
 * A mail address that the mail service accepts: ASCII, at most 254 characters, at most 64 of them before the at sign
 * (RFC 5321), no display name. `r&d` and `sales/emea` have mail as well; refused are the characters to which mail systems
 * gave a meaning of their own, such as the `%` and `!` of routes and the `?` of encoded words. Other scripts must be in
 * punycode, in the top-level domain, too. Each label of the domain has at most 63 characters and neither starts nor ends
 * with a hyphen (RFC 1035).
 */
const addressPattern = new RegExp(
  String.raw`^(?=[^@]{1,64}@)(?!\.)(?!.*\.\.)[${withinBeforeAt}]*[${lastBeforeAt}]@` +
    String.raw`(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+(?:[A-Za-z]{2,63}|[Xx][Nn]--[A-Za-z0-9-]{0,58}[A-Za-z0-9])$`,
);

/** What cannot be before the at sign, or not where it is: two dots in a row, or one at either end. */
const strayBeforeAt = new RegExp(String.raw`[^${withinBeforeAt}]|^\.|(?<=\.)\.|[^${lastBeforeAt}]$`, 'gu');

/** What cannot be in the domain, or not where it is: at the start or the end of a label. */
const strayInDomain = /[^A-Za-z0-9.-]|^[.-]|(?<=\.)[.-]|-(?=\.)|[.-]$/gu;

/** A character that a mail address cannot have, or not where it is. */
export interface StrayCharacter {
  /** Counted from 1, in characters as people count them. */
  readonly position: number;
  /** The character, or its code point, such as `U+200B`, if it cannot be seen. */
  readonly character: string;
  readonly isSpace: boolean;
}

/**
 * The character that a refused address should not have, where it is one: several different ones are no typing error,
 * and naming one of them would not help.
 */
export function strayCharacter(address: string): StrayCharacter | undefined {
  const at = address.includes('@') ? address.lastIndexOf('@') : address.length;
  const straysOf = (part: string, stray: RegExp, start: number) =>
    Array.from(part.matchAll(stray), ({ 0: character, index }) => ({ character, index: start + index }));
  const strays = [
    ...straysOf(address.slice(0, at), strayBeforeAt, 0),
    ...straysOf(address.slice(at + 1), strayInDomain, at + 1),
  ];
  const [first] = strays;
  if (first === undefined || strays.some(({ character }) => character !== first.character)) return undefined;
  const { character, index } = first;
  return {
    position: Array.from(address.slice(0, index)).length + 1,
    character: /[\p{L}\p{N}\p{P}\p{S}]/u.test(character) ? character : codePointOf(character),
    isSpace: /\p{Zs}/u.test(character),
  };
}

const codePointOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

function wrongAddress(input: unknown): string {
  const expected = 'must be an email address, for example jane@example.com';
  const stray = typeof input === 'string' ? strayCharacter(input) : undefined;
  if (stray === undefined) return expected;
  const what = stray.isSpace ? 'a space' : `"${stray.character}"`;
  return `${expected}; character ${stray.position}, ${what}, cannot be there`;
}

export const emailAddress = z
  .string()
  .max(254, 'must have at most 254 characters')
  .pipe(z.email({ pattern: addressPattern, error: ({ input }) => wrongAddress(input) }))
  .meta({ format: 'email', example: 'jane@example.com' });

/** A length of time above zero, as ISO 8601. */
export const duration = z.string().refine(isPositiveDuration, {
  error: 'must be an ISO 8601 duration above zero, for example P7D',
  abort: true,
});

const locale = z.enum(locales, `must be one of ${locales.join(', ')}`);

/** A change of the provisioning contact: what is not given stays. */
export const contactChangeFields = () => ({
  email: emailAddress.meta({ description: 'The address' }),
  name: plainText(200).exactOptional().meta({
    description: 'The name; if left out, it is kept only with the same address',
  }),
  locale: locale
    .exactOptional()
    .meta({ description: 'The language of the emails; if left out, it does not change' }),
});

/** A provisioning contact; without a locale, emails are in English. */
export const contact: z.ZodType<Contact> = z.lazy(() =>
  z.object({ ...contactChangeFields(), locale: locale.default('en') }),
);

export const person = z.lazy(() => z.object({ name: plainText(200), email: emailAddress }));

/** A time zone that people live in. */
export const timeZone = z
  .string()
  .max(64, 'must have at most 64 characters')
  .refine(isTimeZone, 'must be an IANA time zone, for example Europe/Berlin')
  .meta({ example: 'Europe/Berlin' });

/** Later times would not sort as text, and are typing errors. */
const latestYear = 2199;

const withinReason = (text: string) => {
  const year = DateTime.fromISO(text, { zone: 'utc' }).year;
  return year >= 1970 && year <= latestYear;
};
const yearMessage = `must lie between 1970 and ${latestYear}`;
const toUtc = (text: string) => toInstant(DateTime.fromISO(text, { zone: 'utc' }).toJSDate());

/** A point in time as RFC 3339 with an offset; read as UTC with milliseconds. */
export const timestamp = z.lazy(() =>
  z.iso
    .datetime({
      offset: true,
      error: 'must be an RFC 3339 timestamp with an offset, for example 2026-11-22T09:00:00Z',
      abort: true,
    })
    .refine(withinReason, yearMessage)
    .transform(toUtc),
);

/** A point in time as the product returns it: in UTC. */
export const instant = z.iso.datetime().meta({ id: 'Instant', example: '2026-11-22T00:00:00.000Z' });

/** A date means 00:00 UTC of that day; a timestamp is taken as it is. */
export const startDate = z.lazy(() =>
  z
    .union(
      [z.iso.date(), z.iso.datetime({ offset: true })],
      'must be a date, for example 2026-12-01, or an RFC 3339 timestamp with an offset',
    )
    .refine(withinReason, yearMessage)
    .transform(toUtc),
);
