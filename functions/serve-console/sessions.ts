import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import * as z from 'zod';
import { type Signing, signedCookie } from './signed-cookie.ts';

const minute = 60 * 1000;
const hour = 60 * minute;

/** How long a session may be idle, and how long it lasts in any case. */
const idleEnd = hour;
const absoluteEnd = 8 * hour;

/** The cookie is renewed only when its end moves by this much: more often would be of no use. */
const renewal = minute;

const session = z.object({
  id: z.string(),
  startedAt: z.number(),
  /** The claims of the ID token: who the person is, and what they may do. */
  claims: z.record(z.string(), z.unknown()),
});
export type Session = z.output<typeof session>;

/** When a session that began at `startedAt` ends if it is idle after `now`. */
const endOf = (startedAt: number, now: Date): Date =>
  new Date(Math.min(now.getTime() + idleEnd, startedAt + absoluteEnd));

/** Who is signed in. */
export function sessions(signing: Signing, newId: () => string) {
  const cookie = signedCookie('console-session', session, signing);
  return {
    async start(c: Context, claims: Session['claims']): Promise<void> {
      const startedAt = signing.now().getTime();
      await cookie.write(c, { id: newId(), startedAt, claims }, endOf(startedAt, signing.now()));
    },

    /** The session of the request; its idle time starts again. */
    async current(c: Context): Promise<Session | undefined> {
      const found = await cookie.read(c);
      if (!found) return undefined;
      const now = signing.now();
      if (now.getTime() - found.writtenAt.getTime() >= renewal) {
        await cookie.write(c, found.value, endOf(found.value.startedAt, now));
      }
      return found.value;
    },

    end: (c: Context) => cookie.clear(c),
  };
}

/**
 * The token of every form: a one-time id, with proof that this console made it for this session. The id is the
 * idempotency key of what the form requests, so sending it twice counts once. The proof keeps a form that was shown to
 * one person from counting for the next person in the same browser, which the check of a form's origin by `hono/csrf`
 * does not cover. Tokens differ from page to page, so that compression gives nothing away.
 */
export function formTokens(key: Signing['key'], newId: () => string) {
  const proof = async (session: Session, id: string) =>
    createHmac('sha256', await key())
      .update(`form ${session.id} ${id}`)
      .digest('base64url');

  /** The one-time id of a token, if it was issued for this session. */
  async function idempotencyKeyOf(session: Session, token: string | undefined): Promise<string | undefined> {
    const [id = '', given = ''] = (token ?? '').split('.');
    const expected = Buffer.from(await proof(session, id));
    const found = Buffer.from(given);
    return found.length === expected.length && timingSafeEqual(found, expected) ? id : undefined;
  }

  return {
    /** The same in all sessions of a person. */
    pseudonym: async ({ claims }: Session): Promise<string> =>
      createHmac('sha256', await key())
        .update(`person ${String(claims.sub)}`)
        .digest('base64url'),

    issue: async (session: Session): Promise<string> => {
      const id = newId();
      return `${id}.${await proof(session, id)}`;
    },

    idempotencyKeyOf,

    /** Whether a token was issued for this session. */
    isValid: async (session: Session, token: string | undefined): Promise<boolean> =>
      (await idempotencyKeyOf(session, token)) !== undefined,
  };
}
