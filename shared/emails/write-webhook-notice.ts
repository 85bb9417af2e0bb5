import { html, raw } from 'hono/html';
import type { Email } from '../contracts/email.ts';
import { noticeTags } from '../contracts/email-tags.ts';
import type { MailSettings } from '../contracts/environment.ts';
import type { Webhook } from '../domain/webhook.ts';
import { darkLook, look } from './look.ts';
import { type AutomaticDisabling, webhookNoticeTexts } from './texts/webhook-notice.ts';

/** The email that tells who added a webhook that it was disabled, and what can be done about it. */
export async function writeWebhookNotice(
  { url, locale, createdBy }: Webhook,
  because: AutomaticDisabling,
  settings: MailSettings,
): Promise<Email> {
  const texts = webhookNoticeTexts[locale];
  const { brand = settings.senderName } = settings;
  const subject = texts.subject(new URL(url).host);
  const opening = texts.opening(brand);
  const paragraphs = [texts.greeting, ...(opening === undefined ? [] : [opening]), texts.what[because]];
  const footer = [
    texts.why,
    ...(settings.supportAddress === undefined ? [] : [settings.supportAddress]),
    ...(settings.postalLine === undefined ? [] : [settings.postalLine]),
  ];
  const markup = await html`<!doctype html>
    <html lang="${locale}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
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
                    ${paragraphs.map((text) => html`<p style="${look.paragraph}">${text}</p>`)}
                    <p style="${look.paragraph}">${texts.url}: ${url}</p>
                    <p style="${look.paragraph}">${texts.next}</p>
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
  const text = [...paragraphs, `${texts.url}: ${url}`, texts.next, `${texts.closing}\n${brand}`];
  return {
    from: { name: settings.senderName, address: settings.senderAddress },
    to: createdBy,
    subject,
    html: markup.toString(),
    text: `${[...text, `-- \n${footer.join('\n')}`].join('\n\n')}\n`,
    tags: noticeTags('webhook'),
  };
}
