import type { IncomingMessage, ServerResponse } from 'node:http';
import { type HttpBindings, getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { csrf } from 'hono/csrf';
import {
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
} from 'jose';
import Provider, { type ClientMetadata, type KoaContextWithOIDC } from 'oidc-provider';
import { createMemoryAdapter } from 'oidc-provider/lib/adapters/memory_adapter.js';
import * as z from 'zod';
import type { Assets } from '../../functions/serve-console/assets.ts';
import { localeNamed, localeOf } from '../../functions/serve-console/language.ts';
import { emailAddress, identifier } from '../../shared/contracts/fields.ts';
import { locales } from '../../shared/domain/order-line.ts';
import { paths } from '../../functions/serve-console/paths.ts';
import { roles } from '../../shared/use-cases/access.ts';
import { people, sampleProgram } from './people.ts';
import { failedPage, leavingPage, peoplePage } from './sign-in-pages.tsx';
import type { Storage } from './storage.ts';

export const tokenRequest = z.strictObject({
  partnerId: identifier.exactOptional(),
  roles: z.array(z.enum(roles, `must be one of ${roles.join(', ')}`)),
  email: emailAddress.exactOptional(),
  /** What the issuer says about the address; by default nothing. */
  emailVerified: z.boolean().exactOptional(),
  name: z.string().min(1).exactOptional(),
  /** Seconds; 0 or less makes an expired token. */
  expiresIn: z.int().default(24 * 60 * 60),
});
export type TokenRequest = z.output<typeof tokenRequest>;

export const signInPath = '/_local/sign-in';
const audience = 'provisioning-api';
export const consoleClientId = 'provisioning-console';
const controlsId = 'local';

/** Where people choose who they are. */
const interactionPath = '/interaction';

/** Seconds: one machine has one clock. */
const clockTolerance = 0;

const minutes = (count: number): number => count * 60;

/** The lifetimes of what the server issues, in seconds. */
const ttl = {
  AccessToken: tokenRequest.shape.expiresIn.parse(undefined),
  ClientCredentials: minutes(60),
  IdToken: minutes(10),
  Interaction: minutes(60),
  Session: minutes(8 * 60),
  Grant: minutes(8 * 60),
};

/** The API, as the resource that tokens are for. */
const resource = { audience, scope: '', accessTokenFormat: 'jwt' } as const;

/** What everybody may know of the server's key, which is of RSA in older folders. */
const publicKey = z.object({
  kty: z.string(),
  kid: z.string(),
  alg: z.enum(['ES256', 'RS256']),
  use: z.string(),
  crv: z.string().exactOptional(),
  x: z.string().exactOptional(),
  y: z.string().exactOptional(),
  n: z.string().exactOptional(),
  e: z.string().exactOptional(),
});
const keySet = z.object({ privateKey: publicKey.loose() });
type PrivateKey = z.output<typeof keySet>['privateKey'];

/** A real OpenID Connect server in this process, whose keys are kept so that tokens outlive a restart. */
export async function startSignIn(storage: Storage, origin: string, assets: Assets) {
  const issuer = `${origin}${signInPath}`;
  const privateKey = await keptKey(storage);
  const publicKeys = createLocalJWKSet({ keys: [publicKey.parse(privateKey)] });
  const { port } = new URL(origin);
  const consoleOrigins = [...new Set([origin, `http://localhost:${port}`, `http://127.0.0.1:${port}`])];
  const policy = policyOf(consoleOrigins);
  const provider = signInServer(issuer, privateKey, clientsOf(origin, consoleOrigins), { assets, policy });
  const ownPages = provider.callback();
  const pages = getRequestListener(interactions(provider, { assets, policy }).fetch);

  return {
    issuer,

    /** The server's own pages, such as discovery and keys, and the page where people choose who they are. */
    listener: async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const isChoice = request.url?.startsWith(`${interactionPath}/`) === true;
      await (isChoice ? pages : ownPages)(request, response);
    },

    issueToken: (request: TokenRequest) => issueToken(provider, issuer, request),

    /** The claims of a valid token from this server; undefined for any other. */
    verify: tokenVerifier(publicKeys, issuer),
  };
}

/** What the pages that people see are made with. */
interface Pages {
  readonly assets: Assets;
  /** Headers of every page. */
  readonly policy: Readonly<Record<string, string>>;
}

const policyOf = (consoleOrigins: readonly string[]): Pages['policy'] => ({
  'content-security-policy': `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self' ${consoleOrigins.join(' ')}; frame-ancestors 'none'; base-uri 'none'`,
  'cache-control': 'no-store',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
});

/** The clients that may ask for tokens: the local controls, the console, and a program. */
const clientsOf = (origin: string, consoleOrigins: readonly string[]): ClientMetadata[] => [
  { client_id: controlsId, token_endpoint_auth_method: 'none', redirect_uris: [`${origin}/`] },
  {
    client_id: consoleClientId,
    token_endpoint_auth_method: 'none',
    redirect_uris: consoleOrigins.map((at) => at + paths.signedIn),
    post_logout_redirect_uris: consoleOrigins.map((at) => at + paths.signOut),
  },
  {
    client_id: sampleProgram.clientId,
    client_secret: sampleProgram.clientSecret,
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
  },
];

function signInServer(
  issuer: string,
  privateKey: PrivateKey,
  clients: ClientMetadata[],
  { assets, policy }: Pages,
): Provider {
  const { clientId: programId, partnerId, roles: ofProgram } = sampleProgram;
  const provider: Provider = new Provider(issuer, {
    adapter: createMemoryAdapter(clockTolerance),
    jwks: { keys: [privateKey] },
    clients,
    clientDefaults: { id_token_signed_response_alg: privateKey.alg },
    cookies: { keys: [crypto.randomUUID()] },
    ttl,
    claims: { openid: ['sub', 'partner_id', 'roles'], email: ['email'], profile: ['name'] },
    conformIdTokenClaims: false,
    findAccount: (_context, id) => {
      const person = people.find((known) => known.id === id);
      if (!person) return undefined;
      const { name, email, partnerId, roles: granted } = person;
      return {
        accountId: id,
        claims: () => ({ sub: id, name, email, partner_id: partnerId, roles: granted }),
      };
    },
    /** The console belongs to the service, so nobody is asked for consent. */
    loadExistingGrant: async ({ oidc }) => {
      const { client, session } = oidc;
      if (!client || session?.accountId === undefined) return undefined;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
    interactions: { url: (_context, { uid }) => `${signInPath}${interactionPath}/${uid}` },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => resource,
        // Programs need not name the API: it is the only one.
        defaultResource: (_context, client) => (client.clientId === programId ? issuer : []),
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: async (context, form) => {
          context.set(policy);
          context.body = String(await leavingPage({ assets, locale: localeFor(context) }, form));
        },
      },
    },
    renderError: async (context, { error }) => {
      context.set(policy);
      context.type = 'html';
      context.body = String(await failedPage({ assets, locale: localeFor(context) }, paths.orders, error));
    },
    extraTokenClaims: (_context, token) =>
      token.kind === 'ClientCredentials'
        ? { name: programId, partner_id: partnerId, roles: ofProgram }
        : token.extra,
  });
  return provider;
}

async function issueToken(
  provider: Provider,
  issuer: string,
  { partnerId, roles: granted, email, emailVerified, name, expiresIn }: TokenRequest,
): Promise<string> {
  const client = await provider.Client.find(controlsId);
  if (!client) throw new Error('the sign-in server has no client');
  const token = new provider.AccessToken({
    accountId: `${partnerId ?? 'operator'}/${email ?? name ?? 'somebody'}`,
    client,
    grantId: 'local',
    scope: 'openid',
    gty: 'client_credentials',
    // The provider ignores 0 and uses its own lifetime.
    expiresIn: expiresIn === 0 ? -1 : expiresIn,
  });
  token.resourceServer = new provider.ResourceServer(issuer, resource);
  token.extra = { partner_id: partnerId, roles: granted, email, email_verified: emailVerified, name };
  return await token.save();
}

/** Checking a signature costs as much as reading a line, so this many valid tokens are remembered. */
const mostRemembered = 1000;

function tokenVerifier(publicKeys: JWTVerifyGetKey, issuer: string) {
  const remembered = new Map<string, JWTPayload>();
  return async (token: string): Promise<JWTPayload | undefined> => {
    const known = remembered.get(token);
    if (known && isCurrent(known)) return known;
    try {
      const { payload } = await jwtVerify(token, publicKeys, { issuer, audience, requiredClaims: ['exp'] });
      if (remembered.size === mostRemembered) remembered.clear();
      remembered.set(token, payload);
      return payload;
    } catch {
      return undefined;
    }
  };
}

const isCurrent = ({ exp = 0 }: JWTPayload): boolean => exp > Date.now() / 1000;

/** The console's language, on the pages that the server itself shows. */
const localeFor = (context: KoaContextWithOIDC) =>
  localeNamed(context.cookies.get('console-language')) ??
  localeNamed(context.acceptsLanguages(...locales) || undefined) ??
  'en';

/** The page where people choose who they are, and its form. */
function interactions(provider: Provider, { assets, policy }: Pages) {
  const app = new Hono<{ Bindings: HttpBindings }>();
  const chosen = z.object({ person: z.enum(people.map(({ id }) => id)) });
  app.use(csrf());
  app.use(async (c, next) => {
    for (const [name, value] of Object.entries(policy)) c.header(name, value);
    await next();
  });
  app.get(`${interactionPath}/:uid`, async (c) => {
    await provider.interactionDetails(c.env.incoming, c.env.outgoing);
    return c.html(await peoplePage({ assets, locale: localeOf(c) }, signInPath + c.req.path, people));
  });
  app.post(`${interactionPath}/:uid`, async (c) => {
    const { person } = chosen.parse(await c.req.parseBody());
    const login = { accountId: person };
    return c.redirect(await provider.interactionResult(c.env.incoming, c.env.outgoing, { login }), 303);
  });
  app.onError((error, c) => {
    if (error instanceof HTTPException) return error.getResponse();
    return c.html(failedPage({ assets, locale: localeOf(c) }, paths.orders, error.name), 400);
  });
  return app;
}

/** The secrets that sign sessions and salt the hashes of callers: created once, so that they outlive a restart. */
export async function keptSecret(storage: Storage, name: 'session-secret' | 'caller-salt'): Promise<string> {
  const part = storage.part('sign-in');
  const kept = z.string().safeParse(await part.get(name));
  if (kept.success) return kept.data;
  const made = crypto.randomUUID() + crypto.randomUUID();
  await part.put(name, made);
  return made;
}

async function keptKey(storage: Storage): Promise<PrivateKey> {
  const part = storage.part('sign-in');
  const kept = keySet.safeParse(await part.get('keys'));
  if (kept.success) return kept.data.privateKey;
  // A key of RSA would take a fifth of a first start.
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const made = publicKey.loose().parse({
    ...(await exportJWK(privateKey)),
    use: 'sig',
    alg: 'ES256',
    kid: crypto.randomUUID(),
  });
  await part.put('keys', { privateKey: made });
  return made;
}
