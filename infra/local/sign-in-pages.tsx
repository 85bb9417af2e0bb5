import { html } from 'hono/html';
import type { Child } from 'hono/jsx';
import { type Assets } from '../../functions/serve-console/assets.ts';
import { Head } from '../../functions/serve-console/pages/head.tsx';
import type { Locale } from '../../shared/domain/order-line.ts';
import type { SamplePerson } from './people.ts';

const english = {
  product: 'Local sign-in',
  title: 'Who are you?',
  text: 'This sign-in exists on this machine only, and asks for no password. Choose one of the sample people.',
  at: (partner: string) => `of partner ${partner}`,
  everywhere: 'of the service’s own people',
  roles: { view: 'may look', resend: 'may resend', operator: 'sees and does everything' },
  noRole: 'has no role',
  leaving: 'Signing out…',
  leave: 'Sign out here too',
  failed: 'Sign-in cannot go on',
  failedText: 'The request that led here is not complete or too old. Start again from the console.',
  toConsole: 'To the console',
};

const texts: Readonly<Record<Locale, typeof english>> = {
  en: english,
  ja: {
    product: 'ローカル サインイン',
    title: 'ユーザーを選択',
    text: 'このマシン専用のサインイン画面です。パスワードは不要です。サンプル ユーザーを選択してください。',
    at: (partner) => `パートナー ${partner} 所属`,
    everywhere: 'サービス運営者',
    roles: { view: '閲覧可', resend: '再送信可', operator: 'すべての閲覧・操作が可能' },
    noRole: '権限なし',
    leaving: 'サインアウトしています…',
    leave: 'ここでもサインアウト',
    failed: 'サインインを続行できません',
    failedText:
      'リクエストが不完全か、有効期限が切れています。コンソールからもう一度サインインしてください。',
    toConsole: 'コンソールへ',
  },
};

/** The local sign-in pages look like the console's. */
export interface Look {
  readonly assets: Assets;
  readonly locale: Locale;
}

interface FrameProps extends Look {
  readonly title: string;
  readonly children: Child;
}

function Frame({ assets, locale, title, children }: FrameProps) {
  const { product } = texts[locale];
  return (
    <html lang={locale}>
      <Head assets={assets} title={[title, product]}>
        <script src={assets.path('console.js')} defer></script>
      </Head>
      <body>
        <header class="top">
          <span class="brand">
            <img src={assets.path('icon.svg')} alt="" width="24" height="24" />
            {product}
          </span>
        </header>
        <main>
          <section class="card dialog" aria-labelledby="dialog-title">
            <h1 id="dialog-title">{title}</h1>
            {children}
          </section>
        </main>
      </body>
    </html>
  );
}

/** The people to choose from, one button each. */
export function peoplePage(look: Look, action: string, people: readonly SamplePerson[]) {
  const t = texts[look.locale];
  return html`<!doctype html>${(
      <Frame {...look} title={t.title}>
        <p>{t.text}</p>
        <form method="post" action={action}>
          <ul class="people">
            {people.map(({ id, name, email, partnerId, roles }) => (
              <li>
                <button type="submit" name="person" value={id}>
                  <strong>{name}</strong>
                  <span>
                    {partnerId === undefined ? t.everywhere : t.at(partnerId)} ·{' '}
                    {roles.map((role) => t.roles[role]).join(' · ') || t.noRole}
                  </span>
                  <small>{email}</small>
                </button>
              </li>
            ))}
          </ul>
        </form>
      </Frame>
    )}`;
}

/** @param form the sign-in server's own form with its hidden fields; a script submits it */
export function leavingPage(look: Look, form: string) {
  const t = texts[look.locale];
  return html`<!doctype html>${(
      <Frame {...look} title={t.leaving}>
        <div dangerouslySetInnerHTML={{ __html: form }}></div>
        <div class="buttons">
          <button class="primary" type="submit" form="op.logoutForm" name="logout" value="yes" data-press>
            {t.leave}
          </button>
        </div>
      </Frame>
    )}`;
}

export function failedPage(look: Look, consolePath: string, reason: string) {
  const t = texts[look.locale];
  return html`<!doctype html>${(
      <Frame {...look} title={t.failed}>
        <p>{t.failedText}</p>
        <p class="muted">{reason}</p>
        <div class="buttons">
          <a class="button primary" href={consolePath}>
            {t.toConsole}
          </a>
        </div>
      </Frame>
    )}`;
}
