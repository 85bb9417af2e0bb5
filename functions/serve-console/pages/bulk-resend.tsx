import type { Child } from 'hono/jsx';
import type {
  JobAnswer,
  JobItem,
  JobItemsAnswer,
  JobListAnswer,
  LineAnswer,
} from '../../../shared/contracts/api.ts';
import { type LineKey, type Locale, locales } from '../../../shared/domain/order-line.ts';
import { type LineResult, lineResults } from '../../../shared/domain/resend-job.ts';
import { refusalCodes } from '../../../shared/domain/rules.ts';
import { isOperator } from '../../../shared/use-cases/access.ts';
import { paths } from '../paths.ts';
import type { Texts } from '../texts/index.ts';
import type { PersonalView, View } from '../view.ts';
import { inOrders, Layout } from './layout.tsx';
import { listPath, type ListRequest } from './orders.tsx';
import { Address, Facts, Time } from './parts.tsx';
import { EmailPreview } from './preview.tsx';

/** A selection from the list: some of its lines, or everything that matches its filters. */
export interface Selection {
  readonly request: ListRequest;
  /** Each as `order/line`; missing: all. */
  readonly lines?: readonly string[];
}

/** What would happen. */
export interface Preview {
  readonly goes: number;
  /** The number of different addresses. */
  readonly recipients: number;
  /** The first line that is sent, whose email is shown as an example. */
  readonly example?: LineKey;
  /** How many lines are skipped, by code. */
  readonly skipped: ReadonlyMap<string, number>;
  /** The lines by name, if they were chosen one by one. */
  readonly lines: readonly LineAnswer[];
}

interface ConfirmationProps {
  readonly view: PersonalView;
  readonly selection: Selection;
  /** Missing if there are too many lines. */
  readonly preview: Preview | undefined;
  readonly token: string;
  /** The choice in a first confirmation that did not count, because it came from an older session. */
  readonly repeated?: { readonly locale: Locale | undefined } | undefined;
}

/** Why a line is not sent, by the code that a single resend would return. */
function reasonOf(t: Texts, code: string): string {
  const refusal = refusalCodes.find((known) => known === code);
  if (refusal) return t.explain.title[refusal];
  switch (code) {
    case 'order-line-not-found':
    case 'email-not-sent':
    case 'email-unconfirmed':
      return t.jobs.reason[code];
    default:
      return t.jobs.reason.internal;
  }
}

/** How many emails are sent, and how many lines are skipped and why, before anything is sent. */
export function BulkConfirmationPage(props: ConfirmationProps) {
  const { view, selection, preview, token, repeated } = props;
  const { t, format } = view;
  const back = listPath(selection.request);
  const skipped = [...(preview?.skipped ?? [])];
  const isNothing = preview?.goes === 0 && skipped.length === 0;
  return (
    <Layout view={view} title={t.jobs.confirmTitle} above={[inOrders(view)]}>
      <section class="card dialog wide" aria-labelledby="dialog-title">
        <h1 id="dialog-title" tabindex={-1} autofocus>
          {t.jobs.confirmTitle}
        </h1>
        {repeated ? (
          <p class="notice warn" role="alert">
            <span>{t.resendDialog.confirmAgain}</span>
          </p>
        ) : null}
        <p class="question">
          {preview === undefined
            ? t.jobs.tooMany
            : isNothing
              ? t.jobs.nothingSelected
              : preview.goes === 0
                ? t.jobs.noneGoes
                : t.jobs.question(format.number(preview.goes), preview.goes)}{' '}
          {preview && preview.goes > 1
            ? t.jobs.recipients(format.number(preview.recipients), preview.recipients)
            : null}
        </p>
        {preview && preview.lines.length > 0 ? <ChosenLines view={view} lines={preview.lines} /> : null}
        {skipped.length === 0 ? null : (
          <>
            <h2>{t.jobs.skippedTitle}</h2>
            <ul>
              {skipped.map(([code, count]) => (
                <li>{t.jobs.skipped(format.number(count), count, reasonOf(t, code))}</li>
              ))}
            </ul>
          </>
        )}
        {preview && preview.goes > 0 ? <p class="muted">{t.jobs.what}</p> : null}
        <form method="post" action={paths.startJob} data-once>
          <input type="hidden" name="token" value={token} />
          <SelectionFields selection={selection} />
          {preview?.example ? <LanguageField view={view} locale={repeated?.locale} /> : null}
          <div class="buttons">
            {preview && preview.goes > 0 ? (
              <button type="submit" class="primary">
                {t.jobs.start(format.number(preview.goes), preview.goes)}
              </button>
            ) : null}
            <a class="button" href={back}>
              {preview && preview.goes > 0 ? t.cancel : t.back}
            </a>
          </div>
          {preview?.example ? <ExampleEmail view={view} line={preview.example} /> : null}
        </form>
      </section>
    </Layout>
  );
}

/** The language of the emails. */
function LanguageField({ view: { t, format }, locale }: { view: View; locale: Locale | undefined }) {
  return (
    <div class="field">
      <label for="locale">{t.jobs.locale}</label>
      <select id="locale" name="locale" aria-describedby="locale-hint">
        <option value="">{t.jobs.localeOfContact}</option>
        {locales.map((one) => (
          <option value={one} selected={one === locale}>
            {format.language(one)}
          </option>
        ))}
      </select>
      <small id="locale-hint">{t.jobs.localeHint}</small>
    </div>
  );
}

/** One of the emails, and its line. */
function ExampleEmail({ view, line: { orderId, lineId } }: { view: View; line: LineKey }) {
  const { t } = view;
  return (
    <>
      <input type="hidden" name="example" value={`${orderId}/${lineId}`} />
      <EmailPreview view={view} action={paths.previewJob} title={t.jobs.example(orderId, lineId)} />
    </>
  );
}

function SelectionFields({ selection: { request, lines } }: { selection: Selection }) {
  const fields = Object.entries({ ...request, lines: lines?.join(' ') });
  return (
    <>
      {fields.map(([name, value]) =>
        value === undefined ? null : <input type="hidden" name={name} value={value} />,
      )}
    </>
  );
}

function ChosenLines({ view, lines }: { view: PersonalView; lines: readonly LineAnswer[] }) {
  const { t } = view;
  const columns = [t.field.customer, t.field.order, t.field.to, t.jobs.outcome] as const;
  return (
    <Table caption={t.jobs.chosen} columns={columns}>
      {lines.map((line) => (
        <tr role="row">
          <LineCell view={view} line={line} label={columns[0]} customer={line.endCustomer.name} />
          <td role="cell" data-label={columns[1]}>
            {t.jobs.line(line.orderId, line.lineId)}
          </td>
          <td role="cell" data-label={columns[2]}>
            <Address of={line.provisioningContact.email} />
          </td>
          <td role="cell" data-label={columns[3]}>
            {line.resend.reason === undefined
              ? t.jobs.goes
              : `${t.jobs.result.skipped}: ${reasonOf(t, line.resend.reason)}`}
          </td>
        </tr>
      ))}
    </Table>
  );
}

interface TableProps {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly children: Child;
}

/** The roles are explicit because browsers drop table semantics when a table is laid out as cards. */
export function Table({ caption, columns, children }: TableProps) {
  return (
    <table class="lines" role="table">
      <caption class="hidden">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((name) => (
            <th scope="col" role="columnheader">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">{children}</tbody>
    </table>
  );
}

interface LineCellProps {
  readonly view: PersonalView;
  readonly line: LineKey;
  readonly label: string;
  /** The customer's name as the row's name; without it, order and line. */
  readonly customer?: string;
}

function LineCell({ view: { t, list }, line, label, customer }: LineCellProps) {
  const { orderId, lineId } = line;
  return (
    <th scope="row" role="rowheader" data-label={label}>
      <span class="stack">
        {customer === undefined ? (
          <a href={paths.line(line, list)}>{t.jobs.line(orderId, lineId)}</a>
        ) : (
          <a href={paths.line(line, list)} aria-label={t.orders.lineOf(customer, orderId, lineId)}>
            {customer}
          </a>
        )}
      </span>
    </th>
  );
}

/** The partner has another job in progress, and a link to it. */
export function JobInProgressPage({ view, jobId }: { view: PersonalView; jobId: string }) {
  const { t } = view;
  return (
    <Layout view={view} title={t.jobs.inProgressTitle} above={[inOrders(view)]}>
      <section class="card dialog" aria-labelledby="dialog-title">
        <h1 id="dialog-title" tabindex={-1} autofocus>
          {t.jobs.inProgressTitle}
        </h1>
        <p>{t.jobs.inProgress}</p>
        <div class="buttons">
          <a class="button primary" href={paths.job(jobId, { list: view.list })}>
            {t.jobs.toJob}
          </a>
          <a class="button" href={paths.list(view.list)}>
            {t.back}
          </a>
        </div>
      </section>
    </Layout>
  );
}

interface JobPageProps {
  readonly view: PersonalView;
  readonly job: JobAnswer;
  readonly items: JobItemsAnswer;
  /** The results shown; missing: all. */
  readonly shown: LineResult | undefined;
  readonly isFirstPage: boolean;
}

/** The progress of a bulk resend, and the outcome of each line. */
export function JobPage({ view, job, items, shown, isFirstPage }: JobPageProps) {
  const { t, format } = view;
  const isOver = job.status === 'Completed';
  return (
    <Layout
      view={view}
      title={t.jobs.jobTitle}
      above={
        isOperator(view.person.caller)
          ? [inOrders(view)]
          : [inOrders(view), { href: paths.jobs({ list: view.list }), name: t.jobs.title }]
      }
    >
      <div class="heading">
        <h1>{t.jobs.jobTitle}</h1>
      </div>
      <section class="card" aria-label={t.jobs.progress}>
        <div role="status" {...(isOver ? {} : { 'data-live': true })}>
          <Progress view={view} job={job} />
        </div>
        {isOver ? null : (
          <p class="muted">
            {t.jobs.goesOn} <a href={view.here}>{t.unconfirmed.look}</a>
          </p>
        )}
        <Facts
          of={[
            [t.jobs.startedBy, <Address of={job.createdBy} />],
            [t.jobs.startedAt, <Time view={view} at={job.createdAt} />],
            [t.jobs.locale, job.locale === undefined ? t.jobs.localeOfContact : format.language(job.locale)],
            [
              t.jobs.completedAt,
              job.completedAt === undefined ? undefined : <Time view={view} at={job.completedAt} />,
            ],
          ]}
        />
      </section>
      <h2 class="part">{t.jobs.results}</h2>
      <nav class="filters" aria-label={t.jobs.filter}>
        {[undefined, ...lineResults].map((result) => (
          <a
            href={paths.job(job.jobId, { result, list: view.list })}
            {...(result === shown ? { 'aria-current': 'true' } : {})}
          >
            {result === undefined ? t.orders.all : t.jobs.result[result]}
          </a>
        ))}
      </nav>
      {items.items.length === 0 ? (
        <p class="muted">{t.jobs.noResults}</p>
      ) : (
        <Results view={view} items={items.items} />
      )}
      <nav class="pages" aria-label={t.orders.pages}>
        {isFirstPage ? null : (
          <a href={paths.job(job.jobId, { result: shown, list: view.list })}>{t.orders.first}</a>
        )}
        {items.cursor === undefined ? null : (
          <a
            class="button"
            href={paths.job(job.jobId, { result: shown, list: view.list, cursor: items.cursor })}
            rel="next"
          >
            {t.orders.next}
          </a>
        )}
        <a class="button" href={paths.jobResults(job.jobId, shown)} download>
          {t.jobs.csv}
        </a>
      </nav>
    </Layout>
  );
}

function Progress({ view: { t, format }, job: { status, counts } }: { view: PersonalView; job: JobAnswer }) {
  const { total, ...results } = counts;
  const done = lineResults.reduce((sum, result) => sum + results[result], 0);
  const told = lineResults.filter((result) => results[result] > 0);
  return (
    <>
      <p>
        <strong>{t.jobs.status[status]}</strong>{' '}
        {t.jobs.done(format.number(done), format.number(total), total)}
      </p>
      <progress aria-label={t.jobs.progress} max={Math.max(1, total)} value={total === 0 ? 1 : done} />
      <p>
        {told
          .map((result) => t.jobs.counted(t.jobs.result[result], format.number(results[result])))
          .join(' · ')}
      </p>
    </>
  );
}

function Results({ view, items }: { view: PersonalView; items: readonly JobItem[] }) {
  const { t } = view;
  const columns = [t.field.order, t.jobs.outcome, t.field.to, t.jobs.at] as const;
  return (
    <Table caption={t.jobs.results} columns={columns}>
      {items.map((item) => (
        <tr role="row">
          <LineCell view={view} line={item} label={columns[0]} />
          <td role="cell" data-label={columns[1]}>
            <span class="stack">
              <span>{t.jobs.result[item.result]}</span>
              {item.code === undefined ? null : <small>{reasonOf(t, item.code)}</small>}
            </span>
          </td>
          <td role="cell" data-label={columns[2]}>
            {item.to === undefined ? <span class="muted">{t.none}</span> : <Address of={item.to} />}
          </td>
          <td role="cell" data-label={columns[3]}>
            <Time view={view} at={item.at} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

interface JobsPageProps {
  readonly view: PersonalView;
  readonly list: JobListAnswer;
  /** The partner that an operator named. */
  readonly partnerId: string | undefined;
  readonly isFirstPage: boolean;
}

/** The bulk resends of a partner, newest first. */
export function JobsPage({ view, list, partnerId, isFirstPage }: JobsPageProps) {
  const { t, format } = view;
  const columns = [t.jobs.startedAt, t.jobs.startedBy, t.field.status, t.jobs.lines] as const;
  return (
    <Layout view={view} title={t.jobs.title} above={[inOrders(view)]}>
      <div class="heading">
        <h1>{t.jobs.title}</h1>
        <p class="muted">{t.jobs.introduction}</p>
      </div>
      {list.items.length === 0 ? (
        <p class="muted">{t.jobs.noJobs}</p>
      ) : (
        <Table caption={t.jobs.title} columns={columns}>
          {list.items.map(({ jobId, createdAt, createdBy, status, counts }) => (
            <tr role="row">
              <th scope="row" role="rowheader" data-label={columns[0]}>
                <span class="stack">
                  <a href={paths.job(jobId, { list: view.list })}>
                    <Time view={view} at={createdAt} />
                  </a>
                </span>
              </th>
              <td role="cell" data-label={columns[1]}>
                <Address of={createdBy} />
              </td>
              <td role="cell" data-label={columns[2]}>
                {t.jobs.status[status]}
              </td>
              <td role="cell" data-label={columns[3]}>
                {format.number(counts.total)}
              </td>
            </tr>
          ))}
        </Table>
      )}
      <nav class="pages" aria-label={t.orders.pages}>
        {isFirstPage ? null : <a href={paths.jobs({ partnerId, list: view.list })}>{t.orders.first}</a>}
        {list.cursor === undefined ? null : (
          <a class="button" href={paths.jobs({ partnerId, list: view.list, cursor: list.cursor })} rel="next">
            {t.orders.next}
          </a>
        )}
      </nav>
    </Layout>
  );
}
