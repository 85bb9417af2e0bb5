import type { LineAnswer, ListAnswer, SummaryAnswer } from '../../../shared/contracts/api.ts';
import { isLegalForm } from '../../../shared/domain/search.ts';
import { plus } from '../../../shared/domain/time.ts';
import { isOperator, mayResend } from '../../../shared/use-cases/access.ts';
import { type LeftList, listNamed, paths, query, root } from '../paths.ts';
import type { Texts } from '../texts/index.ts';
import type { PersonalView } from '../view.ts';
import { Layout } from './layout.tsx';
import { Address, isSettled, LastEmail, standingOf, Status, TimeLeft } from './parts.tsx';

/**
 * The tabs of the list: what needs attention now, what lapsed without being set up, what is yet to come, what needs
 * nothing any more, and everything.
 */
export const tabs = ['attention', 'lapsed', 'scheduled', 'settled', 'all'] as const;
export type Tab = (typeof tabs)[number];

/** The person's request to the list, as written in the address. */
export interface ListRequest {
  readonly q?: string | undefined;
  readonly show?: Tab | undefined;
  readonly partnerId?: string | undefined;
}

/** The tab shown; in a search, that of all lines unless another is named. */
export const tabOf = ({ q, show }: ListRequest): Tab => show ?? (q === undefined ? 'attention' : 'all');

/** What is wrong with a search: its text, or that it finds too many lines to sort. */
type Wrong = 'q' | 'tooMany';

interface OrdersPageProps {
  readonly view: PersonalView;
  readonly request: ListRequest;
  /** Missing when the request is wrong. */
  readonly list?: ListAnswer;
  /** The lines whose last email came back, before all others. */
  readonly returned?: ListAnswer | undefined;
  /** How many lines there are; missing in a search. */
  readonly summary?: SummaryAnswer | undefined;
  readonly wrong?: Wrong | undefined;
  /** The beginning of this page; missing on the first one. */
  readonly cursor?: string | undefined;
}

/** How the list is left after this request. */
export const leftList = ({ q, show, partnerId }: ListRequest, cursor?: string): LeftList =>
  listNamed(query({ partnerId, q, show, cursor }));

/** The list's address with some of the request replaced. */
export const listPath = (request: ListRequest, cursor?: string): string =>
  paths.list(leftList(request, cursor));

/** The order lines of a partner, nearest deadline first. */
export function OrdersPage(props: OrdersPageProps) {
  const { view, request, list, returned, wrong, cursor } = props;
  const { t, format } = view;
  const { caller } = view.person;
  const partnerId = isOperator(caller) ? request.partnerId : undefined;
  const isOfAll = isOperator(caller) && partnerId === undefined;
  const shown = list ? [...(returned?.items ?? []), ...list.items] : [];
  return (
    <Layout
      view={view}
      title={partnerId === undefined ? t.orders.title : `${t.orders.title}, ${partnerId}`}
      above={isOperator(caller) ? [{ href: paths.orders, name: t.overview.title }] : []}
      skips={shown.length > 0 ? [{ to: linesId, name: t.orders.skip }] : []}
    >
      <div class="heading">
        <h1>{partnerId ?? t.orders.title}</h1>
        <p class="muted">{t.orders.introduction}</p>
      </div>
      <Search view={view} request={request} wrong={wrong} />
      <Tabs view={view} request={request} summary={props.summary} />
      {list && (shown.length > 0 || list.cursor !== undefined) ? (
        <>
          {!isOfAll && canResendFrom(tabOf(request)) ? <Many view={view} request={request} /> : null}
          <LinesTable
            view={view}
            groups={groupsOf(view, tabOf(request), list.items, returned)}
            tab={tabOf(request)}
            isOfAll={isOfAll}
          />
          <nav class="pages" aria-label={t.orders.pages}>
            <span class="muted">
              {t.orders.shown(format.number(shown.length), list.cursor !== undefined)}
            </span>
            {cursor === undefined ? null : <a href={listPath(request)}>{t.orders.first}</a>}
            {list.cursor === undefined ? null : (
              <a class="button" href={listPath(request, list.cursor)} rel="next">
                {t.orders.next}
              </a>
            )}
          </nav>
        </>
      ) : wrong === undefined ? (
        <Nothing view={view} request={request} />
      ) : null}
    </Layout>
  );
}

interface SearchProps {
  readonly view: PersonalView;
  readonly request: ListRequest;
  readonly wrong?: Wrong | undefined;
}

/** The search: in one partner's lines or, for operators, in all. */
export function Search({ view, request, wrong }: SearchProps) {
  const { t, person } = view;
  const { q, partnerId } = request;
  const isOfAll = isOperator(person.caller) && partnerId === undefined;
  return (
    <search>
      <form class="search" method="get" action={root}>
        {partnerId === undefined ? null : <input type="hidden" name="partnerId" value={partnerId} />}
        <div class="field grow">
          <label for="q">{isOfAll ? t.orders.searchAll : t.orders.search}</label>
          <input
            id="q"
            name="q"
            type="search"
            value={q}
            aria-describedby={wrong === undefined ? 'q-hint' : 'q-hint q-wrong'}
            {...(wrong === undefined ? {} : { 'aria-invalid': 'true', autofocus: true })}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
          />
          <small id="q-hint">{t.orders.searchHint}</small>
          {wrong === undefined ? null : (
            <p class="wrong" id="q-wrong" role="alert">
              {wrong === 'tooMany' ? t.orders.searchTooMany : t.orders.searchWrong}
            </p>
          )}
        </div>
        <div class="buttons">
          <button type="submit">{t.orders.find}</button>
          {q === undefined || q === '' ? null : (
            <>
              <a class="button" href={listPath({ partnerId })}>
                {t.orders.clear}
              </a>
              {isOperator(person.caller) && partnerId !== undefined ? (
                <a class="button" href={listPath({ q })}>
                  {t.orders.inAll}
                </a>
              ) : null}
            </>
          )}
        </div>
      </form>
    </search>
  );
}

interface TabsProps {
  readonly view: PersonalView;
  readonly request: ListRequest;
  readonly summary: SummaryAnswer | undefined;
}

function Tabs({ view: { t, format }, request, summary }: TabsProps) {
  const shown = tabOf(request);
  return (
    <nav class="filters" aria-label={t.orders.filter}>
      {tabs.map((tab) => (
        <a
          href={listPath({
            ...request,
            show: tab === tabOf({ ...request, show: undefined }) ? undefined : tab,
          })}
          {...(tab === shown ? { 'aria-current': 'true' } : {})}
        >
          {t.orders.tab[tab]}
          {summary ? <span class="count"> {format.number(countOf(summary, tab))}</span> : null}
        </a>
      ))}
    </nav>
  );
}

/** The number of lines in a tab. */
export function countOf({ total, byStatus, provisioningPending }: SummaryAnswer, tab: Tab): number {
  switch (tab) {
    case 'attention':
      return byStatus.AwaitingProvisioningDetails;
    case 'lapsed':
      return provisioningPending;
    case 'scheduled':
      return byStatus.Scheduled;
    case 'settled':
      return total - byStatus.AwaitingProvisioningDetails - provisioningPending - byStatus.Scheduled;
    case 'all':
      return total;
  }
}

/** Whether a tab has lines whose emails can be resent. */
const canResendFrom = (tab: Tab): boolean => tab !== 'scheduled' && tab !== 'settled';

/** Some lines of a list, with their own heading. */
interface Group {
  readonly name?: keyof Texts['orders']['group'];
  readonly lines: readonly LineAnswer[];
  /** Whether the list has more of them than shown here. */
  readonly hasMore?: boolean;
}

/** The lines of a page grouped by urgency, in the tab for that. */
function groupsOf(
  { now }: PersonalView,
  tab: Tab,
  lines: readonly LineAnswer[],
  returned: ListAnswer | undefined,
): readonly Group[] {
  if (tab !== 'attention') return [{ lines }];
  const [inDay, inThreeDays] = [plus(now, 'PT24H'), plus(now, 'PT72H')];
  const urgency = ({ closesAt }: LineAnswer) =>
    closesAt === undefined || closesAt > inThreeDays ? 'later' : closesAt > inDay ? 'threeDays' : 'day';
  const byUrgency = Map.groupBy(lines, urgency);
  const groups: readonly Group[] = [
    { name: 'returned', lines: returned?.items ?? [], hasMore: returned?.cursor !== undefined },
    ...(['day', 'threeDays', 'later'] as const).map((name) => ({ name, lines: byUrgency.get(name) ?? [] })),
  ];
  return groups.filter((group) => group.lines.length > 0);
}

/** The id of the form that lines are selected for. */
const many = 'many';

/** Actions for many lines, either selected or all that match, and the link to earlier ones. */
function Many({ view, request }: { view: PersonalView; request: ListRequest }) {
  const { t } = view;
  const { q, show, partnerId } = request;
  const toJobs = <a href={paths.jobs({ partnerId, list: view.list })}>{t.jobs.title}</a>;
  if (!mayResend(view.person.caller)) return <p class="many">{toJobs}</p>;
  return (
    <form class="many" id={many} method="get" action={paths.newJob}>
      {Object.entries({ q, show, partnerId }).map(([name, value]) =>
        value === undefined ? null : <input type="hidden" name={name} value={value} />,
      )}
      <button type="submit">{t.jobs.resendSelected}</button>
      <label class="choice">
        <input type="checkbox" name="all" value="1" /> {t.jobs.selectAll}
      </label>
      {toJobs}
    </form>
  );
}

/** The columns of a list with their names. */
type Columns = Readonly<
  Record<'customer' | 'order' | 'time' | 'contact' | 'email', string> &
    Partial<Record<'pick' | 'actions', string>>
>;

/** The id of the list, to skip to. */
const linesId = 'lines';

interface LinesTableProps {
  readonly view: PersonalView;
  readonly groups: readonly Group[];
  readonly tab: Tab;
  /** Whether the lines belong to several partners. */
  readonly isOfAll: boolean;
}

function LinesTable({ view, groups, tab, isOfAll }: LinesTableProps) {
  const { t } = view;
  const isToResend = mayResend(view.person.caller) && tab !== 'settled';
  const isMixed = tab === 'settled' || tab === 'all';
  const columns: Columns = {
    ...(isToResend && !isOfAll ? { pick: t.jobs.chosen } : {}),
    customer: t.field.customer,
    order: t.field.order,
    time: isMixed ? t.field.status : t.field.timeLeft,
    contact: t.field.contactEmail,
    email: t.field.lastEmail,
    ...(isToResend ? { actions: t.resend } : {}),
  };
  const names = Object.entries(columns);
  // The roles are explicit because browsers drop table semantics when a table is laid out as cards.
  return (
    <table class="lines of-lines" role="table" id={linesId} tabindex={-1}>
      <caption class="hidden">{t.orders.table}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {names.map(([column, name]) => (
            <th scope="col" role="columnheader" class={column}>
              {column === 'pick' || column === 'actions' ? <span class="hidden">{name}</span> : name}
            </th>
          ))}
        </tr>
      </thead>
      {groups.map(({ name, lines, hasMore }) => (
        <tbody role="rowgroup">
          {name === undefined ? null : (
            <tr role="row" class={`group ${name.toLowerCase()}`}>
              <th role="rowheader" scope="rowgroup" colspan={names.length}>
                {t.orders.group[name]}
                {hasMore === true ? <small> {t.orders.moreReturned}</small> : null}
              </th>
            </tr>
          )}
          {lines.map((line) => (
            <LineRow view={view} line={line} columns={columns} isMixed={isMixed} isOfAll={isOfAll} />
          ))}
        </tbody>
      ))}
    </table>
  );
}

interface LineRowProps extends Pick<LinesTableProps, 'view' | 'isOfAll'> {
  readonly line: LineAnswer;
  readonly columns: Columns;
  /** Whether the list has lines with different statuses. */
  readonly isMixed: boolean;
}

/** A line in a list: two rows of text, with the customer's name first. */
function LineRow({ view, line, columns, isMixed, isOfAll }: LineRowProps) {
  const { t } = view;
  const standing = standingOf(line);
  const { orderId, lineId, partnerId, endCustomer, offer, subscriptionId } = line;
  return (
    <tr role="row">
      {columns.pick === undefined ? null : (
        <td role="cell" class="pick">
          <input
            type="checkbox"
            form={many}
            name="line"
            value={`${orderId}/${lineId}`}
            aria-label={t.jobs.select(orderId, lineId)}
          />
        </td>
      )}
      <th scope="row" role="rowheader" class="customer">
        <a href={paths.line(line, view.list)} aria-label={t.orders.lineOf(endCustomer.name, orderId, lineId)}>
          {endCustomer.name}
        </a>
        <small>{[...(isOfAll ? [partnerId] : []), subscriptionId].join(' · ')}</small>
      </th>
      <td role="cell" class="order">
        <a href={paths.order(orderId, view.list)}>{orderId}</a>
        <small>
          {t.order.lineTitle(lineId)} · {offer}
        </small>
      </td>
      <td role="cell" class={isMixed ? 'time status' : 'time'}>
        {isMixed ? <Status view={view} line={line} /> : null}
        {isMixed && isSettled(line) ? null : <TimeLeft view={view} line={line} isInList />}
      </td>
      <td role="cell" class="contact">
        <Address of={line.provisioningContact.email} />
      </td>
      <td role="cell" class="email">
        <LastEmail view={view} line={line} />
      </td>
      {columns.actions === undefined ? null : (
        <td role="cell" class="actions">
          {isSettled(line) ? null : (
            <>
              <a
                class={`button small ${standing.resend}`}
                href={paths.resend(line, 'orders', view.list)}
                data-dialog
                aria-label={t.jobs.resendOf(orderId, lineId)}
              >
                {t.resend}
              </a>
              <a
                class={`button small ${standing.edit}`}
                href={paths.contact(line, 'orders', view.list)}
                data-dialog
                aria-label={t.jobs.editOf(orderId, lineId)}
              >
                {t.edit}
              </a>
            </>
          )}
        </td>
      )}
    </tr>
  );
}

function Nothing({ view: { t }, request }: Pick<OrdersPageProps, 'view' | 'request'>) {
  const { q, partnerId } = request;
  const tab = tabOf(request);
  return (
    <div class="card empty">
      <h2>{t.orders.nothing}</h2>
      <p>
        {q !== undefined
          ? isLegalForm(q)
            ? t.orders.legalForm
            : t.orders.nothingFound(q)
          : tab === 'all'
            ? t.orders.nothingAtAll
            : t.orders.nothingIn[tab]}
      </p>
      {tab !== 'all' || (q !== undefined && partnerId !== undefined) ? (
        <p>
          <a href={listPath({ partnerId, show: 'all' })}>{t.orders.seeAll}</a>
        </p>
      ) : null}
    </div>
  );
}
