import type { Context, Hono } from 'hono';
import * as z from 'zod';
import { linePath } from '../../shared/contracts/api.ts';
import { checked, Problem } from '../../shared/contracts/problems.ts';
import { refusalCodes } from '../../shared/domain/rules.ts';
import { readGatewayContext } from '../../shared/runtime/gateway-context.ts';
import { lackOfRole, mayResend } from '../../shared/use-cases/access.ts';
import { findHistory, readLine } from '../../shared/use-cases/read-order-lines.ts';
import { findSentEmail, resend } from '../../shared/use-cases/resend.ts';
import { type ConsoleEnv, type Desk, personalView, type Result } from './desk.ts';
import { readForm } from './form.ts';
import { type Origin, origins, paths, root } from './paths.ts';
import { ExplanationPage } from './pages/dialog.tsx';
import { UnconfirmedPage } from './pages/unconfirmed.tsx';
import { NotSentPage, ResendPage, ResentPage } from './pages/resend.tsx';
import { show } from './show.ts';

const path = `${root}/orders/:orderId/lines/:lineId/resend` as const;

const form = z.object({ ticket: z.string().optional().catch(undefined) });

/** The dialog that resends the provisioning email of a line. */
export function resending(app: Hono<ConsoleEnv>, desk: Desk): void {
  const { services, tickets } = desk;

  app.get(path, async (c) => {
    const { line, from } = await open(c, desk);
    const view = personalView(desk, c);
    const common = { view, line, from };
    const result = await desk.findResult(c);
    if (result) return show(c, await resultPage(c, result, common));
    if (c.req.query('done') !== undefined) return c.redirect(paths.line(line), 303);
    const { reason, canResendAt } = line.resend;
    if (reason !== undefined)
      return show(c, <ExplanationPage {...common} code={reason} canResendAt={canResendAt} />);
    return show(c, await questionPage(c, common));
  });

  app.post(path, async (c) => {
    const { caller } = c.get('person');
    const key = checked(linePath, c.req.param());
    const from = originOf(c);
    const { ticket } = await readForm(c, form);
    const once = await tickets.redeem(c.get('session'), ticket);
    if (once === undefined) {
      const { line } = await open(c, desk);
      return show(c, await questionPage(c, { view: personalView(desk, c), line, from }, true), 403);
    }
    const { requestId } = readGatewayContext(c.env);
    const request = { caller, requestId, idempotencyKey: once };
    const asked = async () => {
      const { line } = await open(c, desk);
      return { once, to: line.provisioningContact.email, leavesOthers: false };
    };
    const result = await resultOf(() => resend(key, request, services), asked);
    return c.redirect(`${paths.resend(key, from)}&done=${await desk.leaveResult(c, result)}`, 303);
  });

  type Common = { view: ReturnType<typeof personalView> } & Awaited<ReturnType<typeof open>>;

  async function questionPage(c: Context<ConsoleEnv>, common: Common, isRepeated = false) {
    const history = await findHistory(c.get('person').caller, common.line, services);
    const ticket = await tickets.issue(c.get('session'));
    return <ResendPage {...common} history={history} ticket={ticket} isRepeated={isRepeated} />;
  }

  async function resultPage(c: Context<ConsoleEnv>, result: Result, common: Common) {
    switch (result.kind) {
      case 'resent':
        return <ResentPage {...common} to={result.to} sentAt={result.sentAt} />;
      case 'not-sent': {
        const ticket = await tickets.issue(c.get('session'));
        return <NotSentPage {...common} ticket={ticket} reference={result.reference} />;
      }
      case 'unconfirmed': {
        const { caller } = c.get('person');
        const request = { caller, of: 'resend', idempotencyKey: result.once } as const;
        const email = await findSentEmail(common.line, request, services);
        return email ? (
          <ResentPage {...common} to={email.to} sentAt={email.sentAt} />
        ) : (
          <UnconfirmedPage {...common} {...result} />
        );
      }
      case 'refused':
        return (
          <ExplanationPage {...common} code={result.code} canResendAt={result.canResendAt} notDone="send" />
        );
      case 'contact-changed':
        throw new Error('a changed contact is not the result of a resend');
    }
  }
}

/** The line that a dialog is about, for somebody who may do something about it. */
export async function open(c: Context<ConsoleEnv>, { services }: Desk) {
  const { caller } = c.get('person');
  const line = await readLine(caller, checked(linePath, c.req.param()), services);
  if (!mayResend(caller)) throw lackOfRole(line);
  return { line, from: originOf(c) };
}

/** Where the dialog was opened. */
const originOf = (c: Context): Origin => origins.find((known) => known === c.req.query('from')) ?? 'line';

/** What came of a resend, if that is something to tell about the line. */
async function resultOf(send: () => ReturnType<typeof resend>, asked: () => Promise<Asked>): Promise<Result> {
  try {
    const { email } = await send();
    return { kind: 'resent', to: email.to, sentAt: email.sentAt };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal) return refusal;
    if (!isUnconfirmed(error)) throw error;
    return unconfirmedResult(error, await asked());
  }
}

/** What the page about an email that may have been sent says of the form that asked for it. */
type Asked = Pick<Result & { kind: 'unconfirmed' }, 'once' | 'to' | 'leavesOthers'>;

/** Whether an error of a use-case says that its email may have been sent. */
export const isUnconfirmed = (error: unknown): error is Problem =>
  error instanceof Problem && error.code === 'email-unconfirmed';

export const unconfirmedResult = ({ extras }: Problem, asked: Asked): Result => ({
  kind: 'unconfirmed',
  ...asked,
  reference: extras.support?.reference ?? '',
});

/** What an error of a use-case says about the line; undefined for those that are about something else. */
export function refusalOf(error: unknown): (Result & { kind: 'refused' | 'not-sent' }) | undefined {
  if (!(error instanceof Problem)) return undefined;
  const { support, canResendAt } = error.extras;
  if (error.code === 'email-not-sent' && support) return { kind: 'not-sent', reference: support.reference };
  const code = refusalCodes.find((known) => known === error.code);
  return code && { kind: 'refused', code, ...(canResendAt === undefined ? {} : { canResendAt }) };
}
