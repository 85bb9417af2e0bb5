import type { Child } from 'hono/jsx';
import { paths } from '../paths.ts';
import type { Person, PersonalView, View } from '../view.ts';
import { Layout } from './layout.tsx';
import { Copyable } from './parts.tsx';

interface MessagePageProps {
  readonly view: View & { readonly person?: Person };
  readonly title: string;
  readonly text: readonly string[];
  /** What to do next. */
  readonly next?: { readonly href: string; readonly name: string };
  readonly goOnTo?: string;
  readonly children?: Child;
}

/** A page that says what happened, and what to do next. */
export function MessagePage({ view, title, text, next, goOnTo, children }: MessagePageProps) {
  return (
    <Layout view={view} title={title} {...(goOnTo === undefined ? {} : { goOnTo })}>
      <section class="card dialog" aria-labelledby="dialog-title">
        <h1 id="dialog-title">{title}</h1>
        {text.map((paragraph) => (
          <p>{paragraph}</p>
        ))}
        {children}
        {next ? (
          <div class="buttons">
            <a class="button primary" href={next.href}>
              {next.name}
            </a>
          </div>
        ) : null}
      </section>
    </Layout>
  );
}

/** Whom to ask, for people who lack the role. */
export function NoAccessPage({
  view,
  placedBy,
}: {
  view: PersonalView;
  placedBy?: { name: string; email: string } | undefined;
}) {
  const { t, person } = view;
  const toOrders = { href: paths.list(view.list), name: t.errors.toOrders };
  return placedBy ? (
    <MessagePage view={view} title={t.noAccess.title} text={[t.noAccess.text]} next={toOrders}>
      <Copyable view={view} label={t.noAccess.name} text={placedBy.name} />
      <Copyable view={view} label={t.noAccess.email} text={placedBy.email} />
    </MessagePage>
  ) : (
    <MessagePage view={view} title={t.noAccess.title} text={[t.noAccess.noRole, t.noAccess.noRoleInstead]}>
      <Copyable view={view} label={t.noAccess.account} text={person.caller.name} />
      <p>{t.noAccess.signOutInstead}</p>
    </MessagePage>
  );
}

/** The question before signing out, for people who open its address directly. */
export function SignOutPage({ view }: { view: PersonalView }) {
  const { t, person } = view;
  return (
    <MessagePage view={view} title={t.signOutPage.confirmTitle} text={[t.signOutPage.confirm]}>
      <form method="post" action={paths.signOut}>
        <input type="hidden" name="token" value={person.token} />
        <div class="buttons">
          <button type="submit" class="primary">
            {t.signOut}
          </button>
          <a class="button" href={paths.orders}>
            {t.back}
          </a>
        </div>
      </form>
    </MessagePage>
  );
}
