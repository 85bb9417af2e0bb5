import type { Child } from 'hono/jsx';
import { mayView } from '../../../shared/use-cases/access.ts';
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
  const { noAccess } = t;
  const why = mayView(person.caller)
    ? [noAccess.roleMissing, noAccess.roleMissingInstead]
    : [noAccess.noRole, noAccess.noRoleInstead];
  const toOrders = { href: paths.list(view.list), name: t.errors.toOrders };
  return placedBy ? (
    <MessagePage view={view} title={noAccess.title} text={[noAccess.text]} next={toOrders}>
      <Copyable view={view} label={noAccess.name} text={placedBy.name} />
      <Copyable view={view} label={noAccess.email} text={placedBy.email} />
    </MessagePage>
  ) : (
    <MessagePage view={view} title={noAccess.title} text={why}>
      <Copyable view={view} label={noAccess.account} text={person.caller.name} />
      <p>{noAccess.signOutInstead}</p>
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
