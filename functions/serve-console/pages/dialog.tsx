import type { Child } from 'hono/jsx';
import type { LineAnswer } from '../../../shared/contracts/api.ts';
import { controlHubLink, supportCase } from '../../../shared/contracts/problems.ts';
import { assertNever } from '../../../shared/domain/assert-never.ts';
import type { Instant } from '../../../shared/domain/time.ts';
import { backTo, type Origin, paths } from '../paths.ts';
import type { Texts } from '../texts/index.ts';
import type { PersonalView } from '../view.ts';
import { inOrders, Layout } from './layout.tsx';
import {
  Address,
  Copyable,
  countdown,
  ExternalLink,
  Facts,
  Naming,
  type RefusalCode,
  TechnicalReason,
  Told,
} from './parts.tsx';

export interface DialogProps {
  readonly view: PersonalView;
  readonly line: LineAnswer;
  readonly from: Origin;
}

interface FrameProps extends DialogProps {
  readonly title: string;
  readonly form?: string;
  /** Where the keyboard focus starts: at the title, at the dialog as a whole so that it is read aloud, or further in. */
  readonly focus?: 'title' | 'dialog' | 'content';
  readonly children: Child;
}

/** A dialog about one line, with its own address. */
export function Dialog({ view, line, title, form, focus = 'title', children }: FrameProps) {
  const { t } = view;
  const here = { tabindex: -1, autofocus: true };
  return (
    <Layout
      view={view}
      title={title}
      {...(form === undefined ? {} : { form })}
      above={[
        inOrders(view),
        { href: paths.order(line.orderId, view.list), name: t.order.title(line.orderId) },
        { href: paths.line(line, view.list), name: t.order.lineTitle(line.lineId) },
      ]}
    >
      <section class="card dialog" aria-labelledby="dialog-title" {...(focus === 'dialog' ? here : {})}>
        <h1 id="dialog-title" {...(focus === 'title' ? here : {})}>
          {title}
        </h1>
        {children}
      </section>
    </Layout>
  );
}

interface LineFactsProps {
  readonly view: PersonalView;
  readonly line: LineAnswer;
  /** Whether to include the contact. */
  readonly withContact?: boolean;
}

/** The facts by which a person recognizes the line. */
export function LineFacts({ view: { t }, line, withContact = false }: LineFactsProps) {
  return (
    <Facts
      of={[
        [t.field.customer, line.endCustomer.name],
        [t.field.order, t.jobs.line(line.orderId, line.lineId)],
        [t.field.subscription, line.subscriptionId],
        [t.field.offer, line.offer],
        [t.field.contactEmail, withContact ? <Address of={line.provisioningContact.email} /> : undefined],
      ]}
    />
  );
}

/** The link out of a dialog, back to where it was opened. */
export function BackLink({ view, line, from, name }: DialogProps & { readonly name: string }) {
  return (
    <a
      class="button"
      href={backTo(from, line, view.list)}
      data-back
      {...(name === view.t.done ? { autofocus: true } : {})}
    >
      {name}
    </a>
  );
}

interface ExplanationProps extends DialogProps {
  readonly code: RefusalCode;
  readonly canResendAt?: Instant | undefined;
  /** What was requested but not done, to be said first. */
  readonly notDone?: 'send' | 'save';
}

/** Why something is not possible with a line, and what to do instead. */
export function ExplanationPage(props: ExplanationProps) {
  const { view, line, from, code, notDone } = props;
  const { t } = view;
  return (
    <Dialog
      view={view}
      line={line}
      from={from}
      title={t.explain.title[code === 'not-started' && line.unconfirmedEmail ? 'inDoubt' : code]}
      focus={notDone === undefined ? 'title' : 'dialog'}
    >
      {notDone === undefined ? null : (
        <p class="notice bad" role="alert">
          <span>{notDone === 'send' ? t.explain.nothingSent : t.explain.nothingSaved}</span>
        </p>
      )}
      <Explanation {...props} />
      <LineFacts view={view} line={line} />
      <div class="buttons">
        {notDone === 'send' && line.resend.allowed ? (
          <a class="button primary" href={paths.resend(line, from, view.list)} data-dialog>
            {t.resend}
          </a>
        ) : null}
        {line.contactChange.allowed && code !== 'resend-limit-reached' ? (
          <a
            class={code === 'contact-undeliverable' ? 'button primary' : 'button'}
            href={paths.contact(line, from, view.list)}
            data-dialog
          >
            {t.explain.changeContact}
          </a>
        ) : null}
        <BackLink view={view} line={line} from={from} name={t.back} />
      </div>
    </Dialog>
  );
}

function Explanation({ view, line, code, canResendAt }: ExplanationProps) {
  const { t, format, now } = view;
  const { email } = line.provisioningContact;
  const from = canResendAt === undefined ? undefined : format.moment(canResendAt);
  switch (code) {
    case 'not-started':
      if (line.unconfirmedEmail) {
        return (
          <p>
            <Naming
              text={format.sentences([
                t.unconfirmed.notice(line.unconfirmedEmail.to),
                t.unconfirmed.firstAgain,
              ])}
            />
          </p>
        );
      }
      return (
        <>
          <p>
            <Told
              view={view}
              text={(line.requestedStartDate > now ? t.explain['not-started'] : t.explain.due)(
                format.date(line.requestedStartDate),
              )}
              at={[line.requestedStartDate]}
            />
          </p>
          <p>{t.explain.notStartedInstead}</p>
        </>
      );
    case 'point-of-no-return':
      return (
        <>
          <p>{t.explain.ponr}</p>
          <p>
            {t.explain.ponrInstead}{' '}
            <ExternalLink view={view} href={controlHubLink}>
              {controlHubLink}
            </ExternalLink>
          </p>
        </>
      );
    case 'cancelled':
      return (
        <>
          <p>{t.explain.cancelled}</p>
          <p>{t.explain.cancelledInstead(line.placedBy.name)}</p>
          <Copyable view={view} label={t.noAccess.email} text={line.placedBy.email} />
        </>
      );
    case 'contact-undeliverable':
      return (
        <>
          <p>
            <Naming text={t.explain['contact-undeliverable'](email)} />
          </p>
          <TechnicalReason view={view} reason={line.lastEmail?.reason} />
          <p>{t.explain.undeliverableInstead}</p>
        </>
      );
    case 'resend-too-soon':
      return (
        <>
          <NextPossible
            view={view}
            code={code}
            at={canResendAt}
            text={from === undefined ? undefined : t.explain['resend-too-soon'](from)}
          />
          <p>
            <Naming text={t.explain.tooSoonInstead(email)} />
          </p>
        </>
      );
    case 'resend-limit-reached':
      return (
        <>
          <NextPossible
            view={view}
            code={code}
            at={canResendAt}
            text={from === undefined ? t.explain.limitForGood : t.explain['resend-limit-reached'](from)}
          />
          <p>
            <Naming text={t.explain.limitInstead(email)} />
          </p>
        </>
      );
    default:
      return assertNever(code);
  }
}

interface NextPossibleProps {
  readonly view: PersonalView;
  readonly code: keyof Texts['whyNot']['soon'];
  /** When the next email is possible, if ever. */
  readonly at: Instant | undefined;
  readonly text: string | undefined;
}

/** When the next email is possible, shown until then. */
function NextPossible({ view, code, at, text }: NextPossibleProps) {
  const { t, now } = view;
  if (at === undefined) return <p>{text}</p>;
  if (at <= now) return <p>{t.nowPossible}</p>;
  return (
    <p {...countdown(at, { left: t.whyNot.soon[code], over: t.nowPossible, isSoon: true })}>
      <Told view={view} text={text ?? ''} at={[at]} />
    </p>
  );
}

interface SupportProps {
  readonly view: PersonalView;
  readonly line: LineAnswer;
  readonly reference: string;
  readonly title?: string;
}

/** What a support case needs for an email that could not be sent, or whose outcome is unknown. */
export function SupportCase({ view, line, reference, title = view.t.support.title }: SupportProps) {
  const { t } = view;
  const { portal, search, requestType } = supportCase(reference);
  const details = [
    `${t.support.search}: ${search}`,
    `${t.support.requestType}: ${requestType}`,
    `${t.field.reference}: ${reference}`,
    `${t.field.order}: ${line.orderId}`,
    `${t.field.line}: ${line.lineId}`,
    `${t.field.subscription}: ${line.subscriptionId}`,
  ];
  return (
    <section class="support" aria-labelledby="support">
      <h2 id="support">{title}</h2>
      <p>
        <ExternalLink view={view} href={portal}>
          {t.support.portal}
        </ExternalLink>
      </p>
      <p>{t.support.how}</p>
      <Copyable view={view} label={t.support.details} text={details.join('\n')} />
    </section>
  );
}
