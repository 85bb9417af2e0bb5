import type { Email } from '../contracts/email.ts';
import { noticeTags } from '../contracts/email-tags.ts';
import type { MailSettings } from '../contracts/environment.ts';
import type { Locale, OrderLine } from '../domain/order-line.ts';
import { footerOf } from './footer.ts';
import { letterOf } from './letter.ts';
import { bounceNoticeTexts, type Return } from './texts/bounce-notice.ts';
import { emailTexts } from './texts/index.ts';

/** Where the links of a notice lead. */
export interface NoticeLinks {
  /** The console's origin. */
  readonly origin: string;
  readonly addressHash: string;
  readonly token: string;
}

/** Somebody who is told that an email came back. */
export interface NoticeRecipient {
  readonly email: string;
  readonly name?: string;
  readonly locale: Locale;
  readonly timeZone: string;
  /** Why they are told: they placed the order, or they chose to be told. */
  readonly because: 'placed' | 'chosen';
}

/** The page that ends the notices to an address. */
export const endNoticesPath = (addressHash: string, token: string): string =>
  `/console/notices/${addressHash}/${token}`;

/**
 * The email that tells somebody that an email of a line came back.
 * @param isLast whether it is the last one of the day
 */
export async function writeBounceNotice(
  { email, name, locale, timeZone, because }: NoticeRecipient,
  line: OrderLine,
  cameBack: { readonly to: string; readonly delivery: Return; readonly reason?: string },
  { origin, addressHash, token }: NoticeLinks,
  isLast: boolean,
  settings: MailSettings,
): Promise<Email> {
  const { endCustomer, orderId, lineId, subscriptionId, closesAt, status } = line;
  const texts = bounceNoticeTexts[locale];
  const { brand = settings.senderName } = settings;
  const subject = texts.subject[cameBack.delivery](orderId, lineId);
  const opening = texts.opening(brand);
  const deadline =
    status === 'AwaitingProvisioningDetails' ? emailTexts[locale].date(closesAt, timeZone) : undefined;
  const letter = await letterOf({
    locale,
    subject,
    brand,
    paragraphs: [
      texts.greeting(name),
      ...(opening === undefined ? [] : [opening]),
      texts.what[because](cameBack.to, endCustomer.name, texts.became[cameBack.delivery]),
      texts.next(deadline),
      ...(isLast ? [texts.last] : []),
    ],
    facts: [
      [texts.labels.customer, endCustomer.name],
      [texts.labels.order, orderId],
      [texts.labels.line, lineId],
      [texts.labels.subscription, subscriptionId],
      [texts.labels.contact, cameBack.to],
      // That of a complaint is one word of jargon.
      ...(cameBack.reason === undefined || cameBack.delivery === 'Complained'
        ? []
        : [[texts.labels.reason, cameBack.reason] as const]),
    ],
    action: { name: texts.open, href: `${origin}/console/orders/${orderId}/lines/${lineId}` },
    closing: texts.closing,
    footer: footerOf(texts.why[because], locale, settings),
    end: { name: texts.end, href: `${origin}${endNoticesPath(addressHash, token)}` },
  });
  return {
    from: { name: settings.senderName, address: settings.senderAddress },
    to: email,
    subject,
    ...letter,
    tags: noticeTags('bounce', { recipient: addressHash, line: { orderId, lineId } }),
  };
}
