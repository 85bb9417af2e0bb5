import type { HistoryEntry } from '../../../shared/domain/history.ts';
import { type Locale, locales } from '../../../shared/domain/order-line.ts';
import { paths } from '../paths.ts';
import { BackLink, Dialog, type DialogProps, LineFacts, SupportCase } from './dialog.tsx';
import { Address, Facts, Moment, Naming, Time } from './parts.tsx';
import { EmailPreview } from './preview.tsx';
import { UnconfirmedNotice } from './unconfirmed.tsx';

interface ConfirmationProps extends DialogProps {
  readonly history: readonly HistoryEntry[];
  readonly token: string;
  /** The first confirmation did not count, because it came from an older session. */
  readonly isRepeated?: boolean;
}

/** Who gets what, before it is sent. */
export function ResendPage(props: ConfirmationProps) {
  const { view, line, from, history, token, isRepeated = false } = props;
  const { t } = view;
  return (
    <Dialog
      view={view}
      line={line}
      from={from}
      title={t.resendDialog.title}
      focus={isRepeated ? 'dialog' : 'title'}
    >
      {isRepeated ? (
        <p class="notice warn" role="alert">
          <span>{t.resendDialog.confirmAgain}</span>
        </p>
      ) : null}
      <UnconfirmedNotice view={view} line={line} history={history} />
      <p class="question">
        <Naming text={t.resendDialog.question(line.provisioningContact.email)} />
      </p>
      <LineFacts view={view} line={line} />
      <p class="muted">{t.resendDialog.what}</p>
      {line.provisioningPending ? <p class="muted">{t.resendDialog.closed}</p> : null}
      <ResendForm
        view={view}
        line={line}
        from={from}
        token={token}
        yes={t.resendDialog.yes}
        no={t.resendDialog.no}
      />
    </Dialog>
  );
}

interface FormProps extends DialogProps {
  readonly token: string;
  /** The language that was chosen before. */
  readonly locale?: Locale | undefined;
  readonly yes: string;
  readonly no: string;
}

function ResendForm({ view, line, from, token, locale, yes, no }: FormProps) {
  const { t, format } = view;
  const known = line.provisioningContact.locale;
  return (
    <form method="post" action={paths.resend(line, from, view.list)} data-once>
      <input type="hidden" name="token" value={token} />
      <div class="field">
        <label for="locale">{t.contactDialog.locale}</label>
        <select id="locale" name="locale" aria-describedby="locale-hint">
          {locales.map((one) => (
            <option value={one} selected={one === (locale ?? known)}>
              {format.language(one)}
            </option>
          ))}
        </select>
        <small id="locale-hint">{t.resendDialog.localeHint}</small>
      </div>
      <div class="buttons">
        <button type="submit" class="primary">
          {yes}
        </button>
        <BackLink view={view} line={line} from={from} name={no} />
      </div>
      <EmailPreview view={view} action={paths.previewResend(line)} />
    </form>
  );
}

/** What was sent, to whom, and when the next email is possible. */
export function ResentPage({ view, line, from, to, sentAt }: DialogProps & { to: string; sentAt: string }) {
  const { t } = view;
  const { canResendAt } = line.resend;
  return (
    <Dialog view={view} line={line} from={from} title={t.resendDialog.sentTitle} focus="content">
      <p class="notice good" role="status">
        <span>
          <Naming text={t.resendDialog.sent(to)} />
        </span>
      </p>
      <Facts
        of={[
          [t.field.to, <Address of={to} />],
          [t.field.sentAt, <Time view={view} at={sentAt} />],
          [
            t.field.nextResend,
            canResendAt === undefined ? undefined : <Moment view={view} at={canResendAt} />,
          ],
          [t.field.customer, line.endCustomer.name],
          [t.field.subscription, line.subscriptionId],
        ]}
      />
      <div class="buttons">
        <BackLink view={view} line={line} from={from} name={t.done} />
      </div>
    </Dialog>
  );
}

/** The mail service did not accept the email, and what helps. */
export function NotSentPage(
  props: DialogProps & { token: string; reference: string; locale?: Locale | undefined },
) {
  const { view, line, from, token, locale, reference } = props;
  const { t } = view;
  return (
    <Dialog view={view} line={line} from={from} title={t.resendDialog.notSentTitle} focus="dialog">
      <p class="notice bad" role="alert">
        <span>{t.resendDialog.notSent}</span>
      </p>
      <ResendForm
        view={view}
        line={line}
        from={from}
        token={token}
        locale={locale}
        yes={t.resendDialog.tryAgain}
        no={t.back}
      />
      <SupportCase view={view} line={line} reference={reference} />
    </Dialog>
  );
}
