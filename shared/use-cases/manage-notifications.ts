import { createHash, timingSafeEqual } from 'node:crypto';
import type { ChoiceStore } from '../adapters/choice-store.ts';
import { hashOfAddress, type NoticeStore } from '../adapters/notice-store.ts';
import type { NotificationsAnswer, NotificationsChoice } from '../contracts/notification-api.ts';
import { invalidRequest, Problem } from '../contracts/problems.ts';
import { emailAddress } from '../contracts/fields.ts';
import {
  type Choice,
  chosen,
  endOf,
  isHeld,
  mostToldAtOnce,
  type Person,
  seen,
  withoutDigest,
} from '../domain/notifications.ts';
import type { NoticedAddress } from '../domain/notices.ts';
import { toInstant } from '../domain/time.ts';
import { type Caller, notifiedPartner } from './access.ts';

export interface NotificationServices {
  readonly choices: ChoiceStore;
  readonly notices: NoticeStore;
  readonly now: () => Date;
  readonly newId: () => string;
}

/**
 * What the caller chose to be told of. Asking shows that the caller is still there, so the choice lasts longer.
 * @throws Problem no-access
 */
export async function readNotifications(
  caller: Caller,
  services: NotificationServices,
): Promise<NotificationsAnswer> {
  const { choices, now } = services;
  const at = toInstant(now());
  const choice = (await noteSeen(caller, services)) ?? (await choices.find(personOf(caller)));
  return choice && isHeld(choice, at) ? await answerOf(choice, services) : { digest: false, bounces: false };
}

/**
 * Chooses what the caller is told of. A new choice lifts what kept mail away: that the address was unreachable, or that
 * notices were ended there.
 * @throws Problem no-access, email-not-verified, invalid-request
 */
export async function changeNotifications(
  caller: Caller,
  wishes: NotificationsChoice,
  services: NotificationServices,
): Promise<NotificationsAnswer> {
  const { choices, notices, now, newId } = services;
  const at = toInstant(now());
  const person = personOf(caller);
  const before = await choices.find(person);
  const wantsMail = wishes.digest || wishes.bounces;
  const email = emailAddress.safeParse(caller.email).data ?? (wantsMail ? undefined : before?.email);
  if (email === undefined) {
    if (wantsMail) throw new Problem({ code: 'email-not-verified' });
    return { digest: false, bounces: false };
  }
  if (!wantsMail && before === undefined) return { digest: false, bounces: false };
  if (wishes.bounces) await refuseTooMany(person, services);

  if (wantsMail) {
    await notices.change(hashOfAddress(email), newId(), at, (address) => reopened(address, wishes));
  }
  const made = { ...person, email, at, token: newId() };
  const choice = await choices.change(person, (known) => chosen(known, wishes, made));
  return choice ? await answerOf(choice, services) : { digest: false, bounces: false };
}

/** Records that the caller is still there, which extends the choice; returns the choice if this was news. */
export async function noteSeen(
  caller: Caller,
  { choices, now }: Pick<NotificationServices, 'choices' | 'now'>,
): Promise<Choice | undefined> {
  const at = toInstant(now());
  return await choices.change(personOf(caller), (choice) =>
    choice && isHeld(choice, at) ? seen(choice, at) : undefined,
  );
}

/**
 * Ends a digest for anyone who has its link. Nothing happens if it has already ended.
 * @returns whether it is a link of somebody's digest
 */
export async function endDigest(
  { token, ...person }: Person & Pick<Choice, 'token'>,
  { choices }: Pick<NotificationServices, 'choices'>,
): Promise<boolean> {
  const isLinked = (choice: Choice | undefined): choice is Choice =>
    choice !== undefined && isSame(choice.token, token);
  if (!isLinked(await choices.find(person))) return false;
  await choices.change(person, (choice) => (isLinked(choice) ? withoutDigest(choice) : undefined));
  return true;
}

/** The state of an address after its owner chose to get mail there; undefined if nothing kept mail away. */
function reopened(
  { undeliverableSince, endedAt, ...address }: NoticedAddress,
  { bounces }: NotificationsChoice,
): NoticedAddress | undefined {
  const isEnded = endedAt !== undefined && !bounces;
  if (undeliverableSince === undefined && (endedAt === undefined || isEnded)) return undefined;
  return isEnded ? { ...address, endedAt } : address;
}

async function answerOf(choice: Choice, { notices }: NotificationServices): Promise<NotificationsAnswer> {
  const { digest, bounces, email, timeZone, locale, digestDueAt } = choice;
  const { undeliverableSince, endedAt } = (await notices.find(hashOfAddress(email))) ?? {};
  return {
    digest,
    bounces: bounces && endedAt === undefined,
    email,
    timeZone,
    locale,
    ...(digestDueAt === undefined ? {} : { nextDigestAt: digestDueAt }),
    endsAt: endOf(choice),
    ...(undeliverableSince === undefined ? {} : { undeliverableSince }),
  };
}

/** Each bounce is reported to all of them, one email after the other. */
async function refuseTooMany(
  { partnerId, person }: Person,
  { choices }: NotificationServices,
): Promise<void> {
  const others = (await choices.toldOfBounces(partnerId)).filter((choice) => choice.person !== person);
  if (others.length < mostToldAtOnce) return;
  const message = `${mostToldAtOnce} people of your partner are told at once already, the most there may be`;
  throw invalidRequest([{ path: 'bounces', message }]);
}

/** @throws Problem no-access */
function personOf(caller: Caller): Person {
  const partnerId = notifiedPartner(caller);
  const { subject } = caller;
  if (subject === undefined) throw new Problem({ code: 'unauthenticated' });
  return { partnerId, person: createHash('sha256').update(subject).digest('hex') };
}

/** Compares a link's token with the stored one in constant time. */
export function isSame(kept: string, given: string): boolean {
  const [expected, found] = [Buffer.from(kept), Buffer.from(given)];
  return expected.length === found.length && timingSafeEqual(expected, found);
}
