import { withCopyDue, withoutCopyDue } from './copies.ts';
import { emailEffects, type EmailKind } from './email-kinds.ts';
import { type Claim, type OrderLine, withHistory } from './order-line.ts';
import { type Instant, type IsoDuration, later, plus } from './time.ts';

/** The unexpired claim at `now`, if any: it keeps all other senders out. */
export const liveClaim = (line: OrderLine, now: Instant): Claim | undefined =>
  line.claim && line.claim.until > now ? line.claim : undefined;

/** Claims the line for one email; any claim still there is given up. */
export const withClaim = (line: OrderLine, claim: Claim): OrderLine => ({ ...giveUpClaim(line), claim });

/** The line without that claim, because its email never reached the mail service or has been recorded. */
export function withoutClaim(line: OrderLine, id: string): OrderLine {
  const { claim, ...rest } = line;
  return claim?.id === id ? rest : line;
}

/**
 * Ends a claim with an unknown outcome: its sender died, or the mail service's answer was lost. The email may have
 * left, so it counts and is in the history; the mail service's report may still confirm it.
 */
export function giveUpClaim(line: OrderLine): OrderLine {
  const { claim } = line;
  if (!claim) return line;
  const { id, actor, at, kind, to } = claim;
  const known = line.unconfirmed.filter((other) => plus(other.at, limitSpan) > at);
  const counted = withCount(withoutClaim(line, id), kind, at);
  return withHistory(
    { ...withCopies(counted, kind, at), unconfirmed: [...known, claim] },
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

/**
 * What an email that may have left means for copies. Reminders and their copies are not repeated, so the copy of a
 * reminder is now due, and a copy itself no longer is. A first email is repeated, and so is its copy.
 */
function withCopies(line: OrderLine, kind: EmailKind, at: Instant): OrderLine {
  if (kind === 'reminder') return withCopyDue(line, kind, at);
  return kind === 'reminder-copy' ? withoutCopyDue(line, kind) : line;
}

/** The line with an expired claim given up, whether or not that has been written yet. */
export const withoutStaleClaim = (line: OrderLine, now: Instant): OrderLine =>
  liveClaim(line, now) ? line : giveUpClaim(line);

/** The period of the daily limit, and how long an idempotency key is valid. */
export const limitSpan: IsoDuration = 'PT24H';

/** Counts an email toward the limits of its kind. */
export function withCount(line: OrderLine, kind: EmailKind, at: Instant): OrderLine {
  const { spacesResends, countsTowardDay, reminds } = emailEffects[kind];
  const lastDay = line.countedEmailsAt.filter((sent) => plus(sent, limitSpan) > at);
  return {
    ...line,
    ...(spacesResends ? { lastResentAt: later(line.lastResentAt ?? at, at) } : {}),
    ...(reminds ? { remindedUntil: later(line.remindedUntil ?? at, at) } : {}),
    emailsSent: line.emailsSent + 1,
    countedEmailsAt: countsTowardDay ? [...lastDay, at] : lastDay,
  };
}

/**
 * Takes back the count of a claim's email. It cannot restore the time of the resend before it, but that one is at least
 * the minimum interval ago; nor a reminder before it, which would now be too late.
 */
export function withoutCount(line: OrderLine, { kind, at }: Claim): OrderLine {
  const { spacesResends, reminds } = emailEffects[kind];
  const { lastResentAt, ...unspaced } = line;
  const { remindedUntil, ...unreminded } = line;
  const uncounted = spacesResends && lastResentAt === at ? unspaced : line;
  return {
    ...(reminds && remindedUntil === at ? unreminded : uncounted),
    emailsSent: line.emailsSent - 1,
    countedEmailsAt: line.countedEmailsAt.filter((counted) => counted !== at),
  };
}

/** The email of `key` whose outcome is still unknown. */
export const unconfirmedOf = (line: OrderLine, key: string): Claim | undefined =>
  line.unconfirmed.find((claim) => claim.key === key);
