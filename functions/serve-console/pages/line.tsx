import type { HistoryAnswer, LineAnswer } from '../../../shared/contracts/api.ts';
import { assertNever } from '../../../shared/domain/assert-never.ts';
import { mayResend } from '../../../shared/use-cases/access.ts';
import type { HistoryEntry } from '../../../shared/domain/history.ts';
import { deliveries, rescheduleOf } from '../../../shared/domain/order-line.ts';
import { paths } from '../paths.ts';
import type { PersonalView, View } from '../view.ts';
import { Layout } from './layout.tsx';
import {
  Address,
  Contact,
  Copyable,
  Facts,
  PendingNotice,
  PersonNamed,
  Status,
  Time,
  TimeLeft,
} from './parts.tsx';
import { UnconfirmedNotice } from './unconfirmed.tsx';

interface LinePageProps {
  readonly view: PersonalView;
  readonly line: LineAnswer;
  readonly history: HistoryAnswer['items'];
  /** Who the emails come from. */
  readonly senderAddress: string;
}

/** Everything about one line, and all that happened to it. */
export function LinePage({ view, line, history, senderAddress }: LinePageProps) {
  const { t, words } = view;
  const at = (instant: string | undefined) =>
    instant === undefined ? undefined : <Time view={view} at={instant} />;
  return (
    <Layout
      view={view}
      title={t.line.title(line.orderId, line.lineId)}
      above={[
        { href: paths.orders, name: t.orders.title },
        { href: paths.order(line.orderId), name: t.order.title(line.orderId) },
      ]}
    >
      <div class="heading">
        <h1>{t.line.title(line.orderId, line.lineId)}</h1>
        <Status view={view} line={line} />
      </div>
      {line.provisioningPending ? <PendingNotice view={view} line={line} /> : null}
      <UnconfirmedNotice view={view} line={line} history={history} />
      <div class="page-columns">
        <div>
          <section class="card">
            <Contact view={view} line={line} from="line" />
          </section>
          <section class="card" aria-labelledby="facts">
            <h2 id="facts">{t.line.facts}</h2>
            <Facts
              of={[
                [t.field.timeLeft, <TimeLeft view={view} line={line} />],
                [t.field.deadline, at(line.closesAt)],
                [t.field.startDate, at(line.requestedStartDate)],
                [t.field.firstEmail, at(line.firstEmailSentAt)],
                [t.field.window, words.window(line.window)],
                [t.field.closedAt, at(line.closedAt)],
                [t.field.onboardedAt, at(line.onboardedAt)],
                [t.field.organization, line.organizationId],
                [t.field.cancelledAt, at(line.cancelledAt)],
                [t.field.customer, line.endCustomer.name],
                [t.field.offer, line.offer],
                [t.field.subscription, <a href={paths.subscription(line)}>{line.subscriptionId}</a>],
                [t.field.placedBy, <PersonNamed who={line.placedBy} />],
              ]}
            />
          </section>
          {line.resend.allowed ||
          line.resend.canResendAt !== undefined ||
          line.resend.reason === 'contact-undeliverable' ? (
            <MissingEmail view={view} line={line} history={history} senderAddress={senderAddress} />
          ) : null}
        </div>
        <section class="card" aria-labelledby="history">
          <h2 id="history">{t.line.history}</h2>
          <ol class="timeline">
            {history.map((entry) => (
              <Happening view={view} entry={entry} />
            ))}
          </ol>
        </section>
      </div>
    </Layout>
  );
}

/** What to look into when the contact says that nothing came. */
function MissingEmail({ view, line, history, senderAddress }: LinePageProps) {
  const { t, words } = view;
  const { email } = line.provisioningContact;
  const refused = history.find(({ type, result, reason, to }) => {
    const isRefusal = type === 'ProvisioningEmailFeedback' && result !== 'Delivered';
    return isRefusal && reason !== undefined && to?.toLowerCase() === email.toLowerCase();
  });
  return (
    <section class="card" aria-labelledby="missing">
      <h2 id="missing">{t.line.missing}</h2>
      {refused ? (
        <p class="notice bad">
          <span>
            {t.line.bounceReason} <q>{refused.reason}</q>
          </span>
        </p>
      ) : null}
      <ul class="advice">
        <li>{t.line.missingSpam}</li>
        <li>
          {words.sentences([
            t.line.missingAddress(email),
            mayResend(view.person.caller) ? t.line.missingCorrect : undefined,
          ])}
        </li>
        <li>
          {t.line.missingAllow}
          <Copyable view={view} label={t.line.sender} text={senderAddress} />
        </li>
      </ul>
    </section>
  );
}

type Entry = HistoryAnswer['items'][number];

function Happening({ view, entry }: { view: View; entry: Entry }) {
  const { t } = view;
  const { at, type, actor, to, reason } = entry;
  const said =
    type === 'ProvisioningEmailFeedback' || type === 'ProvisioningEmailFailed'
      ? reason
      : type === 'ProvisioningEmailSent' && entry.result === 'Confirmed'
        ? t.history.confirmed
        : undefined;
  return (
    <li class={(type === 'ProvisioningEmailFeedback' ? (entry.result ?? '') : type).toLowerCase()}>
      <p class="what">{whatHappened(entry, view)}</p>
      {to === undefined ? null : (
        <p>
          <Address of={to} />
        </p>
      )}
      {said === undefined ? null : <p class="muted">{said}</p>}
      <p class="muted">
        <Time view={view} at={at} /> · {t.line.by(actorName(actor, view))}
      </p>
    </li>
  );
}

function actorName(actor: string, { t }: View): string {
  const names: Readonly<Record<string, string>> = t.actors;
  return names[actor] ?? actor;
}

function whatHappened(entry: HistoryEntry, { t, words }: View): string {
  const { type, result, reason } = entry;
  switch (type) {
    case 'Rescheduled': {
      const move = rescheduleOf(entry);
      const to = move ? words.date(move.to) : '';
      return move?.isApplied === false ? t.history.rescheduleIgnored(to) : t.history.Rescheduled(to);
    }
    case 'ProvisioningEmailSent':
      if (reason === 'resend') return t.history.resent;
      return reason === 'contact-change' ? t.history.sentToNewContact : t.history.firstSent;
    case 'ProvisioningEmailFeedback':
      return t.history.feedback[deliveries.find((delivery) => delivery === result) ?? 'Accepted'];
    case 'Booked':
    case 'ProvisioningEmailFailed':
    case 'ProvisioningEmailUnconfirmed':
    case 'ProvisioningContactChanged':
    case 'Onboarded':
    case 'Closed':
    case 'Cancelled':
      return t.history[type];
    default:
      return assertNever(type);
  }
}
