import { once } from 'node:events';
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';

/** Who the tests of a deployment are signed in by. */
export interface Issuer {
  readonly url: string;
  readonly privateKey: JWK;
}

export const audience = 'provisioning-api';

/** Serves what an API needs to verify tokens, on the loopback, for as long as this process lives. */
export async function startIssuer(): Promise<Issuer & { stop(): void }> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'key', alg: 'RS256', use: 'sig' }];
  const server = createServer((request, response) => {
    const body = request.url?.endsWith('/jwks')
      ? { keys }
      : {
          issuer: url,
          jwks_uri: `${url}/jwks`,
          authorization_endpoint: `${url}/authorize`,
          token_endpoint: `${url}/token`,
        };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the issuer has no port');
  const url = `http://127.0.0.1:${address.port}`;
  return { url, privateKey: await exportJWK(privateKey), stop: () => server.close() };
}

export async function issueToken(
  { url, privateKey }: Issuer,
  claims: Record<string, unknown>,
  { expiresIn = 3600, to = audience }: { readonly expiresIn?: number; readonly to?: string } = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return await new SignJWT({ sub: 'a-person', ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: 'key' })
    .setIssuer(url)
    .setAudience(to)
    .setIssuedAt(now - 10)
    .setExpirationTime(now + expiresIn)
    .sign(await importJWK(privateKey, 'RS256'));
}
