import type { EmailTexts } from './index.ts';

/** Given to the formatter where it is needed: to make one takes 5 ms of each cold start. */
const dateForm = { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' } as const;

export const ja: EmailTexts = {
  date: (instant) => `${new Date(instant).toLocaleString('ja', dateForm)} UTC`,
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
};
