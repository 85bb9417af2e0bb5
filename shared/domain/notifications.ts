import { DateTime, IANAZone } from 'luxon';
import type { AccountMail } from './lane.ts';
import type { Locale, OrderLine } from './order-line.ts';
import { type Instant, type IsoDuration, later, minus, plus } from './time.ts';

/*
 * What people choose to be told of by email, apart from the emails of lines: a digest each morning, and each email of
 * their partner's lines that comes back. A choice expires, because people leave and nobody tells the product.
 */

/** The person who chooses, from their account. */
export interface Person {
  readonly partnerId: string;
  /** Identifies the person within the partner: a hash of the issuer's name for them. */
  readonly person: string;
}

/** What somebody may choose. */
export interface Wishes {
  readonly digest: boolean;
  /** Whether they are told at once of emails that come back. */
  readonly bounces: boolean;
  readonly locale: Locale;
  /** An IANA time zone. */
  readonly timeZone: string;
}

export interface Choice extends Person, Wishes {
  readonly email: string;
  /** Whoever has it may end the digest: it is in the link of each one. */
  readonly token: string;
  /** When the person was last here. */
  readonly seenAt: Instant;
  /** When the next digest is due; missing without a digest. */
  readonly digestDueAt?: Instant;
  /** Digests have told everything that happened until then. */
  readonly coveredUntil: Instant;
  /** How many times it was written; the store writes only over the version it read. */
  readonly version: number;
}

/** The hour, in the reader's time zone, at which digests leave. */
const digestHour = 8;

/** How many days a choice lasts after its person was last here. */
export const choiceDays = 90;

/** During the last days of a choice, digests say that it ends. */
const endIsNear: IsoDuration = 'P7D';

/** A visit within this time of the last one is not recorded. */
const seenEvery: IsoDuration = 'PT24H';

/** A digest that is later than this is skipped: the next one has the same news. */
const mostLate: IsoDuration = 'PT12H';

/** Whether it is the name of an IANA time zone. */
export const isTimeZone = (name: string): boolean => /^[A-Za-z]/.test(name) && IANAZone.isValidZone(name);

/**
 * The next 08:00 in a time zone after an instant, once a day. If clocks are set forward over it, it is as long after
 * midnight as on other days; if they are set back over it, the first of the two.
 */
export function nextDigestAt(timeZone: string, after: Instant): Instant {
  const today = DateTime.fromISO(after, { zone: timeZone }).startOf('day');
  const morning = (days: number): Instant =>
    today.plus({ days }).set({ hour: digestHour }).toUTC().toJSDate().toISOString();
  const first = morning(0);
  return first > after ? first : morning(1);
}

/** When a choice ends unless its person comes back. */
export const endOf = ({ seenAt }: Choice): Instant => plus(seenAt, `P${choiceDays}D`);

/** Whether a choice still applies: one that has ended counts as never made. */
export const isHeld = (choice: Choice, at: Instant): boolean => at < endOf(choice);

/** When the choice ends, if it is time to say so. */
export const endToTell = (choice: Choice, at: Instant): Instant | undefined =>
  at >= minus(endOf(choice), endIsNear) ? endOf(choice) : undefined;

/**
 * The choice that its person makes, in place of the one before.
 * @param fresh the address and a token, for a first choice
 */
export function chosen(
  before: Choice | undefined,
  wishes: Wishes,
  { at, email, ...fresh }: Person & Pick<Choice, 'email' | 'token'> & { readonly at: Instant },
): Choice {
  const isKnown = before !== undefined && isHeld(before, at);
  const first = { ...fresh, ...wishes, email, digest: false, seenAt: at, coveredUntil: at };
  const known: Choice = isKnown ? before : { ...first, version: before?.version ?? 0 };
  const { digestDueAt = nextDigestAt(wishes.timeZone, at), ...rest } = known;
  const dueAt = wishes.timeZone === known.timeZone ? digestDueAt : nextDigestAt(wishes.timeZone, at);
  return {
    ...rest,
    ...wishes,
    email,
    seenAt: at,
    ...(wishes.digest ? { digestDueAt: dueAt } : {}),
    coveredUntil: known.digest ? known.coveredUntil : at,
  };
}

/** The choice after its person was here; the same object if that is known. */
export const seen = (choice: Choice, at: Instant): Choice =>
  choice.seenAt < minus(at, seenEvery) ? { ...choice, seenAt: at } : choice;

/** The choice without the digest; the same object if it has none. */
export function withoutDigest(choice: Choice): Choice {
  const { digestDueAt: _, ...rest } = choice;
  return choice.digest ? { ...rest, digest: false } : choice;
}

/** Whether the digest of the choice is due. */
export const isDigestDue = (choice: Choice, at: Instant): boolean =>
  choice.digest && choice.digestDueAt !== undefined && choice.digestDueAt <= at;

/** Whether a digest that was due then is too old to send. */
export const isTooLate = (dueAt: Instant, at: Instant): boolean => dueAt < minus(at, mostLate);

/** The choice with today's digest claimed; undefined if somebody else claimed it. */
export const claimDigest = (choice: Choice, at: Instant): Choice | undefined =>
  isDigestDue(choice, at) ? { ...choice, digestDueAt: nextDigestAt(choice.timeZone, at) } : undefined;

/**
 * How much of the most recent past a digest leaves to the next one: what is being written right now may not be found
 * yet.
 */
const margin: IsoDuration = 'PT1M';

/** Until when the news happened that a digest at that time tells. */
export const tellsUntil = ({ coveredUntil }: Choice, at: Instant): Instant =>
  later(coveredUntil, minus(at, margin));

/** The choice after a digest at that time told all there was. */
export const covered = (choice: Choice, at: Instant): Choice => ({
  ...choice,
  coveredUntil: tellsUntil(choice, at),
});

/** The choice after the digest of `before` turned out not to have left: it is due again as it was. */
export const givenBack = (choice: Choice, before: Choice): Choice =>
  choice.digest && before.digestDueAt !== undefined ? { ...choice, digestDueAt: before.digestDueAt } : choice;

/** The most people of a partner who are told at once of each email that comes back. */
export const mostToldAtOnce = 20;

/** Some of the lines that a digest lists under one heading. */
export interface DigestSection {
  /** The lines shown. */
  readonly lines: readonly OrderLine[];
  /** How many there are; `isAtLeast`: there are more, too many to count. */
  readonly count: number;
  readonly isAtLeast: boolean;
}

/** The news of a digest: lines whose emails came back, lines that close within three days, and closed lines. */
export interface DigestNews {
  readonly cameBack: DigestSection;
  readonly closingSoon: DigestSection;
  readonly closed: DigestSection;
}

/** A digest with nothing to say is not sent. */
export const isNews = ({ cameBack, closingSoon, closed }: DigestNews): boolean =>
  cameBack.count + closingSoon.count + closed.count > 0;

/** How long before their end lines are listed in digests. */
export const closingSoonSpan: IsoDuration = 'PT72H';

/** The most lines that a digest shows under one heading; the console has all of them. */
export const mostShown = 10;

/** How often due digests are looked for: time zones differ by whole quarters of an hour. */
export const digestMinutes = 15;

/**
 * The share of the account's sending rate that digests use, and the share of its daily emails at which they pause.
 * Nothing is less urgent: first emails continue up to 90 % of the day's quota.
 */
export const digestRateShare = 0.5;
const digestDayShare = 0.8;

/** How many digests may still be sent. */
export const digestRoom = ({ most, sent }: AccountMail): number => most * digestDayShare - sent;
