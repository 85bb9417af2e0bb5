import { assertNever } from './assert-never.ts';
import { limitSpan, liveClaim, withoutStaleClaim } from './claims.ts';
import {
  changedContact,
  changedRecipient,
  type ContactChange,
  isSameAddress,
  isSameContact,
} from './contact.ts';
import type { CopyKind } from './email-kinds.ts';
import { isErasedAddress } from './erasure.ts';
import type { Contact, OrderLine } from './order-line.ts';
import { isReminderDue } from './reminders.ts';
import { isContactMissed } from './sent-emails.ts';
import { type Instant, type IsoDuration, later, plus } from './time.ts';

export interface ResendLimits {
  /** Minimum time between two resends of a line. */
  readonly interval: IsoDuration;
  /** Maximum number of emails in 24 hours, resends and contact changes together. */
  readonly perDay: number;
  /** Maximum number of emails in the life of a line, counting contact changes that send none. */
  readonly perLine: number;
}

/** Why something is refused, with the fields that the code adds to the answer. */
export type Refusal =
  | { readonly code: 'cancelled' }
  | { readonly code: 'point-of-no-return' }
  | { readonly code: 'not-started'; readonly requestedStartDate: Instant }
  | { readonly code: 'contact-undeliverable'; readonly reason: string }
  | { readonly code: 'resend-too-soon'; readonly canResendAt: Instant }
  /** Without `canResendAt`, the line has used up its emails for good. */
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

/** Why the provisioning email may not be resent at `now`; undefined: it may. */
export function refuseResend(stored: OrderLine, now: Instant, limits: ResendLimits): Refusal | undefined {
  const line = withoutStaleClaim(stored, now);
  return (
    refuseSettled(line) ??
    refuseUnstarted(line) ??
    refuseUndeliverable(line, line.provisioningContact) ??
    refuseTooMany(line, now, limits) ??
    refuseTooSoon(line, now, limits)
  );
}

/** Why the contact may not be changed to another address at `now`; undefined: it may. */
export function refuseContactChange(
  stored: OrderLine,
  now: Instant,
  limits: ResendLimits,
): Refusal | undefined {
  const line = withoutStaleClaim(stored, now);
  const settled = refuseSettled(line);
  if (settled) return settled;
  return refuseUnstarted(line) ? refuseUsedUp(line, limits) : refuseTooMany(line, now, limits);
}

export type ContactDecision =
  | { readonly outcome: 'unchanged' }
  /** Nothing is sent: the first email has not left yet, or the address does not change. */
  | { readonly outcome: 'save'; readonly contact: Contact }
  /** The email goes to the new contact at once; the change takes effect once it is accepted. */
  | { readonly outcome: 'send'; readonly contact: Contact }
  | { readonly outcome: 'refused'; readonly refusal: Refusal };

/** What a change of the provisioning contact means at `now`. */
export function decideContactChange(
  stored: OrderLine,
  change: ContactChange,
  now: Instant,
  limits: ResendLimits,
): ContactDecision {
  const line = withoutStaleClaim(stored, now);
  const settled = refuseSettled(line);
  if (settled) return { outcome: 'refused', refusal: settled };
  const contact = changedContact(line, change);
  if (isSameAddress(line.provisioningContact.email, contact.email)) {
    if (isSameContact(line.provisioningContact, contact)) return { outcome: 'unchanged' };
    const refusal = refuseUsedUp(line, limits);
    return refusal ? { outcome: 'refused', refusal } : { outcome: 'save', contact };
  }
  const refusal = refuseUndeliverable(line, contact) ?? refuseContactChange(line, now, limits);
  if (refusal) return { outcome: 'refused', refusal };
  return { outcome: refuseUnstarted(line) ? 'save' : 'send', contact };
}

/** How long to wait for a report on a first email that may have left before it is sent once more. */
const firstPatience: IsoDuration = 'PT15M';

/** The same for every further repeat: by then the mail service is down, and an email without a report has not left. */
const furtherPatience: IsoDuration = 'PT1H';

/**
 * Until when to wait for a report on the first email, or on its copy that is still due, because it may have left;
 * undefined: nothing is waited for.
 */
export const firstEmailAwaitedUntil = (line: OrderLine, now: Instant): Instant | undefined =>
  reportAwaitedUntil(line, now, 'first') ??
  (line.copyDue?.kind === 'first-copy' ? reportAwaitedUntil(line, now, 'first-copy') : undefined);

function reportAwaitedUntil(line: OrderLine, now: Instant, of: 'first' | 'first-copy'): Instant | undefined {
  const given = line.unconfirmed.filter(({ kind }) => kind === of);
  const last = given.at(-1);
  const until = last && plus(last.at, given.length === 1 ? firstPatience : furtherPatience);
  return until !== undefined && until > now ? until : undefined;
}

/**
 * What the workflow has to send at `now`: the `first` email; the email of a `contact-change` that sent none and whose
 * contact the first email missed; a copy, or a `reminder`, unless it is not to be sent; or `none`, because everything
 * was sent or the line was settled. `wait`: not before the requested start date.
 */
export function dueEmail(
  line: OrderLine,
  now: Instant,
): 'first' | 'contact-change' | CopyKind | 'reminder' | 'wait' | 'none' {
  if (line.status === 'Scheduled') return line.requestedStartDate <= now ? 'first' : 'wait';
  if (line.status !== 'AwaitingProvisioningDetails') return 'none';
  const isMissed = isContactMissed(line) && !isErasedAddress(line.provisioningContact.email);
  if (isMissed) return 'contact-change';
  if (line.copyDue) return line.copyDue.kind;
  return isReminderDue(line, now) ? 'reminder' : 'none';
}

/** The recipient of the copy that is due; undefined: it is not to be sent. */
export function copyRecipient(line: OrderLine, limits: Pick<ResendLimits, 'perLine'>): Contact | undefined {
  const { copyTo, provisioningContact } = line;
  if (!copyTo || isSameAddress(copyTo.email, provisioningContact.email)) return undefined;
  return (refuseUndeliverable(line, copyTo) ?? refuseUsedUp(line, limits)) ? undefined : copyTo;
}

export type CopyToDecision =
  | { readonly outcome: 'unchanged' }
  /** The contact gets the emails anyway. */
  | { readonly outcome: 'is-contact' }
  | { readonly outcome: 'save'; readonly copyTo: Contact | undefined }
  | { readonly outcome: 'refused'; readonly refusal: Refusal };

/**
 * What setting, changing or removing the second recipient means: it is possible until the point of no return, and
 * nothing is sent.
 * @param change undefined: nobody gets copies any more
 */
export function decideCopyTo(
  line: OrderLine,
  change: ContactChange | undefined,
  limits: ResendLimits,
): CopyToDecision {
  const settled = refuseSettled(line);
  if (settled) return { outcome: 'refused', refusal: settled };
  const { copyTo: known } = line;
  const copyTo = change && changedRecipient(known, change);
  if (copyTo && isSameAddress(copyTo.email, line.provisioningContact.email)) return { outcome: 'is-contact' };
  if (copyTo && known ? isSameContact(known, copyTo) : known === copyTo) return { outcome: 'unchanged' };
  const refusal = (copyTo && refuseUndeliverable(line, copyTo)) ?? refuseUsedUp(line, limits);
  return refusal ? { outcome: 'refused', refusal } : { outcome: 'save', copyTo };
}

function refuseSettled(line: OrderLine): Refusal | undefined {
  switch (line.status) {
    case 'Scheduled':
    case 'AwaitingProvisioningDetails':
      return undefined;
    case 'Closed':
      return line.onboardedAt === undefined ? undefined : { code: 'point-of-no-return' };
    case 'Onboarded':
      return { code: 'point-of-no-return' };
    case 'Cancelled':
      return { code: 'cancelled' };
    default:
      return assertNever(line);
  }
}

function refuseUnstarted(line: OrderLine): Refusal | undefined {
  return line.status === 'Scheduled'
    ? { code: 'not-started', requestedStartDate: line.requestedStartDate }
    : undefined;
}

/** Whether the line's contact is undeliverable, so that nothing is sent to them. */
export const isContactUndeliverable = (line: OrderLine): boolean =>
  refuseUndeliverable(line, line.provisioningContact) !== undefined;

function refuseUndeliverable({ undeliverable }: OrderLine, contact: Contact): Refusal | undefined {
  if (isErasedAddress(contact.email)) {
    return { code: 'contact-undeliverable', reason: 'the address was erased on request' };
  }
  const known = undeliverable.find(({ email }) => isSameAddress(email, contact.email));
  return known && { code: 'contact-undeliverable', reason: known.reason };
}

const refuseUsedUp = (line: OrderLine, limits: Pick<ResendLimits, 'perLine'>): Refusal | undefined =>
  line.emailsSent + line.contactsSaved >= limits.perLine ? { code: 'resend-limit-reached' } : undefined;

function refuseTooMany(line: OrderLine, now: Instant, limits: ResendLimits): Refusal | undefined {
  const usedUp = refuseUsedUp(line, limits);
  if (usedUp) return usedUp;
  const lastDay = line.countedEmailsAt.filter((at) => plus(at, limitSpan) > now);
  const blocking = lastDay.at(-limits.perDay);
  if (blocking === undefined) return undefined;
  const canResendAt = later(plus(blocking, limitSpan), nextAfterInterval(line, limits) ?? now);
  return { code: 'resend-limit-reached', canResendAt };
}

/** While another sender has the line, the next resend is possible when that claim expires, at the latest. */
function refuseTooSoon(line: OrderLine, now: Instant, limits: ResendLimits): Refusal | undefined {
  const next = later(nextAfterInterval(line, limits) ?? now, liveClaim(line, now)?.until ?? now);
  return next > now ? { code: 'resend-too-soon', canResendAt: next } : undefined;
}

const nextAfterInterval = (line: OrderLine, limits: ResendLimits): Instant | undefined =>
  line.lastResentAt === undefined ? undefined : plus(line.lastResentAt, limits.interval);
