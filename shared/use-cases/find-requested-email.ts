import { keptAnswer } from '../domain/answers.ts';
import { giveUpClaim, unconfirmedOf } from '../domain/claims.ts';
import type { LineKey, SentEmail } from '../domain/order-line.ts';
import { toInstant } from '../domain/time.ts';
import { type Caller, requireResend } from './access.ts';
import { keptKey, type ResendServices } from './requested-email.ts';
import { answerOf } from './resend.ts';

/** A requested email, as far as is known. */
type RequestedEmail =
  | { readonly outcome: 'sent'; readonly email: SentEmail }
  | { readonly outcome: 'unconfirmed'; readonly to: string };

/**
 * The email of the request with that idempotency key; undefined if the line had no such request within the last 24
 * hours. It only looks, and never sends anything.
 * @throws Problem order-line-not-found, no-access
 */
export async function findRequestedEmail(
  key: LineKey,
  { caller, of, idempotencyKey }: { caller: Caller; of: 'resend' | 'contact-change'; idempotencyKey: string },
  { store, now }: Pick<ResendServices, 'store' | 'now'>,
): Promise<RequestedEmail | undefined> {
  const line = requireResend(await store.find(key), caller);
  const own = keptKey(of, idempotencyKey);
  const kept = keptAnswer(line, own, toInstant(now()));
  const email = answerOf(kept)?.email ?? kept?.email;
  if (email) return { outcome: 'sent', email };
  const claim = unconfirmedOf(giveUpClaim(line), own);
  return claim && { outcome: 'unconfirmed', to: claim.to.email };
}
