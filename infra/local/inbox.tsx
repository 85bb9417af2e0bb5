import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import type { Child } from 'hono/jsx';
import { type Assets, readAssets } from '../../functions/serve-console/assets.ts';
import { Head } from '../../functions/serve-console/pages/head.tsx';
import { Address } from '../../functions/serve-console/pages/parts.tsx';
import { Letter } from '../../functions/serve-console/pages/preview.tsx';
import { texts as consoleTexts } from '../../functions/serve-console/texts/index.ts';
import { formatters } from '../../functions/serve-console/formatters.ts';
import { localeOf } from '../../functions/serve-console/language.ts';
import type { Email } from '../../shared/contracts/email.ts';
import { reportedTags } from '../../shared/contracts/email-tags.ts';
import type { Locale } from '../../shared/domain/order-line.ts';
import { type Preview, type PreviewName, previews } from './email-previews.ts';
import type { KeptEmail, Mailbox } from './mailbox.ts';

const root = '/_local/inbox';

const english = {
  title: 'Inbox',
  introduction: 'Every email that the service sent on this machine, newest first, by the service’s clock.',
  search: 'Search addresses, subjects, orders',
  find: 'Search',
  none: 'No email yet.',
  noneFound: 'No email fits.',
  to: 'To',
  subject: 'Subject',
  sentAt: 'Sent',
  replyTo: 'Reply-To',
  line: 'Order line',
  back: 'Inbox',
  previews: 'All emails in all languages',
  previewsTitle: 'Previews',
  previewsIntroduction:
    'Each kind of email in each language, with sample data and the settings of this machine: on a wide screen in light colours, on a phone in dark ones, and as text.',
  wide: 'On a wide screen',
  phone: 'On a phone, in the dark',
  asText: 'As plain text',
  more: (shown: string) => `The latest ${shown} are shown; search for older ones.`,
  named: {
    first: 'First email',
    resend: 'Resend',
    'contact-change': 'Contact change',
    reminder: 'Reminder',
    'first-copy': 'Copy of the first email',
    'reminder-copy': 'Copy of the reminder',
    'resend-closed': 'Resend (closed)',
    'bounce-notice': 'Bounce notice',
    digest: 'Daily digest',
    'webhook-failing': 'Webhook disabled (failing)',
    'webhook-gone': 'Webhook disabled (gone)',
  } satisfies Record<PreviewName, string>,
};

const texts: Readonly<Record<Locale, typeof english>> = {
  en: english,
  ja: {
    title: '受信トレイ',
    introduction:
      'このマシンで送信されたすべてのメールを新しい順に表示しています。日時はサービスの時計によります。',
    search: 'アドレス、件名、注文番号で検索',
    find: '検索',
    none: 'メールはまだありません。',
    noneFound: '該当するメールはありません。',
    to: '宛先',
    subject: '件名',
    sentAt: '送信日時',
    replyTo: '返信先',
    line: '注文品目',
    back: '受信トレイ',
    previews: 'すべての言語のメールのプレビュー',
    previewsTitle: 'プレビュー',
    previewsIntroduction:
      'すべての種類のメールを、言語ごとにサンプル データで表示しています。パソコン（ライト）、スマートフォン（ダーク）、テキスト形式でご確認いただけます。',
    wide: 'パソコン',
    phone: 'スマートフォン（ダーク モード）',
    asText: 'テキスト形式',
    more: (shown) => `最新の ${shown} 件を表示しています。それ以前のメールは検索してください。`,
    named: {
      first: '初回のメール',
      resend: '再送信',
      'contact-change': '担当者の変更',
      reminder: 'リマインド',
      'first-copy': '初回のメールの写し',
      'reminder-copy': 'リマインドの写し',
      'resend-closed': '再送信（終了済み）',
      'bounce-notice': 'メール不達のお知らせ',
      digest: '毎日のお知らせ',
      'webhook-failing': 'Webhook 無効化のお知らせ（配信失敗）',
      'webhook-gone': 'Webhook 無効化のお知らせ（410 応答）',
    },
  },
};

/** How many emails the page shows; all are kept, and found by search. */
const shownOnPage = 100;

/** Emails have inline styles, in frames that run no scripts. */
const policy =
  "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** The inbox of one machine: all emails sent, and what each kind of email looks like. */
export function inbox(mailbox: Mailbox): Hono {
  const app = new Hono();
  const assets = readAssets();

  app.use(async (c, next) => {
    await next();
    c.header('content-security-policy', policy);
    c.header('cache-control', 'no-store');
  });
  app.get('/', async (c) => {
    const word = c.req.query('q')?.trim() ?? '';
    const emails = await mailbox.search((email) => isAbout(email, word), shownOnPage);
    return c.html(page(<ListPage locale={localeOf(c)} assets={assets} emails={emails} word={word} />));
  });
  app.get('/previews', async (c) =>
    c.html(page(<PreviewsPage locale={localeOf(c)} assets={assets} emails={await previews()} />)),
  );
  app.get('/:messageId', async (c: Context<object, '/:messageId'>) => {
    const id = c.req.param('messageId');
    const [email] = await mailbox.search(({ messageId }) => messageId === id, 1);
    return email
      ? c.html(page(<EmailPage locale={localeOf(c)} assets={assets} email={email} />))
      : c.redirect(root);
  });
  return app;
}

const page = (content: Child) => html`<!doctype html>${content}`;

const isAbout = (email: KeptEmail, word: string): boolean =>
  [email.to, email.subject, lineOf(email)].some((text) => text.toLowerCase().includes(word.toLowerCase()));

/** The line that an email is about, as order/line. */
function lineOf({ tags }: KeptEmail): string {
  const read = reportedTags.safeParse(
    Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, [value]])),
  );
  return read.success ? `${read.data.orderId}/${read.data.lineId}` : '';
}

interface PageProps {
  readonly locale: Locale;
  readonly assets: Assets;
}

function Frame({ locale, assets, title, children }: PageProps & { title: string; children: Child }) {
  const t = texts[locale];
  return (
    <html lang={locale}>
      <Head assets={assets} title={[title, t.title]} />
      <body>
        <header class="top">
          <a class="brand" href={root}>
            <img src={assets.path('icon.svg')} alt="" width="24" height="24" />
            {t.title}
          </a>
          <nav class="top-end">
            <a href={`${root}/previews`}>{t.previews}</a>
          </nav>
        </header>
        <main>{children}</main>
      </body>
    </html>
  );
}

function ListPage(props: PageProps & { emails: readonly KeptEmail[]; word: string }) {
  const { locale, emails, word } = props;
  const t = texts[locale];
  const format = formatters[locale];
  return (
    <Frame {...props} title={t.title}>
      <div class="heading">
        <h1>{t.title}</h1>
        <p class="muted">{t.introduction}</p>
      </div>
      <search>
        <form class="search" method="get" action={root}>
          <div class="field grow">
            <label for="q">{t.search}</label>
            <input id="q" name="q" type="search" value={word} autocomplete="off" />
          </div>
          <div class="buttons">
            <button type="submit" class="primary">
              {t.find}
            </button>
          </div>
        </form>
      </search>
      {emails.length === 0 ? (
        <p class="card empty">{word === '' ? t.none : t.noneFound}</p>
      ) : (
        <table class="lines">
          <thead>
            <tr>
              {[t.subject, t.to, t.line, t.sentAt].map((name) => (
                <th scope="col">{name}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {emails.map((email) => (
              <tr>
                <th scope="row" data-label={t.subject}>
                  <a href={`${root}/${email.messageId}`}>{email.subject}</a>
                </th>
                <td data-label={t.to}>
                  <Address of={email.to} />
                </td>
                <td data-label={t.line}>{lineOf(email)}</td>
                <td data-label={t.sentAt}>{format.date(email.sentAt)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {emails.length < shownOnPage ? null : <p class="muted">{t.more(format.number(shownOnPage))}</p>}
    </Frame>
  );
}

function EmailPage(props: PageProps & { email: KeptEmail }) {
  const { locale, email } = props;
  const t = texts[locale];
  const { subject, to, replyTo, sentAt } = email;
  const facts = [
    [t.to, to],
    [t.replyTo, replyTo],
    [t.line, lineOf(email)],
    [t.sentAt, formatters[locale].moment(sentAt)],
  ] as const;
  return (
    <Frame {...props} title={subject}>
      <nav class="above">
        <ol>
          <li>
            <a href={root}>{t.back}</a>
          </li>
        </ol>
      </nav>
      <h1>{subject}</h1>
      <dl class="facts">
        {facts.map(([name, value]) =>
          value === undefined ? null : (
            <div>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
      <Letter view={{ t: consoleTexts[locale] }} email={email} />
    </Frame>
  );
}

function PreviewsPage(props: PageProps & { emails: readonly Preview[] }) {
  const { locale, emails } = props;
  const t = texts[locale];
  const titled = emails.map((preview) => ({
    ...preview,
    id: `${preview.name}-${preview.locale}`,
    title: `${t.named[preview.name]} · ${formatters[locale].language(preview.locale)}`,
  }));
  return (
    <Frame {...props} title={t.previewsTitle}>
      <div class="heading">
        <h1>{t.previewsTitle}</h1>
        <p class="muted">{t.previewsIntroduction}</p>
      </div>
      <nav class="filters" aria-label={t.previewsTitle}>
        {titled.map(({ title, id }) => (
          <a href={`#${id}`}>{title}</a>
        ))}
      </nav>
      {titled.map(({ title, email, id }) => (
        <section class="card" id={id}>
          <h2>{title}</h2>
          <p class="muted">{email.subject}</p>
          <Renderings locale={locale} email={email} />
        </section>
      ))}
    </Frame>
  );
}

const dark = '(prefers-color-scheme: dark)';

/** An email in three forms: wide and light, narrow and dark, and plain text. */
function Renderings({ locale, email: { html, text } }: { locale: Locale; email: Email }) {
  const t = texts[locale];
  return (
    <>
      <div style="display: flex; flex-wrap: wrap; gap: 1rem">
        <div style="flex: 1 1 min(30rem, 100%)">
          <iframe class="letter" title={t.wide} sandbox="" srcdoc={html.replace(dark, 'not all')}></iframe>
        </div>
        <div style="flex: 0 1 362px">
          <iframe class="letter" title={t.phone} sandbox="" srcdoc={html.replace(dark, 'all')}></iframe>
        </div>
      </div>
      <details>
        <summary>{t.asText}</summary>
        <pre>{text}</pre>
      </details>
    </>
  );
}
