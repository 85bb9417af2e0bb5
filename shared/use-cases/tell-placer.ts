import type { Mail } from '../adapters/mail.ts';
import { hashOfAddress, type NoticeStore } from '../adapters/notice-store.ts';
import type { OrderLineStore } from '../adapters/order-line-store.ts';
import type { MailSettings } from '../contracts/environment.ts';
import { emailAddress } from '../contracts/fields.ts';
import type { Log } from '../contracts/log.ts';
import { isSameAddress } from '../domain/contact.ts';
import { isErasedAddress } from '../domain/erasure.ts';
import { workflowActor } from '../domain/history.ts';
import { claimNotice, isLastToday, withNotice } from '../domain/notices.ts';
import { isOpen, isProvisioningPending, type OrderLine } from '../domain/order-line.ts';
import { toInstant } from '../domain/time.ts';
import { writeBounceNotice } from '../emails/write-bounce-notice.ts';
import { booked } from './booked.ts';

/** An email of a line that came back for good. */
export interface CameBack {
  readonly messageId: string;
  readonly to: string;
  readonly reason?: string;
}

export interface TellServices {
  readonly store: OrderLineStore;
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
 * Tells the person who placed the order, by email, that mail does not reach the line's contact; once for each email that
 * came back. What was told is written before the notice leaves, so a repeated report, or a crash on the way, never
 * sends it twice; one that the mail service does not take is left at that: the console tells as well, and what reports
 * record waits for no notice. One that left is in the history of the line, by the mail service's report if not before.
 */
export async function tellPlacer(line: OrderLine, cameBack: CameBack, services: TellServices): Promise<void> {
  if (!concernsPlacer(line, cameBack.to)) return;
  const { store, notices, mail, mailSettings, consoleOrigin, now, newId, log } = services;
  const at = toInstant(now());
  const addressHash = hashOfAddress(line.placedBy.email);
  const claimed = await notices.change(addressHash, newId(), at, (address) =>
    claimNotice(address, cameBack.messageId, at),
  );
  if (!claimed) return;
  const links = { origin: consoleOrigin, addressHash, token: claimed.token };
  const email = await writeBounceNotice(line, cameBack, links, isLastToday(claimed, at), mailSettings);
  const sent = await mail.send(email);
  if (sent.outcome !== 'accepted') {
    const { orderId, lineId } = line;
    log.warn('a notice of a bounce is not known to have been sent', { orderId, lineId, reason: sent.reason });
    return;
  }
  const notice = { messageId: sent.messageId, to: email.to };
  const stamp = { at: toInstant(now()), actor: workflowActor };
  await store.change(
    line,
    booked((known) => ({ line: withNotice(known, notice, stamp) })),
  );
}

/** Whether there is something to be done about it, by somebody whom mail reaches. */
function concernsPlacer(line: OrderLine, bounced: string): boolean {
  const { email } = line.placedBy;
  if (isErasedAddress(email) || !emailAddress.safeParse(email).success) return false;
  if (isSameAddress(email, bounced)) return false;
  if (!isSameAddress(line.provisioningContact.email, bounced)) return false;
  return isOpen(line) || isProvisioningPending(line);
}
