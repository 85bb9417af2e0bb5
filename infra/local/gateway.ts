import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { root as consolePath } from '../../functions/serve-console/paths.ts';
import { controls } from './controls.ts';
import type { Runtime } from './runtime.ts';
import { signInPath } from './sign-in.ts';

/** Where the controls of one machine live. */
const controlsPath = '/_local';

/**
 * The HTTP server in front of it all. The console verifies its sessions itself. For the API the server is what API Gateway is on AWS: it verifies the access token and
 * hands its claims on. Tokens that are missing or no good are left to the API, whose answer then is a problem document.
 * @param host the name that callers use; requests for other names are refused, since a web page elsewhere could
 * otherwise reach this machine by a name that it makes lead here
 */
export function gateway(current: () => Runtime | undefined, host: string): Server {
  const knownHosts = new Set(['localhost', '127.0.0.1', '[::1]', host]);

  async function answer(request: Request): Promise<Response> {
    const { hostname, pathname, origin } = new URL(request.url);
    if (!knownHosts.has(hostname)) return refusal(421, 'this name does not lead here');
    const runtime = current();
    if (!runtime) return refusal(503, 'the service is starting');
    const { api, console, signIn } = runtime;
    if (pathname.startsWith(`${controlsPath}/`)) {
      const from = request.headers.get('origin');
      if (from !== null && from !== origin)
        return refusal(403, 'pages of other sites may not use the local controls');
      const path = request.url.replace(`${origin}${controlsPath}`, origin);
      return await controls(runtime).fetch(new Request(path, request));
    }
    const requestId = crypto.randomUUID();
    if (pathname === '/' || pathname === consolePath || pathname.startsWith(`${consolePath}/`)) {
      return await console.fetch(await received(request), { event: { requestContext: { requestId } } });
    }
    const [, token] = /^Bearer +(\S+) *$/i.exec(request.headers.get('authorization') ?? '') ?? [];
    const claims = token === undefined ? undefined : await signIn.verify(token);
    return await api.fetch(await received(request), {
      event: {
        requestContext: {
          requestId,
          ...(claims ? { authorizer: { jwt: { claims } } } : {}),
        },
      },
    });
  }

  const listener = getRequestListener(answer);
  return createServer((request, response) => {
    const signIn = current()?.signIn;
    const isKnown = knownHosts.has(URL.parse(`http://${request.headers.host}`)?.hostname ?? '');
    if (signIn && isKnown && request.url?.startsWith(`${signInPath}/`)) {
      // Where the server is mounted, it learns from what was asked for; so does Express say it.
      Object.assign(request, { originalUrl: request.url });
      request.url = request.url.slice(signInPath.length);
      void signIn.listener(request, response);
    } else {
      void listener(request, response);
    }
  });
}

/** API Gateway hands a request on when it has all of it; an answer before that would cut the sender off. */
async function received(request: Request): Promise<Request> {
  const { url, method, headers } = request;
  return request.body ? new Request(url, { method, headers, body: await request.arrayBuffer() }) : request;
}

const refusal = (status: number, detail: string): Response => Response.json({ detail }, { status });
