import { type Insight, type InsightCounts, sumOf } from '../../../shared/domain/insights.ts';
import { locales } from '../../../shared/domain/order-line.ts';
import { isOperator } from '../../../shared/use-cases/access.ts';
import { paths, query } from '../paths.ts';
import type { PersonalView } from '../view.ts';
import { BarChart } from './charts.tsx';
import { inOrders, Layout } from './layout.tsx';
import { Facts } from './parts.tsx';

/** The person's request, as written in the address. */
export interface InsightsRequest {
  readonly partnerId?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly offer?: string | undefined;
  readonly language?: string | undefined;
}

interface InsightsPageProps {
  readonly view: PersonalView;
  readonly request: InsightsRequest;
  /** Missing when the request is wrong. */
  readonly found?: { readonly from: string; readonly to: string; readonly insights: readonly Insight[] };
}

/** What became of lines after their first email. */
export function InsightsPage({ view, request, found }: InsightsPageProps) {
  const { t, format } = view;
  const { offer, language, ...asked } = request;
  const insights = (found?.insights ?? []).filter(
    (one) =>
      (offer === undefined || one.offer === offer) && (language === undefined || one.locale === language),
  );
  const byMonth = groupsBy(insights, ({ month }) => month);
  return (
    <Layout view={view} title={t.insights.title} above={[inOrders(view)]}>
      <div class="heading">
        <h1>{t.insights.title}</h1>
        <p class="muted">{t.insights.introduction}</p>
      </div>
      <Choice view={view} request={request} {...(found ? { found } : {})} />
      {found === undefined ? null : insights.length === 0 ? (
        <p class="muted">{t.insights.nothing}</p>
      ) : (
        <>
          <Overview view={view} counts={sumOf(insights)} />
          <div class="insights">
            <Shares
              view={view}
              id="closed"
              {...t.insights.closed}
              column={t.insights.month}
              rows={byMonth.map(([month, counts]) => closedRow(format.month(month), counts))}
            />
            <Times view={view} counts={sumOf(insights)} />
            <Shares
              view={view}
              id="bounces"
              {...t.insights.bounces}
              column={t.insights.month}
              rows={byMonth.map(([month, { bounced, emails }]) => ({
                name: format.month(month),
                part: bounced,
                whole: emails,
              }))}
            />
            <Help view={view} counts={sumOf(insights)} />
            <Shares
              view={view}
              id="closed-by-offer"
              title={t.insights.closed.offer}
              what={t.insights.closed.what}
              column={t.field.offer}
              rows={groupsBy(insights, (one) => one.offer).map(([name, counts]) => closedRow(name, counts))}
            />
            <Shares
              view={view}
              id="closed-by-language"
              title={t.insights.closed.language}
              what={t.insights.closed.what}
              column={t.insights.emailLanguage}
              rows={groupsBy(insights, (one) => one.locale).map(([, counts, { locale }]) =>
                closedRow(format.language(locale), counts),
              )}
            />
          </div>
          <nav class="pages" aria-label={t.insights.csv}>
            <a class="button" href={paths.insightsTable + query({ ...asked })} download>
              {t.insights.csv}
            </a>
          </nav>
        </>
      )}
    </Layout>
  );
}

/** Insights grouped by a name, each group with the sum of its counts and its first insight. */
function groupsBy(
  insights: readonly Insight[],
  nameOf: (insight: Insight) => string,
): readonly (readonly [string, InsightCounts, Insight])[] {
  return [...Map.groupBy(insights, nameOf)]
    .flatMap(([name, group]) => (group[0] ? [[name, sumOf(group), group[0]] as const] : []))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

const closedRow = (name: string, { closedUnprovisioned, lines }: InsightCounts): Row => ({
  name,
  part: closedUnprovisioned,
  whole: lines,
});

function Choice({ view, request, found }: InsightsPageProps) {
  const { t, format, person } = view;
  const offers = new Set([
    ...(found?.insights.map(({ offer }) => offer) ?? []),
    ...(request.offer === undefined ? [] : [request.offer]),
  ]);
  return (
    <form class="search" method="get" action={paths.insights}>
      {view.list === undefined ? null : <input type="hidden" name="list" value={view.list} />}
      {isOperator(person.caller) ? (
        <div class="field">
          <label for="partnerId">{t.partner}</label>
          <input
            id="partnerId"
            name="partnerId"
            value={request.partnerId}
            aria-describedby="partnerId-hint"
            autocomplete="off"
            spellcheck={false}
          />
          <small id="partnerId-hint">{t.insights.partnerHint}</small>
        </div>
      ) : null}
      {(['from', 'to'] as const).map((name) => (
        <div class="field">
          <label for={name}>{t.insights[name]}</label>
          <input
            id={name}
            name={name}
            type="month"
            pattern="20[0-9]{2}-[0-9]{2}"
            placeholder="2026-11"
            value={request[name] ?? found?.[name]}
          />
        </div>
      ))}
      <div class="field">
        <label for="offer">{t.field.offer}</label>
        <select id="offer" name="offer">
          <option value="">{t.insights.allOffers}</option>
          {[...offers].sort().map((offer) => (
            <option value={offer} {...(offer === request.offer ? { selected: true } : {})}>
              {offer}
            </option>
          ))}
        </select>
      </div>
      <div class="field">
        <label for="language">{t.insights.emailLanguage}</label>
        <select id="language" name="language">
          <option value="">{t.insights.allLanguages}</option>
          {locales.map((locale) => (
            <option value={locale} {...(locale === request.language ? { selected: true } : {})}>
              {format.language(locale)}
            </option>
          ))}
        </select>
      </div>
      <div class="buttons">
        <button type="submit" class="primary">
          {t.insights.show}
        </button>
      </div>
      {found ? null : (
        <p class="wrong" role="alert">
          {format.sentences([t.insights.wrong, isOperator(person.caller) ? t.partnerWrong : undefined])}
        </p>
      )}
    </form>
  );
}

function Overview({ view, counts }: { view: PersonalView; counts: InsightCounts }) {
  const { t, format } = view;
  const { lines, emails, bounced, onboarded, closedUnprovisioned, minutesToOnboarding } = counts;
  const shareOf = (part: number, whole: number) =>
    whole === 0
      ? undefined
      : `${format.percent(part / whole)} (${t.insights.count(format.number(part), format.number(whole))})`;
  return (
    <section class="card" aria-labelledby="overview">
      <h2 id="overview">{t.insights.overview}</h2>
      <Facts
        of={[
          [t.insights.lines, format.number(lines)],
          [t.insights.onboarded, shareOf(onboarded, lines)],
          [
            t.insights.meanTime,
            onboarded === 0 ? undefined : format.span((minutesToOnboarding / onboarded) * 60_000),
          ],
          [t.insights.closed.short, shareOf(closedUnprovisioned, lines)],
          [t.insights.bounces.short, shareOf(bounced, emails)],
        ]}
      />
    </section>
  );
}

function Times({ view, counts }: { view: PersonalView; counts: InsightCounts }) {
  const { t } = view;
  const { title, what, column, ...spans } = t.insights.time;
  const rows = (
    [
      'onboardedWithin1Day',
      'onboardedWithin3Days',
      'onboardedWithin7Days',
      'onboardedWithin30Days',
      'onboardedLater',
    ] as const
  ).map((span) => ({ name: spans[span], part: counts[span], whole: counts.onboarded }));
  return <Shares view={view} id="time" title={title} what={what} column={column} rows={rows} />;
}

function Help({ view, counts }: { view: PersonalView; counts: InsightCounts }) {
  const { title, what, column, resent, corrected, reminded } = view.t.insights.help;
  const rows = [
    { name: resent, part: counts.resentOnboarded, whole: counts.resent },
    { name: corrected, part: counts.correctedOnboarded, whole: counts.corrected },
    { name: reminded, part: counts.remindedOnboarded, whole: counts.reminded },
  ];
  return <Shares view={view} id="help" title={title} what={what} column={column} rows={rows} />;
}

/** A part of a whole. */
interface Row {
  readonly name: string;
  readonly part: number;
  readonly whole: number;
}

interface SharesProps {
  readonly view: PersonalView;
  readonly id: string;
  readonly title: string;
  /** What the shares are of. */
  readonly what: string;
  /** The heading of the rows' names. */
  readonly column: string;
  readonly rows: readonly Row[];
}

/** The most bars in a chart; the table beside it has all rows. */
const mostBars = 36;

/** Shares as a chart, with their figures beside it. */
function Shares({ view, id, title, what, column, rows }: SharesProps) {
  const { t, format } = view;
  const shareOf = ({ part, whole }: Row) => (whole === 0 ? 0 : part / whole);
  const scale = fullBar(rows.map(shareOf));
  const textOf = (row: Row) => (row.whole === 0 ? '–' : format.percent(shareOf(row)));
  return (
    <section class="card" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      <p class="muted">{format.sentences([what, t.insights.scale(format.percent(scale))])}</p>
      <div class="figures">
        <BarChart
          id={`${id}-chart`}
          title={title}
          bars={rows
            .slice(-mostBars)
            .map((row) => ({ name: row.name, length: shareOf(row) / scale, text: textOf(row) }))}
        />
        <table>
          <caption class="hidden">{title}</caption>
          <thead>
            <tr>
              <th scope="col">{column}</th>
              <th scope="col">{t.insights.counted}</th>
              <th scope="col">{t.insights.share}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr>
                <th scope="row">{row.name}</th>
                <td>{t.insights.count(format.number(row.part), format.number(row.whole))}</td>
                <td>{textOf(row)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** The share at the full width: the next tenth above all of them. */
const fullBar = (shares: readonly number[]): number =>
  Math.max(1, Math.ceil(Math.max(0, ...shares) * 10)) / 10;
