import type { Email } from '../contracts/email.ts';
import { noticeTags } from '../contracts/email-tags.ts';
import type { MailSettings } from '../contracts/environment.ts';
import { type Choice, type DigestNews, type DigestSection, endToTell } from '../domain/notifications.ts';
import type { OrderLine } from '../domain/order-line.ts';
import type { Instant } from '../domain/time.ts';
import { footerOf } from './footer.ts';
import { letterOf } from './letter.ts';
import { digestTexts } from './texts/digest.ts';
import { emailTexts } from './texts/index.ts';

/** The page that ends somebody's digest, without signing in. */
export const endDigestPath = ({ partnerId, person, token }: Choice): string =>
  `/console/notices/digest/${partnerId}/${person}/${token}`;

/** In the order of a digest. */
const kinds = ['cameBack', 'closingSoon', 'closed'] as const satisfies readonly (keyof DigestNews)[];

/** Where the console lists all lines of a kind. */
const places: Readonly<Record<keyof DigestNews, string>> = {
  cameBack: '/console',
  closingSoon: '/console',
  closed: '/console?show=lapsed',
};

/**
 * The email that tells somebody, once a day, what needs attention.
 * @param addressHash of its recipient: if mail does not reach them, reports end their digests by it
 */
export async function writeDigest(
  choice: Choice,
  news: DigestNews,
  at: Instant,
  { origin, addressHash }: { readonly origin: string; readonly addressHash: string },
  settings: MailSettings,
): Promise<Email> {
  const { locale, timeZone, email } = choice;
  const texts = digestTexts[locale];
  const { brand = settings.senderName } = settings;
  const dateOf = (instant: Instant) => emailTexts[locale].date(instant, timeZone);
  const told = kinds.filter((kind) => news[kind].count > 0);
  const subject = texts.subject(
    texts.day(new Date(at), timeZone),
    told.map((kind) => texts.news[kind](amountOf(news[kind]))),
  );
  const opening = texts.opening(brand);
  const ends = endToTell(choice, at);
  const end = `${origin}${endDigestPath(choice)}`;

  function detailsOf(kind: keyof DigestNews, line: OrderLine): readonly string[] {
    const { provisioningContact, undeliverable, closesAt, closedAt } = line;
    const { reason } = undeliverable.find((one) => one.email === provisioningContact.email) ?? {};
    return [
      texts.line(line.orderId, line.lineId, line.subscriptionId),
      texts.to(provisioningContact.email, kind === 'cameBack' ? reason : undefined),
      ...(line.status === 'AwaitingProvisioningDetails' && closesAt !== undefined
        ? [texts.closes(dateOf(closesAt))]
        : []),
      ...(closedAt === undefined ? [] : [texts.closed(dateOf(closedAt))]),
    ];
  }

  const sections = told.map((kind) => {
    const section = news[kind];
    const amount = amountOf(section);
    const isAll = section.lines.length === section.count && !section.isAtLeast;
    return {
      heading: texts.heading[kind](amount),
      introduction: texts.what[kind],
      entries: section.lines.map((line) => ({
        name: texts.name(line.endCustomer.name),
        href: `${origin}/console/orders/${line.orderId}/lines/${line.lineId}`,
        details: detailsOf(kind, line),
      })),
      ...(isAll ? {} : { rest: { name: texts.all(amount), href: origin + places[kind] } }),
    };
  });
  const letter = await letterOf({
    locale,
    subject,
    brand,
    paragraphs: [
      texts.greeting,
      ...(opening === undefined ? [] : [opening]),
      texts.introduction,
      ...(ends === undefined ? [] : [texts.ends(dateOf(ends))]),
    ],
    sections,
    action: { name: texts.open, href: `${origin}/console` },
    closing: texts.closing,
    footer: footerOf(texts.why, locale, settings),
    end: { name: texts.end, href: end },
  });
  return {
    from: { name: settings.senderName, address: settings.senderAddress },
    to: email,
    subject,
    ...letter,
    tags: noticeTags('digest', { recipient: addressHash }),
    // Lets mail programs offer to unsubscribe with one click (RFC 8058).
    headers: { 'List-Unsubscribe': `<${end}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
  };
}

const amountOf = ({ count, isAtLeast }: DigestSection) => ({ count, more: isAtLeast });
