import { withinBytes } from '../domain/text.ts';
import type { Email } from './email.ts';

/** SES refuses a sender of more characters, with the name as it is encoded. Its documentation does not say so. */
export const longestMailbox = 320;

/** An encoded word of RFC 2047 may have 75 characters: these bytes in base64, and what says so. */
const bytesOfWord = 45;

/** A sender as mail headers have it: the name as it is if that is safe there, else in encoded words. */
export const mailbox = ({ name, address }: Email['from']): string =>
  `${/^[A-Za-z0-9 ]+$/.test(name) ? name : encodedWords(name).join(' ')} <${address}>`;

function encodedWords(text: string): readonly string[] {
  const start = withinBytes(text, bytesOfWord);
  const rest = text.slice(start.length);
  const word = `=?UTF-8?B?${Buffer.from(start, 'utf8').toString('base64')}?=`;
  return rest === '' ? [word] : [word, ...encodedWords(rest)];
}
