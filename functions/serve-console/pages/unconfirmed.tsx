import type { LineAnswer } from '../../../shared/contracts/api.ts';
import { isCopy } from '../../../shared/domain/email-kinds.ts';
import type { ToldEntry } from '../../../shared/domain/history.ts';
import { mayResend } from '../../../shared/use-cases/access.ts';
import type { PersonalView } from '../view.ts';
import { BackLink, Dialog, type DialogProps, SupportCase } from './dialog.tsx';
import { Address, Facts, isSettled, Moment, Naming } from './parts.tsx';

interface UnconfirmedProps extends DialogProps {
  readonly to: string;
  readonly reference: string;
  readonly leavesOthers: boolean;
  /** The email goes to a new contact, which takes effect only when the email is confirmed. */
  readonly isChange?: boolean;
}

/**
 * An email may have been sent, and what to do instead of sending another. The page has no control that sends; it shows
 * the outcome when it is reloaded, which its script does.
 */
export function UnconfirmedPage(props: UnconfirmedProps) {
  const { view, line, from, to, reference, leavesOthers, isChange = false } = props;
  const { t } = view;
  const { canResendAt } = line.resend;
  return (
    <Dialog view={view} line={line} from={from} title={t.unconfirmed.title} focus="dialog">
      <p class="notice warn" role="alert">
        <span>
          <Naming text={t.unconfirmed.what(to)} />
        </span>
      </p>
      <p>
        <strong>{t.unconfirmed.ask}</strong>
      </p>
      {isChange ? <p>{t.unconfirmed.change}</p> : null}
      {leavesOthers ? <p>{t.unconfirmed.others}</p> : null}
      <p data-awaits>{t.unconfirmed.wait}</p>
      <Facts
        of={[
          [t.field.to, <Address of={to} />],
          [
            t.field.nextResend,
            canResendAt === undefined ? undefined : <Moment view={view} at={canResendAt} />,
          ],
          [t.field.customer, line.endCustomer.name],
          [t.field.subscription, line.subscriptionId],
        ]}
      />
      <div class="buttons">
        <a class="button" href={view.here} data-dialog>
          {t.unconfirmed.look}
        </a>
        <BackLink view={view} line={line} from={from} name={t.back} />
      </div>
      <SupportCase view={view} line={line} reference={reference} title={t.unconfirmed.support} />
    </Dialog>
  );
}

interface NoticeProps {
  readonly view: PersonalView;
  readonly line: LineAnswer;
  readonly history: readonly ToldEntry[];
}

/** The outcome of the line's newest email is unknown, and what that means for now. */
export function UnconfirmedNotice({ view, line, history }: NoticeProps) {
  const { t, format } = view;
  const newest = history.find(
    (entry) =>
      (entry.type === 'ProvisioningEmailSent' || entry.type === 'ProvisioningEmailUnconfirmed') &&
      !isCopy(entry.kind),
  );
  if (newest?.type !== 'ProvisioningEmailUnconfirmed') return null;
  const mayFollow = mayResend(view.person.caller) && !isSettled(line);
  const then =
    line.status === 'Scheduled' ? t.unconfirmed.firstAgain : mayFollow ? t.unconfirmed.askFirst : undefined;
  return (
    <p class="notice warn">
      <span>
        <Naming
          text={format.sentences([
            t.unconfirmed.notice(newest.to),
            newest.kind === 'contact-change' ? t.unconfirmed.change : undefined,
            then,
          ])}
        />
      </span>
    </p>
  );
}
