import type { Child } from 'hono/jsx';
import type { LineAnswer } from '../../../shared/contracts/api.ts';
import { assertNever } from '../../../shared/domain/assert-never.ts';
import type { Refusal } from '../../../shared/domain/rules.ts';
import type { Instant } from '../../../shared/domain/time.ts';
import { mayResend } from '../../../shared/use-cases/access.ts';
import { type Origin, paths } from '../paths.ts';
import type { PersonalView, View } from '../view.ts';

/** A point in time with its time zone: UTC or, with scripts, the browser's. */
export function Time({ view: { format }, at }: { view: View; at: Instant }) {
  return <time datetime={at}>{format.date(at)}</time>;
}

/** The same to the second, for when something becomes possible. */
export function Moment({ view: { format }, at }: { view: View; at: Instant }) {
  return (
    <time datetime={at} data-seconds>
      {format.moment(at)}
    </time>
  );
}

/** A text in which these times, as far as it contains them, are marked up as times. */
export function Told({ view, text, at }: { view: View; text: string; at: readonly (Instant | undefined)[] }) {
  const { format } = view;
  const written = at
    .filter((instant) => instant !== undefined)
    .flatMap((instant) => [
      { text: format.moment(instant), time: <Moment view={view} at={instant} /> },
      { text: format.date(instant), time: <Time view={view} at={instant} /> },
    ])
    .find((one) => text.includes(one.text));
  if (!written) return <>{text}</>;
  const place = text.indexOf(written.text);
  return (
    <>
      {text.slice(0, place)}
      {written.time}
      <Told view={view} text={text.slice(place + written.text.length)} at={at} />
    </>
  );
}

/**
 * Makes an element a countdown: with scripts, its text follows the time.
 * @param left the text for a length of time
 * @param over the text after that
 * @param isSoon whether the countdown replaces a text with a date only in the last hour
 */
export const countdown = (
  to: Instant,
  { left, over, isSoon = false }: { left: (span: string) => string; over: string; isSoon?: boolean },
) => ({
  'data-left-to': to,
  'data-left-text': left('{left}'),
  'data-over-text': over,
  ...(isSoon ? { 'data-left-soon': true } : {}),
});

/**
 * A mail address, or the name of a system or person. If it is too long, it breaks where people would break it: before
 * the domain, then between the domain's parts.
 */
export function Address({ of }: { of: string }) {
  const at = of.lastIndexOf('@');
  if (at <= 0) return <span class="address">{breakable(of)}</span>;
  return (
    <span class="address">
      {of.slice(0, at)}
      <wbr />
      <span>{breakable(of.slice(at))}</span>
    </span>
  );
}

const breakable = (name: string) =>
  name.split(/(?=\.\w)/).map((part, place) =>
    place === 0 ? (
      part
    ) : (
      <>
        <wbr />
        {part}
      </>
    ),
  );

/** A text in which mail addresses break as in `Address`, with closing punctuation never alone on a line. */
export function Naming({ text }: { text: string }) {
  return (
    <>
      {text
        .split(/([\w.+-]+@[\w.-]*\w[.,:;?!)。、）」]*)/)
        .map((part, place) => (place % 2 === 0 ? part : <Address of={part} />))}
    </>
  );
}

/** A person with their address. */
export function PersonNamed({ who }: { who: { readonly name: string; readonly email: string } }) {
  return (
    <span class="stack">
      <span>{who.name}</span>
      <small>
        <Address of={who.email} />
      </small>
    </span>
  );
}

/** Names and values in rows. A missing value leaves out its name. */
export function Facts({ of }: { of: readonly (readonly [string, Child | undefined])[] }) {
  return (
    <dl class="facts">
      {of
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

export function Status({ view: { t }, line }: { view: View; line: LineAnswer }) {
  return (
    <span class="badges">
      <span class={`badge ${line.status.toLowerCase()}`}>{t.status[line.status]}</span>
      {line.provisioningPending ? <span class="badge pending">{t.provisioningPending}</span> : null}
    </span>
  );
}

/** What became of the last email of a line. */
export function LastEmail({ view, line: { lastEmail } }: { view: View; line: LineAnswer }) {
  const { t } = view;
  if (!lastEmail) return <span class="muted">{t.none}</span>;
  return (
    <span class="stack">
      <span class={`delivery ${lastEmail.delivery.toLowerCase()}`}>{t.delivery[lastEmail.delivery]}</span>
      <small>
        <Time view={view} at={lastEmail.sentAt} />
      </small>
    </span>
  );
}

/** The mail service's own words, folded away, for people who can use them. */
export function TechnicalReason({ view: { t }, reason }: { view: View; reason: string | undefined }) {
  if (reason === undefined) return null;
  return (
    <details>
      <summary>{t.history.technicalReason}</summary>
      <q>{reason}</q>
    </details>
  );
}

interface TimeLeftProps {
  readonly view: View;
  readonly line: LineAnswer;
  /** Lists only show words, coloured when urgent. */
  readonly isInList?: boolean;
}

/** More lines of an order than this are only counted. */
const mostNamed = 20;

/** What is said of the first lines of an order, and how many more there are. */
export function firstOf({ t, format }: View, said: readonly string[]): readonly string[] {
  const more = said.length - mostNamed;
  return more > 0 ? [...said.slice(0, mostNamed), t.contactDialog.andMore(format.number(more))] : said;
}

/** The time to the deadline in words and as a bar, or what applies instead of a deadline. */
export function TimeLeft({ view, line, isInList = false }: TimeLeftProps) {
  const { t, format, now } = view;
  const { status, provisioningPending, requestedStartDate, firstEmailSentAt, closesAt, queued } = line;
  const from = (instant: Instant) => Date.parse(instant) - Date.parse(now);
  if (queued && (line.unconfirmedEmail !== undefined || from(queued.expectedAt) > minute)) {
    const [what, when] = line.unconfirmedEmail
      ? [t.time.inDoubt, t.time.again]
      : [t.time.queued, t.time.leaves];
    return (
      <span class="stack">
        <span>{what}</span>
        <small>
          <time datetime={queued.expectedAt}>{when(format.moment(queued.expectedAt))}</time>
        </small>
      </span>
    );
  }
  if (status === 'Scheduled') {
    const wait = from(requestedStartDate);
    return (
      <span class="stack">
        {wait > 0 ? (
          <span {...countdown(requestedStartDate, { left: t.time.startsIn, over: t.time.due })}>
            {t.time.startsIn(format.span(wait))}
          </span>
        ) : (
          <span>{t.time.due}</span>
        )}
        <small>
          <Told
            view={view}
            text={(wait > 0 ? t.time.on : t.time.since)(format.date(requestedStartDate))}
            at={[requestedStartDate]}
          />
        </small>
      </span>
    );
  }
  const isRunning = status === 'AwaitingProvisioningDetails';
  if (closesAt === undefined || firstEmailSentAt === undefined || !(isRunning || provisioningPending)) {
    return <span class="muted">{t.time.notRunning}</span>;
  }
  const left = from(closesAt);
  const whole = Date.parse(closesAt) - Date.parse(firstEmailSentAt);
  const urgent = (milliseconds: number) => Number(share(milliseconds, whole));
  return (
    <span class="stack">
      {left > 0 ? (
        <span class={urgency(left)} {...countdown(closesAt, { left: t.time.left, over: t.time.over })}>
          {t.time.left(format.span(left))}
        </span>
      ) : (
        <span>{t.time.overdueSince(format.span(-left))}</span>
      )}
      {isInList ? null : (
        <meter
          aria-hidden="true"
          min={0}
          max={1}
          low={urgent(soon)}
          high={urgent(near)}
          optimum={1}
          value={share(left, whole)}
        />
      )}
      <small>
        <Told
          view={view}
          text={(left > 0 ? t.time.until : t.time.ended)(format.date(closesAt))}
          at={[closesAt]}
        />
      </small>
    </span>
  );
}

const minute = 60 * 1000;
const hour = 60 * minute;

/** When a deadline is urgent, whatever the window: red within a day, amber within three. In milliseconds. */
const soon = 24 * hour;
const near = 72 * hour;

/** The style of a text with this much time left. */
const urgency = (left: number): string =>
  left <= soon ? 'left day' : left <= near ? 'left threedays' : 'left';

const share = (part: number, whole: number): string => Math.min(1, Math.max(0, part / whole)).toFixed(3);

/** A text to copy: selected as a whole, or with a button where scripts run. */
export function Copyable({ view: { t }, label, text }: { view: View; label: string; text: string }) {
  const rows = text.split('\n').length;
  return (
    <div class="copyable">
      {rows === 1 ? (
        <input readonly value={text} aria-label={label} />
      ) : (
        <textarea readonly rows={rows} aria-label={label}>
          {text}
        </textarea>
      )}
      <button type="button" class="small" data-copy aria-label={`${t.copy}: ${label}`}>
        {t.copy}
      </button>
    </div>
  );
}

/** A link that leaves the console. */
export function ExternalLink({ view: { t }, href, children }: { view: View; href: string; children: Child }) {
  return (
    <a href={href} rel="noreferrer" class="external">
      {children}
      <span class="hidden"> ({t.externalSite})</span>
    </a>
  );
}

/** Why something may not be done with a line, in half a sentence; undefined: it may. */
export function whyNot(
  { t, format, now, person: { caller } }: PersonalView,
  line: LineAnswer,
  { allowed, reason, canResendAt }: LineAnswer['resend'],
): string | undefined {
  if (!isSettled(line) && !mayResend(caller)) return t.whyNot.viewOnly(line.placedBy.name);
  if (allowed) return undefined;
  if (reason === undefined) return t.whyNot.unknown;
  switch (reason) {
    case 'not-started':
      if (line.unconfirmedEmail) return t.whyNot.inDoubt;
      return line.requestedStartDate > now
        ? t.whyNot[reason](format.date(line.requestedStartDate))
        : t.whyNot.due(format.date(line.requestedStartDate));
    case 'resend-too-soon':
    case 'resend-limit-reached':
      return canResendAt === undefined ? t.whyNot.limitForGood : t.whyNot[reason](format.moment(canResendAt));
    case 'cancelled':
    case 'contact-undeliverable':
    case 'point-of-no-return':
      return t.whyNot[reason];
    default:
      return assertNever(reason);
  }
}

/** Whether the contact gets no more emails because the line was onboarded or cancelled. */
export const isSettled = ({ onboardedAt, status }: LineAnswer): boolean =>
  onboardedAt !== undefined || status === 'Cancelled';

export type RefusalCode = Refusal['code'];

/** The styles of Resend and Edit: what should be done first stands out, and what cannot be done recedes. */
export function standingOf({ resend, contactChange }: LineAnswer) {
  const isEditFirst = resend.reason === 'contact-undeliverable' && contactChange.allowed;
  return {
    resend: resend.allowed ? 'first' : 'first off',
    edit: contactChange.allowed ? (isEditFirst ? 'first' : 'second') : 'second off',
  } as const;
}

/**
 * Resend and Edit of a line. A control that cannot work now shows why, looks like it, and leads to what can be done
 * instead.
 */
function Actions({ view, line, from }: { view: PersonalView; line: LineAnswer; from: Origin }) {
  const { t, format } = view;
  const noResend = whyNot(view, line, line.resend);
  const noEdit = whyNot(view, line, line.contactChange);
  const id = `why-${line.lineId}`;
  const reasons = [...new Set([noResend, noEdit])];
  const opensAt = noResend === undefined ? undefined : line.resend.canResendAt;
  const { reason } = line.resend;
  const isWaiting = reason === 'resend-too-soon' || reason === 'resend-limit-reached';
  return (
    <div class="actions">
      <div class="buttons">
        <a
          class={`button ${noResend === undefined ? 'first' : 'first off'}`}
          href={paths.resend(line, from, view.list)}
          data-dialog
          aria-label={t.resendOf(line.lineId)}
          {...(noResend === undefined ? {} : { 'aria-describedby': id })}
          {...(opensAt === undefined ? {} : { 'data-opens-at': opensAt })}
        >
          {t.resend}
        </a>
        <a
          class={`button ${noEdit === undefined ? standingOf(line).edit : 'second off'}`}
          href={paths.contact(line, from, view.list)}
          data-dialog
          aria-label={t.editOf(line.lineId)}
          {...(noEdit === undefined ? {} : { 'aria-describedby': id })}
        >
          {t.edit}
        </a>
      </div>
      {noResend === undefined && noEdit === undefined ? null : (
        <p
          class="why"
          id={id}
          {...(opensAt !== undefined && isWaiting && noEdit === undefined
            ? countdown(opensAt, { left: t.whyNot.soon[reason], over: t.nowPossible, isSoon: true })
            : {})}
        >
          <Told
            view={view}
            text={format.sentences(reasons)}
            at={[line.requestedStartDate, line.resend.canResendAt, line.contactChange.canResendAt]}
          />
        </p>
      )}
    </div>
  );
}

/** The provisioning contact of a line, and what may be done about it. */
export function Contact({ view, line, from }: { view: PersonalView; line: LineAnswer; from: Origin }) {
  const { t } = view;
  const { email, name, locale } = line.provisioningContact;
  return (
    <div class="contact">
      <p class="label">{t.field.contactEmail}</p>
      <p class="to">
        <Address of={email} />
      </p>
      <p class="muted">
        {[name, view.format.language(locale)].filter((part) => part !== undefined).join(' · ')}
      </p>
      <Actions view={view} line={line} from={from} />
    </div>
  );
}

/** Whether the person may resend the email of a line whose window has ended, and correct its contact. */
export const isResumable = ({ person }: PersonalView, line: LineAnswer): boolean =>
  line.provisioningPending && mayResend(person.caller) && line.resend.allowed && line.contactChange.allowed;

/** What it means that a line closed before anybody set it up, beside the buttons that help. */
export function PendingNotice({ view, line }: { view: PersonalView; line: LineAnswer }) {
  const { t, format } = view;
  return (
    <p class="notice warn">
      <span>
        {format.sentences([t.order.pending, isResumable(view, line) ? t.order.stillPossible : undefined])}
      </span>
    </p>
  );
}

/** One line with its facts, its contact, and what may be done, on the pages of its order and its subscription. */
export function LineCard({ view, line, from }: { view: PersonalView; line: LineAnswer; from: Origin }) {
  const { t } = view;
  return (
    <article class="card line" id={`line-${line.lineId}`} aria-labelledby={`title-${line.lineId}`}>
      <header>
        <h2 id={`title-${line.lineId}`}>
          <a href={paths.line(line, view.list)}>
            {from === 'order' ? t.order.lineTitle(line.lineId) : t.line.title(line.orderId, line.lineId)}
          </a>
        </h2>
        <Status view={view} line={line} />
        <a
          class="more"
          href={paths.line(line, view.list)}
          aria-label={`${t.order.details}: ${t.order.lineTitle(line.lineId)}`}
        >
          {t.order.details}
        </a>
      </header>
      {line.provisioningPending && from === 'order' ? <PendingNotice view={view} line={line} /> : null}
      <div class="columns">
        <Facts
          of={[
            [t.field.customer, from === 'order' ? undefined : line.endCustomer.name],
            [t.field.offer, line.offer],
            [t.field.subscription, <a href={paths.subscription(line, view.list)}>{line.subscriptionId}</a>],
          ]}
        />
        <Facts of={[[t.field.timeLeft, <TimeLeft view={view} line={line} />]]} />
        <Facts of={[[t.field.lastEmail, <LastEmail view={view} line={line} />]]} />
        <Contact view={view} line={line} from={from} />
      </div>
    </article>
  );
}
