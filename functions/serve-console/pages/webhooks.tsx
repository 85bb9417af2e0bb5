import type { Child } from 'hono/jsx';
import { publishedTypes } from '../../../shared/contracts/published-events.ts';
import type { WebhookAnswer, WebhookAttemptsAnswer } from '../../../shared/contracts/webhook-api.ts';
import { webhookType } from '../../../shared/contracts/webhooks.ts';
import { isOperator, mayResend } from '../../../shared/use-cases/access.ts';
import { paths, query } from '../paths.ts';
import type { Texts } from '../texts/index.ts';
import type { PersonalView } from '../view.ts';
import { Table } from './bulk-resend.tsx';
import { inOrders, Layout } from './layout.tsx';
import { Address, Copyable, Facts, Moment, Time, Told } from './parts.tsx';

export interface PageProps {
  readonly view: PersonalView;
  /** The partner that an operator named. */
  readonly partnerId?: string;
}

export interface OneProps extends PageProps {
  readonly webhook: WebhookAnswer;
}

/** The parameters of all addresses of webhooks. */
const placeOf = ({ view: { list }, partnerId }: PageProps) => ({ partnerId, list });

export const allAt = (props: PageProps) => paths.webhooks + query(placeOf(props));
export const oneAt = (
  { webhook: { webhookId }, ...props }: OneProps,
  action?: Parameters<typeof paths.webhook>[1],
) => paths.webhook({ webhookId, ...placeOf(props) }, action);

export const inList = (props: PageProps) => ({ href: allAt(props), name: props.view.t.webhooks.title });
export const inWebhook = (props: OneProps) => ({ href: oneAt(props), name: props.webhook.url });

/** A type of event in words. */
const typeName = (t: Texts, name: string): string => {
  const type = publishedTypes.find((known) => webhookType(known) === name);
  return type === undefined ? t.webhooks.testType : t.webhooks.types[type];
};

interface WebhooksPageProps extends PageProps {
  readonly items?: readonly WebhookAnswer[];
  /** What an operator typed that is no partner's id. */
  readonly wrongPartner?: string;
}

/** The webhooks of a partner; `items` is missing until an operator names one. */
export function WebhooksPage({ items, wrongPartner = '', ...props }: WebhooksPageProps) {
  const { view, partnerId } = props;
  const { t, person } = view;
  const columns = [t.webhooks.url, t.field.status, t.webhooks.events, t.webhooks.createdAt] as const;
  return (
    <Layout view={view} title={t.webhooks.title} above={[inOrders(view)]}>
      <div class="heading">
        <h1>{t.webhooks.title}</h1>
        <p class="muted">{t.webhooks.introduction}</p>
      </div>
      {isOperator(person.caller) ? (
        <PartnerChoice view={view} typed={partnerId ?? wrongPartner} isWrong={wrongPartner !== ''} />
      ) : null}
      {items === undefined ? null : items.length === 0 ? (
        <p class="card empty">{t.webhooks.none}</p>
      ) : (
        <Table caption={t.webhooks.title} columns={columns}>
          {items.map((webhook) => (
            <tr role="row">
              <th scope="row" role="rowheader" data-label={columns[0]}>
                <span class="stack">
                  <a href={oneAt({ ...props, webhook })}>
                    <Address of={webhook.url} />
                  </a>
                  {webhook.description === undefined ? null : <small>{webhook.description}</small>}
                </span>
              </th>
              <td role="cell" data-label={columns[1]}>
                <WebhookStatus view={view} webhook={webhook} />
              </td>
              <td role="cell" data-label={columns[2]}>
                <Events view={view} webhook={webhook} />
              </td>
              <td role="cell" data-label={columns[3]}>
                <Time view={view} at={webhook.createdAt} />
              </td>
            </tr>
          ))}
        </Table>
      )}
      {items !== undefined && mayResend(person.caller) ? (
        <nav class="pages" aria-label={t.webhooks.actions}>
          <a class="button primary" href={paths.newWebhook(placeOf(props))}>
            {t.webhooks.add}
          </a>
        </nav>
      ) : null}
    </Layout>
  );
}

interface PartnerChoiceProps {
  readonly view: PersonalView;
  readonly typed: string;
  readonly isWrong: boolean;
}

/** Where an operator names the partner. */
function PartnerChoice({ view, typed, isWrong }: PartnerChoiceProps) {
  const { t, list } = view;
  const described = isWrong ? { 'aria-invalid': 'true', 'aria-describedby': 'partnerId-wrong' } : {};
  return (
    <search>
      <form class="search" method="get" action={paths.webhooks}>
        {list === undefined ? null : <input type="hidden" name="list" value={list} />}
        <div class="field grow">
          <label for="partnerId">{t.partner}</label>
          <input id="partnerId" name="partnerId" value={typed} autocomplete="off" {...described} />
          {isWrong ? (
            <p class="wrong" id="partnerId-wrong">
              {t.partnerWrong}
            </p>
          ) : null}
        </div>
        <div class="buttons">
          <button type="submit" class="primary">
            {t.webhooks.show}
          </button>
        </div>
      </form>
    </search>
  );
}

function WebhookStatus({ view: { t }, webhook }: { view: PersonalView; webhook: WebhookAnswer }) {
  const { status, failingSince } = webhook;
  if (status === 'Disabled') return <span class="badge closed">{t.webhooks.status.Disabled}</span>;
  return failingSince === undefined ? (
    <span class="badge onboarded">{t.webhooks.status.Enabled}</span>
  ) : (
    <span class="badge pending">{t.webhooks.status.failing}</span>
  );
}

function Events({ view: { t }, webhook: { events } }: { view: PersonalView; webhook: WebhookAnswer }) {
  return (
    <>
      {events.length === 0 ? t.webhooks.all : events.map((name) => typeName(t, name)).join(t.webhooks.comma)}
    </>
  );
}

interface WebhookPageProps extends OneProps {
  readonly attempts: WebhookAttemptsAnswer['items'];
  readonly token: string;
  readonly notice?: 'tested' | 'again';
}

/** A webhook: its state, what can be done about it, and its attempts. */
export function WebhookPage(props: WebhookPageProps) {
  const { view, webhook, attempts, notice } = props;
  const { t, format, person } = view;
  const { url, status, disabledAt, disabledBecause, failingSince, oldSecretUntil } = webhook;
  return (
    <Layout view={view} title={url} above={[inList(props)]}>
      <div class="heading">
        <h1>
          <Address of={url} />
        </h1>
      </div>
      {notice === undefined ? null : (
        <p class={notice === 'tested' ? 'notice good' : 'notice warn'} role="status">
          <span>
            {t.webhooks[notice]} {notice === 'tested' ? <a href={view.here}>{t.unconfirmed.look}</a> : null}
          </span>
        </p>
      )}
      {disabledBecause === 'failing' || disabledBecause === 'gone' ? (
        <p class="notice bad">
          <span>{t.webhooks.whyDisabled[disabledBecause]}</span>
        </p>
      ) : null}
      {status === 'Enabled' && failingSince !== undefined ? (
        <p class="notice warn">
          <span>
            <Told view={view} text={t.webhooks.failingSince(format.date(failingSince))} at={[failingSince]} />
          </span>
        </p>
      ) : null}
      <section class="card" aria-label={t.line.facts}>
        <Facts
          of={[
            [t.field.status, <WebhookStatus view={view} webhook={webhook} />],
            [
              t.webhooks.disabledAt,
              disabledAt === undefined ? undefined : <Time view={view} at={disabledAt} />,
            ],
            [t.webhooks.description, webhook.description],
            [t.webhooks.events, <Events view={view} webhook={webhook} />],
            [
              t.webhooks.oldSecretUntil,
              oldSecretUntil === undefined ? undefined : <Moment view={view} at={oldSecretUntil} />,
            ],
            [t.webhooks.createdAt, <Time view={view} at={webhook.createdAt} />],
            [t.webhooks.createdBy, <Address of={webhook.createdBy} />],
          ]}
        />
        {mayResend(person.caller) ? (
          <div class="buttons">
            <Action {...props} action="test" name={t.webhooks.test} />
            <a class="button" href={oneAt(props, 'edit')}>
              {t.edit}
            </a>
            <a class="button" href={oneAt(props, 'rotate')}>
              {t.webhooks.rotate}
            </a>
            {status === 'Enabled' ? (
              <Action {...props} action="disable" name={t.webhooks.disable} />
            ) : (
              <Action {...props} action="enable" name={t.webhooks.enable} />
            )}
            <a class="button" href={oneAt(props, 'delete')}>
              {t.webhooks.delete}
            </a>
          </div>
        ) : null}
      </section>
      <h2 class="part">{t.webhooks.log}</h2>
      {attempts.length === 0 ? (
        <p class="muted">{t.webhooks.noLog}</p>
      ) : (
        <Attempts view={view} attempts={attempts} goesOn={status === 'Enabled'} />
      )}
    </Layout>
  );
}

/** A button with an immediate effect. */
function Action({
  token,
  action,
  name,
  ...props
}: WebhookPageProps & { readonly action: 'test' | 'disable' | 'enable'; readonly name: string }) {
  return (
    <form method="post" action={oneAt(props, action)} data-once>
      <input type="hidden" name="token" value={token} />
      <button type="submit">{name}</button>
    </form>
  );
}

interface AttemptsProps {
  readonly view: PersonalView;
  readonly attempts: WebhookAttemptsAnswer['items'];
  /** Whether there are further attempts. */
  readonly goesOn: boolean;
}

function Attempts({ view, attempts, goesOn }: AttemptsProps) {
  const { t, format } = view;
  const columns = [t.webhooks.at, t.webhooks.event, t.field.line, t.webhooks.result] as const;
  return (
    <Table caption={t.webhooks.log} columns={columns}>
      {attempts.map((attempt) => (
        <tr role="row">
          <th scope="row" role="rowheader" data-label={columns[0]}>
            <span class="stack">
              <Moment view={view} at={attempt.at} />
            </span>
          </th>
          <td role="cell" data-label={columns[1]}>
            <span class="stack">
              <span>{typeName(t, attempt.type)}</span>
              <small>{t.webhooks.attempt(format.number(attempt.attempt))}</small>
            </span>
          </td>
          <td role="cell" data-label={columns[2]}>
            {attempt.orderId === undefined || attempt.lineId === undefined ? (
              <span class="muted">{t.none}</span>
            ) : (
              <a href={paths.line({ orderId: attempt.orderId, lineId: attempt.lineId }, view.list)}>
                {t.jobs.line(attempt.orderId, attempt.lineId)}
              </a>
            )}
          </td>
          <td role="cell" data-label={columns[3]}>
            <span class="stack">
              <span>{outcomeOf(t, attempt)}</span>
              <small>
                {t.webhooks.took(format.number(attempt.milliseconds))}
                {attempt.nextAttemptAt === undefined || !goesOn || attempt.nextAttemptAt < view.now ? null : (
                  <>
                    {' · '}
                    <Told
                      view={view}
                      text={t.webhooks.next(format.moment(attempt.nextAttemptAt))}
                      at={[attempt.nextAttemptAt]}
                    />
                  </>
                )}
              </small>
            </span>
          </td>
        </tr>
      ))}
    </Table>
  );
}

function outcomeOf(t: Texts, { result, error, status }: WebhookAttemptsAnswer['items'][number]): string {
  const { results, errors } = t.webhooks;
  if (error === undefined) return results[result];
  return `${results[result]}: ${errors[error](String(status ?? ''))}`;
}

/** The one page that shows a secret. */
export function WebhookSecretPage(props: OneProps & { readonly secret: string; readonly isNew: boolean }) {
  const { view, secret, isNew } = props;
  const { t } = view;
  return (
    <Dialog
      view={view}
      title={isNew ? t.webhooks.addedTitle : t.webhooks.rotatedTitle}
      above={[inList(props)]}
    >
      <p>{t.webhooks.secretOnce}</p>
      <Copyable view={view} label={t.webhooks.secret} text={secret} />
      {isNew ? null : <p>{t.webhooks.oldSecret}</p>}
      <div class="buttons">
        <a class="button primary" href={oneAt(props)}>
          {t.done}
        </a>
      </div>
    </Dialog>
  );
}

/** The question before something that cannot be undone. */
export function WebhookConfirmationPage(
  props: OneProps & { readonly action: 'rotate' | 'delete'; readonly token: string },
) {
  const { view, action, token, webhook } = props;
  const { t } = view;
  return (
    <Dialog view={view} title={t.webhooks[action]} above={[inList(props), inWebhook(props)]}>
      <p class="question">{t.webhooks.question[action]}</p>
      <p class="muted">
        <Address of={webhook.url} />
      </p>
      <form method="post" action={oneAt(props, action)} data-once>
        <input type="hidden" name="token" value={token} />
        <div class="buttons">
          <button type="submit" class="primary">
            {t.webhooks[action]}
          </button>
          <a class="button" href={oneAt(props)}>
            {t.cancel}
          </a>
        </div>
      </form>
    </Dialog>
  );
}

interface FrameProps {
  readonly view: PersonalView;
  readonly title: string;
  readonly above: readonly { readonly href: string; readonly name: string }[];
  /** The form that a change of language must submit. */
  readonly form?: string;
  readonly children: Child;
}

export function Dialog({ children, ...frame }: FrameProps) {
  const { title } = frame;
  return (
    <Layout {...frame}>
      <section class="card dialog" aria-labelledby="dialog-title">
        <h1 id="dialog-title" tabindex={-1} autofocus>
          {title}
        </h1>
        {children}
      </section>
    </Layout>
  );
}
