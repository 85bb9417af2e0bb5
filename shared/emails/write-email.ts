import { html } from 'hono/html';
import { Duration } from 'luxon';
import type { Email } from '../contracts/email.ts';
import type { MailSettings } from '../contracts/environment.ts';
import { encodeTags } from '../contracts/email-tags.ts';
import type { Claim, Locale, OrderLine } from '../domain/order-line.ts';
import { type IsoDuration, plus } from '../domain/time.ts';
import { emailTexts } from './texts/index.ts';

/** The provisioning email of a line to the contact that `claim` names, in the contact's language. */
export async function writeEmail(line: OrderLine, claim: Claim, settings: MailSettings): Promise<Email> {
  const { email: to, name, locale } = claim.to;
  const texts = emailTexts[locale];
  const subject = texts.subject(line.subscriptionId, line.orderId);
  const link = setupLink(settings.setupLink, line);
  const closesAt = line.closesAt ?? plus(claim.at, line.window);
  const date = texts.date(closesAt);
  const paragraphs = {
    greeting: texts.greeting(name),
    ready: texts.ready(line.endCustomer.name),
    deadline:
      closesAt > claim.at ? texts.deadline(date, durationInWords(line.window, locale)) : texts.overdue(date),
    ask: texts.ask(line.placedBy.name, line.placedBy.email),
  };
  const facts: readonly (readonly [string, string])[] = [
    [texts.labels.customer, line.endCustomer.name],
    [texts.labels.order, line.orderId],
    [texts.labels.line, line.lineId],
    [texts.labels.subscription, line.subscriptionId],
    [texts.labels.offer, line.offer],
  ];

  const markup = await html`<!doctype html>
    <html lang="${locale}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${subject}</title>
      </head>
      <body
        style="margin:0;background:#f2f4f7;color:#1c2430;font:16px/1.55 -apple-system,'Segoe UI',Roboto,'Hiragino Sans','Noto Sans JP',Meiryo,Arial,sans-serif"
      >
        <table role="presentation" width="100%" cellpadding="0" cellspacing="0">
          <tr>
            <td align="center" style="padding:24px 12px">
              <table
                role="presentation"
                width="100%"
                cellpadding="0"
                cellspacing="0"
                style="max-width:560px;background:#ffffff;border:1px solid #d8dee8;border-radius:8px"
              >
                <tr>
                  <td style="padding:28px 28px 20px">
                    <p style="margin:0 0 16px">${paragraphs.greeting}</p>
                    <p style="margin:0 0 20px">${paragraphs.ready}</p>
                    <p style="margin:0 0 20px">
                      <a
                        href="${link}"
                        style="display:inline-block;padding:12px 20px;background:#0b5cad;color:#ffffff;text-decoration:none;border-radius:6px;font-weight:600"
                        >${texts.setUp}</a
                      >
                    </p>
                    <p style="margin:0 0 20px;font-size:14px;color:#4a5568">
                      ${texts.linkIntroduction}<br /><a
                        href="${link}"
                        style="color:#0b5cad;word-break:break-all"
                        >${link}</a
                      >
                    </p>
                    <p style="margin:0 0 20px">${paragraphs.deadline}</p>
                    <table
                      cellpadding="0"
                      cellspacing="0"
                      style="width:100%;margin:0 0 20px;border-top:1px solid #d8dee8;font-size:14px"
                    >
                      ${facts.map(
                        ([label, value]) =>
                          html`<tr>
                            <th
                              scope="row"
                              align="left"
                              style="padding:8px 12px 8px 0;border-bottom:1px solid #d8dee8;font-weight:normal;color:#4a5568;white-space:nowrap"
                            >
                              ${label}
                            </th>
                            <td style="padding:8px 0;border-bottom:1px solid #d8dee8;word-break:break-word">
                              ${value}
                            </td>
                          </tr>`,
                      )}
                    </table>
                    <p style="margin:0">${paragraphs.ask}</p>
                  </td>
                </tr>
              </table>
              <p style="max-width:560px;margin:16px auto 0;font-size:12px;color:#5b6675">${texts.why}</p>
            </td>
          </tr>
        </table>
      </body>
    </html> `;
  const text = [
    paragraphs.greeting,
    paragraphs.ready,
    `${texts.setUp}:\n${link}`,
    paragraphs.deadline,
    facts.map(([label, value]) => `${label}: ${value}`).join('\n'),
    paragraphs.ask,
    `--\n${texts.why}`,
  ].join('\n\n');

  return {
    from: { name: settings.senderName, address: settings.senderAddress },
    to,
    subject,
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
