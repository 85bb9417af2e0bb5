import { html, raw } from 'hono/html';
import { Duration } from 'luxon';
import type { Email } from '../contracts/email.ts';
import type { MailSettings } from '../contracts/environment.ts';
import { encodeTags } from '../contracts/email-tags.ts';
import { isErasedAddress } from '../domain/erasure.ts';
import type { Claim, Locale, OrderLine } from '../domain/order-line.ts';
import { type IsoDuration, plus } from '../domain/time.ts';
import { darkLook, look } from './look.ts';
import { emailTexts } from './texts/index.ts';

/** The provisioning email of a line to the contact that `claim` names, in the contact's language. */
export async function writeEmail(line: OrderLine, claim: Claim, settings: MailSettings): Promise<Email> {
  const { email: to, name, locale } = claim.to;
  const { placedBy } = line;
  const { brand = settings.senderName } = settings;
  const texts = emailTexts[locale];
  const subject = texts.subject(line.subscriptionId, line.orderId);
  const link = setupLink(settings.setupLink, line);
  const closesAt = line.closesAt ?? plus(claim.at, line.window);
  const date = texts.date(closesAt, settings.timeZones[locale]);
  const opening = texts.opening(brand);
  const paragraphs = {
    greeting: texts.greeting(name),
    ready: texts.ready(line.endCustomer.name, name),
    deadline:
      closesAt > claim.at ? texts.deadline(date, durationInWords(line.window, locale)) : texts.overdue(date),
  };
  const ask = (email: string) => texts.ask(placedBy.name, email);
  const isPlacerKnown = !isErasedAddress(placedBy.email);
  const facts: readonly (readonly [string, string])[] = [
    [texts.labels.customer, line.endCustomer.name],
    [texts.labels.order, line.orderId],
    [texts.labels.line, line.lineId],
    [texts.labels.subscription, line.subscriptionId],
    [texts.labels.offer, line.offer],
  ];
  const footer = [
    texts.why,
    ...(settings.supportAddress === undefined ? [] : [texts.support(settings.supportAddress)]),
    ...(settings.postalLine === undefined ? [] : [settings.postalLine]),
  ];

  const markup = await html`<!doctype html>
    <html lang="${locale}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>${subject}</title>
        <style>
          ${raw(darkLook)}
        </style>
      </head>
      <body class="page" style="${look.page}">
        <table role="presentation" width="100%" cellpadding="0" cellspacing="0">
          <tr>
            <td align="center" style="${look.margin}">
              <table
                role="presentation"
                class="letter"
                width="100%"
                cellpadding="0"
                cellspacing="0"
                style="${look.letter}"
              >
                <tr>
                  <td style="${look.content}">
                    <p class="brand" style="${look.brand}">${brand}</p>
                    <p style="${look.paragraph}">${paragraphs.greeting}</p>
                    ${opening === undefined ? '' : html`<p style="${look.paragraph}">${opening}</p>`}
                    <p style="${look.paragraph}">${paragraphs.ready}</p>
                    <p style="${look.paragraph}">
                      <a class="button" style="${look.button}" href="${link}">${texts.setUp}</a>
                    </p>
                    <p class="small" style="${look.small}">
                      ${texts.linkIntroduction}<br /><a class="link" style="${look.link}" href="${link}"
                        >${breaking(link)}</a
                      >
                    </p>
                    <p style="${look.paragraph}">${paragraphs.deadline}</p>
                    <table class="facts" width="100%" cellpadding="0" cellspacing="0" style="${look.facts}">
                      ${facts.map(
                        ([label, value]) =>
                          html`<tr>
                            <th scope="row" align="left" style="${look.label}">${label}</th>
                            <td style="${look.value}">${value}</td>
                          </tr>`,
                      )}
                    </table>
                    ${
                      isPlacerKnown
                        ? html`<p style="${look.paragraph}">${withAddress(ask, placedBy.email)}</p>`
                        : ''
                    }
                    <p style="${look.paragraph}">${texts.closing}<br />${brand}</p>
                  </td>
                </tr>
              </table>
              <p class="footer" style="${look.footer}">
                ${footer.map((part, index) => html`${index === 0 ? '' : html`<br />`}${part}`)}
              </p>
            </td>
          </tr>
        </table>
      </body>
    </html> `;
  const text = [
    paragraphs.greeting,
    ...(opening === undefined ? [] : [opening]),
    paragraphs.ready,
    `${texts.setUp}:\n${link}`,
    paragraphs.deadline,
    facts.map(([label, value]) => `${label}: ${value}`).join('\n'),
    ...(isPlacerKnown ? [ask(placedBy.email)] : []),
    `${texts.closing}\n${brand}`,
    `-- \n${footer.join('\n')}`,
  ].join('\n\n');

  return {
    from: { name: settings.senderName, address: settings.senderAddress },
    to,
    ...(settings.replyToPlacedBy && isPlacerKnown ? { replyTo: placedBy.email } : {}),
    subject: claim.kind === 'resend' ? texts.resent(subject) : subject,
    html: markup.toString(),
    text: `${text}\n`,
    tags: encodeTags({ orderId: line.orderId, lineId: line.lineId, kind: claim.kind, claimId: claim.id }),
  };
}

const setupLink = (template: string, line: OrderLine): string =>
  template
    .replaceAll('{orderId}', encodeURIComponent(line.orderId))
    .replaceAll('{lineId}', encodeURIComponent(line.lineId))
    .replaceAll('{subscriptionId}', encodeURIComponent(line.subscriptionId));

const durationInWords = (duration: IsoDuration, locale: Locale): string =>
  Duration.fromISO(duration).reconfigure({ locale }).toHuman();

/** Long text without spaces, with the places where it may be broken: before what begins a part of an address. */
const breaking = (address: string) =>
  address.split(/(?=[@/?&=])/).map((part, index) => (index === 0 ? html`${part}` : html`<wbr />${part}`));

/** A sentence that names an address, with the address as a link. */
function withAddress(sentence: (address: string) => string, address: string) {
  const mark = '\u0000';
  const [before = '', after = ''] = sentence(mark).split(mark);
  return html`${before}<a class="link" style="${look.link}" href="mailto:${address}">${breaking(address)}</a
    >${after}`;
}
