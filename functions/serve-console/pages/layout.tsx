import type { Child } from 'hono/jsx';
import { type Locale, locales } from '../../../shared/domain/order-line.ts';
import { type Caller, isNotified, isOperator, mayResend, mayView } from '../../../shared/use-cases/access.ts';
import { formatters } from '../formatters.ts';
import { paths, query } from '../paths.ts';
import type { Texts } from '../texts/index.ts';
import type { Person, PersonalView, View } from '../view.ts';
import { Head } from './head.tsx';

interface LayoutProps {
  readonly view: View & { readonly person?: Person };
  readonly title: string;
  /** The pages above this one. */
  readonly above?: readonly { readonly href: string; readonly name: string }[];
  /** Parts of the page that the keyboard can skip to, besides its content. */
  readonly skips?: readonly { readonly to: string; readonly name: string }[];
  /** The form that a change of language must submit, so that nothing typed is lost. */
  readonly form?: string;
  /** The address that the browser opens at once. */
  readonly goOnTo?: string;
  readonly children: Child;
}

/** The frame of every page. */
export function Layout({ view, title, above = [], skips = [], form, goOnTo, children }: LayoutProps) {
  const { t, assets, person, locale } = view;
  return (
    <html lang={locale}>
      <Head assets={assets} title={[title, t.product]}>
        {goOnTo === undefined ? null : <meta http-equiv="refresh" content={`0;url=${goOnTo}`} />}
        {/* Nothing is painted before all is read and the script has run, so that nothing jumps on slow machines. */}
        <script src={assets.path('console.js')} defer blocking="render"></script>
      </Head>
      <body data-now={view.now} data-copied={t.copied}>
        {[{ to: 'content', name: t.skip }, ...skips].map(({ to, name }) => (
          <a class="skip" href={`#${to}`}>
            {name}
          </a>
        ))}
        <header class="top">
          <a class="brand" href={paths.orders}>
            <img src={assets.path('icon.svg')} alt="" width="24" height="24" />
            {t.product}
          </a>
          {person ? (
            <nav aria-label={t.mainNavigation}>
              <a href={paths.orders} {...(above.length === 0 ? { 'aria-current': 'page' } : {})}>
                {t.orders.title}
              </a>
              <Place view={view} at={paths.webhooks} name={t.webhooks.title} />
              <Place view={view} at={paths.insights} name={t.insights.title} />
              {isNotified(person.caller) ? (
                <Place view={view} at={paths.notifications} name={t.notifications.title} />
              ) : null}
            </nav>
          ) : null}
          <div class="top-end">
            <Languages view={view} {...(form === undefined ? {} : { form })} />
            {person ? <Account person={person} t={t} /> : null}
          </div>
        </header>
        <main id="content" tabindex={-1}>
          {above.length === 0 ? null : (
            <nav class="above" aria-label={t.breadcrumb}>
              <ol>
                {above.map(({ href, name }) => (
                  <li>
                    <a href={href}>{name}</a>
                  </li>
                ))}
              </ol>
            </nav>
          )}
          {children}
        </main>
        <footer class="bottom">
          <span data-zone={t.zone('{zone}')}>{t.footer}</span>
          <button type="button" class="quiet" data-in-utc={t.inUtc} data-in-zone={t.inZone} hidden>
            {t.inUtc}
          </button>
        </footer>
        <p class="hidden" role="status" data-announcer></p>
      </body>
    </html>
  );
}

/** The breadcrumb that leads back to the list as it was left. */
export const inOrders = ({ t, list }: PersonalView) => ({ href: paths.list(list), name: t.orders.title });

/** A place beside the list, which carries how the list was left. */
function Place({ view: { here, list }, at, name }: { view: View; at: string; name: string }) {
  return (
    <a href={at + query({ list })} {...(here.startsWith(at) ? { 'aria-current': 'page' } : {})}>
      {name}
    </a>
  );
}

function Account({ person: { caller, name, token }, t }: { person: Person; t: Texts }) {
  return (
    <>
      <div class="account">
        <span class="hidden">{t.signedInAs(name)}</span>
        <strong aria-hidden="true">{name}</strong>
        <span>
          {caller.partnerId === undefined ? null : `${caller.partnerId} · `}
          {t.roles[roleOf(caller)]}
        </span>
      </div>
      <form method="post" action={paths.signOut}>
        <input type="hidden" name="token" value={token} />
        <button class="quiet" type="submit">
          {t.signOut}
        </button>
      </form>
    </>
  );
}

function roleOf(caller: Caller): keyof Texts['roles'] {
  if (isOperator(caller)) return 'operator';
  if (mayResend(caller)) return 'resend';
  return mayView(caller) ? 'view' : 'none';
}

/** The languages to choose from, each in its own words. */
function Languages({ view, form }: { view: View; form?: string }) {
  return (
    <div class="languages" role="group" aria-label={view.t.language}>
      {form === undefined ? null : <DefaultButton form={form} />}
      {locales.map((locale) => (
        <Language view={view} to={locale} {...(form === undefined ? {} : { form })} />
      ))}
    </div>
  );
}

/**
 * The button that Enter in a field of the form presses: the first submit button in the document, which would otherwise
 * be the one that changes the language.
 */
function DefaultButton({ form }: { form: string }) {
  return <button class="hidden" type="submit" form={form} tabindex={-1} aria-hidden="true"></button>;
}

function Language({ view, to, form }: { view: View; to: Locale; form?: string }) {
  const name = formatters[to].language(to);
  if (to === view.locale) {
    return (
      <span lang={to} aria-current="true">
        {name}
      </span>
    );
  }
  if (form !== undefined) {
    return (
      <button class="quiet" type="submit" form={form} name="language" value={to} lang={to} formnovalidate>
        {name}
      </button>
    );
  }
  return (
    <a href={inLanguage(view.here, to)} lang={to} hreflang={to}>
      {name}
    </a>
  );
}

/** The page at `here` in another language. */
function inLanguage(here: string, locale: Locale): string {
  const [path = '', query = ''] = here.split('?');
  const parameters = new URLSearchParams(query);
  parameters.set('lang', locale);
  return `${path}?${parameters.toString()}`;
}
