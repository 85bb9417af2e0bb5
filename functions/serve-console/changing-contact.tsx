import type { Context, Hono } from 'hono';
import * as z from 'zod';
import { contactChange, linePath } from '../../shared/contracts/api.ts';
import { checked, problems } from '../../shared/contracts/problems.ts';
import { check } from '../../shared/contracts/validation.ts';
import { asCounted } from '../../shared/domain/order-line.ts';
import type { Refusal } from '../../shared/domain/rules.ts';
import { readGatewayContext } from '../../shared/runtime/gateway-context.ts';
import { changeContact, type ContactChanges } from '../../shared/use-cases/change-contact.ts';
import { findRequestedEmail } from '../../shared/use-cases/find-requested-email.ts';
import { previewContactChange } from '../../shared/use-cases/preview-email.ts';
import { problemOf } from '../../shared/use-cases/present-unmet.ts';
import { readOrder } from '../../shared/use-cases/read-order-lines.ts';
import {
  type ConsoleContext,
  type ConsoleEnv,
  personalView,
  type Result,
  type UnconfirmedResult,
} from './console-context.ts';
import { readForm } from './form.ts';
import { keepLocale, localeNamed } from './language.ts';
import {
  type ContactField,
  contactFieldNames,
  ContactPage,
  ContactSavedPage,
  type FormProblem,
  type LineNames,
  skipReasons,
  type TypedContact,
} from './pages/contact.tsx';
import { type DialogProps, ExplanationPage } from './pages/dialog.tsx';
import { paths, root } from './paths.ts';
import { ContactPreviewPage, NoPreviewPage } from './pages/preview.tsx';
import { UnconfirmedPage } from './pages/unconfirmed.tsx';
import { isResultGone, openDialog } from './resending.tsx';
import { show } from './show.ts';

const contactPath = `${root}/orders/:orderId/lines/:lineId/contact` as const;

/** Longer input than this is wrong anyway, and would not fit into what browsers keep. */
const mostTyped = 300;

const typedText = z.string().catch('');
const form = z.object({
  token: typedText,
  language: typedText,
  /** Who the form was shown to. */
  whose: typedText,
  email: typedText,
  name: typedText,
  locale: typedText,
  all: typedText.transform((text) => text === 'yes'),
});

const typedIn = ({ email, name, locale, all }: TypedContact): TypedContact => ({
  email: email.slice(0, mostTyped),
  name: name.slice(0, mostTyped),
  locale: locale.slice(0, mostTyped),
  all,
});

/** The dialog that changes the provisioning contact of a line, or of all lines of its order. */
export function changingContact(app: Hono<ConsoleEnv>, context: ConsoleContext): void {
  const { services, formTokens } = context;

  app.get(contactPath, async (c) => {
    const dialog = await openDialog(c, context);
    const { line } = dialog;
    const result = await context.findResult(c);
    if (result?.kind === 'contact-changed') return show(c, <ContactSavedPage {...dialog} outcome={result} />);
    if (result?.kind === 'unconfirmed') return await unconfirmedPage(c, result, dialog);
    if (isResultGone(c)) return c.redirect(paths.line(line), 303);
    const { reason, canResendAt } = line.contactChange;
    if (reason !== undefined)
      return show(c, <ExplanationPage {...dialog} code={reason} canResendAt={canResendAt} />);
    const draft = await context.findDraft(c);
    const { email, name = '', locale } = line.provisioningContact;
    return await formPage(c, draft ?? { email, name, locale, all: false }, draft && { kind: 'kept-for-you' });
  });

  app.post(contactPath, async (c) => {
    const { line, from } = await openDialog(c, context);
    const { token, language, whose: _, ...typed } = await readForm(c, form);
    const chosen = localeNamed(language);
    if (chosen) {
      keepLocale(c, chosen);
      return await formPage(c, typed, undefined, 200, chosen);
    }
    const idempotencyKey = await formTokens.idempotencyKeyOf(c.get('session'), token);
    if (idempotencyKey === undefined) return await formPage(c, typed, { kind: 'confirm-again' }, 403);

    const input = check(contactChange, asked(typed));
    if (!input.success) {
      const fields = wrongFields(input.error);
      return await formPage(c, typed, { kind: 'wrong', fields }, problems['invalid-request'].status);
    }
    const { applyToAllLines, name = '', ...contact } = input.data;
    const { caller } = c.get('person');
    const { requestId } = readGatewayContext(c.env);
    const request = { caller, requestId, applyToAllLines, idempotencyKey };
    const outcome = await changeContact(line, { ...contact, name }, request, services);
    const done = async (result: Result) => {
      context.forgetDraft(c);
      return c.redirect(`${paths.contact(line, from)}&done=${await context.keepResult(c, result)}`, 303);
    };
    const reference = requestId;
    switch (outcome.outcome) {
      case 'changed':
        return await done(resultOf(outcome));
      case 'unconfirmed':
        return await done({ kind: 'unconfirmed', idempotencyKey, reference, leavesOthers: applyToAllLines });
      case 'refused':
        return await refusedPage(c, outcome, typed);
      case 'not-sent':
        return await formPage(c, typed, { kind: 'not-sent', reference }, problems[outcome.code].status);
      case 'denied':
        throw problemOf(outcome, reference);
    }
  });

  app.post(`${contactPath}/preview`, async (c) => {
    const { language: _, token: __, whose: ___, ...typed } = await readForm(c, form);
    const view = personalView(context, c);
    const input = check(contactChange, asked(typed));
    if (!input.success) {
      const why = wrongFields(input.error).map((field) => view.t.contactDialog.wrong[field]);
      return show(c, <NoPreviewPage view={view} why={why} />);
    }
    const { applyToAllLines, name = '', ...contact } = input.data;
    const { caller } = c.get('person');
    const { requestId } = readGatewayContext(c.env);
    const preview = await previewContactChange(
      checked(linePath, c.req.param()),
      { ...contact, name },
      { caller, requestId, applyToAllLines },
      services,
    );
    return show(c, <ContactPreviewPage view={view} to={contact.email} preview={preview} />);
  });

  async function formPage(
    c: Context<ConsoleEnv>,
    typed: TypedContact,
    problem?: FormProblem,
    status: Parameters<typeof show>[2] = 200,
    locale?: Parameters<typeof personalView>[2],
  ): Promise<Response> {
    const dialog = await openDialog(c, context);
    const { orderId, lineId } = dialog.line;
    const { lines } = await readOrder(c.get('person').caller, orderId, services);
    const page = (
      <ContactPage
        {...dialog}
        view={personalView(context, c, locale)}
        token={await formTokens.issue(c.get('session'))}
        typed={typed}
        others={lines.filter((line) => line.lineId !== lineId)}
        problem={problem}
      />
    );
    return show(c, page, status);
  }

  /** The form as it was typed with why that may not be, or that there is no changing the contact any more. */
  async function refusedPage(
    c: Context<ConsoleEnv>,
    refusal: Refusal,
    typed: TypedContact,
  ): Promise<Response> {
    const { status } = problems[refusal.code];
    switch (refusal.code) {
      case 'contact-undeliverable':
      case 'resend-too-soon':
      case 'resend-limit-reached':
        return await formPage(c, typed, { kind: 'refused', ...refusal }, status);
      case 'point-of-no-return':
      case 'cancelled':
      case 'not-started': {
        const dialog = await openDialog(c, context);
        return show(c, <ExplanationPage {...dialog} code={refusal.code} notDone="save" />, status);
      }
    }
  }

  /** What has become since of a change whose email may have been sent. */
  async function unconfirmedPage(c: Context<ConsoleEnv>, result: UnconfirmedResult, dialog: DialogProps) {
    const { caller } = c.get('person');
    const { idempotencyKey, leavesOthers } = result;
    const request = { caller, of: 'contact-change', idempotencyKey } as const;
    const requested = await findRequestedEmail(dialog.line, request, services);
    if (!requested) return c.redirect(paths.line(dialog.line), 303);
    if (requested.outcome === 'unconfirmed')
      return show(c, <UnconfirmedPage {...dialog} {...result} to={requested.to} isChange />);
    const { to: email } = requested.email;
    const changed = resultOf({
      outcome: 'changed',
      lines: [{ line: dialog.line, outcome: 'sent', email, isReplayed: true }],
      skipped: [],
    });
    return show(c, <ContactSavedPage {...dialog} outcome={changed} leavesOthers={leavesOthers} />);
  }
}

/** Keeps what was sent with this form after the session had ended; answers whether it was this form. */
export async function keepTyped(c: Context, context: ConsoleContext): Promise<boolean> {
  if (!c.req.path.endsWith('/contact')) return false;
  const { whose, ...typed } = await readForm(c, form);
  await context.keepDraft(c, whose, typedIn(typed));
  return true;
}

function wrongFields({ issues }: z.ZodError): readonly ContactField[] {
  const names = contactFieldNames.filter((name) => issues.some(({ path }) => path[0] === name));
  return names.length === 0 ? contactFieldNames : names;
}

/** The request that the form means; the contract knows no empty name. */
const asked = ({ email, name, locale, all }: TypedContact) => ({
  email: email.trim(),
  ...(name.trim() === '' ? {} : { name }),
  locale,
  applyToAllLines: all,
});

/** What the change came to, for the page that tells it. */
function resultOf({ lines, skipped }: ContactChanges): Result & { kind: 'contact-changed' } {
  const groups = Map.groupBy(lines, ({ outcome }) => outcome);
  const named = (outcome: ContactChanges['lines'][number]['outcome']) =>
    nameSome(groups.get(outcome)?.map(({ line }) => line.lineId) ?? []);
  const reasons = Map.groupBy(
    skipped,
    ({ why }) => skipReasons.find((known) => known === why.code) ?? 'other',
  );
  return {
    kind: 'contact-changed',
    email: lines[0]?.email ?? '',
    sent: named('sent'),
    saved: named('saved-for-first'),
    quiet: named('saved'),
    kept: named('unchanged'),
    skipped: [...reasons].map(([reason, left]) => ({
      reason,
      lines: nameSome(left.map(({ lineId }) => lineId)),
    })),
  };
}

/** As many ids as fit beside those of all other groups into what browsers keep. */
function nameSome(ids: readonly string[]): LineNames {
  const named: string[] = [];
  for (const id of ids.toSorted(asCounted).slice(0, 20)) {
    if (named.join().length + id.length > 120) break;
    named.push(id);
  }
  return { ids: named, count: ids.length };
}
