import type { ListAnswer } from '../../../shared/contracts/api.ts';
import { lineStatuses } from '../../../shared/domain/order-line.ts';
import { isOperator, mayResend } from '../../../shared/use-cases/access.ts';
import { paths, query, root } from '../paths.ts';
import type { PersonalView } from '../view.ts';
import { Layout } from './layout.tsx';
import { Address, LastEmail, Status, TimeLeft } from './parts.tsx';

/** The filters of the list: the statuses, and of the Closed lines those that still wait for somebody. */
export const filters = [...lineStatuses, 'pending'] as const;
export type Filter = (typeof filters)[number];

/** What the person asked the list for, as it is written in the address. */
export interface ListRequest {
  readonly q?: string | undefined;
  readonly show?: Filter | undefined;
  readonly partnerId?: string | undefined;
}

/** What is wrong with a search: a field, or that it finds more than can be put in order. */
type Wrong = 'q' | 'partnerId' | 'tooMany';

interface OrdersPageProps {
  readonly view: PersonalView;
  readonly request: ListRequest;
  /** Missing when there is nothing to list yet, or the request is wrong. */
  readonly list?: ListAnswer;
  readonly wrong?: readonly Wrong[];
  readonly isFirstPage: boolean;
}

/** The list's address with some of the request replaced. */
export function listPath({ q, show, partnerId }: ListRequest, cursor?: string): string {
  return root + query({ partnerId, q, show, cursor });
}

/** The order lines of a partner, nearest deadline first. */
export function OrdersPage(props: OrdersPageProps) {
  const { view, request, list, wrong = [] } = props;
  const { t, format } = view;
  const { caller } = view.person;
  const isOfAll = isOperator(caller) && request.partnerId === undefined;
  return (
    <Layout view={view} title={t.orders.title}>
      <div class="heading">
        <h1>{t.orders.title}</h1>
        <p class="muted">{t.orders.introduction}</p>
      </div>
      <Search view={view} request={request} wrong={wrong} />
      {list || request.partnerId !== undefined || !isOperator(caller) ? (
        <Filters view={view} request={request} />
      ) : null}
      {list && list.items.length > 0 ? (
        <>
          {mayResend(caller) && !isOfAll ? <Many view={view} request={request} /> : null}
          <LinesTable view={view} list={list} isOfAll={isOfAll} />
          <nav class="pages" aria-label={t.orders.pages}>
            <span class="muted">
              {t.orders.shown(format.number(list.items.length), list.cursor !== undefined)}
            </span>
            {props.isFirstPage ? null : <a href={listPath(request)}>{t.orders.first}</a>}
            {list.cursor === undefined ? null : (
              <a class="button" href={listPath(request, list.cursor)} rel="next">
                {t.orders.next}
              </a>
            )}
          </nav>
        </>
      ) : wrong.length > 0 ? null : (
        <Nothing view={view} request={request} isAsked={list !== undefined} />
      )}
    </Layout>
  );
}

interface SearchProps {
  readonly view: PersonalView;
  readonly request: ListRequest;
  readonly wrong: readonly Wrong[];
}

function Search({ view, request, wrong }: SearchProps) {
  const { t, person } = view;
  const { q, show, partnerId } = request;
  const wrongs = {
    q: wrong.includes('tooMany')
      ? t.orders.searchTooMany
      : wrong.includes('q')
        ? t.orders.searchWrong
        : undefined,
    partnerId: wrong.includes('partnerId') ? t.orders.partnerWrong : undefined,
  };
  const field = (name: keyof typeof wrongs) => ({
    'aria-describedby': wrongs[name] === undefined ? `${name}-hint` : `${name}-hint ${name}-wrong`,
    ...(wrongs[name] === undefined ? {} : { 'aria-invalid': 'true', autofocus: true }),
  });
  return (
    <search>
      <form class="search" method="get" action={root}>
        {isOperator(person.caller) ? (
          <div class="field">
            <label for="partnerId">{t.partner}</label>
            <input
              id="partnerId"
              name="partnerId"
              value={partnerId}
              {...field('partnerId')}
              autocomplete="off"
              spellcheck={false}
            />
            <small id="partnerId-hint">{t.orders.partnerHint}</small>
            {wrongs.partnerId !== undefined ? (
              <p class="wrong" id="partnerId-wrong" role="alert">
                {wrongs.partnerId}
              </p>
            ) : null}
          </div>
        ) : null}
        <div class="field grow">
          <label for="q">{t.orders.search}</label>
          <input
            id="q"
            name="q"
            type="search"
            value={q}
            {...field('q')}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
          />
          <small id="q-hint">{t.orders.searchHint}</small>
          {wrongs.q !== undefined ? (
            <p class="wrong" id="q-wrong" role="alert">
              {wrongs.q}
            </p>
          ) : null}
        </div>
        {show === undefined ? null : <input type="hidden" name="show" value={show} />}
        <div class="buttons">
          <button type="submit" class="primary">
            {t.orders.find}
          </button>
          {q === undefined || q === '' ? null : (
            <a class="button" href={listPath({ ...request, q: undefined })}>
              {t.orders.clear}
            </a>
          )}
        </div>
      </form>
    </search>
  );
}

function Filters({ view: { t }, request }: { view: PersonalView; request: ListRequest }) {
  const nameOf = (filter: Filter | undefined) =>
    filter === undefined ? t.orders.all : filter === 'pending' ? t.provisioningPending : t.status[filter];
  return (
    <nav class="filters" aria-label={t.orders.filter}>
      {[undefined, ...filters].map((show) => (
        <a
          href={listPath({ ...request, show })}
          {...(show === request.show ? { 'aria-current': 'true' } : {})}
        >
          {nameOf(show)}
        </a>
      ))}
    </nav>
  );
}

/** The id of the form that the lines are chosen for. */
const many = 'many';

/** What can be done with many lines at once: those that are ticked, or all that match. */
function Many({ view, request }: { view: PersonalView; request: ListRequest }) {
  const { t } = view;
  const { q, show, partnerId } = request;
  return (
    <form class="many" id={many} method="get" action={paths.newJob}>
      {Object.entries({ q, show, partnerId }).map(([name, value]) =>
        value === undefined ? null : <input type="hidden" name={name} value={value} />,
      )}
      <button type="submit" class="primary">
        {t.jobs.resendSelected}
      </button>
      <label class="choice">
        <input type="checkbox" name="all" value="1" /> {t.jobs.selectAll}
      </label>
      <a href={paths.jobs + query({ partnerId })}>{t.jobs.title}</a>
    </form>
  );
}

interface LinesTableProps {
  readonly view: PersonalView;
  readonly list: ListAnswer;
  /** Whether the lines are those of several partners. */
  readonly isOfAll: boolean;
}

function LinesTable({ view, list, isOfAll }: LinesTableProps) {
  const { t } = view;
  const isToResend = mayResend(view.person.caller);
  const columns = [
    t.field.order,
    t.field.customer,
    t.field.status,
    t.field.timeLeft,
    t.field.contactEmail,
    t.field.lastEmail,
  ] as const;
  // The roles are said because browsers forget what a table is once it is laid out as cards.
  return (
    <table class="lines" role="table">
      <caption class="hidden">{t.orders.table}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((name) => (
            <th scope="col" role="columnheader">
              {name}
            </th>
          ))}
          {isToResend ? (
            <th scope="col" role="columnheader">
              <span class="hidden">{t.resend}</span>
            </th>
          ) : null}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {list.items.map((line) => (
          <tr role="row">
            <th scope="row" role="rowheader" data-label={columns[0]}>
              <span class="stack">
                {isToResend && !isOfAll ? (
                  <input
                    type="checkbox"
                    form={many}
                    name="line"
                    value={`${line.orderId}/${line.lineId}`}
                    aria-label={t.jobs.select(line.orderId, line.lineId)}
                  />
                ) : null}
                <a href={paths.order(line.orderId)}>{line.orderId}</a>
                <a
                  class="sub"
                  href={paths.line(line)}
                  aria-label={t.orders.lineOf(line.orderId, line.lineId)}
                >
                  {t.order.lineTitle(line.lineId)}
                </a>
              </span>
            </th>
            <td role="cell" data-label={columns[1]}>
              <span class="stack">
                <span>{line.endCustomer.name}</span>
                <small>
                  {line.offer} · {line.subscriptionId}
                </small>
                {isOfAll ? <small>{`${t.partner}: ${line.partnerId}`}</small> : null}
              </span>
            </td>
            <td role="cell" data-label={columns[2]}>
              <Status view={view} line={line} />
            </td>
            <td role="cell" data-label={columns[3]}>
              <TimeLeft view={view} line={line} />
            </td>
            <td role="cell" data-label={columns[4]}>
              <Address of={line.provisioningContact.email} />
            </td>
            <td role="cell" data-label={columns[5]}>
              <LastEmail view={view} line={line} />
            </td>
            {isToResend ? (
              <td role="cell">
                <a
                  class={line.resend.allowed ? 'button small' : 'button small off'}
                  href={paths.resend(line, 'orders')}
                  aria-label={t.jobs.resendOf(line.orderId, line.lineId)}
                >
                  {t.resend}
                </a>
              </td>
            ) : null}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface NothingProps {
  readonly view: PersonalView;
  readonly request: ListRequest;
  readonly isAsked: boolean;
}

function Nothing({ view: { t }, request, isAsked }: NothingProps) {
  const { q, show } = request;
  const isNarrowed = q !== undefined || show !== undefined;
  return (
    <div class="card empty">
      <h2>{isAsked ? t.orders.nothing : t.orders.choosePartner}</h2>
      <p>
        {!isAsked
          ? t.orders.choosePartnerHow
          : q !== undefined
            ? t.orders.nothingFound(q)
            : show !== undefined
              ? t.orders.nothingInFilter
              : t.orders.nothingAtAll}
      </p>
      {isAsked && isNarrowed ? (
        <p>
          <a href={listPath({ ...request, q: undefined, show: undefined })}>{t.orders.seeAll}</a>
        </p>
      ) : null}
    </div>
  );
}
