import type { Context } from 'hono';
import { deleteCookie, getCookie } from 'hono/cookie';
import * as oidc from 'openid-client';
import * as z from 'zod';
import type { ClaimNames } from '../../shared/contracts/environment.ts';
import { roleList } from '../../shared/use-cases/access.ts';
import { ownPath, paths, root } from './paths.ts';
import type { Session } from './sessions.ts';
import { isSecure, type Signing, signedCookie } from './signed-cookie.ts';

export interface SignInSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** How the issuer is called, if not over the network. */
  readonly fetcher?: oidc.CustomFetch;
}

/** A failed sign-in: at the issuer, on the way, or because it was not begun in this browser. */
export class SignInFailed extends Error {
  override readonly name = 'SignInFailed';
  /** `unreachable`: the issuer does not answer. `unfinished`: the person starts again. */
  readonly kind: 'unreachable' | 'unfinished';

  constructor(kind: SignInFailed['kind'], options?: ErrorOptions) {
    super(`sign-in: ${kind}`, options);
    this.kind = kind;
  }
}

const pending = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  returnTo: z.string(),
});

const cookieName = 'console-sign-in-';

/** The most sign-ins in progress at once; older ones have to start again. */
const mostAttempts = 4;

/**
 * The longest address that a sign-in returns to; from longer ones it returns to the first page. Of the 10,240 bytes
 * that API Gateway allows for the first line and all headers of a request, four sign-ins take 6,000 with it.
 */
const longestPath = 800;

/** How long somebody may take at the issuer. */
const patience = 10 * 60 * 1000;

/** Signing in and out with OpenID Connect: authorization code with PKCE, as a public client. */
export function signIn(settings: SignInSettings, claimNames: ClaimNames, signing: Signing) {
  /** One for each attempt, because tabs may sign in side by side. */
  const cookieOf = (state: string) =>
    signedCookie(`${cookieName}${state.replace(/[^\w-]/g, '').slice(0, 12)}`, pending, signing);
  let found: Promise<oidc.Configuration> | undefined;

  /** The issuer's metadata; fetched once, and again after a failure. */
  function configuration(): Promise<oidc.Configuration> {
    const isLocal = new URL(settings.issuer).protocol === 'http:';
    found ??= oidc
      .discovery(new URL(settings.issuer), settings.clientId, undefined, oidc.None(), {
        // Without TLS there is nothing but the issuer on one machine; settings.ts refuses any other.
        // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so that nobody uses it unawares
        execute: isLocal ? [oidc.allowInsecureRequests] : [],
        timeout: 5,
        ...(settings.fetcher ? { [oidc.customFetch]: settings.fetcher } : {}),
      })
      .catch((cause: unknown) => {
        found = undefined;
        throw new SignInFailed('unreachable', { cause });
      });
    return found;
  }

  return {
    /** The address where the person signs in, to return to `returnTo`. */
    async begin(c: Context, returnTo: string): Promise<URL> {
      const config = await configuration();
      const verifier = oidc.randomPKCECodeVerifier();
      const state = oidc.randomState();
      const nonce = oidc.randomNonce();
      const until = new Date(signing.now().getTime() + patience);
      forgetMany(c);
      await cookieOf(state).write(c, { state, nonce, verifier, returnTo: shortPath(returnTo) }, until);
      return oidc.buildAuthorizationUrl(config, {
        redirect_uri: originOf(c) + paths.signedIn,
        scope: 'openid email profile',
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
      });
    },

    /**
     * The issuer's claims about the person, as far as the product reads them, and where they wanted to go.
     * @throws SignInFailed
     */
    async finish(c: Context): Promise<{ claims: Session['claims']; returnTo: string }> {
      const cookie = cookieOf(c.req.query('state') ?? '');
      const begun = await cookie.read(c);
      cookie.clear(c);
      if (!begun) throw new SignInFailed('unfinished');
      const { state, nonce, verifier, returnTo } = begun.value;
      const config = await configuration();
      try {
        const tokens = await oidc.authorizationCodeGrant(config, new URL(c.req.url), {
          pkceCodeVerifier: verifier,
          expectedState: state,
          expectedNonce: nonce,
          idTokenExpected: true,
        });
        return { claims: neededOf(tokens.claims() ?? {}, claimNames), returnTo: ownPath(returnTo) };
      } catch (cause) {
        throw new SignInFailed('unfinished', { cause });
      }
    },

    /** The address that signs the person out of the issuer, too; undefined if it has none. */
    async end(c: Context): Promise<URL | undefined> {
      const config = await configuration();
      if (config.serverMetadata().end_session_endpoint === undefined) return undefined;
      const back = originOf(c) + paths.signOut;
      return oidc.buildEndSessionUrl(config, {
        client_id: settings.clientId,
        post_logout_redirect_uri: back,
        logout_uri: back, // Cognito's name for it
      });
    },
  };
}

/** The claims that the product reads. Of hundreds of groups it keeps only the roles, since a cookie holds 4,096 bytes. */
export function neededOf(claims: Readonly<Record<string, unknown>>, names: ClaimNames): Session['claims'] {
  const wanted = ['sub', 'email', 'email_verified', 'name', names.partnerId, names.roles];
  const needed = Object.fromEntries(Object.entries(claims).filter(([name]) => wanted.includes(name)));
  const known = roleList.safeParse(needed[names.roles]);
  return known.success ? { ...needed, [names.roles]: known.data } : needed;
}

const shortPath = (path: string): string => (path.length > longestPath ? root : ownPath(path));

function forgetMany(c: Context): void {
  const attempts = Object.keys(getCookie(c)).filter((name) => name.includes(cookieName));
  if (attempts.length < mostAttempts) return;
  for (const name of attempts) deleteCookie(c, name, { path: '/', secure: isSecure(c) });
}

const originOf = (c: Context): string => new URL(c.req.url).origin;
