import { BackLink, Dialog, type DialogProps, SupportCase } from './dialog.tsx';
import { Address, Facts } from './parts.tsx';

interface UnconfirmedProps extends DialogProps {
  readonly to: string;
  readonly reference: string;
  readonly canResendAt?: string | undefined;
  readonly leavesOthers: boolean;
  /** The email goes to a new contact, who is the contact only once it is confirmed. */
  readonly isChange?: boolean;
}

/**
 * That an email may have been sent, and what to do instead of sending another. It has no control that sends: the page
 * tells the outcome when it is opened anew, which its script does by itself.
 */
export function UnconfirmedPage(props: UnconfirmedProps) {
  const { view, line, from, to, reference, canResendAt, leavesOthers, isChange = false } = props;
  const { t, words } = view;
  return (
    <Dialog view={view} line={line} from={from} title={t.unconfirmed.title} isResult>
      <p class="notice warn" role="alert">
        <span>{t.unconfirmed.what(to)}</span>
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
            canResendAt === undefined ? undefined : (
              <time datetime={canResendAt}>{words.moment(canResendAt)}</time>
            ),
          ],
          [t.field.customer, line.endCustomer.name],
          [t.field.subscription, line.subscriptionId],
        ]}
      />
      <div class="buttons">
        <a class="button" href={view.here}>
          {t.unconfirmed.look}
        </a>
        <BackLink view={view} line={line} from={from} name={t.back} />
      </div>
      <SupportCase view={view} line={line} reference={reference} title={t.unconfirmed.support} />
    </Dialog>
  );
}
