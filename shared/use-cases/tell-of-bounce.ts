import type { ChoiceStore } from '../adapters/choice-store.ts';
import type { Mail } from '../adapters/mail.ts';
import { hashOfAddress, type NoticeStore } from '../adapters/notice-store.ts';
import type { OrderLineStore } from '../adapters/order-line-store.ts';
import type { MailSettings } from '../contracts/environment.ts';
import { emailAddress } from '../contracts/fields.ts';
import type { Log } from '../contracts/log.ts';
import { isSameAddress } from '../domain/contact.ts';
import { isErasedAddress } from '../domain/erasure.ts';
import { workflowActor } from '../domain/history.ts';
import { claimNotice, concernsContact, isLastToday, withNotice } from '../domain/notices.ts';
import { isHeld } from '../domain/notifications.ts';
import type { OrderLine } from '../domain/order-line.ts';
import { toInstant } from '../domain/time.ts';
import { type NoticeRecipient, writeBounceNotice } from '../emails/write-bounce-notice.ts';
import { booked } from './booked.ts';

/** An email of a line that came back for good. */
export interface CameBack {
  readonly messageId: string;
  readonly to: string;
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
 * Tells people, by email, that mail does not reach a line's contact: the person who placed the order, and those of the
 * partner who chose so; each once for each email that came back, whoever they are. What was told is written before the
 * notice leaves, so a repeated report, or a crash on the way, never sends it twice; one that the mail service does not
 * take is left at that: the console tells as well, and what reports record waits for no notice. Each that left is in the
 * history of the line, by the mail service's report if not before.
 */
export async function tellOfBounce(
  line: OrderLine,
  cameBack: CameBack,
  services: TellServices,
): Promise<void> {
  if (!concernsContact(line, cameBack.to)) return;
  const { store, choices, mailSettings, now } = services;
  const at = toInstant(now());
  const chosen = (await choices.toldOfBounces(line.partnerId)).filter((choice) => isHeld(choice, at));
  const recipients: readonly NoticeRecipient[] = [
    placerOf(line, mailSettings),
    ...chosen.map(({ email, locale, timeZone }) => ({ email, locale, timeZone, because: 'chosen' }) as const),
  ];
  let told = line;
  for (const recipient of recipients) {
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

/** What language whoever placed the order reads is not known: it is that of the contact, to whom they sell. */
function placerOf({ placedBy, provisioningContact }: OrderLine, settings: MailSettings): NoticeRecipient {
  const { locale } = provisioningContact;
  return { ...placedBy, locale, timeZone: settings.timeZones[locale], because: 'placed' };
}

/** Answers the notice, if the mail service took it. */
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
