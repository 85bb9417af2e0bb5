import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { compress } from 'hono/compress';
import { secureHeaders } from 'hono/secure-headers';
import {
  largestBody as usualLargestBody,
  Problem,
  problemDocument,
  problems,
} from '../../shared/contracts/problems.ts';
import { readGatewayContext } from '../../shared/runtime/gateway-context.ts';
import { faultForLog } from '../../shared/contracts/log.ts';
import { requestLog } from '../../shared/runtime/request-log.ts';
import { docs } from './docs.ts';
import type { ApiServices } from './route.ts';
import { openApiDocument, routes } from './routes.ts';

/** The API as an app that takes API Gateway's context in its bindings, both in Lambda and on one machine. */
export function createApp(services: ApiServices): Hono {
  const { now, log } = services;
  const app = new Hono();

  app.use(requestLog(services, (c) => readGatewayContext(c.env).claims?.sub));
  app.use(secureHeaders({ xFrameOptions: 'DENY' }));
  app.use(async (c, next) => {
    await next();
    c.header('x-request-id', readGatewayContext(c.env).requestId);
  });

  // API Gateway does not compress. Lambda answers 6 MB at most; an order of 10,000 lines has more.
  for (const path of ['/docs/*', '/openapi.json', '/asyncapi.json', '/orders/:orderId'])
    app.use(path, compress());

  for (const { method, path, largestBody, serve } of routes) {
    app.on(method, path.replaceAll(/\{(\w+)\}/g, ':$1'), bodyOfAtMost(largestBody), (c) =>
      serve(c, services),
    );
  }
  app.get('/docs/', (c) => c.redirect('/docs', 308));
  app.route(
    '/docs',
    docs(() => openApiDocument(services.programs), services),
  );

  app.notFound((c) => problemResponse(c, new Problem({ code: 'not-found' })));
  app.onError((error, c) => {
    if (error instanceof Problem) return problemResponse(c, error);
    log.error('a request failed', {
      ...readGatewayContext(c.env),
      claims: undefined,
      fault: faultForLog(error),
    });
    return problemResponse(c, new Problem({ code: 'internal' }));
  });

  function problemResponse(c: Context, problem: Problem): Response {
    const { code, extras } = problem;
    const { status } = problems[code];
    if (code === 'unauthenticated') c.header('www-authenticate', 'Bearer');
    if (extras.canResendAt !== undefined) {
      const seconds = Math.ceil((Date.parse(extras.canResendAt) - now().getTime()) / 1000);
      c.header('retry-after', String(Math.max(1, seconds)));
    }
    c.header('cache-control', 'no-store');
    const body = problemDocument(problem, readGatewayContext(c.env).requestId);
    return c.body(JSON.stringify(body), status, { 'content-type': 'application/problem+json' });
  }

  return app;
}

const bodyOfAtMost = (maxSize = usualLargestBody) =>
  bodyLimit({
    maxSize,
    onError: () => {
      throw new Problem({ code: 'payload-too-large' }, `The body may have at most ${maxSize} bytes.`);
    },
  });
