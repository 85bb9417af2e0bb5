import { Resolver } from 'node:dns/promises';
import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import {
  addressIn,
  isOwn,
  isPublicAddress,
  publicInternet,
  type Reach,
  whyNotThere,
} from '../contracts/webhook-address.ts';
import type { AttemptError } from '../contracts/webhooks.ts';

/** The result of a request, and how long it took. */
export interface Posted {
  readonly milliseconds: number;
  /** The status of the answer; missing if there was none. */
  readonly status?: number;
  readonly error?: AttemptError;
}

/** Sends to addresses that strangers chose. */
export interface WebhookClient {
  /** Posts JSON. Never throws: whatever the receiver does is a result. */
  post(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<Posted>;
}

/** The addresses of a host, by DNS. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

const usualLimits = {
  /** For the whole request: DNS, connection and answer. */
  milliseconds: 10_000,
  /** How much of an answer is read, in bytes, before the connection is closed. */
  answerBytes: 4096,
  /** The most bytes of headers. */
  headerBytes: 8192,
};

/**
 * Queries DNS directly, for at most 4.5 s: the system's own lookup would block one of the process's four threads for as
 * long as a slow name server takes.
 */
const resolveByDns: Resolve = async (hostname) => {
  const resolver = new Resolver({ timeout: 1500, tries: 2 });
  const found = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
  return found.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
};

/**
 * Each request gets a connection of its own, so that none goes to an address that was checked for another. A distant
 * receiver has a second to accept it before its next address is tried.
 */
const connections = { keepAlive: false, autoSelectFamilyAttemptTimeout: 1000 };
const agents = { http: new HttpAgent(connections), https: new HttpsAgent(connections) };

/**
 * A client that connects to public addresses only, and to exactly those it checked, so that a name cannot lead
 * elsewhere a moment later. It follows no redirects, which could lead anywhere.
 */
export function webhookClient(
  reach: Reach = publicInternet,
  resolve: Resolve = resolveByDns,
  limits = usualLimits,
): WebhookClient {
  async function addressesOf(url: URL): Promise<readonly string[]> {
    const literal = addressIn(url);
    return literal === undefined ? await resolve(url.hostname) : [literal];
  }

  async function send(
    text: string,
    headers: Readonly<Record<string, string>>,
    body: string,
  ): Promise<Outcome> {
    const signal = AbortSignal.timeout(limits.milliseconds);
    const url = URL.parse(text);
    if (!url || whyNotThere(text, reach) !== undefined) return { error: 'address-not-allowed' };
    if (isOwn(url, reach)) return await post(url, { headers, body, signal });
    const addresses = await addressesOf(url);
    if (addresses.length === 0) return { error: 'name-not-found' };
    // A private address among public ones is no accident.
    if (!addresses.every(isPublicAddress)) return { error: 'address-not-allowed' };
    return await post(url, { headers, body, signal, lookup: alwaysTo(addresses) });
  }

  function post(url: URL, { headers, body, ...options }: Sending): Promise<Outcome> {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const requestBy = url.protocol === 'https:' ? requestHttps : requestHttp;
    const request = requestBy(url, {
      ...options,
      method: 'POST',
      agent: url.protocol === 'https:' ? agents.https : agents.http,
      maxHeaderSize: limits.headerBytes,
      headers: {
        ...headers,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'provisioning-emails-webhooks/1',
      },
    });
    let status: number | undefined;
    const answered = (): Outcome => (status === undefined ? { error: 'connection' } : outcomeOf(status));
    request.on('response', (response) => {
      status = response.statusCode;
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > limits.answerBytes) response.destroy();
      });
      // The status is known, so the rest of the answer does not matter.
      response.on('error', () => undefined);
      response.on('close', () => resolve(answered()));
    });
    request.on('error', (error) => resolve(status === undefined ? { error: errorOf(error) } : answered()));
    // An answer that switches protocols is neither a response nor an error.
    request.on('close', () => resolve(answered()));
    request.end(body);
    return promise;
  }

  return {
    async post(url, headers, body) {
      const start = performance.now();
      const outcome = await send(url, headers, body);
      return { ...outcome, milliseconds: Math.round(performance.now() - start) };
    },
  };
}

type Outcome = Omit<Posted, 'milliseconds'>;

interface Sending {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
  readonly lookup?: LookupFunction;
}

const alwaysTo =
  (addresses: readonly string[]): LookupFunction =>
  (_hostname, { all }, callback) => {
    const [first = ''] = addresses;
    if (all === true)
      callback(
        null,
        addresses.map((address) => ({ address, family: isIP(address) })),
      );
    else callback(null, first, isIP(first));
  };

function outcomeOf(status: number): Outcome {
  if (status >= 200 && status < 300) return { status };
  return { status, error: status >= 300 && status < 400 ? 'redirect' : 'status' };
}

function errorOf(error: Error): AttemptError {
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'timeout';
  const code = 'code' in error ? String(error.code) : '';
  return /CERT|TLS|SSL|SIGNATURE/.test(code) ? 'certificate' : 'connection';
}
