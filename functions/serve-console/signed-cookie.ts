import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { CookieOptions } from 'hono/utils/cookie';
import { jwtVerify, SignJWT } from 'jose';
import * as z from 'zod';

/** The key that signs cookies, and the time by which they expire: the machine's, whatever the product's is. */
export interface Signing {
  readonly key: () => Promise<Uint8Array>;
  readonly now: () => Date;
}

/** A value kept in the browser, which may read it; only this console can create one. */
export interface SignedCookie<Value> {
  /** The value and when it was written; undefined if there is none, it has expired, or somebody tampered with it. */
  read(c: Context): Promise<{ readonly value: Value; readonly writtenAt: Date } | undefined>;
  write(c: Context, value: Value, until: Date): Promise<void>;
  clear(c: Context): void;
}

const algorithm = 'HS256';

/** @param name of the cookie, signed with it, so that none passes for another */
export function signedCookie<Schema extends z.ZodType>(
  name: string,
  schema: Schema,
  { key, now }: Signing,
): SignedCookie<z.output<Schema>> {
  const written = z.object({ iat: z.number() });
  return {
    async read(c) {
      const token = getCookie(c, name, prefixOf(c));
      if (token === undefined) return undefined;
      try {
        const verified = await jwtVerify(token, await key(), {
          audience: name,
          algorithms: [algorithm],
          requiredClaims: ['exp'],
          currentDate: now(),
        });
        const { iat } = written.parse(verified.payload);
        return { value: schema.parse(verified.payload.value), writtenAt: new Date(iat * 1000) };
      } catch {
        return undefined;
      }
    },

    async write(c, value, until) {
      const token = await new SignJWT({ value })
        .setProtectedHeader({ alg: algorithm })
        .setAudience(name)
        .setIssuedAt(now())
        .setExpirationTime(until)
        .sign(await key());
      const maxAge = Math.max(0, Math.floor((until.getTime() - now().getTime()) / 1000));
      setCookie(c, name, token, { ...attributes(c), httpOnly: true, maxAge });
    },

    clear: (c) => void deleteCookie(c, name, attributes(c)),
  };
}

export const isSecure = (c: Context): boolean => new URL(c.req.url).protocol === 'https:';

/** A cookie with `__Host-` can only be set by this host over TLS; localhost has no TLS. */
const prefixOf = (c: Context) => (isSecure(c) ? 'host' : undefined);

/** The attributes of all cookies of the console. */
function attributes(c: Context): CookieOptions {
  const common = { path: '/', sameSite: 'Lax' } as const;
  return isSecure(c) ? { ...common, secure: true, prefix: 'host' } : common;
}
