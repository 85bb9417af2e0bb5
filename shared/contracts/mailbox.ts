import { withinBytes } from '../domain/text.ts';
import type { Email } from './email.ts';

/** SES refuses a longer sender, counted in characters of its encoded form. Its documentation does not say so. */
export const longestMailbox = 320;

/** An encoded word (RFC 2047) has at most 75 characters, which leaves room for this many bytes in base64. */
const bytesOfWord = 45;

/** A sender for a mail header: the name as it is if that is safe, otherwise as encoded words. */
export const mailbox = ({ name, address }: Email['from']): string =>
  `${/^[A-Za-z0-9 ]+$/.test(name) ? name : encodedWords(name).join(' ')} <${address}>`;

function encodedWords(text: string): readonly string[] {
  const start = withinBytes(text, bytesOfWord);
  const rest = text.slice(start.length);
  const word = `=?UTF-8?B?${Buffer.from(start, 'utf8').toString('base64')}?=`;
  return rest === '' ? [word] : [word, ...encodedWords(rest)];
}
