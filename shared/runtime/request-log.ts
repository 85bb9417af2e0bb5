import type { Context, Env, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { CallerHash } from './caller-hash.ts';
import { readGatewayContext } from './gateway-context.ts';
import type { Log } from '../contracts/log.ts';

/**
 * Logs a line for each request, with the request id from the access log: the route, the outcome, and the caller as a
 * hash. Paths and queries are left out, because they name orders and people.
 * @param subjectOf the `sub` of whoever is signed in, once the request is answered
 */
export const requestLog =
  <E extends Env>(
    { log, callerHash }: { readonly log: Log; readonly callerHash: CallerHash },
    subjectOf: (c: Context<E>) => unknown,
  ): MiddlewareHandler<E> =>
  async (c, next) => {
    callerHash.prepare();
    await next();
    const subject = subjectOf(c);
    const caller = typeof subject === 'string' ? await callerHash.of(subject) : undefined;
    log.info('request', {
      requestId: readGatewayContext(c.env).requestId,
      route: routeOf(c),
      method: c.req.method,
      status: c.res.status,
      ...(caller === undefined ? {} : { caller }),
    });
  };

/** The pattern of the route that answered; middleware is registered for all methods, unlike the product's routes. */
const routeOf = (c: Context): string =>
  matchedRoutes(c).findLast(({ method }) => method !== 'ALL')?.path ?? 'none';
