import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { compress } from 'hono/compress';
import { csrf } from 'hono/csrf';
import { largestBody, Problem } from '../../shared/contracts/problems.ts';
import { readGatewayContext } from '../../shared/runtime/gateway-context.ts';
import { requestLog } from '../../shared/runtime/request-log.ts';
import { browsing } from './browsing.tsx';
import { bulkResending } from './bulk-resending.tsx';
import { changingContact } from './changing-contact.tsx';
import { changingCopyTo } from './changing-copy-to.tsx';
import { type ConsoleEnv, type ConsoleServices, createConsoleContext } from './console-context.ts';
import { endingDigests, endingNotices } from './ending-notices.tsx';
import { errorPages, sessionEnded } from './error-pages.tsx';
import { insights } from './insights.tsx';
import { keepLocale, localeNamed } from './language.ts';
import { notifications } from './notifications.tsx';
import { root } from './paths.ts';
import { protection } from './protection.ts';
import { resending } from './resending.tsx';
import { signingIn } from './signing-in.tsx';
import { webhooks } from './webhooks.tsx';

/** The console as an app that takes API Gateway's context in its bindings, both in Lambda and on one machine. */
export function createConsole(services: ConsoleServices): Hono<ConsoleEnv> {
  const context = createConsoleContext(services);
  const app = new Hono<ConsoleEnv>();

  app.use(requestLog<ConsoleEnv>(services, subjectOf));
  app.use(compress());
  app.use(protection);
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
    if (!session) return await sessionEnded(c, context);
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

  errorPages(app, context);
  return app;
}

/** Who is signed in, on the pages behind the sign-in. */
function subjectOf({ var: known }: { readonly var: Partial<ConsoleEnv['Variables']> }): unknown {
  return known.session?.claims.sub;
}
