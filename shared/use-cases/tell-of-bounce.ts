import type { ChoiceStore } from '../adapters/choice-store.ts';
import type { Mail } from '../adapters/mail.ts';
import { hashOfAddress, type NoticeStore } from '../adapters/notice-store.ts';
import type { OrderLineStore } from '../adapters/order-line-store.ts';
import type { MailSettings } from '../contracts/environment.ts';
import { faultNames, NamedFault } from '../contracts/faults.ts';
import { emailAddress } from '../contracts/fields.ts';
import type { Log } from '../contracts/log.ts';
import { isSameAddress } from '../domain/contact.ts';
import { isErasedAddress } from '../domain/erasure.ts';
import { workflowActor } from '../domain/history.ts';
import { claimNotice, concernsContact, isLastToday, withNotice } from '../domain/notices.ts';
import { isHeld } from '../domain/notifications.ts';
import type { OrderLine } from '../domain/order-line.ts';
import { toInstant } from '../domain/time.ts';
import type { Return } from '../emails/texts/bounce-notice.ts';
import { type NoticeRecipient, writeBounceNotice } from '../emails/write-bounce-notice.ts';
import { booked } from './booked.ts';

/** An email of a line that came back for good. */
export interface CameBack {
  readonly messageId: string;
  readonly to: string;
  readonly delivery: Return;
  readonly reason?: string;
}

export interface TellServices {
  readonly store: OrderLineStore;
  readonly choices: Pick<ChoiceStore, 'toldOfBounces'>;
  readonly notices: NoticeStore;
  readonly mail: Mail;
  readonly mailSettings: MailSettings;
  /** Where the console is, without a slash at the end. */
  readonly consoleOrigin: string;
  readonly now: () => Date;
  readonly newId: () => string;
  readonly log: Log;
}

/**
 * No further notice begins after this time, in milliseconds: the report comes again for those that are left. While the
 * mail service is at its rate, as when many first emails leave, each may take its 7 s, and 21 of them would take longer
 * than the 30 s of their function.
 */
const longest = 12_000;

/**
 * Tells people by email that mail does not reach a line's contact: the person who placed the order, and the people of
 * the partner who chose to be told; each of them once for each email that came back. The notice is recorded before it
 * leaves, so a repeated report or a crash never sends it twice. One that the mail service refuses is not retried: the
 * console shows the same. Every notice that left is in the history of the line, at the latest once the mail service
 * reports it.
 * @throws NamedFault NoticesLeft
 */
export async function tellOfBounce(
  line: OrderLine,
  cameBack: CameBack,
  services: TellServices,
): Promise<void> {
  if (!concernsContact(line, cameBack.to)) return;
  const { store, choices, mailSettings, now } = services;
  const start = performance.now();
  const at = toInstant(now());
  const chosen = (await choices.toldOfBounces(line.partnerId)).filter((choice) => isHeld(choice, at));
  const recipients: readonly NoticeRecipient[] = [
    placerOf(line, mailSettings),
    ...chosen.map(({ email, locale, timeZone }) => ({ email, locale, timeZone, because: 'chosen' }) as const),
  ];
  let told = line;
  for (const [place, recipient] of recipients.entries()) {
    if (performance.now() - start > longest) {
      const left = recipients.length - place;
      throw new NamedFault(faultNames.noticesLeft, `there was no time for ${left} notices of a bounce`);
    }
    const notice = await tell(recipient, told, cameBack, services);
    if (!notice) continue;
    const stamp = { at: toInstant(now()), actor: workflowActor };
    const recorded = await store.change(
      told,
      booked((known) => ({ line: withNotice(known, notice, stamp) })),
    );
    told = recorded.line;
  }
}

/** The language of whoever placed the order is unknown; the contact's, to whom they sell, is the best guess. */
function placerOf({ placedBy, provisioningContact }: OrderLine, settings: MailSettings): NoticeRecipient {
  const { locale } = provisioningContact;
  return { ...placedBy, locale, timeZone: settings.timeZones[locale], because: 'placed' };
}

/** Returns the notice, if the mail service accepted it. */
async function tell(
  recipient: NoticeRecipient,
  line: OrderLine,
  cameBack: CameBack,
  { notices, mail, mailSettings, consoleOrigin, now, newId, log }: TellServices,
): Promise<{ readonly messageId: string; readonly to: string } | undefined> {
  const { email } = recipient;
  if (isErasedAddress(email) || !emailAddress.safeParse(email).success) return undefined;
  if (isSameAddress(email, cameBack.to)) return undefined;
  const at = toInstant(now());
  const addressHash = hashOfAddress(email);
  const claimed = await notices.change(addressHash, newId(), at, (address) =>
    claimNotice(address, cameBack.messageId, at),
  );
  if (!claimed) return undefined;
  const links = { origin: consoleOrigin, addressHash, token: claimed.token };
  const notice = await writeBounceNotice(
    recipient,
    line,
    cameBack,
    links,
    isLastToday(claimed, at),
    mailSettings,
  );
  const sent = await mail.send(notice);
  if (sent.outcome === 'accepted') return { messageId: sent.messageId, to: email };
  const { orderId, lineId } = line;
  log.warn('a notice of a bounce is not known to have been sent', { orderId, lineId, reason: sent.reason });
  return undefined;
}
