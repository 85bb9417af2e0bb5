import type { NotificationsAnswer } from '../../../shared/contracts/notification-api.ts';
import { locales } from '../../../shared/domain/order-line.ts';
import { formatters } from '../formatters.ts';
import { paths, query } from '../paths.ts';
import type { PersonalView } from '../view.ts';
import { inOrders, Layout } from './layout.tsx';
import { MessagePage } from './message.tsx';
import { Address, Told } from './parts.tsx';

/** The notice above the form. */
export type NotificationsNotice = 'saved' | 'again' | 'unverified' | 'tooMany';

export interface TypedNotifications {
  readonly digest: boolean;
  readonly bounces: boolean;
  readonly timeZone: string;
  readonly locale: string;
}

interface NotificationsProps {
  readonly view: PersonalView;
  readonly token: string;
  readonly chosen: NotificationsAnswer;
  readonly typed: TypedNotifications;
  /** The address that the emails go to. */
  readonly email: string | undefined;
  readonly notice: NotificationsNotice | undefined;
}

/** The time zones that browsers know, and the chosen one. */
function timeZonesWith(chosen: string): readonly string[] {
  const known = Intl.supportedValuesOf('timeZone');
  return ['UTC', ...known, ...(known.includes(chosen) || chosen === 'UTC' ? [] : [chosen])];
}

/** What a person is told of, and the form to choose it. */
export function NotificationsPage(props: NotificationsProps) {
  const { view, chosen, email, notice } = props;
  const { t, format } = view;
  const { nextDigestAt, endsAt, undeliverableSince } = chosen;
  return (
    <Layout view={view} title={t.notifications.title} above={[inOrders(view)]}>
      <section class="card dialog" aria-labelledby="dialog-title">
        <h1 id="dialog-title">{t.notifications.title}</h1>
        {notice === undefined ? null : (
          <p
            class={`notice ${notice === 'saved' ? 'good' : 'warn'}`}
            role={notice === 'saved' ? 'status' : 'alert'}
          >
            <span>{t.notifications[notice]}</span>
          </p>
        )}
        {undeliverableSince === undefined ? null : (
          <p class="notice bad">
            <span>
              <Told
                view={view}
                text={t.notifications.undeliverable(format.date(undeliverableSince))}
                at={[undeliverableSince]}
              />
            </span>
          </p>
        )}
        <p>
          {email === undefined ? null : (
            <>
              {t.notifications.to} <Address of={email} />
            </>
          )}
        </p>
        <Choice {...props} />
        {nextDigestAt === undefined ? null : (
          <p class="muted">
            <Told view={view} text={t.notifications.next(format.date(nextDigestAt))} at={[nextDigestAt]} />
          </p>
        )}
        {endsAt === undefined || !(chosen.digest || chosen.bounces) ? null : (
          <p class="muted">
            <Told view={view} text={t.notifications.ends(format.date(endsAt))} at={[endsAt]} />
          </p>
        )}
      </section>
    </Layout>
  );
}

function Choice({ view, token, chosen, typed }: NotificationsProps) {
  const { t } = view;
  return (
    <form method="post" action={paths.notifications + query({ list: view.list })} data-once>
      <input type="hidden" name="token" value={token} />
      <fieldset class="field">
        <legend>{t.notifications.what}</legend>
        {(['digest', 'bounces'] as const).map((name) => (
          <>
            <label class="choice">
              <input
                type="checkbox"
                name={name}
                value="yes"
                checked={typed[name]}
                aria-describedby={`${name}-hint`}
              />{' '}
              {t.notifications[name]}
            </label>
            <small id={`${name}-hint`}>{t.notifications[`${name}Hint`]}</small>
          </>
        ))}
      </fieldset>
      <div class="field">
        <label for="timeZone">{t.notifications.timeZone}</label>
        <select
          id="timeZone"
          name="timeZone"
          {...(chosen.timeZone === undefined ? { 'data-browser-zone': true } : {})}
        >
          {timeZonesWith(typed.timeZone).map((zone) => (
            <option selected={zone === typed.timeZone}>{zone}</option>
          ))}
        </select>
      </div>
      <div class="field">
        <label for="locale">{t.notifications.locale}</label>
        <select id="locale" name="locale">
          {locales.map((locale) => (
            <option value={locale} lang={locale} selected={locale === typed.locale}>
              {formatters[locale].language(locale)}
            </option>
          ))}
        </select>
      </div>
      <div class="buttons">
        <button type="submit" class="primary">
          {t.contactDialog.save}
        </button>
        <a class="button" href={paths.list(view.list)}>
          {t.cancel}
        </a>
      </div>
    </form>
  );
}

/** For people without order lines of their own. */
export function NoNotificationsPage({ view }: { view: PersonalView }) {
  const { t } = view;
  const next = { href: paths.orders, name: t.errors.toOrders };
  return (
    <MessagePage view={view} title={t.notifications.title} text={[t.notifications.noPartner]} next={next} />
  );
}
