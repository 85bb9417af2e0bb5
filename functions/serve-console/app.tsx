import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { compress } from 'hono/compress';
import { csrf } from 'hono/csrf';
import { HTTPException } from 'hono/http-exception';
import { secureHeaders } from 'hono/secure-headers';
import { largestBody, Problem, problems } from '../../shared/contracts/problems.ts';
import { readGatewayContext } from '../../shared/runtime/gateway-context.ts';
import { faultForLog } from '../../shared/contracts/log.ts';
import { requestLog } from '../../shared/runtime/request-log.ts';
import { browsing } from './browsing.tsx';
import { bulkResending } from './bulk-resending.tsx';
import { changingContact, keepTyped } from './changing-contact.tsx';
import { changingCopyTo } from './changing-copy-to.tsx';
import { type ConsoleEnv, type ConsoleServices, createConsoleContext } from './console-context.ts';
import { insights } from './insights.tsx';
import { endingDigests, endingNotices } from './ending-notices.tsx';
import { keepLocale, localeNamed } from './language.ts';
import { notifications } from './notifications.tsx';
import { MessagePage, NoAccessPage } from './pages/message.tsx';
import { Copyable } from './pages/parts.tsx';
import { paths, root } from './paths.ts';
import { resending } from './resending.tsx';
import { show } from './show.ts';
import { SignInFailed } from './sign-in.ts';
import { signingIn } from './signing-in.tsx';
import { webhooks } from './webhooks.tsx';

/** The console as an app that takes API Gateway's context in its bindings, in Lambda and on one machine alike. */
export function createConsole(services: ConsoleServices): Hono<ConsoleEnv> {
  const context = createConsoleContext(services);
  const app = new Hono<ConsoleEnv>();

  app.use(requestLog<ConsoleEnv>(services, subjectOf));
  app.use(compress());
  app.use((c, next) => (isPreview(c) ? framedProtection : protection)(c, next));
  app.use(async (c, next) => {
    c.set('visitor', undefined);
    c.header('cache-control', 'no-store');
    await next();
    c.header('x-request-id', readGatewayContext(c.env).requestId);
  });
  app.use(
    bodyLimit({
      maxSize: largestBody,
      onError: () => {
        throw new Problem({ code: 'payload-too-large' });
      },
    }),
  );
  app.use(async (c, next) => {
    const chosen = c.req.method === 'GET' ? localeNamed(c.req.query('lang')) : undefined;
    if (!chosen) {
      await next();
      return;
    }
    keepLocale(c, chosen);
    return c.redirect(context.view(c).here, 303);
  });

  app.get('/', (c) => c.redirect(root));
  app.get(`${root}/`, (c) => c.redirect(root));
  app.get(`${root}/assets/:name`, (c) => {
    const asset = services.assets.find(c.req.path);
    if (!asset) return c.notFound();
    c.header('content-type', asset.contentType);
    c.header('cache-control', 'public, max-age=31536000, immutable');
    return c.body(asset.content);
  });
  endingDigests(app, context);
  app.use(csrf());
  signingIn(app, context);
  endingNotices(app, context);

  app.use(`${root}/*`, async (c: Context<ConsoleEnv>, next) => {
    const session = await context.sessions.current(c);
    if (!session) return await sessionEnded(c);
    const person = await context.person(session);
    c.set('session', session);
    c.set('person', person);
    c.set('visitor', person);
    await next();
    return undefined;
  });
  browsing(app, context);
  resending(app, context);
  changingContact(app, context);
  changingCopyTo(app, context);
  bulkResending(app, context);
  webhooks(app, context);
  insights(app, context);
  notifications(app, context);

  app.notFound((c) => message(c, 'notFound', 404));
  app.onError(async (error, c) => {
    if (error instanceof Problem) return await problemPage(c, error);
    if (error instanceof HTTPException && error.status === 403) return await message(c, 'forbidden', 403);
    if (error instanceof SignInFailed && error.kind === 'unfinished') {
      services.log.warn('a sign-in came to nothing', { fault: faultForLog(error) });
      return await message(c, 'signInUnfinished', 400, again(c));
    }
    const { requestId } = readGatewayContext(c.env);
    services.log.error('a page failed', { requestId, fault: faultForLog(error) });
    if (error instanceof SignInFailed) return await message(c, 'signInUnreachable', 502, again(c));
    return await internalPage(c, requestId);
  });

  /** Pages are asked for again after sign-in; what was sent is not: it must be confirmed anew. */
  async function sessionEnded(c: Context<ConsoleEnv>): Promise<Response> {
    const { here, t } = context.view(c);
    const signIn = paths.signIn(here);
    if (c.req.method !== 'POST') return c.redirect(signIn, 303);
    const isKept = await keepTyped(c, context);
    const text = [t.errors.sessionEnded, ...(isKept ? [t.errors.sessionEndedKept] : [])];
    const next = { href: signIn, name: t.signIn };
    return await show(
      c,
      <MessagePage view={context.view(c)} title={t.errors.sessionEndedTitle} text={text} next={next} />,
      401,
    );
  }

  /** The view of whoever asks; on the way to an error nobody may be known yet. */
  const viewOf = (c: Context<ConsoleEnv>) => {
    const visitor = c.get('visitor');
    return { ...context.view(c), ...(visitor ? { person: visitor } : {}) };
  };

  type Message =
    'notFound' | 'cursor' | 'forbidden' | 'tooLarge' | 'account' | 'signInUnreachable' | 'signInUnfinished';

  async function message(
    c: Context<ConsoleEnv>,
    about: Message,
    status: Parameters<typeof show>[2],
    next?: { href: string; name: string },
  ): Promise<Response> {
    const view = viewOf(c);
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

  const again = (c: Context) => ({ href: paths.orders, name: context.view(c).t.errors.retry });

  async function problemPage(c: Context<ConsoleEnv>, { code, extras }: Problem): Promise<Response> {
    const { status } = problems[code];
    switch (code) {
      case 'order-line-not-found':
      case 'order-not-found':
      case 'job-not-found':
      case 'webhook-not-found':
      case 'not-found':
        return await message(c, 'notFound', 404);
      case 'no-access':
        return await show(
          c,
          <NoAccessPage view={{ ...context.view(c), person: c.get('person') }} placedBy={extras.placedBy} />,
          status,
        );
      case 'unauthenticated':
        return await message(c, 'account', 403, { href: paths.signOut, name: context.view(c).t.signOut });
      case 'payload-too-large':
        return await message(c, 'tooLarge', status);
      case 'invalid-request':
        return extras.errors?.some(({ path }) => path === 'cursor')
          ? await message(c, 'cursor', status)
          : await message(c, 'notFound', 404);
      default:
        // The dialogs answer what is about a line; whatever gets here is our mistake.
        services.log.error('a page was missing', { code });
        return await internalPage(c, readGatewayContext(c.env).requestId);
    }
  }

  async function internalPage(c: Context<ConsoleEnv>, requestId: string): Promise<Response> {
    const view = viewOf(c);
    const { errors, field } = view.t;
    const next = { href: paths.orders, name: errors.toOrders };
    return await show(
      c,
      <MessagePage view={view} title={errors.internalTitle} text={[errors.internal]} next={next}>
        <Copyable view={view} label={field.reference} text={requestId} />
      </MessagePage>,
      500,
    );
  }

  return app;
}

/** Who is signed in, on the pages behind the sign-in. */
function subjectOf({ var: known }: { readonly var: Partial<ConsoleEnv['Variables']> }): unknown {
  return known.session?.claims.sub;
}

const commonProtection = {
  // With no-referrer browsers would not say where a form comes from.
  referrerPolicy: 'same-origin',
  permissionsPolicy: { camera: [], geolocation: [], microphone: [], payment: [], usb: [] },
} satisfies Parameters<typeof secureHeaders>[0];

/** Only what comes from here is loaded, nobody frames the pages, and other sites learn nothing of them. */
const protection = secureHeaders({
  ...commonProtection,
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    connectSrc: ["'self'"],
    // Previews of emails.
    frameSrc: ["'self'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
    baseUri: ["'none'"],
  },
  xFrameOptions: 'DENY',
});

/** An order, or a line, may be called like that. */
const isPreview = ({ req }: Context): boolean => req.method === 'POST' && req.path.endsWith('/preview');

/** A preview is framed by its dialog. Its email brings styles along, and nothing runs, nor leads anywhere. */
const framedProtection = secureHeaders({
  ...commonProtection,
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'"],
    formAction: ["'none'"],
    frameAncestors: ["'self'"],
    baseUri: ["'none'"],
  },
  xFrameOptions: 'SAMEORIGIN',
});
