import { html } from 'hono/html';
import { Duration } from 'luxon';
import type { Email } from '../contracts/email.ts';
import type { MailSettings } from '../contracts/environment.ts';
import { encodeTags } from '../contracts/email-tags.ts';
import { isCopy } from '../domain/email-kinds.ts';
import { isSameAddress } from '../domain/contact.ts';
import { isErasedAddress } from '../domain/erasure.ts';
import { ofFamily } from '../domain/offers.ts';
import type { Claim, Locale, OrderLine } from '../domain/order-line.ts';
import { type Instant, type IsoDuration, plus, secondsBetween } from '../domain/time.ts';
import { footerOf } from './footer.ts';
import { breaking, button, factsTable, framed, lines, type Markup } from './letter.ts';
import { look } from './look.ts';
import { emailTexts } from './texts/index.ts';

/** The content of an email, for both HTML and plain text. */
type Content = ReturnType<typeof contentOf>;

/** The provisioning email of a line to the recipient of `claim`, in their language. */
export async function writeEmail(line: OrderLine, claim: Claim, settings: MailSettings): Promise<Email> {
  const content = contentOf(line, claim, settings);
  const { placer } = content;
  return {
    from: { name: settings.senderName, address: settings.senderAddress },
    to: claim.to.email,
    ...(placer?.isRepliedTo ? { replyTo: placer.address } : {}),
    subject: subjectOf(line, claim, content),
    html: await htmlOf(content),
    text: textOf(content),
    tags: encodeTags({ orderId: line.orderId, lineId: line.lineId, kind: claim.kind, claimId: claim.id }),
  };
}

/** Mail clients fold emails with the same subject, so resends and reminders have different ones. */
function subjectOf(line: OrderLine, claim: Claim, { subject, texts, locale }: Content): string {
  const reminder = () => texts.reminded(subject, timeLeft(line, claim.at, locale));
  switch (claim.kind) {
    case 'first':
    case 'contact-change':
      return subject;
    case 'resend':
      return texts.resent(subject);
    case 'reminder':
      return reminder();
    case 'first-copy':
      return texts.copy.subject(subject);
    case 'reminder-copy':
      return texts.copy.subject(reminder());
  }
}

/** How much of a line's window is left, in whole days or, on its last day, whole hours. */
function timeLeft({ closesAt }: OrderLine, now: Instant, locale: Locale): string {
  const hours = Math.max(1, Math.round(closesAt === undefined ? 0 : secondsBetween(now, closesAt) / 3600));
  return durationInWords(hours < 24 ? `PT${hours}H` : `P${Math.round(hours / 24)}D`, locale);
}

function contentOf(line: OrderLine, claim: Claim, settings: MailSettings) {
  const { name, locale } = claim.to;
  const { placedBy, offer } = line;
  const { brand = settings.senderName } = settings;
  const texts = emailTexts[locale];
  const closesAt = line.closesAt ?? plus(claim.at, line.window);
  const of = { product: settings.productName ?? texts.product, customer: line.endCustomer.name };
  const { provisioningContact } = line;
  const heading = () => {
    if (isCopy(claim.kind)) return texts.copy.heading;
    return claim.kind === 'reminder' ? texts.headingNear(timeLeft(line, claim.at, locale)) : texts.heading;
  };
  const ready = () => {
    switch (claim.kind) {
      case 'first-copy':
        return texts.copy.ready(of, provisioningContact);
      case 'reminder-copy':
        return texts.copy.stillToDo(of, provisioningContact);
      case 'reminder':
        return texts.stillToDo(of, name);
      default:
        return texts.ready(of, name);
    }
  };
  const deadline = (date: string) => {
    if (closesAt <= claim.at) return texts.overdue(date);
    if (isCopy(claim.kind)) return texts.copy.deadline(date);
    if (claim.kind === 'reminder') return texts.deadlineNear(date);
    return texts.deadline(date, durationInWords(line.window, locale));
  };
  const offerName = ofFamily(offer, settings.offerNames ?? {});
  const facts: readonly (readonly [string, string])[] = [
    [texts.labels.customer, line.endCustomer.name],
    [texts.labels.order, line.orderId],
    [texts.labels.line, line.lineId],
    [texts.labels.subscription, line.subscriptionId],
    [texts.labels.offer, offerName === undefined ? offer : texts.offer(offerName, offer)],
  ];
  const isKnown = !isErasedAddress(placedBy.email) && !isSameAddress(placedBy.email, claim.to.email);
  const isRepliedTo = settings.replyToPlacedBy;
  return {
    locale,
    texts,
    brand,
    subject: texts.subject(line.subscriptionId, line.orderId),
    heading: heading(),
    link: setupLink(settings.setupLink, line),
    greeting: texts.greeting(name),
    opening: texts.opening(brand),
    ready: ready(),
    /** The deadline, and the sentences that name it. */
    deadline: { date: texts.date(closesAt, settings.timeZones[locale]), say: deadline },
    facts,
    /** Who placed the order, and the sentence that names them; nobody if they were erased or are the reader. */
    placer: isKnown
      ? {
          address: placedBy.email,
          isRepliedTo,
          ask: (address: string) => texts.ask(placedBy.name, address, isRepliedTo),
        }
      : undefined,
    footer: footerOf(isCopy(claim.kind) ? texts.copy.why : texts.why, locale, settings),
  };
}

async function htmlOf(content: Content): Promise<string> {
  const { locale, texts, brand, subject, heading, link, greeting, opening, ready, deadline, placer } =
    content;
  const markup = await framed({
    locale,
    subject,
    heading,
    brand,
    body: html`<p style="${look.paragraph}">${greeting}</p>
      ${opening === undefined ? '' : html`<p style="${look.paragraph}">${opening}</p>`}
      <p style="${look.paragraph}">${breaking(ready)}</p>
      <p class="deadline" style="${look.deadline}">
        ${naming(deadline.say, html`<strong>${deadline.date}</strong>`)}
      </p>
      ${button({ name: texts.setUp, href: link })}
      <p class="small" style="${look.small}">
        ${texts.linkIntroduction}<br /><a class="link" style="${look.link}" href="${link}"
          >${breaking(link)}</a
        >
      </p>
      ${factsTable(content.facts)}
      ${
        placer
          ? html`<p style="${look.paragraph}">
              ${naming(
                placer.ask,
                html`<a class="link" style="${look.link}" href="${mailLink(placer.address)}"
                  >${breaking(placer.address)}</a
                >`,
              )}
            </p>`
          : ''
      }
      <p style="${look.paragraph}">${texts.closing}<br />${brand}</p>`,
    footer: lines(content.footer),
  });
  return markup.toString();
}

function textOf(content: Content): string {
  const { texts, brand, link, greeting, opening, ready, deadline, facts, placer, footer } = content;
  const paragraphs = [
    greeting,
    ...(opening === undefined ? [] : [opening]),
    ready,
    deadline.say(deadline.date),
    `${texts.setUp}:\n${link}`,
    facts.map(([label, value]) => `${label}: ${value}`).join('\n'),
    ...(placer ? [placer.ask(placer.address)] : []),
    `${texts.closing}\n${brand}`,
    `-- \n${footer.join('\n')}`,
  ];
  return `${paragraphs.join('\n\n')}\n`;
}

const setupLink = (template: string, line: OrderLine): string =>
  template
    .replaceAll('{orderId}', encodeURIComponent(line.orderId))
    .replaceAll('{lineId}', encodeURIComponent(line.lineId))
    .replaceAll('{subscriptionId}', encodeURIComponent(line.subscriptionId));

/** RFC 6068: what is special in a URL is encoded. */
const mailLink = (address: string): string => `mailto:${encodeURIComponent(address).replace('%40', '@')}`;

const durationInWords = (duration: IsoDuration, locale: Locale): string =>
  Duration.fromISO(duration).reconfigure({ locale }).toHuman();

/** A sentence with the thing it names as `markup`. */
function naming(sentence: (name: string) => string, markup: Markup): Markup {
  const mark = '\u0000';
  const [before = '', after = ''] = sentence(mark).split(mark);
  return html`${before}${markup}${after}`;
}
