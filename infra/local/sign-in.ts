import { createLocalJWKSet, exportJWK, generateKeyPair, type JWK, jwtVerify } from 'jose';
import Provider from 'oidc-provider';
import { createMemoryAdapter } from 'oidc-provider/lib/adapters/memory_adapter.js';
import * as z from 'zod';
import { roles } from '../../shared/use-cases/access.ts';
import type { Storage } from './storage.ts';

export const tokenRequest = z.strictObject({
  partnerId: z.string().min(1).exactOptional(),
  roles: z.array(z.enum(roles, `must be one of ${roles.join(', ')}`)),
  email: z.email().exactOptional(),
  name: z.string().min(1).exactOptional(),
  /** Seconds; at or below 0 for a token that has expired. */
  expiresIn: z.int().default(24 * 60 * 60),
});
export type TokenRequest = z.output<typeof tokenRequest>;

export const signInPath = '/_local/sign-in';
const audience = 'provisioning-api';

/** Seconds: one machine has one clock. */
const clockTolerance = 0;

const keySet = z.object({ privateKey: z.looseObject({ kty: z.string() }) });

/** A real OpenID Connect server in this process, whose keys are kept so that tokens outlive a restart. */
export async function startSignIn(storage: Storage, origin: string) {
  const issuer = `${origin}${signInPath}`;
  const privateKey = await keptKey(storage);
  const { kty, n, e, kid, alg, use } = privateKey;
  const publicKeys = createLocalJWKSet({
    keys: [z.looseObject({ kty: z.string() }).parse({ kty, n, e, kid, alg, use })],
  });

  const resource = { audience, scope: '', accessTokenFormat: 'jwt' } as const;
  const provider = new Provider(issuer, {
    adapter: createMemoryAdapter(clockTolerance),
    jwks: { keys: [privateKey] },
    clients: [{ client_id: 'local', token_endpoint_auth_method: 'none', redirect_uris: [`${origin}/`] }],
    cookies: { keys: [crypto.randomUUID()] },
    ttl: { AccessToken: tokenRequest.shape.expiresIn.parse(undefined) },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: { enabled: true, getResourceServerInfo: () => resource },
    },
    extraTokenClaims: (_context, token) => token.extra,
  });

  return {
    /** The server's own pages: discovery, keys and so on. */
    listener: provider.callback(),

    async issueToken({ partnerId, roles: granted, email, name, expiresIn }: TokenRequest): Promise<string> {
      const client = await provider.Client.find('local');
      if (!client) throw new Error('the sign-in server has no client');
      const token = new provider.AccessToken({
        accountId: `${partnerId ?? 'operator'}/${email ?? name ?? 'somebody'}`,
        client,
        grantId: 'local',
        scope: 'openid',
        gty: 'client_credentials',
        expiresIn,
      });
      token.resourceServer = new provider.ResourceServer(issuer, resource);
      token.extra = { partner_id: partnerId, roles: granted, email, name };
      return await token.save();
    },

    /** The claims of a token that this server issued and that is still good; undefined for any other. */
    async verify(token: string): Promise<Record<string, unknown> | undefined> {
      try {
        return (await jwtVerify(token, publicKeys, { issuer, audience })).payload;
      } catch {
        return undefined;
      }
    },
  };
}

async function keptKey(storage: Storage): Promise<JWK & { kty: string }> {
  const part = storage.part('sign-in');
  const kept = keySet.safeParse(await part.get('keys'));
  if (kept.success) return kept.data.privateKey;
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const made = {
    ...(await exportJWK(privateKey)),
    kty: 'RSA',
    use: 'sig',
    alg: 'RS256',
    kid: crypto.randomUUID(),
  };
  await part.put('keys', { privateKey: made });
  return made;
}
