import type { Locale } from '../../domain/order-line.ts';

/** What the email says that tells of an email that came back. Values come in as they are; escaping is the writer's work. */
interface BounceNoticeTexts {
  readonly subject: (orderId: string, lineId: string) => string;
  readonly greeting: (name: string) => string;
  readonly opening: (brand: string) => string | undefined;
  readonly what: (to: string, customer: string) => string;
  readonly next: (deadline: string | undefined) => string;
  /** Said in the last notice of a day. */
  readonly last: string;
  readonly open: string;
  readonly labels: {
    readonly customer: string;
    readonly order: string;
    readonly line: string;
    readonly subscription: string;
    readonly contact: string;
    readonly reason: string;
  };
  readonly closing: string;
  readonly why: string;
  readonly end: string;
}

export const bounceNoticeTexts: Readonly<Record<Locale, BounceNoticeTexts>> = {
  en: {
    subject: (orderId, lineId) => `The email of order ${orderId}, line ${lineId}, did not arrive`,
    greeting: (name) => `Hello ${name},`,
    opening: () => undefined,
    what: (to, customer) =>
      `You placed an order for ${customer}. Its provisioning email to ${to} came back, and no further email is sent to that address.`,
    next: (deadline) =>
      deadline === undefined
        ? 'Please correct the provisioning contact in the console, or ask a colleague who can.'
        : `Please correct the provisioning contact in the console, or ask a colleague who can, so that the customer can set up the subscription by ${deadline}. The new contact gets the email at once.`,
    last: 'If more emails come back today, you get no further notices until tomorrow. The console shows all of them.',
    open: 'Open the order line',
    labels: {
      customer: 'End customer',
      order: 'Order',
      line: 'Order line',
      subscription: 'Subscription',
      contact: 'Provisioning contact',
      reason: 'What the mail service said',
    },
    closing: 'Kind regards,',
    why: 'You get this email because the order names you as the person who placed it.',
    end: 'Do not send me notices of emails that came back',
  },
  ja: {
    subject: (orderId, lineId) => `メールが届きませんでした（注文 ${orderId}、品目 ${lineId}）`,
    greeting: (name) => `${name} 様`,
    opening: (brand) => `平素よりお世話になっております。${brand} よりご連絡いたします。`,
    what: (to, customer) =>
      `${customer} 様向けにご注文いただいたサブスクリプションについて、${to} 宛てのプロビジョニング メールが届きませんでした。このアドレスには今後メールを送信しません。`,
    next: (deadline) =>
      deadline === undefined
        ? 'お手数ですが、コンソールでプロビジョニング担当者を修正していただくか、修正の権限をお持ちの方にご依頼ください。'
        : `${deadline}までに設定を完了できるよう、お手数ですが、コンソールでプロビジョニング担当者を修正していただくか、修正の権限をお持ちの方にご依頼ください。修正すると、新しい担当者に直ちにメールが送信されます。`,
    last: '本日、ほかにも届かないメールがあった場合、明日まで追加のお知らせはお送りしません。すべての状況はコンソールでご確認いただけます。',
    open: '注文品目を開く',
    labels: {
      customer: 'エンド カスタマー',
      order: '注文',
      line: '注文品目',
      subscription: 'サブスクリプション',
      contact: 'プロビジョニング担当者',
      reason: 'メール サービスからの通知',
    },
    closing: '何卒よろしくお願いいたします。',
    why: 'このメールは、注文された方として登録されているアドレスにお送りしています。',
    end: '届かなかったメールのお知らせを停止する',
  },
};
