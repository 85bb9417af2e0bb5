import { DateTime, IANAZone } from 'luxon';
import type { AccountMail } from './lane.ts';
import type { Locale, OrderLine } from './order-line.ts';
import { type Instant, type IsoDuration, minus, plus } from './time.ts';

/*
 * What people choose to be told of by email, beside the emails of lines: a digest each morning, and each email of their
 * partner's lines that comes back. A choice ends by itself, since people leave: nobody tells the product of that.
 */

/** Who chooses, as their account says. */
export interface Person {
  readonly partnerId: string;
  /** Names them among those of the partner: a hash of what their issuer calls them. */
  readonly person: string;
}

/** What somebody may choose. */
export interface Wishes {
  readonly digest: boolean;
  /** Whether they are told at once of emails that come back. */
  readonly bounces: boolean;
  readonly locale: Locale;
  /** As IANA names it. */
  readonly timeZone: string;
}

export interface Choice extends Person, Wishes {
  readonly email: string;
  /** Whoever has it may end the digest: it stands in the link of each. */
  readonly token: string;
  /** When the person last was here. */
  readonly seenAt: Instant;
  /** When the next digest is due; missing without a digest. */
  readonly digestDueAt?: Instant;
  /** What happened by then, digests have told. */
  readonly coveredUntil: Instant;
  /** How many times it was written; the store writes only over the version it read. */
  readonly version: number;
}

/** The hour of the day at which digests leave, where their readers are. */
const digestHour = 8;

/** For how long a choice holds after its person was here last. */
export const choiceDays = 90;

/** In the last days of a choice, digests say that it ends. */
const endIsNear: IsoDuration = 'P7D';

/** A person who was here within this is not noted anew. */
const seenEvery: IsoDuration = 'PT24H';

/** A digest that is later than this is not sent any more: the next one tells the same. */
const mostLate: IsoDuration = 'PT12H';

/** Whether it is one of the names of time zones that IANA keeps. */
export const isTimeZone = (name: string): boolean => /^[A-Za-z]/.test(name) && IANAZone.isValidZone(name);

/**
 * The next 08:00 of a time zone after an instant, one for each day. Where clocks are set forward over it, it is as long
 * after midnight as on other days; where they are set back, the first of two.
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

/** Whether a choice holds: once it has ended, it is as if it had never been made. */
export const isHeld = (choice: Choice, at: Instant): boolean => at < endOf(choice);

/** When the choice ends, if that is to be said by now. */
export const endToTell = (choice: Choice, at: Instant): Instant | undefined =>
  at >= minus(endOf(choice), endIsNear) ? endOf(choice) : undefined;

/**
 * The choice once its person made it, over the one before.
 * @param fresh the address and a token, for the first one
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

/** The choice once its person was here; the same if that is known. */
export const seen = (choice: Choice, at: Instant): Choice =>
  choice.seenAt < minus(at, seenEvery) ? { ...choice, seenAt: at } : choice;

/** The choice without the digest; the same if it has none. */
export function withoutDigest(choice: Choice): Choice {
  const { digestDueAt: _, ...rest } = choice;
  return choice.digest ? { ...rest, digest: false } : choice;
}

/** Whether the digest of the choice is due. */
export const isDigestDue = (choice: Choice, at: Instant): boolean =>
  choice.digest && choice.digestDueAt !== undefined && choice.digestDueAt <= at;

/** Whether a digest that was due then is not worth sending any more. */
export const isTooLate = (dueAt: Instant, at: Instant): boolean => dueAt < minus(at, mostLate);

/** The choice once its digest of today is claimed; undefined if somebody else did. */
export const claimDigest = (choice: Choice, at: Instant): Choice | undefined =>
  isDigestDue(choice, at) ? { ...choice, digestDueAt: nextDigestAt(choice.timeZone, at) } : undefined;

/**
 * Up to when a digest of that time tells what happened. What is being written at that very moment may not be found yet:
 * so the next one tells it.
 */
const margin: IsoDuration = 'PT1M';

/** The choice once a digest of that time told all there was. */
export const covered = (choice: Choice, at: Instant): Choice => ({
  ...choice,
  coveredUntil: minus(at, margin),
});

/** The choice once the digest of `before` turned out not to have left: it is due as it was. */
export const givenBack = (choice: Choice, before: Choice): Choice =>
  choice.digest && before.digestDueAt !== undefined ? { ...choice, digestDueAt: before.digestDueAt } : choice;

/** The most people of a partner who are told at once of each email that comes back. */
export const mostToldAtOnce = 20;

/** Some of the lines that a digest tells of under one heading. */
export interface DigestSection {
  /** As many as are shown. */
  readonly lines: readonly OrderLine[];
  /** How many there are; `isAtLeast`: or more, of so many that they are not counted. */
  readonly count: number;
  readonly isAtLeast: boolean;
}

/** What a digest tells: of whom mail came back, what closes within three days, and what closed. */
export interface DigestNews {
  readonly cameBack: DigestSection;
  readonly closingSoon: DigestSection;
  readonly closed: DigestSection;
}

/** A digest with nothing to say is not sent. */
export const isNews = ({ cameBack, closingSoon, closed }: DigestNews): boolean =>
  cameBack.count + closingSoon.count + closed.count > 0;

/** How long before its end a line stands in digests. */
export const closingSoonSpan: IsoDuration = 'PT72H';

/** The most lines that a digest shows under one heading; the console has all of them. */
export const mostShown = 10;

/** How often it is looked whose digests are due: time zones are whole quarters of an hour apart. */
export const digestMinutes = 15;

/**
 * The share of the account's sending rate that digests use, and the share of its emails in 24 hours from which on they
 * rest. Nothing is less urgent, so first emails, which use up to 90 % of a day, go on for longer.
 */
export const digestRateShare = 0.5;
const digestDayShare = 0.8;

/** How many digests may still be sent. */
export const digestRoom = ({ most, sent }: AccountMail): number => most * digestDayShare - sent;
