import type { Locale } from '../domain/order-line.ts';

/** What an email says, in one language. Values come in as they are; escaping is the writer's work. */
export interface EmailTexts {
  readonly subject: (subscriptionId: string, orderId: string) => string;
  readonly greeting: (name: string | undefined) => string;
  readonly ready: (customer: string) => string;
  readonly setUp: string;
  readonly linkIntroduction: string;
  readonly deadline: (date: string, window: string) => string;
  readonly overdue: (date: string) => string;
  readonly labels: {
    readonly order: string;
    readonly line: string;
    readonly subscription: string;
    readonly offer: string;
    readonly customer: string;
  };
  readonly ask: (name: string, email: string) => string;
  readonly why: string;
}

export const emailTexts: Readonly<Record<Locale, EmailTexts>> = {
  en: {
    subject: (subscriptionId, orderId) => `Set up your subscription ${subscriptionId} (order ${orderId})`,
    greeting: (name) => (name === undefined ? 'Hello,' : `Hello ${name},`),
    ready: (customer) =>
      `A collaboration subscription for ${customer} is ready to be set up, and you are named as its provisioning contact.`,
    setUp: 'Set up the subscription',
    linkIntroduction: 'The button leads to this address:',
    deadline: (date, window) =>
      `Please finish the set-up by ${date}. The period for it is ${window}, counted from the first email; then the order line closes.`,
    overdue: (date) =>
      `The period for the set-up ended on ${date} and the order line was closed, but its provisioning is still pending. You can still set up the subscription.`,
    labels: {
      order: 'Order',
      line: 'Order line',
      subscription: 'Subscription',
      offer: 'Offer',
      customer: 'End customer',
    },
    ask: (name, email) =>
      `Questions, or not the right person for this? Please write to ${name} (${email}), who placed the order.`,
    why: 'You get this email because the order names your address as its provisioning contact.',
  },
  ja: {
    subject: (subscriptionId, orderId) =>
      `サブスクリプション ${subscriptionId} の設定のお願い（注文 ${orderId}）`,
    greeting: (name) => (name === undefined ? 'ご担当者様' : `${name} 様`),
    ready: (customer) =>
      `${customer} 様のコラボレーション サブスクリプションの設定準備が整いました。お客様はこのサブスクリプションのプロビジョニング担当者として登録されています。`,
    setUp: 'サブスクリプションを設定する',
    linkIntroduction: 'ボタンのリンク先は次のとおりです。',
    deadline: (date, window) =>
      `${date}までに設定を完了してください。設定期間は最初のメールの送信から${window.replaceAll(' ', '')}です。期間を過ぎると、この注文品目は終了します。`,
    overdue: (date) =>
      `設定期間は${date}に終了し、注文品目は終了済みになりましたが、プロビジョニングはまだ完了していません。引き続きサブスクリプションを設定できます。`,
    labels: {
      order: '注文',
      line: '注文品目',
      subscription: 'サブスクリプション',
      offer: 'オファー',
      customer: 'エンド カスタマー',
    },
    ask: (name, email) =>
      `ご不明な点がある場合、またはご担当者が異なる場合は、注文された ${name} 様（${email}）にお問い合わせください。`,
    why: 'このメールは、注文でプロビジョニング連絡先メールアドレスとして指定されたアドレスにお送りしています。',
  },
};
