import type { LineAnswer } from '../../../shared/contracts/api.ts';
import { strayCharacter } from '../../../shared/contracts/fields.ts';
import { locales } from '../../../shared/domain/order-line.ts';
import type { Instant } from '../../../shared/domain/time.ts';
import { paths } from '../paths.ts';
import type { PersonalView } from '../view.ts';
import { BackLink, Dialog, type DialogProps, LineFacts, SupportCase } from './dialog.tsx';
import { firstOf, Naming, Told, whyNot } from './parts.tsx';
import { EmailPreview } from './preview.tsx';

/** A recipient of emails, as typed. */
export interface TypedRecipient {
  readonly email: string;
  readonly name: string;
  readonly locale: string;
}

/** The content of the form, as typed. */
export interface TypedContact extends TypedRecipient {
  readonly all: boolean;
  /** The address of the contact when the form was first shown; by default now. */
  readonly shown?: string;
}

export const contactFieldNames = ['email', 'name', 'locale'] as const;
export type ContactField = (typeof contactFieldNames)[number];

/** Why the form is shown again, for the notice above it. */
export type FormProblem =
  | { readonly kind: 'wrong'; readonly fields: readonly ContactField[] }
  | { readonly kind: 'confirm-again' | 'changed-meanwhile' | 'kept-for-you' }
  | {
      readonly kind: 'refused';
      readonly code: 'contact-undeliverable' | 'resend-too-soon' | 'resend-limit-reached';
      readonly canResendAt?: Instant | undefined;
    }
  | { readonly kind: 'not-sent'; readonly reference: string };

interface ContactPageProps extends DialogProps {
  readonly token: string;
  readonly typed: TypedContact;
  readonly others: readonly LineAnswer[];
  readonly problem?: FormProblem | undefined;
}

const formId = 'contact-form';

/** The form that changes the provisioning contact. */
export function ContactPage({ view, line, from, token, typed, others, problem }: ContactPageProps) {
  const { t } = view;
  const wrong = problem?.kind === 'wrong' ? problem.fields : [];
  return (
    <Dialog view={view} line={line} from={from} title={t.contactDialog.title} form={formId} focus="content">
      {problem ? <ProblemNotice view={view} problem={problem} typed={typed} /> : null}
      <LineFacts view={view} line={line} withContact />
      <form id={formId} method="post" action={paths.contact(line, from, view.list)} novalidate data-once>
        <input type="hidden" name="token" value={token} />
        <input type="hidden" name="whose" value={view.person.pseudonym} />
        <input type="hidden" name="shown" value={typed.shown ?? line.provisioningContact.email} />
        <RecipientFields
          view={view}
          typed={typed}
          emailLabel={t.contactDialog.email}
          wrong={wrong}
          isFirst={problem === undefined}
        />
        {others.length === 0 ? null : (
          <AllLines view={view} isChecked={typed.all} line={line} others={others} />
        )}
        <p class="muted">
          <Told view={view} text={whatSavingSends(view, line)} at={[line.requestedStartDate]} />
        </p>
        <div class="buttons">
          <button type="submit" class="primary">
            {t.contactDialog.save}
          </button>
          <BackLink view={view} line={line} from={from} name={t.cancel} />
        </div>
        <EmailPreview view={view} action={paths.previewContact(line)} />
      </form>
      {problem?.kind === 'not-sent' ? (
        <SupportCase view={view} line={line} reference={problem.reference} />
      ) : null}
    </Dialog>
  );
}

interface RecipientFieldsProps {
  readonly view: PersonalView;
  readonly typed: TypedRecipient;
  readonly emailLabel: string;
  readonly wrong: readonly ContactField[];
  /** Whether the keyboard focus starts here. */
  readonly isFirst: boolean;
}

/** The fields of a recipient of emails. */
export function RecipientFields({ view, typed, emailLabel, wrong, isFirst }: RecipientFieldsProps) {
  const { t } = view;
  return (
    <>
      <div class="field">
        <label for="email">{emailLabel}</label>
        <input
          id="email"
          name="email"
          type="email"
          value={typed.email}
          required
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          autofocus={isFirst}
          {...describedBy('email', wrong)}
        />
        <small id="email-hint">{t.contactDialog.emailHint}</small>
        <FieldError view={view} field="email" typed={typed} wrong={wrong} />
      </div>
      <div class="field">
        <label for="name">{t.contactDialog.name}</label>
        <input id="name" name="name" value={typed.name} autocomplete="off" {...describedBy('name', wrong)} />
        <small id="name-hint">{t.contactDialog.nameHint}</small>
        <FieldError view={view} field="name" typed={typed} wrong={wrong} />
      </div>
      <div class="field">
        <label for="locale">{t.contactDialog.locale}</label>
        <select id="locale" name="locale" {...describedBy('locale', wrong)}>
          {locales.map((locale) => (
            <option value={locale} selected={locale === typed.locale}>
              {view.format.language(locale)}
            </option>
          ))}
        </select>
        <FieldError view={view} field="locale" typed={typed} wrong={wrong} />
      </div>
    </>
  );
}

function whatSavingSends(
  { t, format, now }: PersonalView,
  { status, requestedStartDate, unconfirmedEmail }: LineAnswer,
): string {
  if (status !== 'Scheduled') return t.contactDialog.sendsAtOnce;
  if (unconfirmedEmail) return t.contactDialog.mayHaveGone(unconfirmedEmail.to);
  return requestedStartDate > now
    ? t.contactDialog.sendsLater(format.date(requestedStartDate))
    : t.contactDialog.sendsWhenDue;
}

function describedBy(field: ContactField, wrong: readonly ContactField[]) {
  const hint = field === 'locale' ? [] : [`${field}-hint`];
  if (wrong.includes(field))
    return { 'aria-invalid': 'true', 'aria-describedby': [...hint, `${field}-wrong`].join(' ') };
  return hint.length === 0 ? {} : { 'aria-describedby': hint.join(' ') };
}

/** What is wrong with a field, and what to type instead. */
export function whatIsWrong(
  { t: { contactDialog: texts }, format }: Pick<PersonalView, 't' | 'format'>,
  field: ContactField,
  { email }: TypedRecipient,
): string {
  const stray = field === 'email' ? strayCharacter(email.trim()) : undefined;
  return stray === undefined
    ? texts.wrong[field]
    : format.sentences([
        texts.strayCharacter(
          format.number(stray.position),
          stray.isSpace ? texts.space : texts.quoted(stray.character),
        ),
        texts.wrong[field],
      ]);
}

interface FieldErrorProps {
  readonly view: PersonalView;
  readonly field: ContactField;
  readonly typed: TypedRecipient;
  readonly wrong: readonly ContactField[];
}

function FieldError({ view, field, typed, wrong }: FieldErrorProps) {
  return wrong.includes(field) ? (
    <p class="wrong" id={`${field}-wrong`}>
      {whatIsWrong(view, field, typed)}
    </p>
  ) : null;
}

interface AllLinesProps {
  readonly view: PersonalView;
  readonly isChecked: boolean;
  readonly line: LineAnswer;
  readonly others: readonly LineAnswer[];
}

function AllLines({ view, isChecked, line: named, others }: AllLinesProps) {
  const { t, format } = view;
  const changed = [named, ...others].filter(({ contactChange }) => contactChange.allowed);
  const later = changed.filter(({ status }) => status === 'Scheduled');
  const atOnce = changed.length - later.length;
  const hint = [
    atOnce === 0 ? undefined : t.contactDialog.allSendsAtOnce(format.number(atOnce), atOnce),
    later.length === 0 ? undefined : t.contactDialog.allSendsLater(format.number(later.length), later.length),
  ];
  const skipped = others.flatMap((line) => {
    const why = whyNot(view, line, line.contactChange);
    return why === undefined ? [] : [`${t.contactDialog.line(line.lineId)} (${why})`];
  });
  return (
    <div class="field">
      <label class="choice">
        <input
          type="checkbox"
          name="all"
          value="yes"
          checked={isChecked}
          aria-describedby={skipped.length === 0 ? 'all-sends' : 'all-sends all-hint'}
        />
        {t.contactDialog.all(format.number(others.length + 1))}
      </label>
      <small id="all-sends">{format.sentences(hint)}</small>
      {skipped.length === 0 ? null : (
        <small id="all-hint">{t.contactDialog.allSkips(firstOf(view, skipped).join('; '))}</small>
      )}
    </div>
  );
}

interface ProblemNoticeProps {
  readonly view: PersonalView;
  readonly problem: FormProblem;
  readonly typed: TypedRecipient;
}

/** What is wrong with the form; it gets the keyboard focus. */
export function ProblemNotice({ view, problem, typed }: ProblemNoticeProps) {
  const { t, format } = view;
  const here = { role: 'alert', tabindex: -1, autofocus: true } as const;
  switch (problem.kind) {
    case 'wrong':
      return (
        <div class="notice bad" {...here}>
          <div>
            <strong>{t.contactDialog.wrongTitle}</strong>
            <ul>
              {problem.fields.map((field) => (
                <li>
                  <a href={`#${field}`}>{whatIsWrong(view, field, typed)}</a>
                </li>
              ))}
            </ul>
          </div>
        </div>
      );
    case 'confirm-again':
    case 'changed-meanwhile':
    case 'kept-for-you': {
      const { confirmAgain, changedMeanwhile, keptForYou } = t.contactDialog;
      const texts = {
        'confirm-again': confirmAgain,
        'changed-meanwhile': changedMeanwhile,
        'kept-for-you': keptForYou,
      };
      return (
        <p class="notice warn" {...here}>
          <span>{texts[problem.kind]}</span>
        </p>
      );
    }
    case 'refused':
      return (
        <p class="notice bad" {...here}>
          <span>{format.sentences([t.explain.nothingSaved, whyRefused(view, problem)])}</span>
        </p>
      );
    case 'not-sent':
      return (
        <p class="notice bad" {...here}>
          <span>{t.resendDialog.notSent}</span>
        </p>
      );
  }
}

function whyRefused(
  { t, format }: PersonalView,
  { code, canResendAt }: FormProblem & { kind: 'refused' },
): string {
  switch (code) {
    case 'contact-undeliverable':
    case 'resend-too-soon':
      return t.contactDialog.refused[code];
    case 'resend-limit-reached':
      return canResendAt === undefined ? t.whyNot.limitForGood : t.whyNot[code](format.moment(canResendAt));
  }
}

/** What a contact change did to some lines: as many ids as fit, and how many lines there are. */
export interface LineNames {
  readonly ids: readonly string[];
  readonly count: number;
}

export const skipReasons = [
  'point-of-no-return',
  'cancelled',
  'contact-undeliverable',
  'resend-limit-reached',
  'resend-too-soon',
  'email-not-sent',
  'email-unconfirmed',
  'other',
] as const;
export type SkipReason = (typeof skipReasons)[number];

export interface ContactOutcome {
  readonly email: string;
  readonly sent: LineNames;
  /** Lines whose first email is yet to come, and will go to the contact. */
  readonly saved: LineNames;
  /** All other lines whose change sent nothing. */
  readonly quiet: LineNames;
  readonly kept: LineNames;
  readonly skipped: readonly { readonly reason: SkipReason; readonly lines: LineNames }[];
}

interface ContactSavedProps extends DialogProps {
  readonly outcome: ContactOutcome;
  /** The change was meant for all lines, but stopped at this one. */
  readonly leavesOthers?: boolean;
}

/** The result of a contact change. */
export function ContactSavedPage({ view, line, from, outcome, leavesOthers = false }: ContactSavedProps) {
  const { t, format } = view;
  const { email, sent, saved, quiet, kept, skipped } = outcome;
  const named = ({ ids, count }: LineNames) => {
    const more = count > ids.length ? [t.contactDialog.andMore(format.number(count - ids.length))] : [];
    return format.list([...ids.map((id) => t.contactDialog.line(id)), ...more]);
  };
  const isChanged = sent.count + saved.count + quiet.count > 0;
  const done = [
    ...(sent.count > 0 ? [t.contactDialog.sent(named(sent), email)] : []),
    ...(saved.count > 0 ? [t.contactDialog.saved(named(saved), email)] : []),
    ...(quiet.count > 0 ? [t.contactDialog.savedQuietly(named(quiet))] : []),
    ...(isChanged && kept.count > 0 ? [t.contactDialog.kept(named(kept), email)] : []),
  ];
  return (
    <Dialog
      view={view}
      line={line}
      from={from}
      title={isChanged ? t.contactDialog.savedTitle : t.contactDialog.unchangedTitle}
      focus="content"
    >
      <div class={isChanged ? 'notice good' : 'notice'} role="status">
        {isChanged ? (
          <ul>
            {done.map((what) => (
              <li>
                <Naming text={what} />
              </li>
            ))}
          </ul>
        ) : (
          <span>
            <Naming
              text={format.sentences([
                t.contactDialog.unchanged(email),
                line.resend.allowed ? t.contactDialog.resendInstead : undefined,
              ])}
            />
          </span>
        )}
      </div>
      {leavesOthers ? (
        <p class="notice warn">
          <span>{t.unconfirmed.others}</span>
        </p>
      ) : null}
      {skipped.length === 0 ? null : (
        <div class="notice warn">
          <div>
            <h2>{t.contactDialog.skippedTitle}</h2>
            <ul>
              {skipped.map(({ reason, lines }) => (
                <li>{t.contactDialog.skipped(named(lines), t.contactDialog.skippedWhy[reason])}</li>
              ))}
            </ul>
          </div>
        </div>
      )}
      <LineFacts view={view} line={line} />
      <div class="buttons">
        <BackLink view={view} line={line} from={from} name={t.done} />
      </div>
    </Dialog>
  );
}
