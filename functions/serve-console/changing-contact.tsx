import type { Context, Hono } from 'hono';
import { linePath } from '../../shared/contracts/api.ts';
import { checked, problems } from '../../shared/contracts/problems.ts';
import type { Refusal } from '../../shared/domain/rules.ts';
import { readGatewayContext } from '../../shared/runtime/gateway-context.ts';
import { changeContact } from '../../shared/use-cases/change-contact.ts';
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
import { changeIn, contactForm, isAddressOutdated } from './contact-form.ts';
import { contactResult } from './contact-result.ts';
import { readForm } from './form.ts';
import { keepLocale, localeNamed } from './language.ts';
import { isResultGone, openDialog } from './open-dialog.ts';
import {
  ContactPage,
  ContactSavedPage,
  type FormProblem,
  type TypedContact,
  whatIsWrong,
} from './pages/contact.tsx';
import { type DialogProps, ExplanationPage } from './pages/dialog.tsx';
import { ContactPreviewPage, NoPreviewPage } from './pages/preview.tsx';
import { UnconfirmedPage } from './pages/unconfirmed.tsx';
import { paths, root } from './paths.ts';
import { show } from './show.ts';

const contactPath = `${root}/orders/:orderId/lines/:lineId/contact` as const;

/** The dialog that changes the provisioning contact of a line, or of all lines of its order. */
export function changingContact(app: Hono<ConsoleEnv>, context: ConsoleContext): void {
  const { services, formTokens } = context;

  app.get(contactPath, async (c) => {
    const dialog = await openDialog(c, context);
    const { line } = dialog;
    const result = await context.findResult(c);
    if (result?.kind === 'contact-changed') return show(c, <ContactSavedPage {...dialog} outcome={result} />);
    if (result?.kind === 'unconfirmed') return await unconfirmedPage(c, context, result, dialog);
    if (isResultGone(c)) return c.redirect(paths.line(line, dialog.view.list), 303);
    const { reason, canResendAt } = line.contactChange;
    if (reason !== undefined)
      return show(c, <ExplanationPage {...dialog} code={reason} canResendAt={canResendAt} />);
    const draft = await context.findDraft(c);
    if (draft) return await formPage(c, context, dialog, draft, { kind: 'kept-for-you' });
    const { email, name = '', locale } = line.provisioningContact;
    return await formPage(c, context, dialog, { email, name, locale, all: false });
  });

  app.post(contactPath, async (c) => {
    const dialog = await openDialog(c, context);
    const { line, from } = dialog;
    const form = await readForm(c, contactForm);
    const { token, language, whose: _, ...typed } = form;
    const chosen = localeNamed(language);
    if (chosen) {
      keepLocale(c, chosen);
      return await formPage(c, context, { ...dialog, view: personalView(context, c, chosen) }, typed);
    }
    const again = (problem: FormProblem) => formPage(c, context, dialog, typed, problem);
    const idempotencyKey = await formTokens.idempotencyKeyOf(c.get('session'), token);
    if (idempotencyKey === undefined) return await again({ kind: 'confirm-again' });
    const { email } = line.provisioningContact;
    if (isAddressOutdated(form, email)) {
      const current = { ...typed, shown: email, email };
      return await formPage(c, context, dialog, current, { kind: 'changed-meanwhile' });
    }
    const change = changeIn(typed);
    if ('wrong' in change) return await again({ kind: 'wrong', fields: change.wrong });

    const { contact, applyToAllLines } = change;
    const { requestId: reference } = readGatewayContext(c.env);
    const request = { caller: c.get('person').caller, requestId: reference, applyToAllLines, idempotencyKey };
    const done = async (result: Result) => {
      context.forgetDraft(c);
      const address = paths.contact(line, from, dialog.view.list);
      return c.redirect(`${address}&done=${await context.keepResult(c, result)}`, 303);
    };
    const outcome = await changeContact(line, contact, request, services);
    switch (outcome.outcome) {
      case 'changed':
        return await done(contactResult(outcome));
      case 'unconfirmed':
        return await done({ kind: 'unconfirmed', idempotencyKey, reference, leavesOthers: applyToAllLines });
      case 'refused':
        return await refusedPage(c, context, outcome, typed);
      case 'not-sent':
        return await again({ kind: 'not-sent', reference });
      case 'denied':
        throw problemOf(outcome, reference);
    }
  });

  app.post(`${contactPath}/preview`, async (c) => {
    const view = personalView(context, c);
    const typed = await readForm(c, contactForm);
    const change = changeIn(typed);
    if ('wrong' in change) {
      const why = change.wrong.map((field) => whatIsWrong(view, field, typed));
      return show(c, <NoPreviewPage view={view} why={why} />);
    }
    const { contact, applyToAllLines } = change;
    const { requestId } = readGatewayContext(c.env);
    const request = { caller: view.person.caller, requestId, applyToAllLines };
    const key = checked(linePath, c.req.param());
    const preview = await previewContactChange(key, contact, request, services);
    return show(c, <ContactPreviewPage view={view} to={contact.email} preview={preview} />);
  });
}

async function formPage(
  c: Context<ConsoleEnv>,
  { services, formTokens }: ConsoleContext,
  dialog: DialogProps,
  typed: TypedContact,
  problem?: FormProblem,
): Promise<Response> {
  const { orderId, lineId } = dialog.line;
  const { lines } = await readOrder(c.get('person').caller, orderId, services);
  const page = (
    <ContactPage
      {...dialog}
      token={await formTokens.issue(c.get('session'))}
      typed={typed}
      others={lines.filter((line) => line.lineId !== lineId)}
      problem={problem}
    />
  );
  return show(c, page, statusOf(problem));
}

function statusOf(problem: FormProblem | undefined) {
  switch (problem?.kind) {
    case undefined:
    case 'kept-for-you':
      return 200;
    case 'confirm-again':
      return 403;
    case 'changed-meanwhile':
      return 409;
    case 'wrong':
      return problems['invalid-request'].status;
    case 'refused':
      return problems[problem.code].status;
    case 'not-sent':
      return problems['email-not-sent'].status;
  }
}

/** The form as it was typed, with the reason for the refusal, or the news that the contact cannot be changed any more. */
async function refusedPage(
  c: Context<ConsoleEnv>,
  context: ConsoleContext,
  refusal: Refusal,
  typed: TypedContact,
): Promise<Response> {
  // The current line, since its state may be the reason.
  const dialog = await openDialog(c, context);
  switch (refusal.code) {
    case 'contact-undeliverable':
    case 'resend-too-soon':
    case 'resend-limit-reached':
      return await formPage(c, context, dialog, typed, { kind: 'refused', ...refusal });
    case 'point-of-no-return':
    case 'cancelled':
    case 'not-started': {
      const { status } = problems[refusal.code];
      return show(c, <ExplanationPage {...dialog} code={refusal.code} notDone="save" />, status);
    }
  }
}

/** What has become of a change whose email may have been sent. */
async function unconfirmedPage(
  c: Context<ConsoleEnv>,
  { services }: ConsoleContext,
  result: UnconfirmedResult,
  dialog: DialogProps,
): Promise<Response> {
  const { idempotencyKey, leavesOthers } = result;
  const request = { caller: c.get('person').caller, of: 'contact-change', idempotencyKey } as const;
  const requested = await findRequestedEmail(dialog.line, request, services);
  if (!requested) return c.redirect(paths.line(dialog.line, dialog.view.list), 303);
  if (requested.outcome === 'unconfirmed')
    return show(c, <UnconfirmedPage {...dialog} {...result} to={requested.to} isChange />);
  const { to: email } = requested.email;
  const changed = contactResult({
    outcome: 'changed',
    lines: [{ line: dialog.line, outcome: 'sent', email, isReplayed: true }],
    skipped: [],
  });
  return show(c, <ContactSavedPage {...dialog} outcome={changed} leavesOthers={leavesOthers} />);
}
