import { liveClaim } from './claims.ts';
import { isSameAddress } from './contact.ts';
import { isBooked, type StoredLine } from './order-line.ts';
import type { Instant } from './time.ts';

/*
 * What happens to a person's address, and the name beside it, when they ask for its removal: a marker replaces them
 * wherever they occur, and everything else stays, so the history still says what happened and when.
 */

/** Replaces an address. No mail reaches this domain (RFC 2606), and none is ever tried: see `refuseResend`. */
export const erasedAddress = 'erased@person.invalid';

const erasedName = 'erased';

export const isErasedAddress = (email: string): boolean => isSameAddress(email, erasedAddress);

/**
 * Stored data with the marker in place of the address, in any case, and of the name beside it. It searches everything,
 * texts included, rather than a list of fields: mail services repeat addresses in the reasons they give, kept answers
 * hold whole lines, and new fields need no extra thought.
 */
export function withoutPerson(stored: unknown, email: string): unknown {
  if (typeof stored === 'string') return textWithout(stored, email);
  if (Array.isArray(stored)) return stored.map((part: unknown) => withoutPerson(part, email));
  if (typeof stored !== 'object' || stored === null) return stored;
  const erased = Object.entries(stored).map(([key, value]: [string, unknown]) => [
    key,
    withoutPerson(value, email),
  ]);
  const isOfPerson =
    'email' in stored && typeof stored.email === 'string' && isSameAddress(stored.email, email);
  return {
    ...Object.fromEntries(erased),
    ...(isOfPerson && 'name' in stored ? { name: erasedName } : {}),
  };
}

function textWithout(text: string, email: string): string {
  if (isSameAddress(text, email)) return erasedAddress;
  const document = asDocument(text);
  if (document !== undefined) return JSON.stringify(withoutPerson(document, email));
  // A different address may end or begin like this one.
  return wholeAddress.test(text) ? text : text.replaceAll(withinText(email), erasedAddress);
}

const wholeAddress = /^[^\s@<>"]+@[^\s@<>"]+$/;

/** The answers to requests are stored as JSON text. */
function asDocument(text: string): unknown {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The address within a sentence, but not as part of a longer one. */
const withinText = (email: string): RegExp =>
  new RegExp(String.raw`(?<![\w.%+-])${email.replace(/[.+]/g, String.raw`\$&`)}(?![\w-]|\.\w)`, 'gi');

/** Whether there may be anything to erase: quick, but too cautious where another address ends or begins like this one. */
export const maySpeakOf = (stored: unknown, email: string): boolean =>
  JSON.stringify(stored).toLowerCase().includes(email.toLowerCase());

/**
 * Why a person's address cannot be erased from a line yet. `first-email-due`: the first email has yet to go there; the
 * partner must first change the contact or cancel the line. `email-leaving`: an email to them, or requested by them, is
 * being sent; a minute later it is in the history.
 */
export type ErasureHindrance = 'first-email-due' | 'email-leaving';

export function hinderedErasure(line: StoredLine, email: string, now: Instant): ErasureHindrance | undefined {
  if (!isBooked(line)) return undefined;
  const claim = liveClaim(line, now);
  if (claim && maySpeakOf(claim, email)) return 'email-leaving';
  const isFirstDue = line.status === 'Scheduled' && isSameAddress(line.provisioningContact.email, email);
  return isFirstDue ? 'first-email-due' : undefined;
}
