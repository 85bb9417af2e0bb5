import { type Contact, isOpen, isProvisioningPending, limitSpan, type OrderLine } from './order-line.ts';
import { type Instant, type IsoDuration, later, plus } from './time.ts';

export interface ResendLimits {
  /** The least time between two resends of a line. */
  readonly interval: IsoDuration;
  /** How many emails, resends and contact changes together, may leave in 24 hours. */
  readonly perDay: number;
  /** How many emails may leave in the life of a line. */
  readonly perLine: number;
}

/** Why something may not be done, with what the answer adds to its code. */
export type Refusal =
  | { readonly code: 'cancelled' }
  | { readonly code: 'point-of-no-return' }
  | { readonly code: 'not-started'; readonly requestedStartDate: Instant }
  | { readonly code: 'contact-undeliverable'; readonly reason: string }
  | { readonly code: 'resend-too-soon'; readonly canResendAt: Instant }
  /** Without `canResendAt` the line has used up its emails for good. */
  | { readonly code: 'resend-limit-reached'; readonly canResendAt?: Instant };

/** All reasons for a refusal. */
export const refusalCodes = [
  'cancelled',
  'point-of-no-return',
  'not-started',
  'contact-undeliverable',
  'resend-too-soon',
  'resend-limit-reached',
] as const satisfies readonly Refusal['code'][];

/** Whether the provisioning email may be resent at `now`; undefined: it may. */
export function refuseResend(line: OrderLine, now: Instant, limits: ResendLimits): Refusal | undefined {
  return (
    refuseSettled(line) ??
    refuseUnstarted(line) ??
    refuseUndeliverable(line) ??
    refuseTooMany(line, now, limits) ??
    refuseTooSoon(line, now, limits)
  );
}

/** Whether the contact may be changed to another address at `now`; undefined: it may. */
export function refuseContactChange(
  line: OrderLine,
  now: Instant,
  limits: ResendLimits,
): Refusal | undefined {
  const settled = refuseSettled(line);
  if (settled) return settled;
  return refuseUnstarted(line) ? undefined : refuseTooMany(line, now, limits);
}

export type ContactChange =
  | { readonly outcome: 'unchanged' }
  /** Before the first email: it will go to the new contact on the requested start date. */
  | { readonly outcome: 'save' }
  /** The email goes to the new contact at once, and the change counts once it was accepted. */
  | { readonly outcome: 'send' }
  | { readonly outcome: 'refused'; readonly refusal: Refusal };

/** What a change of the provisioning contact to `contact` means at `now`. */
export function decideContactChange(
  line: OrderLine,
  contact: Contact,
  now: Instant,
  limits: ResendLimits,
): ContactChange {
  const settled = refuseSettled(line);
  if (settled) return { outcome: 'refused', refusal: settled };
  if (isSameAddress(line.provisioningContact.email, contact.email)) return { outcome: 'unchanged' };
  const refusal = refuseContactChange(line, now, limits);
  if (refusal) return { outcome: 'refused', refusal };
  return { outcome: refuseUnstarted(line) ? 'save' : 'send' };
}

/** Mail addresses are the same in any case: mail systems that tell them apart are not met in practice. */
const isSameAddress = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/**
 * Whether the first email may leave at `now`: `send` it, `wait` for the requested start date, or nothing is `left` to
 * do because it was sent or the line was settled.
 */
export function decideFirstEmail(line: OrderLine, now: Instant): 'send' | 'wait' | 'left' {
  if (refuseSettled(line) || line.firstEmailSentAt !== undefined || line.status !== 'Scheduled')
    return 'left';
  return line.requestedStartDate <= now ? 'send' : 'wait';
}

function refuseSettled(line: OrderLine): Refusal | undefined {
  if (line.status === 'Cancelled') return { code: 'cancelled' };
  if (line.onboardedAt !== undefined) return { code: 'point-of-no-return' };
  if (!isOpen(line) && !isProvisioningPending(line))
    throw new Error(`no rule for a line that is ${line.status}`);
  return undefined;
}

function refuseUnstarted(line: OrderLine): Refusal | undefined {
  return line.status === 'Scheduled'
    ? { code: 'not-started', requestedStartDate: line.requestedStartDate }
    : undefined;
}

function refuseUndeliverable(line: OrderLine): Refusal | undefined {
  const { undeliverable, provisioningContact } = line;
  return undeliverable && isSameAddress(undeliverable.email, provisioningContact.email)
    ? { code: 'contact-undeliverable', reason: undeliverable.reason }
    : undefined;
}

function refuseTooMany(line: OrderLine, now: Instant, limits: ResendLimits): Refusal | undefined {
  if (line.emailsSent >= limits.perLine) return { code: 'resend-limit-reached' };
  const lastDay = line.countedEmailsAt.filter((at) => plus(at, limitSpan) > now);
  const blocking = lastDay.at(-limits.perDay);
  if (blocking === undefined) return undefined;
  const canResendAt = later(plus(blocking, limitSpan), nextAfterInterval(line, limits) ?? now);
  return { code: 'resend-limit-reached', canResendAt };
}

function refuseTooSoon(line: OrderLine, now: Instant, limits: ResendLimits): Refusal | undefined {
  const next = nextAfterInterval(line, limits);
  return next !== undefined && next > now ? { code: 'resend-too-soon', canResendAt: next } : undefined;
}

const nextAfterInterval = (line: OrderLine, limits: ResendLimits): Instant | undefined =>
  line.lastResentAt === undefined ? undefined : plus(line.lastResentAt, limits.interval);
