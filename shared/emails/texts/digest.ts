import type { DigestNews } from '../../domain/notifications.ts';
import type { Locale } from '../../domain/order-line.ts';

/** How many lines there are; `more`: there are more than that. */
interface Amount {
  readonly count: number;
  readonly more: boolean;
}

/** The texts of a digest. Values are passed as they are; the writer escapes them. */
interface DigestTexts {
  /** The day of an instant in a time zone. */
  readonly day: (date: Date, timeZone: string) => string;
  readonly subject: (day: string, news: readonly string[]) => string;
  /** The number of lines of each kind, for the subject. */
  readonly news: Readonly<Record<keyof DigestNews, (amount: Amount) => string>>;
  readonly greeting: string;
  readonly opening: (brand: string) => string | undefined;
  readonly introduction: string;
  readonly heading: Readonly<Record<keyof DigestNews, (amount: Amount) => string>>;
  readonly what: Readonly<Record<keyof DigestNews, string>>;
  readonly name: (customer: string) => string;
  readonly line: (orderId: string, lineId: string, subscriptionId: string) => string;
  readonly to: (email: string, reason: string | undefined) => string;
  readonly closes: (date: string) => string;
  readonly closed: (date: string) => string;
  readonly all: (amount: Amount) => string;
  /** In the last days before the person's choice ends. */
  readonly ends: (date: string) => string;
  readonly open: string;
  readonly closing: string;
  readonly why: string;
  readonly end: string;
}

const english = ({ count, more }: Amount): string =>
  more ? `more than ${count.toLocaleString('en')}` : count.toLocaleString('en');
const japanese = ({ count, more }: Amount): string => `${count.toLocaleString('ja')} 件${more ? '以上' : ''}`;

const dayWriter =
  (language: string): DigestTexts['day'] =>
  (date, timeZone) =>
    new Intl.DateTimeFormat(language, { day: 'numeric', month: 'long', timeZone }).format(date);

export const digestTexts: Readonly<Record<Locale, DigestTexts>> = {
  en: {
    day: dayWriter('en-GB'),
    subject: (day, news) => `Your order lines on ${day}: ${news.join(', ')}`,
    news: {
      cameBack: (amount) => `${english(amount)} undeliverable`,
      closingSoon: (amount) => `${english(amount)} ${amount.count === 1 ? 'closes' : 'close'} soon`,
      closed: (amount) => `${english(amount)} closed`,
    },
    greeting: 'Hello,',
    opening: () => undefined,
    introduction: 'This is what needs attention among the order lines of your organization.',
    heading: {
      cameBack: (amount) => `Contact gets no email: ${english(amount)}`,
      closingSoon: (amount) => `Closing within three days: ${english(amount)}`,
      closed: (amount) => `Closed since the last digest: ${english(amount)}`,
    },
    what: {
      cameBack:
        'No further email of these lines is sent to these addresses. Correct the provisioning contact, who then gets the email at once.',
      closingSoon: 'Nobody has set these up yet. Resend the email, or ask the contact.',
      closed: 'Their time ran out before anybody set them up. They can still be set up.',
    },
    name: (customer) => customer,
    line: (orderId, lineId, subscriptionId) => `Order ${orderId}, line ${lineId}, ${subscriptionId}`,
    to: (email, reason) => (reason === undefined ? `To ${email}` : `To ${email}: ${reason}`),
    closes: (date) => `Closes on ${date}`,
    closed: (date) => `Closed on ${date}`,
    all: (amount) => `Show all ${amount.more ? '' : english(amount)} in the console`.replace('  ', ' '),
    ends: (date) =>
      `You have not used the console for a while. Unless you sign in by ${date}, this digest ends then.`,
    open: 'Open the console',
    closing: 'Kind regards,',
    why: 'You get this email because you chose a daily digest under “Notifications” in the console.',
    end: 'Stop the daily digest',
  },
  ja: {
    day: dayWriter('ja'),
    subject: (day, news) => `注文品目の日次ダイジェスト（${day}）：${news.join('、')}`,
    news: {
      cameBack: (amount) => `担当者に届かない品目 ${japanese(amount)}`,
      closingSoon: (amount) => `まもなく終了 ${japanese(amount)}`,
      closed: (amount) => `終了済み ${japanese(amount)}`,
    },
    greeting: 'ご担当者様',
    opening: (brand) => `平素よりお世話になっております。${brand} よりご連絡いたします。`,
    introduction: '貴社の注文品目のうち、ご確認いただきたいものをお知らせいたします。',
    heading: {
      cameBack: (amount) => `担当者にメールが届かない品目：${japanese(amount)}`,
      closingSoon: (amount) => `3 日以内に期限を迎える品目：${japanese(amount)}`,
      closed: (amount) => `前回のお知らせ以降に終了した品目：${japanese(amount)}`,
    },
    what: {
      cameBack:
        'これらの品目のメールは、今後次のアドレスには送信しません。プロビジョニング担当者を修正すると、新しい担当者に直ちにメールが送信されます。',
      closingSoon:
        'まだ設定が完了していません。メールを再送信するか、プロビジョニング担当者にご確認ください。',
      closed: '設定が完了しないまま期限を過ぎ、「終了済み」となりました（設定は引き続き可能です）。',
    },
    name: (customer) => `${customer} 様`,
    line: (orderId, lineId, subscriptionId) => `注文 ${orderId}、品目 ${lineId}、${subscriptionId}`,
    to: (email, reason) => (reason === undefined ? `宛先：${email}` : `宛先：${email}（${reason}）`),
    closes: (date) => `期限：${date}`,
    closed: (date) => `終了：${date}`,
    all: (amount) => `すべて（${japanese(amount)}）をコンソールで見る`,
    ends: (date) =>
      `しばらくコンソールのご利用がありません。${date}までにサインインされない場合、このお知らせは終了いたします。`,
    open: 'コンソールを開く',
    closing: '何卒よろしくお願いいたします。',
    why: 'このメールは、コンソールの「通知」で毎日のお知らせを選択された方にお送りしています。',
    end: '毎日のお知らせを停止する',
  },
};
