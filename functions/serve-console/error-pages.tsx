import type { Context, Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { faultForLog } from '../../shared/contracts/log.ts';
import { Problem, problems } from '../../shared/contracts/problems.ts';
import { readGatewayContext } from '../../shared/runtime/gateway-context.ts';
import type { ConsoleContext, ConsoleEnv } from './console-context.ts';
import { keepTyped } from './contact-form.ts';
import { MessagePage, NoAccessPage } from './pages/message.tsx';
import { Copyable } from './pages/parts.tsx';
import { NoPreviewPage } from './pages/preview.tsx';
import { paths } from './paths.ts';
import { isPreview } from './protection.ts';
import { show } from './show.ts';
import { SignInFailed } from './sign-in.ts';

/** The pages that people see when a page does not exist or cannot be shown. */
export function errorPages(app: Hono<ConsoleEnv>, context: ConsoleContext): void {
  const { log } = context.services;

  app.notFound((c) => message(c, context, 'notFound', 404));
  app.onError(async (error, c) => {
    if (error instanceof Problem) return await problemPage(c, context, error);
    if (error instanceof HTTPException && error.status === 403)
      return await message(c, context, 'forbidden', 403);
    const again = { href: paths.orders, name: context.view(c).t.errors.retry };
    if (error instanceof SignInFailed && error.kind === 'unfinished') {
      log.warn('a sign-in came to nothing', { fault: faultForLog(error) });
      return await message(c, context, 'signInUnfinished', 400, again);
    }
    const { requestId } = readGatewayContext(c.env);
    log.error('a page failed', { requestId, fault: faultForLog(error) });
    if (error instanceof SignInFailed) return await message(c, context, 'signInUnreachable', 502, again);
    return await internalPage(c, context);
  });
}

/** After sign-in, pages are opened again; submitted forms are not, and must be confirmed again. */
export async function sessionEnded(c: Context<ConsoleEnv>, context: ConsoleContext): Promise<Response> {
  const view = context.view(c);
  const { errors, signIn } = view.t;
  const href = paths.signIn(view.here);
  if (c.req.method !== 'POST') return c.redirect(href, 303);
  // The frame of a preview cannot lead to the sign-in; its form does, once it is sent.
  if (isPreview(c)) return await show(c, <NoPreviewPage view={view} why={[errors.sessionEnded]} />, 401);
  const isKept = await keepTyped(c, context);
  const text = [errors.sessionEnded, ...(isKept ? [errors.sessionEndedKept] : [])];
  const next = { href, name: signIn };
  return await show(
    c,
    <MessagePage view={view} title={errors.sessionEndedTitle} text={text} next={next} />,
    401,
  );
}

/** The view of the visitor, who may not be known yet when an error occurs. */
function viewOf(c: Context<ConsoleEnv>, context: ConsoleContext) {
  const visitor = c.get('visitor');
  return { ...context.view(c), ...(visitor ? { person: visitor } : {}) };
}

type Message =
  'notFound' | 'cursor' | 'forbidden' | 'tooLarge' | 'account' | 'signInUnreachable' | 'signInUnfinished';

async function message(
  c: Context<ConsoleEnv>,
  context: ConsoleContext,
  about: Message,
  status: Parameters<typeof show>[2],
  next?: { href: string; name: string },
): Promise<Response> {
  const view = viewOf(c, context);
  const { errors } = view.t;
  const toOrders = { href: paths.orders, name: errors.toOrders };
  return await show(
    c,
    <MessagePage
      view={view}
      title={errors[`${about}Title`]}
      text={[errors[about]]}
      next={next ?? toOrders}
    />,
    status,
  );
}

async function problemPage(
  c: Context<ConsoleEnv>,
  context: ConsoleContext,
  { code, extras }: Problem,
): Promise<Response> {
  const { status } = problems[code];
  switch (code) {
    case 'order-line-not-found':
    case 'order-not-found':
    case 'job-not-found':
    case 'webhook-not-found':
    case 'not-found':
      return await message(c, context, 'notFound', 404);
    case 'no-access': {
      const view = { ...context.view(c), person: c.get('person') };
      return await show(c, <NoAccessPage view={view} placedBy={extras.placedBy} />, status);
    }
    case 'unauthenticated': {
      const next = { href: paths.signOut, name: context.view(c).t.signOut };
      return await message(c, context, 'account', 403, next);
    }
    case 'payload-too-large':
      return await message(c, context, 'tooLarge', status);
    case 'invalid-request':
      return extras.errors?.some(({ path }) => path === 'cursor')
        ? await message(c, context, 'cursor', status)
        : await message(c, context, 'notFound', 404);
    default:
      // The dialogs handle everything about lines, so whatever gets here is our mistake.
      context.services.log.error('a page was missing', { code });
      return await internalPage(c, context);
  }
}

async function internalPage(c: Context<ConsoleEnv>, context: ConsoleContext): Promise<Response> {
  const view = viewOf(c, context);
  const { errors, field } = view.t;
  const { requestId } = readGatewayContext(c.env);
  const next = { href: paths.orders, name: errors.toOrders };
  return await show(
    c,
    <MessagePage view={view} title={errors.internalTitle} text={[errors.internal]} next={next}>
      <Copyable view={view} label={field.reference} text={requestId} />
    </MessagePage>,
    500,
  );
}
