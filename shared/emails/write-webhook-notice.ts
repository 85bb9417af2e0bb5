import type { Email } from '../contracts/email.ts';
import { noticeTags } from '../contracts/email-tags.ts';
import type { MailSettings } from '../contracts/environment.ts';
import type { Webhook } from '../domain/webhook.ts';
import { footerOf } from './footer.ts';
import { letterOf } from './letter.ts';
import { type AutomaticDisabling, webhookNoticeTexts } from './texts/webhook-notice.ts';

/** The email that tells the person who added a webhook that it was disabled, and what can be done about it. */
export async function writeWebhookNotice(
  { url, locale, createdBy }: Pick<Webhook, 'url' | 'locale' | 'createdBy'>,
  because: AutomaticDisabling,
  settings: MailSettings,
): Promise<Email> {
  const texts = webhookNoticeTexts[locale];
  const { brand = settings.senderName } = settings;
  const subject = texts.subject(new URL(url).host);
  const opening = texts.opening(brand);
  const paragraphs = [texts.greeting, ...(opening === undefined ? [] : [opening]), texts.what[because]];
  const footer = footerOf(texts.why, locale, settings);
  const body = [...paragraphs, `${texts.url}: ${url}`, texts.next];
  return {
    from: { name: settings.senderName, address: settings.senderAddress },
    to: createdBy,
    subject,
    ...(await letterOf({ locale, subject, brand, paragraphs: body, closing: texts.closing, footer })),
    tags: noticeTags('webhook'),
  };
}
