import type { MailSettings } from '../contracts/environment.ts';
import type { Locale } from '../domain/order-line.ts';
import { emailTexts } from './texts/index.ts';

/** The footer of every email: why people get it, where they get help, and who writes. */
export const footerOf = (
  why: string,
  locale: Locale,
  { supportAddress, postalLine }: MailSettings,
): readonly string[] => [
  why,
  ...(supportAddress === undefined ? [] : [emailTexts[locale].support(supportAddress)]),
  ...(postalLine === undefined ? [] : [postalLine]),
];
