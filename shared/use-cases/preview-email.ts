import { type Email } from '../contracts/email.ts';
import type { ContactChange } from '../domain/contact.ts';
import type { EmailKind } from '../domain/email-kinds.ts';
import { byLineId, type Contact, type LineKey, type Locale, type OrderLine } from '../domain/order-line.ts';
import { decideContactChange, refuseResend, type Refusal } from '../domain/rules.ts';
import { type Instant, later, toInstant } from '../domain/time.ts';
import { writeEmail } from '../emails/write-email.ts';
import { type Caller, resendAccess } from './access.ts';
import { otherLines } from './change-contact.ts';
import { problemOf } from './present-unmet.ts';
import type { ResendServices } from './requested-email.ts';
import { inLanguage } from './resend.ts';

/*
 * What people see before they request an email: exactly that email, by the code that writes what is sent. Nothing is
 * claimed, counted or written.
 */

type Services = Pick<ResendServices, 'store' | 'limits' | 'mailSettings' | 'now'>;

interface Asked {
  readonly caller: Caller;
  /** Identifies the request for support. */
  readonly requestId: string;
}

/** The email that a resend would send now, or why it would send none. */
export type ResendPreview = { readonly email: Email } | { readonly refusal: Refusal };

/** @throws Problem order-line-not-found, no-access */
export async function previewResend(
  key: LineKey,
  locale: Locale | undefined,
  asked: Asked,
  services: Services,
): Promise<ResendPreview> {
  const { limits, now } = services;
  const line = await lineOf(key, asked, services);
  const at = toInstant(now());
  const refusal = refuseResend(line, at, limits);
  if (refusal) return { refusal };
  return { email: await emailOf(line, 'resend', inLanguage(line.provisioningContact, locale), at, services) };
}

/** What a change of contact would do to a line. */
export interface PlannedChange {
  readonly lineId: string;
  /** `send`: the email goes to the contact at once; `save-for-first`: on the start date; the others send nothing. */
  readonly outcome: 'send' | 'save-for-first' | 'save' | 'unchanged' | 'refused';
  /** Why it would be refused. */
  readonly code?: Refusal['code'];
}

export interface ContactPreview {
  /** The named line first; with `applyToAllLines`, then the others of its order. */
  readonly lines: readonly PlannedChange[];
  /** The email of the named line, sent at once or on its start date; missing if there is none. */
  readonly email?: Email;
}

/** @throws Problem order-line-not-found, no-access */
export async function previewContactChange(
  key: LineKey,
  change: ContactChange,
  asked: Asked & { readonly applyToAllLines: boolean },
  services: Services,
): Promise<ContactPreview> {
  const named = await lineOf(key, asked, services);
  const others = asked.applyToAllLines ? await otherLines(key, asked, services) : [];
  const at = toInstant(services.now());
  const planned = [named, ...others.toSorted(byLineId)].map((line) => ({
    line,
    ...plan(line, change, at, services),
  }));
  const [first] = planned;
  const lines = planned.map(({ line: { lineId }, outcome, code }) => ({
    lineId,
    outcome,
    ...(code === undefined ? {} : { code }),
  }));
  if (!first?.contact) return { lines };
  const { outcome, contact } = first;
  if (outcome === 'send')
    return { lines, email: await emailOf(named, 'contact-change', contact, at, services) };
  const then = later(named.requestedStartDate, at);
  return outcome === 'save-for-first'
    ? { lines, email: await emailOf(named, 'first', contact, then, services) }
    : { lines };
}

function plan(
  line: OrderLine,
  change: ContactChange,
  at: Instant,
  { limits }: Services,
): Omit<PlannedChange, 'lineId'> & { readonly contact?: Contact } {
  const decision = decideContactChange(line, change, at, limits);
  switch (decision.outcome) {
    case 'unchanged':
      return { outcome: 'unchanged' };
    case 'send':
      return { outcome: 'send', contact: decision.contact };
    case 'save': {
      const outcome = line.status === 'Scheduled' ? 'save-for-first' : 'save';
      return { outcome, contact: decision.contact };
    }
    case 'refused':
      return { outcome: 'refused', code: decision.refusal.code };
  }
}

async function lineOf(key: LineKey, { caller, requestId }: Asked, { store }: Services): Promise<OrderLine> {
  const access = resendAccess(await store.find(key), caller);
  if ('denial' in access) throw problemOf({ outcome: 'denied', ...access.denial }, requestId);
  return access.line;
}

const emailOf = (
  line: OrderLine,
  kind: EmailKind,
  to: Contact,
  at: Instant,
  { mailSettings }: Services,
): Promise<Email> =>
  writeEmail(
    line,
    { id: 'preview', owner: 'preview', kind, to, actor: 'preview', at, until: at },
    mailSettings,
  );
