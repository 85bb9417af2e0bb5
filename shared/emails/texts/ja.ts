import { dateWriter } from './date-form.ts';
import type { Contact } from '../../domain/order-line.ts';
import type { EmailTexts } from './index.ts';

const writeDate = dateWriter('ja', { weekday: 'short', hour: 'numeric' });

/** A name in Latin letters has spaces around it; a Japanese one has none before it. */
const spaced = (name: string) => (/^[\p{Script=Latin}\p{N}]/u.test(name) ? ` ${name} ` : `${name} `);

const named = ({ name, email }: Contact) => (name === undefined ? ` ${email} ` : ` ${name} 様（${email}）`);

export const ja: EmailTexts = {
  date: (instant, timeZone) => {
    const date = new Date(instant);
    // Full-width brackets match the characters around them.
    const written = writeDate(date, timeZone).replace(/\((.)\) /, '（$1）');
    return `${written}（${zoneName(date, timeZone)}）`;
  },
  subject: (subscriptionId, orderId) =>
    `サブスクリプション ${subscriptionId} の設定のお願い（注文 ${orderId}）`,
  resent: (subject) => `【再送】${subject}`,
  reminded: (subject, left) => `【リマインド：期限まであと${left.replaceAll(' ', '')}】${subject}`,
  greeting: (name) => (name === undefined ? 'ご担当者様' : `${name} 様`),
  opening: (brand) => `平素よりお世話になっております。${brand} よりご連絡いたします。`,
  heading: 'サブスクリプションの設定のお願い',
  headingNear: (left) => `設定期限まであと${left.replaceAll(' ', '')}です`,
  product: 'コラボレーション',
  ready: ({ product, customer }, name) =>
    `${customer} 様の${spaced(product)}サブスクリプションの設定準備が整いました。${name === undefined ? 'ご担当者様' : `${name} 様`}は、本サブスクリプションのプロビジョニング担当者に指定されています。`,
  stillToDo: ({ product, customer }, name) =>
    `${customer} 様の${spaced(product)}サブスクリプションは、まだ設定が完了していません。設定期限が近づいておりますので、プロビジョニング担当者に指定されている${name === undefined ? 'ご担当者様' : ` ${name} 様`}にあらためてご連絡いたします。`,
  setUp: 'サブスクリプションを設定する',
  linkIntroduction: 'ボタンのリンク先は次のとおりです。',
  deadline: (date, window) =>
    `${date}までに、設定を完了していただきますようお願いいたします。設定期間は、最初のメールの送信から${window.replaceAll(' ', '')}間です。期間を過ぎると、この注文品目は CCW 上で「終了済み」となります（設定は引き続き可能です）。`,
  deadlineNear: (date) =>
    `${date}までに、設定を完了していただきますようお願いいたします。期限を過ぎると、この注文品目は CCW 上で「終了済み」となります（設定は引き続き可能です）。すでに設定がお済みの場合、ご対応は不要です。`,
  overdue: (date) =>
    `設定期間は${date}に終了し、この注文品目は CCW 上で「終了済み」となりましたが、サブスクリプションの設定は引き続き可能です。`,
  labels: {
    order: '注文',
    line: '注文品目',
    subscription: 'サブスクリプション',
    offer: 'オファー',
    customer: 'エンド カスタマー',
  },
  offer: (name, code) => `${name}（${code}）`,
  ask: (name, email, isRepliedTo) =>
    `ご不明な点がある場合、またはご担当者が異なる場合は、${isRepliedTo ? '本メールにご返信いただくか、' : ''}注文された ${name} 様（${email}）にお問い合わせください。`,
  copy: {
    subject: (subject) => `【写し】${subject}`,
    heading: 'ご参考（写し）',
    ready: ({ product, customer }, contact) =>
      `${customer} 様の${spaced(product)}サブスクリプションの設定準備が整いました。プロビジョニング担当者は${named(contact)}です。本メールは、担当者にお送りしたメールの写しです。`,
    stillToDo: ({ product, customer }, contact) =>
      `${customer} 様の${spaced(product)}サブスクリプションは、まだ設定が完了していません。プロビジョニング担当者は${named(contact)}です。本メールは、担当者にお送りしたリマインドの写しです。`,
    deadline: (date) =>
      `設定の期限は${date}です。期限を過ぎると、この注文品目は CCW 上で「終了済み」となります（設定は引き続き可能です）。`,
    why: 'このメールは、注文で写しの送付先として指定されたアドレスにお送りしています。',
  },
  closing: '何卒よろしくお願いいたします。',
  why: 'このメールは、注文でプロビジョニング連絡先メールアドレスとして指定されたアドレスにお送りしています。',
  support: (email) => `お問い合わせ先: ${email}`,
};

/** The everyday name of the zone: 日本時間, where the standard's own is 日本標準時. */
function zoneName(date: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('ja', { timeZone, timeZoneName: 'long' }).formatToParts(date);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? timeZone;
  return name.replace('標準時', '時間');
}
