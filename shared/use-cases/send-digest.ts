import type { ChoiceStore } from '../adapters/choice-store.ts';
import type { Mail } from '../adapters/mail.ts';
import { hashOfAddress, type NoticeStore } from '../adapters/notice-store.ts';
import type { MailSettings } from '../contracts/environment.ts';
import type { Log } from '../contracts/log.ts';
import {
  type Choice,
  claimDigest,
  covered,
  givenBack,
  isDigestDue,
  isHeld,
  isNews,
  isTooLate,
  type Person,
  withoutDigest,
} from '../domain/notifications.ts';
import { type Instant, toInstant } from '../domain/time.ts';
import { writeDigest } from '../emails/write-digest.ts';
import { gatherNews, type GatherServices } from './gather-digest.ts';

export interface DigestServices extends GatherServices {
  readonly choices: ChoiceStore;
  readonly notices: Pick<NoticeStore, 'find'>;
  readonly mail: Mail;
  readonly mailSettings: MailSettings;
  /** Where the console is, without a slash at the end. */
  readonly consoleOrigin: string;
  readonly now: () => Date;
  readonly log: Log;
}

/** The outcome of a digest. `not-due`: somebody else took care of it. */
export type DigestOutcome =
  | 'sent'
  | 'nothing-to-say'
  | 'ended'
  | 'too-late'
  | 'not-due'
  | 'throttled-by-day'
  | 'throttled-by-rate'
  | 'not-sent'
  | 'unconfirmed';

/**
 * Sends a person's digest if it is due and there is news. It is claimed before it leaves, by the write that makes the
 * next one due, so none is ever sent twice. If it did not leave, or may not have, the next digest repeats its news: the
 * period covered moves on only once the mail service has accepted one.
 */
export async function sendDigest(person: Person, services: DigestServices): Promise<DigestOutcome> {
  const { choices, notices, mail, mailSettings, consoleOrigin, now, log } = services;
  const at = toInstant(now());
  const known = await choices.find(person);
  if (!known || !isDigestDue(known, at)) return 'not-due';
  const addressHash = hashOfAddress(known.email);
  if (!isHeld(known, at) || (await isUnreached(addressHash, notices))) {
    await choices.change(person, (choice) => choice && withoutDigest(choice));
    return 'ended';
  }
  const news = await gatherNews(known, at, services);
  const isToSend = isNews(news) && !isTooLate(known.digestDueAt ?? at, at);
  const claimed = await choices.change(person, (choice) => withClaim(choice, at, isNews(news)));
  if (!claimed) return 'not-due';
  if (!isToSend) return isNews(news) ? 'too-late' : 'nothing-to-say';

  const email = await writeDigest(known, news, at, { origin: consoleOrigin, addressHash }, mailSettings);
  const sent = await mail.send(email);
  switch (sent.outcome) {
    case 'accepted':
      await choices.change(person, (choice) => choice && covered(choice, at));
      return 'sent';
    case 'throttled':
      await choices.change(person, (choice) => choice && givenBack(choice, known));
      return sent.by === 'day' ? 'throttled-by-day' : 'throttled-by-rate';
    case 'refused':
    case 'unknown':
      log.warn('a digest is not known to have been sent', {
        partnerId: known.partnerId,
        reason: sent.reason,
      });
      return sent.outcome === 'refused' ? 'not-sent' : 'unconfirmed';
  }
}

/** The choice with its digest claimed; without news, the period also counts as covered. */
function withClaim(choice: Choice | undefined, at: Instant, hasNews: boolean): Choice | undefined {
  const next = choice && claimDigest(choice, at);
  return next && !hasNews ? covered(next, at) : next;
}

async function isUnreached(addressHash: string, notices: DigestServices['notices']): Promise<boolean> {
  return (await notices.find(addressHash))?.undeliverableSince !== undefined;
}
