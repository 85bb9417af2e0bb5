import type { SummaryAnswer } from '../../../shared/contracts/api.ts';
import type { PartnersAnswer } from '../../../shared/use-cases/read-summary.ts';
import { paths, root } from '../paths.ts';
import type { PersonalView } from '../view.ts';
import { Layout } from './layout.tsx';
import { countOf, listPath, Search, tabs } from './orders.tsx';

interface OverviewProps {
  readonly view: PersonalView;
  readonly all: SummaryAnswer;
  /** The beginning of the partners' ids, as requested. */
  readonly beginning: string | undefined;
  readonly isFirstPage: boolean;
  /** Missing if no id begins like that. */
  readonly partners: PartnersAnswer | undefined;
}

/** The counts, most urgent first. */
const counted = ['undeliverable', 'closingWithin24h', 'closingWithin72h', ...tabs] as const;
type Counted = (typeof counted)[number];

const partnersId = 'partners';

/** The operators' first page: how all partners are doing, together and one by one. */
export function OverviewPage({ view, all, beginning, isFirstPage, partners }: OverviewProps) {
  const { t, format } = view;
  const items = partners?.items ?? [];
  return (
    <Layout
      view={view}
      title={t.overview.title}
      skips={items.length > 0 ? [{ to: partnersId, name: t.overview.skip }] : []}
    >
      <div class="heading">
        <h1>{t.overview.title}</h1>
        <p class="muted">{t.overview.introduction}</p>
      </div>
      <Search view={view} request={{}} />
      <section aria-label={t.overview.totals}>
        <dl class="counts">
          {counted.map((what) => (
            <div>
              <dt>{t.overview.counts[what]}</dt>
              <dd class={signal(all, what)}>{format.number(numberOf(all, what))}</dd>
            </div>
          ))}
        </dl>
      </section>
      <section aria-labelledby={partnersId}>
        <h2 id={partnersId} tabindex={-1}>
          {t.overview.partners}
        </h2>
        <FindPartner view={view} beginning={beginning} isWrong={partners === undefined} />
        {items.length > 0 ? (
          <>
            <p class="muted">
              {format.sentences([
                t.overview.order,
                partners?.part && t.overview.orderOfPart(partners.part.first, partners.part.last),
              ])}
            </p>
            <PartnersTable view={view} items={items} />
          </>
        ) : partners === undefined ? null : (
          <p class="card empty">
            {beginning === undefined ? t.overview.nothing : t.overview.nothingFound(beginning)}
          </p>
        )}
        <nav class="pages" aria-label={t.orders.pages}>
          {isFirstPage ? null : <a href={paths.partners({ beginning })}>{t.orders.first}</a>}
          {partners?.next === undefined ? null : (
            <a class="button" href={paths.partners({ beginning, ...partners.next })} rel="next">
              {t.orders.next}
            </a>
          )}
        </nav>
      </section>
    </Layout>
  );
}

interface FindPartnerProps extends Pick<OverviewProps, 'view' | 'beginning'> {
  readonly isWrong: boolean;
}

function FindPartner({ view: { t }, beginning, isWrong }: FindPartnerProps) {
  return (
    <search>
      <form class="search" method="get" action={root}>
        <div class="field">
          <label for="partner">{t.overview.find}</label>
          <input
            id="partner"
            name="partner"
            type="search"
            value={beginning}
            aria-describedby={isWrong ? 'partner-hint partner-wrong' : 'partner-hint'}
            {...(isWrong ? { 'aria-invalid': 'true', autofocus: true } : {})}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
          />
          <small id="partner-hint">{t.overview.findHint}</small>
          {isWrong ? (
            <p class="wrong" id="partner-wrong" role="alert">
              {t.overview.findWrong}
            </p>
          ) : null}
        </div>
        <div class="buttons">
          <button type="submit">{t.overview.show}</button>
          {beginning === undefined ? null : (
            <a class="button" href={paths.partners({})}>
              {t.overview.showAll}
            </a>
          )}
        </div>
      </form>
    </search>
  );
}

function PartnersTable({ view, items }: Pick<OverviewProps, 'view'> & Pick<PartnersAnswer, 'items'>) {
  const { t, format } = view;
  return (
    <table class="lines of-counts" role="table" aria-labelledby={partnersId}>
      <thead role="rowgroup">
        <tr role="row">
          <th scope="col" role="columnheader">
            {t.partner}
          </th>
          {counted.map((what) => (
            <th scope="col" role="columnheader" class="number">
              {t.overview.counts[what]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {items.map(({ partnerId, summary }) => (
          <tr role="row">
            <th scope="row" role="rowheader" class="customer">
              <a href={listPath({ partnerId })}>{partnerId}</a>
            </th>
            {counted.map((what) => (
              <td role="cell" class={`number ${signal(summary, what)}`} data-label={t.overview.counts[what]}>
                {format.number(numberOf(summary, what))}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function numberOf(summary: SummaryAnswer, what: Counted): number {
  switch (what) {
    case 'undeliverable':
    case 'closingWithin24h':
    case 'closingWithin72h':
      return summary[what];
    default:
      return countOf(summary, what);
  }
}

/** The style of a number: the same as for lines of that urgency. */
function signal(summary: SummaryAnswer, what: Counted): string {
  if (numberOf(summary, what) === 0) return 'muted';
  switch (what) {
    case 'undeliverable':
    case 'closingWithin24h':
      return 'left day';
    case 'closingWithin72h':
      return 'left threedays';
    default:
      return '';
  }
}
