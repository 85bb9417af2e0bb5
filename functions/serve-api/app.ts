import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import { contactChange, linePath, listQuery, orderPath, resendHeaders } from '../../shared/contracts/api.ts';
import {
  checked,
  invalidRequest,
  largestBody,
  Problem,
  problemDocument,
  problems,
} from '../../shared/contracts/problems.ts';
import { readGatewayContext, verifiedClaims } from '../../shared/runtime/gateway-context.ts';
import { faultForLog } from '../../shared/contracts/log.ts';
import { requestLog } from '../../shared/runtime/request-log.ts';
import type { ServingServices } from '../../shared/runtime/serving.ts';
import { callerOf } from '../../shared/use-cases/access.ts';
import { listLines, readHistory, readLine, readOrder } from '../../shared/use-cases/read-order-lines.ts';
import { changeContact, resend } from '../../shared/use-cases/resend.ts';
import { docs } from './docs.ts';
import { openApiDocument } from './openapi.ts';

export interface ApiServices extends ServingServices {
  /** The folder that holds the files of the documentation page. */
  readonly docsFolder: string;
}

/** The API as an app that takes API Gateway's context in its bindings, in Lambda and on one machine alike. */
export function createApp(services: ApiServices): Hono {
  const { now, claimNames, log } = services;
  const app = new Hono();
  const caller = (c: Context) =>
    callerOf(verifiedClaims(readGatewayContext(c.env).claims, c.req.header('authorization')), claimNames);

  app.use(requestLog(services, (c) => readGatewayContext(c.env).claims?.sub));
  app.use(secureHeaders({ xFrameOptions: 'DENY' }));
  app.use(async (c, next) => {
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

  app.get('/health', (c) => c.json({ status: 'ok' }));
  app.get('/openapi.json', (c) => c.json(openApiDocument()));
  app.route('/docs', docs(services.docsFolder));

  app.get('/order-lines', async (c) =>
    personal(c, await listLines(caller(c), checked(listQuery, c.req.query()), services)),
  );
  app.get('/orders/:orderId', async (c) =>
    personal(c, await readOrder(caller(c), checked(orderPath, c.req.param()).orderId, services)),
  );
  app.get('/orders/:orderId/lines/:lineId', async (c) =>
    personal(c, await readLine(caller(c), checked(linePath, c.req.param()), services)),
  );
  app.get('/orders/:orderId/lines/:lineId/history', async (c) =>
    personal(c, await readHistory(caller(c), checked(linePath, c.req.param()), services)),
  );

  app.post('/orders/:orderId/lines/:lineId/resend', async (c) => {
    const who = caller(c);
    const key = checked(linePath, c.req.param());
    const headers = checked(resendHeaders, c.req.header());
    const { requestId } = readGatewayContext(c.env);
    const request = { caller: who, requestId, idempotencyKey: headers['idempotency-key'] };
    return personal(c, await resend(key, request, services));
  });

  app.put('/orders/:orderId/lines/:lineId/provisioning-contact', async (c) => {
    const who = caller(c);
    const key = checked(linePath, c.req.param());
    const { applyToAllLines, ...contact } = checked(contactChange, await jsonBody(c));
    const { requestId } = readGatewayContext(c.env);
    const request = { caller: who, requestId, applyToAllLines };
    const { lines, skipped } = await changeContact(key, contact, request, services);
    return personal(c, { lines: lines.map(({ line }) => line), skipped });
  });

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

/** Answers with personal data, which nobody on the way may keep. */
function personal(c: Context, body: object): Response {
  c.header('cache-control', 'no-store');
  return c.body(JSON.stringify(body), 200, { 'content-type': 'application/json' });
}

/** @throws Problem unsupported-media-type, invalid-request */
async function jsonBody(c: Context): Promise<unknown> {
  if (!/^application\/json\s*(;|$)/i.test(c.req.header('content-type') ?? '')) {
    throw new Problem({ code: 'unsupported-media-type' });
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await c.req.arrayBuffer());
    const body: unknown = JSON.parse(text);
    return body;
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw invalidRequest([{ path: '', message: 'must be JSON in UTF-8' }]);
  }
}
