import type { Locale } from '../../domain/order-line.ts';
import type { Disabling } from '../../domain/webhook.ts';

/** Why a webhook was disabled automatically. */
export type AutomaticDisabling = Exclude<Disabling, 'person'>;

/** The texts of the email about a disabled webhook. Values are passed as they are; the writer escapes them. */
interface WebhookNoticeTexts {
  readonly subject: (host: string) => string;
  readonly greeting: string;
  readonly opening: (brand: string) => string | undefined;
  readonly what: Readonly<Record<AutomaticDisabling, string>>;
  readonly url: string;
  readonly next: string;
  readonly closing: string;
  readonly why: string;
}

export const webhookNoticeTexts: Readonly<Record<Locale, WebhookNoticeTexts>> = {
  en: {
    subject: (host) => `Your webhook was disabled: ${host}`,
    greeting: 'Hello,',
    opening: () => undefined,
    what: {
      failing:
        'For three days nothing could be delivered to this webhook of yours, so it was disabled. Your system is no longer told what happens to your order lines.',
      gone: 'Your system answered that this webhook is gone for good (410), so it was disabled. Your system is no longer told what happens to your order lines.',
    },
    url: 'Address',
    next: 'Open “Webhooks” in the console: it shows what was tried, and what your system answered. Send a test from there, and enable the webhook once the test arrives. Events of the meantime are not sent again; your order lines are in the console and in the API.',
    closing: 'Kind regards,',
    why: 'You get this email because you added this webhook.',
  },
  ja: {
    subject: (host) => `Webhook 無効化のお知らせ（${host}）`,
    greeting: 'ご担当者様',
    opening: (brand) => `平素よりお世話になっております。${brand} よりご連絡いたします。`,
    what: {
      failing:
        'お客様が登録された下記の Webhook は、3 日間まったく配信できなかったため、無効になりました。現在、注文品目の状況は貴社システムに通知されていません。',
      gone: 'お客様が登録された下記の Webhook は、貴社システムから廃止済み（410）との応答があったため、無効になりました。現在、注文品目の状況は貴社システムに通知されていません。',
    },
    url: 'アドレス',
    next: 'コンソールの「Webhook」で、配信の結果と貴社システムの応答をご確認いただけます。テストを送信し、届くことをご確認のうえ、Webhook を有効にしてください。その間のイベントは再送されませんが、注文品目の状況はコンソールと API でご確認いただけます。',
    closing: '何卒よろしくお願いいたします。',
    why: 'このメールは、Webhook を登録された方にお送りしています。',
  },
};
