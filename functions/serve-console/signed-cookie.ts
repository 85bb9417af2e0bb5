import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { CookieOptions } from 'hono/utils/cookie';
import { jwtVerify, SignJWT } from 'jose';
import * as z from 'zod';

/** What cookies are signed with, and the time that they run out by: the machine's, whatever the product's is. */
export interface Signing {
  readonly key: () => Promise<Uint8Array>;
  readonly now: () => Date;
}

/** A value that a browser keeps: it may read it, and nobody but this console can make one. */
export interface SignedCookie<Value> {
  /** The value with when it was written; undefined if there is none, it has run out or somebody tampered with it. */
  read(c: Context): Promise<{ readonly value: Value; readonly writtenAt: Date } | undefined>;
  write(c: Context, value: Value, until: Date): Promise<void>;
  clear(c: Context): void;
}

const algorithm = 'HS256';

/** @param name names the cookie, and is signed with it, so that none passes for another */
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

/** With `__Host-` a cookie can be set by this host over TLS alone; localhost has no TLS. */
const prefixOf = (c: Context) => (isSecure(c) ? 'host' : undefined);

/** How all cookies of the console are kept. */
function attributes(c: Context): CookieOptions {
  const common = { path: '/', sameSite: 'Lax' } as const;
  return isSecure(c) ? { ...common, secure: true, prefix: 'host' } : common;
}
