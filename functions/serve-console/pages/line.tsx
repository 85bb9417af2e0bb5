import type { LineAnswer } from '../../../shared/contracts/api.ts';
import { assertNever } from '../../../shared/domain/assert-never.ts';
import { type Instant, minus } from '../../../shared/domain/time.ts';
import { isSameAddress } from '../../../shared/domain/contact.ts';
import { mayResend } from '../../../shared/use-cases/access.ts';
import type { ToldEntry } from '../../../shared/domain/history.ts';
import { paths } from '../paths.ts';
import type { PersonalView, View } from '../view.ts';
import { inOrders, Layout } from './layout.tsx';
import {
  Address,
  Contact,
  Copyable,
  Facts,
  isSettled,
  LastEmail,
  Naming,
  PendingNotice,
  PersonNamed,
  Status,
  TechnicalReason,
  Time,
  TimeLeft,
  Told,
} from './parts.tsx';
import { UnconfirmedNotice } from './unconfirmed.tsx';

/** The parts that a history can be narrowed to. */
export const historyKinds = ['emails', 'contact', 'line'] as const;
export type HistoryKind = (typeof historyKinds)[number];

interface LinePageProps {
  readonly view: PersonalView;
  readonly line: LineAnswer;
  readonly history: readonly ToldEntry[];
  /** The entries of the history to show; missing: all. */
  readonly shown: HistoryKind | undefined;
  /** The sender of the emails. */
  readonly senderAddress: string;
}

/** Everything about one line, and its history. */
export function LinePage({ view, line, history, shown, senderAddress }: LinePageProps) {
  const { t, format } = view;
  const at = (instant: string | undefined) =>
    instant === undefined ? undefined : <Time view={view} at={instant} />;
  return (
    <Layout
      view={view}
      title={`${line.endCustomer.name}, ${t.line.title(line.orderId, line.lineId)}`}
      above={[
        inOrders(view),
        { href: paths.order(line.orderId, view.list), name: t.order.title(line.orderId) },
      ]}
    >
      <div class="heading">
        <h1>{line.endCustomer.name}</h1>
        <p class="muted">{t.line.title(line.orderId, line.lineId)}</p>
        <Status view={view} line={line} />
      </div>
      {line.provisioningPending ? <PendingNotice view={view} line={line} /> : null}
      <UnconfirmedNotice view={view} line={line} history={history} />
      <div class="page-columns">
        <div>
          <section class="card">
            <Contact view={view} line={line} from="line" />
            <CopyTo view={view} line={line} />
          </section>
          <section class="card" aria-labelledby="facts">
            <h2 id="facts">{t.line.facts}</h2>
            <Facts
              of={[
                [t.field.lastEmail, <LastEmail view={view} line={line} />],
                [t.field.timeLeft, <TimeLeft view={view} line={line} />],
                [t.field.deadline, at(line.closesAt)],
                [t.field.startDate, at(line.requestedStartDate)],
                [t.field.firstEmail, at(line.firstEmailSentAt)],
                [t.field.window, format.window(line.window)],
                [t.field.closedAt, at(line.closedAt)],
                [t.field.onboardedAt, at(line.onboardedAt)],
                [t.field.organization, line.organizationId],
                [t.field.cancelledAt, at(line.cancelledAt)],
                [t.field.offer, line.offer],
                [
                  t.field.subscription,
                  <a href={paths.subscription(line, view.list)}>{line.subscriptionId}</a>,
                ],
                [t.field.placedBy, <PersonNamed who={line.placedBy} />],
              ]}
            />
          </section>
          {line.firstEmailSentAt !== undefined && !isSettled(line) ? (
            <MissingEmail view={view} line={line} history={history} senderAddress={senderAddress} />
          ) : null}
        </div>
        <section class="card" aria-labelledby="history">
          <div class="heading">
            <h2 id="history">{t.line.history}</h2>
            <a href={paths.historyTable(line)} download>
              {t.history.download}
            </a>
          </div>
          <nav class="filters" aria-label={t.history.filter}>
            {[undefined, ...historyKinds].map((kind) => (
              <a
                href={paths.history(line, { show: kind, list: view.list })}
                {...(kind === shown ? { 'aria-current': 'true' } : {})}
              >
                {kind === undefined ? t.orders.all : t.history.kinds[kind]}
              </a>
            ))}
          </nav>
          <History
            view={view}
            entries={history.filter((entry) => shown === undefined || kindOf(entry) === shown)}
          />
        </section>
      </div>
    </Layout>
  );
}

/** Who gets copies, and the link to change that. */
function CopyTo({ view, line }: { view: PersonalView; line: LineAnswer }) {
  const { t, format } = view;
  const { copyTo } = line;
  const mayChange = mayResend(view.person.caller) && !isSettled(line);
  if (!copyTo && !mayChange) return null;
  return (
    <div class="contact">
      <p class="label">{t.field.copyTo}</p>
      {copyTo ? (
        <>
          <p>
            <Address of={copyTo.email} />
          </p>
          <p class="muted">
            {[copyTo.name, format.language(copyTo.locale)].filter((part) => part !== undefined).join(' · ')}
          </p>
        </>
      ) : (
        <p class="muted">{t.copyToDialog.nobody}</p>
      )}
      {mayChange ? (
        <p>
          <a href={paths.copyTo(line, 'line', view.list)} data-dialog>
            {copyTo ? t.copyToDialog.change : t.copyToDialog.add}
          </a>
        </p>
      ) : null}
    </div>
  );
}

/** What to check when the contact says that no email came. */
function MissingEmail({ view, line, history, senderAddress }: Omit<LinePageProps, 'shown'>) {
  const { t, format } = view;
  const { email } = line.provisioningContact;
  const report = history
    .filter((entry) => entry.type === 'ProvisioningEmailFeedback')
    .find(({ to }) => isSameAddress(to, email));
  const isReached = line.resend.reason !== 'contact-undeliverable';
  const isTaken = report === undefined || report.delivery === 'Delivered';
  return (
    <section class="card" aria-labelledby="missing">
      <h2 id="missing">{t.line.missing}</h2>
      {isTaken ? null : (
        <div class={report.delivery === 'Delayed' ? 'notice warn' : 'notice bad'}>
          <div>
            <strong>{t.history.feedback[report.delivery]}</strong>
            <p>{t.history.feedbackMeaning[report.delivery]}</p>
            <TechnicalReason view={view} reason={report.reason} />
          </div>
        </div>
      )}
      <ul class="advice">
        {isTaken && isReached ? <li>{t.line.missingSpam}</li> : null}
        <li>
          <Naming
            text={format.sentences([
              report?.delivery === 'Complained' ? t.line.anotherAddress : t.line.missingAddress(email),
              mayResend(view.person.caller) && line.contactChange.allowed ? t.line.missingCorrect : undefined,
            ])}
          />
        </li>
        {isReached ? (
          <li>
            {t.line.missingAllow}
            <Copyable view={view} label={t.line.sender} text={senderAddress} />
          </li>
        ) : null}
      </ul>
    </section>
  );
}

function kindOf({ type }: ToldEntry): HistoryKind {
  switch (type) {
    case 'ProvisioningEmailSent':
    case 'ProvisioningEmailFailed':
    case 'ProvisioningEmailUnconfirmed':
    case 'ProvisioningEmailFeedback':
    case 'BounceNoticeSent':
      return 'emails';
    case 'ProvisioningContactChanged':
    case 'CopyRecipientChanged':
      return 'contact';
    case 'Booked':
    case 'Rescheduled':
    case 'ClosingSoon':
    case 'Onboarded':
    case 'Closed':
    case 'Cancelled':
      return 'line';
    default:
      return assertNever(type);
  }
}

function History({ view, entries }: { view: View; entries: readonly ToldEntry[] }) {
  if (entries.length === 0) return <p class="muted">{view.t.history.nothing}</p>;
  return (
    <ol class="timeline">
      {entries.map((entry) => (
        <HistoryItem view={view} entry={entry} />
      ))}
    </ol>
  );
}

function HistoryItem({ view, entry }: { view: View; entry: ToldEntry }) {
  const { at, actor } = entry;
  const look = entry.type === 'ProvisioningEmailFeedback' ? entry.delivery : entry.type;
  const said = whatWasSaid(entry, view);
  return (
    <li class={look.toLowerCase()}>
      <p class="what">
        <Told
          view={view}
          text={whatHappened(entry, view)}
          at={entry.type === 'Rescheduled' ? [entry.requestedStartDate] : []}
        />
      </p>
      <Recipient view={view} entry={entry} />
      {said === undefined ? null : <p class="muted">{said}</p>}
      <TechnicalReason view={view} reason={'reason' in entry ? entry.reason : undefined} />
      <p class="muted">
        <Time view={view} at={at} /> · {byWhom(actor, view)}
      </p>
    </li>
  );
}

/** Who an email went to, or who became the contact. */
function Recipient({ view: { t }, entry }: { view: View; entry: ToldEntry }) {
  if (!('to' in entry)) return null;
  if (entry.type !== 'ProvisioningContactChanged' || isSameContact(entry))
    return (
      <p>
        <Address of={entry.to} />
      </p>
    );
  return (
    <dl class="change">
      <dt>{t.history.before}</dt>
      <dd>{entry.from === undefined ? t.history.unknown : <Address of={entry.from} />}</dd>
      <dt>{t.history.after}</dt>
      <dd>
        <Address of={entry.to} />
      </dd>
    </dl>
  );
}

const isSameContact = ({ from, to }: { readonly from?: string; readonly to?: string }): boolean =>
  from !== undefined && to !== undefined && isSameAddress(from, to);

/** How much later something may be reported than it happened before people are told. */
const notLate = 'PT1H';

/** The meaning of an entry for people. */
function whatWasSaid(entry: ToldEntry, { t, format }: View): string | undefined {
  const { meaning } = t.history;
  const reportedLate = (at: Instant, happenedAt: Instant | undefined) =>
    happenedAt !== undefined && happenedAt < minus(at, notLate)
      ? meaning.earlier(format.date(happenedAt))
      : undefined;
  switch (entry.type) {
    case 'Onboarded':
      return format.sentences([meaning.Onboarded, reportedLate(entry.at, entry.onboardedAt)]);
    case 'Cancelled':
      return format.sentences([meaning.Cancelled, reportedLate(entry.at, entry.cancelledAt)]);
    case 'Booked':
    case 'ClosingSoon':
    case 'Closed':
    case 'ProvisioningEmailUnconfirmed':
    case 'BounceNoticeSent':
      return meaning[entry.type];
    case 'Rescheduled':
      return undefined;
    case 'ProvisioningContactChanged':
    case 'CopyRecipientChanged':
      return isSameContact(entry) ? meaning.sameAddress : undefined;
    case 'ProvisioningEmailSent':
      return format.sentences([
        meaning.sent[entry.kind],
        entry.result === 'Confirmed' ? t.history.confirmed : undefined,
      ]);
    case 'ProvisioningEmailFailed': {
      const { repeated } = entry;
      return format.sentences([
        t.history.notAccepted,
        repeated && t.history.repeated(format.number(repeated.times), format.date(repeated.since)),
      ]);
    }
    case 'ProvisioningEmailFeedback':
      return t.history.feedbackMeaning[entry.delivery];
    default:
      return assertNever(entry);
  }
}

function byWhom(actor: string, { t }: View): string {
  const systems: Readonly<Record<string, string>> = t.actors;
  return systems[actor] ?? t.line.by(actor);
}

function whatHappened(entry: ToldEntry, { t, format }: View): string {
  switch (entry.type) {
    case 'Rescheduled': {
      const to = format.date(entry.requestedStartDate);
      if (entry.ignored === undefined) return t.history.Rescheduled(to);
      return entry.ignored === 'Overtaken'
        ? t.history.rescheduleOvertaken(to)
        : t.history.rescheduleTooLate(to);
    }
    case 'ProvisioningEmailSent':
      return t.history.sent[entry.kind];
    case 'ProvisioningEmailFeedback':
      return t.history.feedback[entry.delivery];
    case 'CopyRecipientChanged':
      return entry.to === undefined ? t.history.copiesEnded : t.history.CopyRecipientChanged;
    case 'Booked':
    case 'ProvisioningEmailFailed':
    case 'ProvisioningEmailUnconfirmed':
    case 'BounceNoticeSent':
    case 'ProvisioningContactChanged':
    case 'ClosingSoon':
    case 'Onboarded':
    case 'Closed':
    case 'Cancelled':
      return t.history[entry.type];
    default:
      return assertNever(entry);
  }
}
