import type { Locale } from '../../domain/order-line.ts';
import type { NoticeRecipient } from '../write-bounce-notice.ts';

/** How an email came back for good: from a mail server, or from its recipient. */
export type Return = 'Bounced' | 'Complained';

/** The texts of the email about an email that came back. Values are passed as they are; the writer escapes them. */
interface BounceNoticeTexts {
  readonly subject: Readonly<Record<Return, (orderId: string, lineId: string) => string>>;
  readonly greeting: (name: string | undefined) => string;
  readonly opening: (brand: string) => string | undefined;
  /** What became of the email, as the end of a sentence about it. */
  readonly became: Readonly<Record<Return, string>>;
  readonly what: Readonly<
    Record<NoticeRecipient['because'], (to: string, customer: string, became: string) => string>
  >;
  readonly next: (deadline: string | undefined) => string;
  /** In the last notice of a day. */
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
  readonly why: Readonly<Record<NoticeRecipient['because'], string>>;
  readonly end: string;
}

export const bounceNoticeTexts: Readonly<Record<Locale, BounceNoticeTexts>> = {
  en: {
    subject: {
      Bounced: (orderId, lineId) => `The email of order ${orderId}, line ${lineId}, did not arrive`,
      Complained: (orderId, lineId) => `The email of order ${orderId}, line ${lineId}, was marked as spam`,
    },
    greeting: (name) => (name === undefined ? 'Hello,' : `Hello ${name},`),
    opening: () => undefined,
    became: { Bounced: 'came back', Complained: 'was marked as spam by its recipient' },
    what: {
      placed: (to, customer, became) =>
        `You placed an order for ${customer}. Its provisioning email to ${to} ${became}, and no further email of this order line is sent to that address.`,
      chosen: (to, customer, became) =>
        `The provisioning email to ${to}, of an order for ${customer}, ${became}, and no further email of this order line is sent to that address.`,
    },
    next: (deadline) =>
      deadline === undefined
        ? 'Please correct the provisioning contact in the console, or ask a colleague who can.'
        : `Please correct the provisioning contact in the console, or ask a colleague who can, so that the customer can set up the subscription by ${deadline}. The new contact gets the email at once.`,
    last: 'If this happens to more emails today, you get no further notices until tomorrow. The console shows all of them.',
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
    why: {
      placed: 'You get this email because the order names you as the person who placed it.',
      chosen: 'You get this email because you chose so under “Notifications” in the console.',
    },
    end: 'Do not send me notices of emails that came back or were marked as spam',
  },
  ja: {
    subject: {
      Bounced: (orderId, lineId) => `メールが届きませんでした（注文 ${orderId}、品目 ${lineId}）`,
      Complained: (orderId, lineId) =>
        `メールが迷惑メールとして報告されました（注文 ${orderId}、品目 ${lineId}）`,
    },
    greeting: (name) => (name === undefined ? 'ご担当者様' : `${name} 様`),
    opening: (brand) => `平素よりお世話になっております。${brand} よりご連絡いたします。`,
    became: { Bounced: '届きませんでした', Complained: '受信者により迷惑メールとして報告されました' },
    what: {
      placed: (to, customer, became) =>
        `${customer} 様向けにご注文いただいたサブスクリプションについて、${to} 宛てのプロビジョニング メールが${became}。この品目のメールは、今後このアドレスには送信しません。`,
      chosen: (to, customer, became) =>
        `貴社の ${customer} 様向けサブスクリプションについて、${to} 宛てのプロビジョニング メールが${became}。この品目のメールは、今後このアドレスには送信しません。`,
    },
    next: (deadline) =>
      deadline === undefined
        ? 'お手数ですが、コンソールでプロビジョニング担当者を修正していただくか、修正の権限をお持ちの方にご依頼ください。'
        : `${deadline}までに設定を完了できるよう、お手数ですが、コンソールでプロビジョニング担当者を修正していただくか、修正の権限をお持ちの方にご依頼ください。修正すると、新しい担当者に直ちにメールが送信されます。`,
    last: '本日、ほかにも同様のメールがあった場合、明日まで追加のお知らせはお送りしません。すべての状況はコンソールでご確認いただけます。',
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
    why: {
      placed: 'このメールは、注文された方として登録されているアドレスにお送りしています。',
      chosen: 'このメールは、コンソールの「通知」でこのお知らせを選択された方にお送りしています。',
    },
    end: 'メールの不達・迷惑メール報告のお知らせを停止する',
  },
};
