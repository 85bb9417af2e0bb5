import type { Context } from 'hono';
import { setCookie } from 'hono/cookie';
import { detectFromCookie, detectFromHeader, type languageDetector } from 'hono/language';
import { type Locale, locales } from '../../shared/domain/order-line.ts';
import { isSecure } from './signed-cookie.ts';

const cookieName = 'console-language';
const year = 365 * 24 * 60 * 60;

const options = {
  order: ['cookie', 'header'],
  lookupQueryString: 'lang',
  lookupCookie: cookieName,
  lookupFromHeaderKey: 'accept-language',
  lookupFromPathIndex: 0,
  caches: false,
  ignoreCase: true,
  fallbackLanguage: 'en',
  supportedLanguages: [...locales],
} satisfies Parameters<typeof languageDetector>[0];

export const localeNamed = (name: string | undefined): Locale | undefined =>
  locales.find((locale) => locale === name);

/** The language that the person chose, or else the one that their browser prefers. */
export const localeOf = (c: Context): Locale =>
  localeNamed(detectFromCookie(c, options) ?? detectFromHeader(c, options)) ?? 'en';

/** Remembers the language that the person chose. */
export const keepLocale = (c: Context, locale: Locale): void =>
  setCookie(c, cookieName, locale, { path: '/', sameSite: 'Lax', secure: isSecure(c), maxAge: year });
