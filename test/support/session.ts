import { Hono } from 'hono';
import * as z from 'zod';
import { type Signing, signedCookie } from '../../functions/serve-console/signed-cookie.ts';

const hour = 60 * 60 * 1000;

/** The cookie of somebody who signed in to a console over TLS, as that console itself would write it. */
export async function sessionCookie(signing: Signing, claims: Record<string, unknown>): Promise<string> {
  const startedAt = signing.now().getTime();
  const session = signedCookie('console-session', z.unknown(), signing);
  const issuing = new Hono().get('/', async (c) => {
    await session.write(c, { id: 's-1', startedAt, claims }, new Date(startedAt + hour));
    return c.text('');
  });
  const { headers } = await issuing.request('https://console.test/');
  return headers.getSetCookie()[0]?.split(';')[0] ?? '';
}
