import type { Email } from '../contracts/email.ts';
import { noticeTags } from '../contracts/email-tags.ts';
import type { MailSettings } from '../contracts/environment.ts';
import type { OrderLine } from '../domain/order-line.ts';
import { footerOf } from './footer.ts';
import { letterOf } from './letter.ts';
import { bounceNoticeTexts } from './texts/bounce-notice.ts';
import { emailTexts } from './texts/index.ts';

/** What the links of a notice lead to. */
export interface NoticeLinks {
  /** Of the console. */
  readonly origin: string;
  readonly addressHash: string;
  readonly token: string;
}

/** Where somebody ends the notices to an address. */
export const endNoticesPath = (addressHash: string, token: string): string =>
  `/console/notices/${addressHash}/${token}`;

/**
 * The email that tells whoever placed an order that an email of one of its lines came back. What language they read is
 * not known: it is that of the contact, to whom they sell.
 * @param isLast whether it is the last of the day
 */
export async function writeBounceNotice(
  line: OrderLine,
  cameBack: { readonly to: string; readonly reason?: string },
  { origin, addressHash, token }: NoticeLinks,
  isLast: boolean,
  settings: MailSettings,
): Promise<Email> {
  const { placedBy, endCustomer, orderId, lineId, subscriptionId, closesAt, status } = line;
  const { locale } = line.provisioningContact;
  const texts = bounceNoticeTexts[locale];
  const { brand = settings.senderName } = settings;
  const subject = texts.subject(orderId, lineId);
  const opening = texts.opening(brand);
  const deadline =
    status === 'AwaitingProvisioningDetails'
      ? emailTexts[locale].date(closesAt, settings.timeZones[locale])
      : undefined;
  const letter = await letterOf({
    locale,
    subject,
    brand,
    paragraphs: [
      texts.greeting(placedBy.name),
      ...(opening === undefined ? [] : [opening]),
      texts.what(cameBack.to, endCustomer.name),
      texts.next(deadline),
      ...(isLast ? [texts.last] : []),
    ],
    facts: [
      [texts.labels.customer, endCustomer.name],
      [texts.labels.order, orderId],
      [texts.labels.line, lineId],
      [texts.labels.subscription, subscriptionId],
      [texts.labels.contact, cameBack.to],
      ...(cameBack.reason === undefined ? [] : [[texts.labels.reason, cameBack.reason] as const]),
    ],
    action: { name: texts.open, href: `${origin}/console/orders/${orderId}/lines/${lineId}` },
    closing: texts.closing,
    footer: footerOf(texts.why, locale, settings),
    end: { name: texts.end, href: `${origin}${endNoticesPath(addressHash, token)}` },
  });
  return {
    from: { name: settings.senderName, address: settings.senderAddress },
    to: placedBy.email,
    subject,
    ...letter,
    tags: noticeTags('bounce', { orderId, lineId, recipient: addressHash }),
  };
}
