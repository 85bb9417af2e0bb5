import type { Context, Hono } from 'hono';
import * as z from 'zod';
import { copyToChange } from '../../shared/contracts/api.ts';
import { problems } from '../../shared/contracts/problems.ts';
import { check } from '../../shared/contracts/validation.ts';
import { readGatewayContext } from '../../shared/runtime/gateway-context.ts';
import { changeCopyTo } from '../../shared/use-cases/change-copy-to.ts';
import { problemOf } from '../../shared/use-cases/present-unmet.ts';
import { type ConsoleContext, type ConsoleEnv, personalView } from './console-context.ts';
import { recipientIn, typedText, wrongFields } from './contact-form.ts';
import { readForm } from './form.ts';
import { keepLocale, localeNamed } from './language.ts';
import { openDialog } from './open-dialog.ts';
import type { TypedRecipient } from './pages/contact.tsx';
import { CopyToPage, type CopyToProblem } from './pages/copy-to.tsx';
import { ExplanationPage } from './pages/dialog.tsx';
import { isSettled } from './pages/parts.tsx';
import { backTo, root } from './paths.ts';
import { show } from './show.ts';

const copyToPath = `${root}/orders/:orderId/lines/:lineId/copy-to` as const;

const form = z.object({
  token: typedText,
  language: typedText,
  email: typedText,
  name: typedText,
  locale: typedText,
  remove: typedText.transform((text) => text === 'yes'),
});

/** The dialog that sets, changes or removes the second recipient of a line. */
export function changingCopyTo(app: Hono<ConsoleEnv>, context: ConsoleContext): void {
  const { services, formTokens } = context;

  app.get(copyToPath, async (c) => {
    const dialog = await openDialog(c, context);
    const { line } = dialog;
    if (isSettled(line)) return show(c, <ExplanationPage {...dialog} code={settledBy(line)} />);
    const draft = await context.findDraft(c);
    if (draft) return await formPage(c, draft, { kind: 'kept-for-you' });
    const { email = '', name = '', locale = line.provisioningContact.locale } = line.copyTo ?? {};
    return await formPage(c, { email, name, locale });
  });

  app.post(copyToPath, async (c) => {
    const { view, line, from } = await openDialog(c, context);
    const { token, language, remove, ...typed } = await readForm(c, form);
    const chosen = localeNamed(language);
    if (chosen) {
      keepLocale(c, chosen);
      return await formPage(c, typed, undefined, 200, chosen);
    }
    if (!(await formTokens.isValid(c.get('session'), token)))
      return await formPage(c, typed, { kind: 'confirm-again' }, 403);

    const input = check(copyToChange, recipientIn(typed));
    if (!remove && !input.success) {
      const fields = wrongFields(input.error);
      return await formPage(c, typed, { kind: 'wrong', fields }, problems['invalid-request'].status);
    }
    // An empty name means none; a missing one would stay.
    const change = remove || !input.success ? undefined : { name: '', ...input.data };
    const came = await changeCopyTo(line, change, c.get('person').caller, services);
    switch (came.outcome) {
      case 'changed':
        context.forgetDraft(c);
        return c.redirect(backTo(from, line, view.list), 303);
      case 'is-contact':
        return await formPage(c, typed, { kind: 'is-contact' }, problems['invalid-request'].status);
      case 'denied':
        throw problemOf(came, readGatewayContext(c.env).requestId);
      case 'refused':
        break;
    }
    const { status } = problems[came.code];
    switch (came.code) {
      case 'contact-undeliverable':
      case 'resend-too-soon':
      case 'resend-limit-reached':
        return await formPage(c, typed, { kind: 'refused', ...came }, status);
      case 'point-of-no-return':
      case 'cancelled':
      case 'not-started': {
        const dialog = await openDialog(c, context);
        return show(c, <ExplanationPage {...dialog} code={came.code} notDone="save" />, status);
      }
    }
  });

  async function formPage(
    c: Context<ConsoleEnv>,
    typed: TypedRecipient,
    problem?: CopyToProblem,
    status: Parameters<typeof show>[2] = 200,
    locale?: Parameters<typeof personalView>[2],
  ): Promise<Response> {
    const dialog = await openDialog(c, context);
    const token = await formTokens.issue(c.get('session'));
    const view = personalView(context, c, locale);
    const page = <CopyToPage {...dialog} view={view} token={token} typed={typed} problem={problem} />;
    return show(c, page, status);
  }
}

const settledBy = ({ status }: { readonly status: string }) =>
  status === 'Cancelled' ? 'cancelled' : 'point-of-no-return';
