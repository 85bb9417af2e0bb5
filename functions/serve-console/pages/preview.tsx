import type { Child } from 'hono/jsx';
import type { Email } from '../../../shared/contracts/email.ts';
import type { ContactPreview, PlannedChange } from '../../../shared/use-cases/preview-email.ts';
import type { PersonalView, View } from '../view.ts';
import { Head } from './head.tsx';
import { Address, Facts, firstOf, Naming } from './parts.tsx';

/** Part of a form: shows exactly the email that it would send, in a frame, when opened. */
export function EmailPreview({
  view: { t },
  action,
  title = t.preview.title,
}: {
  view: View;
  action: string;
  title?: string;
}) {
  return (
    <details class="preview">
      <summary>{title}</summary>
      <button
        type="submit"
        class="small"
        name="preview"
        value="yes"
        formaction={action}
        formtarget="preview"
        formnovalidate
      >
        {t.preview.show}
      </button>
      <iframe name="preview" title={t.preview.title}></iframe>
    </details>
  );
}

/** An email as HTML, in a frame that runs no scripts, and as plain text. */
export function Letter({
  view: { t },
  email,
}: {
  view: Pick<View, 't'>;
  email: Pick<Email, 'html' | 'text'>;
}) {
  return (
    <>
      <iframe class="letter" title={t.preview.asHtml} sandbox="" srcdoc={email.html}></iframe>
      <details>
        <summary>{t.preview.asText}</summary>
        <pre>{email.text}</pre>
      </details>
    </>
  );
}

/** The content of the frame. */
function Page({ view, children }: { view: View; children: Child }) {
  const { t, locale, assets } = view;
  return (
    <html lang={locale}>
      <Head assets={assets} title={[t.preview.title, t.product]} />
      <body>
        <main class="framed">{children}</main>
      </body>
    </html>
  );
}

/** An email that would be sent, with its headers. */
function WholeEmail({ view, email }: { view: View; email: Email }) {
  const { t } = view;
  const { from, to, replyTo, subject } = email;
  return (
    <>
      <Facts
        of={[
          [t.preview.subject, subject],
          [t.preview.from, `${from.name} <${from.address}>`],
          [t.field.to, <Address of={to} />],
          [t.preview.replyTo, replyTo === undefined ? undefined : <Address of={replyTo} />],
        ]}
      />
      <Letter view={view} email={email} />
    </>
  );
}

/** The email of a resend. */
export const ResendPreviewPage = ({ view, email }: { view: View; email: Email }) => (
  <Page view={view}>
    <WholeEmail view={view} email={email} />
  </Page>
);

/** The reason why there is no email to show. */
export const NoPreviewPage = ({ view, why }: { view: View; why: readonly string[] }) => (
  <Page view={view}>
    <div class="notice">
      <ul>
        {why.map((reason) => (
          <li>{reason}</li>
        ))}
      </ul>
    </div>
  </Page>
);

interface ContactPreviewProps {
  readonly view: PersonalView;
  readonly to: string;
  readonly preview: ContactPreview;
}

/** How many emails a contact change would send, for which lines, and the email of this line. */
export function ContactPreviewPage({ view, to, preview: { lines, email } }: ContactPreviewProps) {
  const { t, format } = view;
  const groups = Map.groupBy(lines, ({ outcome }) => outcome);
  const said = planOutcomes.flatMap((outcome) => {
    const of = groups.get(outcome) ?? [];
    return of.length === 0 ? [] : [t.preview.plan[outcome](format.number(of.length), named(view, of), to)];
  });
  return (
    <Page view={view}>
      <div class="notice">
        <ul>
          {said.map((what) => (
            <li>
              <Naming text={what} />
            </li>
          ))}
        </ul>
      </div>
      {email ? <WholeEmail view={view} email={email} /> : null}
    </Page>
  );
}

const planOutcomes = ['send', 'save-for-first', 'save', 'unchanged', 'refused'] as const;

const named = (view: View, lines: readonly Pick<PlannedChange, 'lineId'>[]): string =>
  view.format.list(
    firstOf(
      view,
      lines.map(({ lineId }) => view.t.contactDialog.line(lineId)),
    ),
  );
