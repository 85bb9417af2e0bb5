import { html } from 'hono/html';
import { Duration } from 'luxon';
import type { Email } from '../contracts/email.ts';
import type { MailSettings } from '../contracts/environment.ts';
import { encodeTags } from '../contracts/email-tags.ts';
import { isCopy } from '../domain/email-kinds.ts';
import { isErasedAddress } from '../domain/erasure.ts';
import type { Claim, Locale, OrderLine } from '../domain/order-line.ts';
import { type Instant, type IsoDuration, plus, secondsBetween } from '../domain/time.ts';
import { breaking, factsTable, framed, lines } from './letter.ts';
import { look } from './look.ts';
import { emailTexts } from './texts/index.ts';

/** What an email says, whether it is read as HTML or as plain text. */
type Content = ReturnType<typeof contentOf>;

/** The provisioning email of a line to whom `claim` names, in their language. */
export async function writeEmail(line: OrderLine, claim: Claim, settings: MailSettings): Promise<Email> {
  const content = contentOf(line, claim, settings);
  const { placer } = content;
  return {
    from: { name: settings.senderName, address: settings.senderAddress },
    to: claim.to.email,
    ...(settings.replyToPlacedBy && placer ? { replyTo: placer.address } : {}),
    subject: subjectOf(line, claim, content),
    html: await htmlOf(content),
    text: textOf(content),
    tags: encodeTags({ orderId: line.orderId, lineId: line.lineId, kind: claim.kind, claimId: claim.id }),
  };
}

/** Mail clients fold what has the same subject: what is sent again has another one. */
function subjectOf(line: OrderLine, claim: Claim, { subject, texts, locale }: Content): string {
  const reminder = () => texts.reminded(subject, durationInWords(timeLeft(line, claim.at), locale));
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

/** How long the window of a line still lasts, in whole days or, on its last day, in whole hours. */
function timeLeft({ closesAt }: OrderLine, now: Instant): IsoDuration {
  const hours = Math.max(1, Math.round(closesAt === undefined ? 0 : secondsBetween(now, closesAt) / 3600));
  return hours < 24 ? `PT${hours}H` : `P${Math.round(hours / 24)}D`;
}

function contentOf(line: OrderLine, claim: Claim, settings: MailSettings) {
  const { name, locale } = claim.to;
  const { placedBy } = line;
  const { brand = settings.senderName } = settings;
  const texts = emailTexts[locale];
  const closesAt = line.closesAt ?? plus(claim.at, line.window);
  const date = texts.date(closesAt, settings.timeZones[locale]);
  const { name: customer } = line.endCustomer;
  const ready = () => {
    switch (claim.kind) {
      case 'first-copy':
        return texts.copy.ready(customer, line.provisioningContact);
      case 'reminder-copy':
        return texts.copy.stillToDo(customer, line.provisioningContact);
      case 'reminder':
        return texts.stillToDo(customer, name);
      default:
        return texts.ready(customer, name);
    }
  };
  const deadline = () => {
    if (closesAt <= claim.at) return texts.overdue(date);
    if (isCopy(claim.kind)) return texts.copy.deadline(date);
    if (claim.kind === 'reminder') return texts.deadlineNear(date);
    return texts.deadline(date, durationInWords(line.window, locale));
  };
  const facts: readonly (readonly [string, string])[] = [
    [texts.labels.customer, line.endCustomer.name],
    [texts.labels.order, line.orderId],
    [texts.labels.line, line.lineId],
    [texts.labels.subscription, line.subscriptionId],
    [texts.labels.offer, line.offer],
  ];
  return {
    locale,
    texts,
    brand,
    subject: texts.subject(line.subscriptionId, line.orderId),
    link: setupLink(settings.setupLink, line),
    greeting: texts.greeting(name),
    opening: texts.opening(brand),
    ready: ready(),
    deadline: deadline(),
    facts,
    /** Who placed the order, and the sentence that names them; nobody once that person was erased. */
    placer: isErasedAddress(placedBy.email)
      ? undefined
      : { address: placedBy.email, ask: (address: string) => texts.ask(placedBy.name, address) },
    footer: [
      isCopy(claim.kind) ? texts.copy.why : texts.why,
      ...(settings.supportAddress === undefined ? [] : [texts.support(settings.supportAddress)]),
      ...(settings.postalLine === undefined ? [] : [settings.postalLine]),
    ],
  };
}

async function htmlOf(content: Content): Promise<string> {
  const { locale, texts, brand, subject, link, greeting, opening, ready, deadline, placer } = content;
  const markup = await framed({
    locale,
    subject,
    brand,
    body: html`<p style="${look.paragraph}">${greeting}</p>
      ${opening === undefined ? '' : html`<p style="${look.paragraph}">${opening}</p>`}
      <p style="${look.paragraph}">${ready}</p>
      <p style="${look.paragraph}">
        <a class="button" style="${look.button}" href="${link}">${texts.setUp}</a>
      </p>
      <p class="small" style="${look.small}">
        ${texts.linkIntroduction}<br /><a class="link" style="${look.link}" href="${link}"
          >${breaking(link)}</a
        >
      </p>
      <p style="${look.paragraph}">${deadline}</p>
      ${factsTable(content.facts)}
      ${placer ? html`<p style="${look.paragraph}">${withAddress(placer.ask, placer.address)}</p>` : ''}
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
    `${texts.setUp}:\n${link}`,
    deadline,
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

const durationInWords = (duration: IsoDuration, locale: Locale): string =>
  Duration.fromISO(duration).reconfigure({ locale }).toHuman();

/** A sentence that names an address, with the address as a link. */
function withAddress(sentence: (address: string) => string, address: string) {
  const mark = '\u0000';
  const [before = '', after = ''] = sentence(mark).split(mark);
  return html`${before}<a class="link" style="${look.link}" href="mailto:${address}">${breaking(address)}</a
    >${after}`;
}
