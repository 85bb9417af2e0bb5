import type { Context, Hono } from 'hono';
import * as z from 'zod';
import { linePath } from '../../shared/contracts/api.ts';
import { checked } from '../../shared/contracts/problems.ts';
import { type LineKey, type Locale, locales } from '../../shared/domain/order-line.ts';
import { readGatewayContext } from '../../shared/runtime/gateway-context.ts';
import { findRequestedEmail } from '../../shared/use-cases/find-requested-email.ts';
import { previewResend } from '../../shared/use-cases/preview-email.ts';
import { problemOf } from '../../shared/use-cases/present-unmet.ts';
import { findHistory } from '../../shared/use-cases/read-order-lines.ts';
import { resend } from '../../shared/use-cases/resend.ts';
import {
  type ConsoleContext,
  type ConsoleEnv,
  personalView,
  type Result,
  type UnconfirmedResult,
} from './console-context.ts';
import { readForm } from './form.ts';
import { isResultGone, listOf, openDialog, originOf } from './open-dialog.ts';
import { paths, root } from './paths.ts';
import { type DialogProps, ExplanationPage } from './pages/dialog.tsx';
import { UnconfirmedPage } from './pages/unconfirmed.tsx';
import { NoPreviewPage, ResendPreviewPage } from './pages/preview.tsx';
import { NotSentPage, ResendPage, ResentPage } from './pages/resend.tsx';
import { show } from './show.ts';

const path = `${root}/orders/:orderId/lines/:lineId/resend` as const;

const form = z.object({
  token: z.string().optional().catch(undefined),
  /** The language of this email; by default the contact's. */
  locale: z.enum(locales).optional().catch(undefined),
});

/** The dialog that resends the provisioning email of a line. */
export function resending(app: Hono<ConsoleEnv>, context: ConsoleContext): void {
  const { services, formTokens } = context;

  app.get(path, async (c) => {
    const dialog = await openDialog(c, context);
    const result = await context.findResult(c);
    if (result) return await resultPage(c, result, dialog);
    if (isResultGone(c)) return c.redirect(paths.line(dialog.line, dialog.view.list), 303);
    const { reason, canResendAt } = dialog.line.resend;
    if (reason !== undefined)
      return show(c, <ExplanationPage {...dialog} code={reason} canResendAt={canResendAt} />);
    return await questionPage(c, dialog);
  });

  app.post(path, async (c) => {
    const { caller } = c.get('person');
    const key = checked(linePath, c.req.param());
    const { token, locale } = await readForm(c, form);
    const idempotencyKey = await formTokens.idempotencyKeyOf(c.get('session'), token);
    if (idempotencyKey === undefined) return await questionPage(c, await openDialog(c, context), true);
    const { requestId } = readGatewayContext(c.env);
    const outcome = await resend(key, { caller, requestId, locale, idempotencyKey }, services);
    const result = resultOf(outcome, { idempotencyKey, requestId, locale });
    const dialog = paths.resend(key, originOf(c), listOf(c));
    return c.redirect(`${dialog}&done=${await context.keepResult(c, result)}`, 303);
  });

  app.post(`${path}/preview`, async (c) => {
    const { locale } = await readForm(c, form);
    return await resendPreview(c, context, checked(linePath, c.req.param()), locale);
  });

  /** @param isRepeated the first confirmation did not count, because it came from another session */
  async function questionPage(c: Context<ConsoleEnv>, dialog: DialogProps, isRepeated = false) {
    const history = await findHistory(c.get('person').caller, dialog.line, services);
    const token = await formTokens.issue(c.get('session'));
    const page = <ResendPage {...dialog} history={history} token={token} isRepeated={isRepeated} />;
    return show(c, page, isRepeated ? 403 : 200);
  }

  async function resultPage(c: Context<ConsoleEnv>, result: Result, dialog: DialogProps) {
    switch (result.kind) {
      case 'resent':
        return show(c, <ResentPage {...dialog} to={result.to} sentAt={result.sentAt} />);
      case 'not-sent': {
        const token = await formTokens.issue(c.get('session'));
        return show(c, <NotSentPage {...dialog} token={token} {...result} />);
      }
      case 'unconfirmed':
        return await unconfirmedPage(c, result, dialog);
      case 'refused':
        return show(
          c,
          <ExplanationPage {...dialog} code={result.code} canResendAt={result.canResendAt} notDone="send" />,
        );
      case 'contact-changed':
        throw new Error('a changed contact is not the result of a resend');
    }
  }

  /** What has become of the email since. */
  async function unconfirmedPage(c: Context<ConsoleEnv>, result: UnconfirmedResult, dialog: DialogProps) {
    const { caller } = c.get('person');
    const { idempotencyKey } = result;
    const request = { caller, of: 'resend', idempotencyKey } as const;
    const requested = await findRequestedEmail(dialog.line, request, services);
    if (!requested) return c.redirect(paths.line(dialog.line, dialog.view.list), 303);
    if (requested.outcome === 'unconfirmed')
      return show(c, <UnconfirmedPage {...dialog} {...result} to={requested.to} />);
    const { to, sentAt } = requested.email;
    return show(c, <ResentPage {...dialog} to={to} sentAt={sentAt} />);
  }
}

/** Shows the email that a resend of a line would send, or why it would send none. */
export async function resendPreview(
  c: Context<ConsoleEnv>,
  context: ConsoleContext,
  key: LineKey,
  locale: Locale | undefined,
): Promise<Response> {
  const { caller } = c.get('person');
  const { requestId } = readGatewayContext(c.env);
  const preview = await previewResend(key, locale, { caller, requestId }, context.services);
  const view = personalView(context, c);
  return 'email' in preview
    ? await show(c, <ResendPreviewPage view={view} email={preview.email} />)
    : await show(c, <NoPreviewPage view={view} why={[view.t.explain.title[preview.refusal.code]]} />);
}

/** The result of a resend, for the page that shows it. */
function resultOf(
  outcome: Awaited<ReturnType<typeof resend>>,
  {
    idempotencyKey,
    requestId: reference,
    locale,
  }: { idempotencyKey: string; requestId: string; locale: Locale | undefined },
): Result {
  switch (outcome.outcome) {
    case 'sent': {
      const { to, sentAt } = outcome.email;
      return { kind: 'resent', to, sentAt };
    }
    case 'refused': {
      const { code } = outcome;
      const canResendAt = 'canResendAt' in outcome ? outcome.canResendAt : undefined;
      return { kind: 'refused', code, ...(canResendAt === undefined ? {} : { canResendAt }) };
    }
    case 'not-sent':
      return { kind: 'not-sent', reference, locale };
    case 'unconfirmed':
      return { kind: 'unconfirmed', idempotencyKey, reference, leavesOthers: false };
    case 'denied':
      throw problemOf(outcome, reference);
  }
}
