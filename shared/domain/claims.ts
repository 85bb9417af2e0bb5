import { emailEffects, type EmailKind } from './email-kinds.ts';
import { type Claim, type OrderLine, withHistory } from './order-line.ts';
import { type Instant, type IsoDuration, later, plus } from './time.ts';

/** The claim that nobody else may send beside, if there is one at `now`. */
export const liveClaim = (line: OrderLine, now: Instant): Claim | undefined =>
  line.claim && line.claim.until > now ? line.claim : undefined;

/** Claims the line for one email; a claim that is still there is given up. */
export const withClaim = (line: OrderLine, claim: Claim): OrderLine => ({ ...giveUpClaim(line), claim });

/** The line without the claim of that id, whose email was not handed to the mail service or is recorded. */
export function withoutClaim(line: OrderLine, id: string): OrderLine {
  const { claim, ...rest } = line;
  return claim?.id === id ? rest : line;
}

/**
 * Ends a claim whose outcome nobody knows: its sender died, or the mail service's answer was lost. Its email may have
 * been sent, so it counts and is in the history; the mail service's report may still confirm it.
 */
export function giveUpClaim(line: OrderLine): OrderLine {
  const { claim } = line;
  if (!claim) return line;
  const { id, actor, at, kind, to } = claim;
  const known = line.unconfirmed.filter((other) => plus(other.at, limitSpan) > at);
  return withHistory(
    { ...withCount(withoutClaim(line, id), kind, at), unconfirmed: [...known, claim] },
    {
      at,
      type: 'ProvisioningEmailUnconfirmed',
      actor,
      to: to.email,
      kind,
      claimId: id,
    },
  );
}

/** The line as it is once a claim that ran out is given up; nothing needs to have written that. */
export const withoutStaleClaim = (line: OrderLine, now: Instant): OrderLine =>
  liveClaim(line, now) ? line : giveUpClaim(line);

/** The span that the daily limit looks back over, and that an idempotency key counts for. */
export const limitSpan: IsoDuration = 'PT24H';

/** Counts an email toward the limits that its kind counts toward. */
export function withCount(line: OrderLine, kind: EmailKind, at: Instant): OrderLine {
  const { spacesResends, countsTowardDay } = emailEffects[kind];
  const lastDay = line.countedEmailsAt.filter((sent) => plus(sent, limitSpan) > at);
  return {
    ...line,
    ...(spacesResends ? { lastResentAt: later(line.lastResentAt ?? at, at) } : {}),
    emailsSent: line.emailsSent + 1,
    countedEmailsAt: countsTowardDay ? [...lastDay, at] : lastDay,
  };
}

/** The email of `key` of which nobody knows yet whether it left. */
export const unconfirmedOf = (line: OrderLine, key: string): Claim | undefined =>
  line.unconfirmed.find((claim) => claim.key === key);
