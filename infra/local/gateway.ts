import { createServer, type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { root as consolePath } from '../../functions/serve-console/paths.ts';
import { controls } from './controls.ts';
import type { Runtime } from './runtime.ts';
import { signInPath } from './sign-in.ts';
import { turns } from './turns.ts';

/** The path of the local controls. */
const controlsPath = '/_local';

/** The accepted methods; others are for proxies, or unknown to the API's framework. */
const methods: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/**
 * How many requests of the API and the console run at once, how many may wait, and for how long, in milliseconds. They
 * share one processor, so running more at once would only take more memory: a list of 100 lines takes half a megabyte
 * while it is read, a waiting request a few kilobytes.
 */
const load = { atOnce: 16, waiting: 1000, patience: 5000 };

/** Seconds after which a rejected caller may find room. */
const comeBackAfter = 1;

interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The HTTP server in front of everything. The console verifies its sessions itself. For the API, the server acts as API
 * Gateway: it verifies the access token and passes its claims on. Missing and invalid tokens are left to the API, which
 * answers with a problem document; as on AWS, what the server itself refuses has only a `message`.
 * @param host the name that callers use; requests for other names are refused, since a web page elsewhere could
 * otherwise reach this machine through a name of its own that resolves here
 */
export function gateway(current: () => Runtime | undefined, host: string): Server {
  const knownHosts = new Set(['localhost', '127.0.0.1', '[::1]', host]);
  const turn = turns(load);

  /** Why a request is refused before anything else looks at it. */
  function refusalOf(request: IncomingMessage): Refusal | undefined {
    const { method = '', url = '', headers } = request;
    const named = address(`http://${headers.host ?? ''}/`);
    const asked = url.startsWith('/') ? named && address(`${named.origin}${url}`) : address(url);
    if (named?.pathname !== '/' || !asked)
      return { status: 400, message: 'The address of the request is malformed.' };
    if (!knownHosts.has(named.hostname) || !knownHosts.has(asked.hostname))
      return { status: 421, message: 'This name does not lead here.' };
    if (!methods.includes(method)) return notTaken(method);
    return current() ? undefined : { status: 503, message: 'The service is starting.', headers: comeBack };
  }

  async function answer(request: Request): Promise<Response> {
    const runtime = current();
    const { pathname, origin } = new URL(request.url);
    if (!runtime) throw new Error('a request got through before the service had started');
    if (pathname.startsWith(`${controlsPath}/`)) {
      const from = request.headers.get('origin');
      if (from !== null && from !== origin)
        return refusal({ status: 403, message: 'Pages of other sites may not use the local controls.' });
      const path = request.url.replace(`${origin}${controlsPath}`, origin);
      return await controls(runtime).fetch(new Request(path, request));
    }
    const whole = await received(request);
    return (await turn(() => serve(whole, pathname, runtime))) ?? refusal(tooMany);
  }

  /** Passes the request to the console or the API. */
  async function serve(request: Request, pathname: string, runtime: Runtime): Promise<Response> {
    const { api, console, signIn } = runtime;
    const requestId = crypto.randomUUID();
    if (pathname === '/' || pathname === consolePath || pathname.startsWith(`${consolePath}/`)) {
      return await console.fetch(request, { event: { requestContext: { requestId } } });
    }
    const [, token] = /^Bearer +(\S+) *$/i.exec(request.headers.get('authorization') ?? '') ?? [];
    const claims = token === undefined ? undefined : await signIn.verify(token);
    return await api.fetch(request, {
      event: {
        requestContext: {
          requestId,
          ...(claims ? { authorizer: { jwt: { claims } } } : {}),
        },
      },
    });
  }

  const listener = getRequestListener(answer);
  const server = createServer((request, response) => {
    const refused = refusalOf(request);
    if (refused) {
      response.writeHead(refused.status, { ...jsonHeaders, ...refused.headers }).end(bodyOf(refused));
      return;
    }
    const signIn = current()?.signIn;
    if (signIn && request.url?.startsWith(`${signInPath}/`)) {
      // The server learns its mount point from this property, which Express sets.
      Object.assign(request, { originalUrl: request.url });
      request.url = request.url.slice(signInPath.length);
      void signIn.listener(request, response);
    } else {
      void listener(request, response);
    }
  });
  // Node.js passes these on as a bare connection, and drops it if nobody listens.
  server.on('connect', (request, socket) => {
    const refused = notTaken(request.method ?? '');
    const headers = { ...jsonHeaders, ...refused.headers, connection: 'close' };
    const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const status = `${refused.status} ${STATUS_CODES[refused.status]}`;
    socket.on('error', () => socket.destroy());
    socket.end(`HTTP/1.1 ${status}\r\n${head.join('')}\r\n${bodyOf(refused)}`);
  });
  return server;
}

/** An HTTP address without credentials and backslashes; undefined for anything else. */
function address(text: string): URL | undefined {
  const [beforeQuery = ''] = text.split('?');
  return /^https?:\/\/([\w.-]+|\[[\da-f:]+\])(:\d+)?\/[^\\]*$/i.test(beforeQuery)
    ? (URL.parse(text) ?? undefined)
    : undefined;
}

/** API Gateway passes a request on when it is complete; answering earlier would cut the sender off. */
async function received(request: Request): Promise<Request> {
  const { url, method, headers } = request;
  return request.body ? new Request(url, { method, headers, body: await request.arrayBuffer() }) : request;
}

const notTaken = (method: string): Refusal => ({
  status: 405,
  message: `The method ${method} is not taken here.`,
  headers: { allow: methods.join(', ') },
});

const comeBack = { 'retry-after': String(comeBackAfter) };
const tooMany: Refusal = { status: 503, message: 'Service Unavailable', headers: comeBack };

const jsonHeaders = { 'content-type': 'application/json', 'cache-control': 'no-store' };
const bodyOf = ({ message }: Refusal): string => JSON.stringify({ message });
const refusal = (refused: Refusal): Response =>
  new Response(bodyOf(refused), { status: refused.status, headers: { ...jsonHeaders, ...refused.headers } });
