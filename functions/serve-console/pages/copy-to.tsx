import type { LineStatus } from '../../../shared/domain/order-line.ts';
import type { Instant } from '../../../shared/domain/time.ts';
import { paths } from '../paths.ts';
import { type ContactField, ProblemNotice, RecipientFields, type TypedRecipient } from './contact.tsx';
import { BackLink, Dialog, type DialogProps, LineFacts } from './dialog.tsx';

/** Why the form is shown again. */
export type CopyToProblem =
  | { readonly kind: 'wrong'; readonly fields: readonly ContactField[] }
  | { readonly kind: 'confirm-again' | 'kept-for-you' }
  | { readonly kind: 'is-contact' }
  | {
      readonly kind: 'refused';
      readonly code: 'contact-undeliverable' | 'resend-too-soon' | 'resend-limit-reached';
      readonly canResendAt?: Instant | undefined;
    };

interface CopyToPageProps extends DialogProps {
  readonly token: string;
  readonly typed: TypedRecipient;
  readonly problem?: CopyToProblem | undefined;
}

/** The text that says what is still copied, by status. */
const copies = {
  Scheduled: 'sendsNothing',
  AwaitingProvisioningDetails: 'remindersOnly',
  Closed: 'nothingToCopy',
  Onboarded: 'nothingToCopy',
  Cancelled: 'nothingToCopy',
} as const satisfies Record<LineStatus, string>;

const formId = 'copy-to-form';

/** The form that sets, changes or removes the second recipient of a line. */
export function CopyToPage({ view, line, from, token, typed, problem }: CopyToPageProps) {
  const { t } = view;
  return (
    <Dialog view={view} line={line} from={from} title={t.copyToDialog.title} form={formId} focus="content">
      {problem?.kind === 'is-contact' ? (
        <p class="notice bad" role="alert" tabindex={-1} autofocus>
          <span>{t.copyToDialog.isContact}</span>
        </p>
      ) : problem ? (
        <ProblemNotice view={view} problem={problem} typed={typed} />
      ) : null}
      <LineFacts view={view} line={line} />
      <form id={formId} method="post" action={paths.copyTo(line, from, view.list)} novalidate data-once>
        <input type="hidden" name="token" value={token} />
        <input type="hidden" name="whose" value={view.person.pseudonym} />
        <RecipientFields
          view={view}
          typed={typed}
          emailLabel={t.copyToDialog.email}
          wrong={problem?.kind === 'wrong' ? problem.fields : []}
          isFirst={problem === undefined}
        />
        <p class="muted">{t.copyToDialog[copies[line.status]]}</p>
        <div class="buttons">
          <button type="submit" class="primary">
            {t.contactDialog.save}
          </button>
          {line.copyTo ? (
            <button type="submit" name="remove" value="yes">
              {t.copyToDialog.remove}
            </button>
          ) : null}
          <BackLink view={view} line={line} from={from} name={t.cancel} />
        </div>
      </form>
    </Dialog>
  );
}
