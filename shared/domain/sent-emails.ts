import { keepAnswer } from './answers.ts';
import { withCount, withoutClaim, withoutCount } from './claims.ts';
import { isSameAddress, isSameContact, withContact } from './contact.ts';
import { withCopyDue, withoutCopyDue, withoutCopyOf } from './copies.ts';
import { emailEffects, type EmailKind, isCopy } from './email-kinds.ts';
import { type HistoryEntry, withEntry } from './history.ts';
import { type Claim, type Contact, type OrderLine, type SentEmail, withHistory } from './order-line.ts';
import { type Instant, plus } from './time.ts';

/**
 * Records that the claimed email was accepted for sending: a first email starts the window, a contact change takes
 * effect. It counts even if the line was settled or the claim given up in the meantime: the email did leave, and its
 * entry in the history now says so. The same email again changes nothing, and newer facts stay.
 */
export function recordSent(line: OrderLine, claim: Claim, { messageId, sentAt }: Acceptance): OrderLine {
  if (sentEmailOf(line, messageId)) return line;
  const { id, actor, kind, to, key } = claim;
  const { startsWindow, changesContact } = emailEffects[kind];
  // The history goes further back than the list of claims that were given up.
  const isCounted =
    line.unconfirmed.some((given) => given.id === id) || line.history.some((entry) => isOfClaim(entry, id));
  const counted = isCounted ? line : withCount(withoutClaim(line, id), kind, sentAt);
  const isChange =
    changesContact && !isContactNewer(line, claim) && !isSameContact(line.provisioningContact, to);
  const changed = isChange ? withContact(counted, to, { at: sentAt, actor }) : counted;
  const email: SentEmail = { messageId, to: to.email, sentAt };
  const isRepeated = startsWindow ? line.firstEmailSentAt !== undefined : isCounted;
  const copied = withoutCopyDue(isRepeated ? changed : withCopyDue(changed, kind, sentAt), kind);
  const sent: OrderLine = {
    ...(startsWindow ? started(copied, sentAt) : copied),
    unconfirmed: changed.unconfirmed.filter((given) => given.id !== id),
    ...(isCopy(kind) || (line.lastEmail && line.lastEmail.sentAt > sentAt)
      ? {}
      : { lastEmail: { ...email, delivery: 'Accepted' } }),
    history: withSentEntry(changed.history, id, {
      at: sentAt,
      type: 'ProvisioningEmailSent',
      actor,
      to: to.email,
      messageId,
      result: isCounted ? 'Confirmed' : 'Accepted',
      kind,
    }),
  };
  return key === undefined ? sent : keepAnswer(sent, { key, at: sentAt, email });
}

/** The mail service's acceptance of an email. */
type Acceptance = Omit<SentEmail, 'to'>;

/** The history with the unconfirmed entry replaced by the sent email. */
function withSentEntry(
  history: readonly HistoryEntry[],
  claimId: string,
  sent: HistoryEntry,
): readonly HistoryEntry[] {
  const place = history.findIndex((entry) => isOfClaim(entry, claimId));
  return place === -1 ? withEntry(history, sent) : history.with(place, sent);
}

/** Whether the entry says that the claim's email may have been sent. */
const isOfClaim = (entry: HistoryEntry, claimId: string): boolean =>
  entry.type === 'ProvisioningEmailUnconfirmed' && entry.claimId === claimId;

/**
 * Whether the contact was chosen after the claim: a late confirmation must not undo that. An email to the contact
 * counts as a choice even if nothing changed.
 */
const isContactNewer = (line: OrderLine, claim: Claim): boolean =>
  line.history.some((entry) => entry.at > claim.at && choosesContact(entry));

const choosesContact = (entry: HistoryEntry): boolean =>
  entry.type === 'ProvisioningContactChanged' ||
  (entry.type === 'ProvisioningEmailSent' && emailEffects[entry.kind].changesContact);

/** An email as the mail service reports it. */
export interface ReportedEmail extends SentEmail {
  readonly claimId: string | undefined;
  readonly kind: EmailKind | undefined;
}

/**
 * Records an email that the mail service reported, unless the line knows of it: through the claim that it was sent for,
 * as if the answer had come; without a claim, from the report alone.
 */
export function recordReported(line: OrderLine, email: ReportedEmail): OrderLine {
  const { claimId, messageId, to, sentAt } = email;
  const { kind = line.firstEmailSentAt === undefined ? 'first' : 'resend' } = email;
  const claims = line.claim ? [line.claim, ...line.unconfirmed] : line.unconfirmed;
  const claim = claims.find(({ id }) => id === claimId) ?? {
    id: claimId ?? messageId,
    owner: 'report',
    kind,
    to: contactOf(line, to),
    actor: 'aws.ses',
    at: sentAt,
    until: sentAt,
  };
  return recordSent(line, claim, { messageId, sentAt });
}

/** The line's contact if the address matches; otherwise a contact with only the address. */
const contactOf = ({ provisioningContact }: OrderLine, email: string): Contact =>
  isSameAddress(provisioningContact.email, email)
    ? provisioningContact
    : { email, locale: provisioningContact.locale };

/**
 * Whether somebody chose the contact, but no email went there or may have gone there: the first one turned out to have
 * left for the previous contact when its answer was lost.
 */
export const isContactMissed = ({ history, provisioningContact: { email } }: OrderLine): boolean =>
  history.some((entry) => entry.type === 'ProvisioningContactChanged' && isSameAddress(entry.to, email)) &&
  !history.some((entry) => isEmail(entry) && isSameAddress(entry.to, email));

const isEmail = (
  entry: HistoryEntry,
): entry is Extract<HistoryEntry, { type: 'ProvisioningEmailSent' | 'ProvisioningEmailUnconfirmed' }> =>
  (entry.type === 'ProvisioningEmailSent' || entry.type === 'ProvisioningEmailUnconfirmed') &&
  !isCopy(entry.kind);

/** An email of the line; undefined if the line does not know it. */
export function sentEmailOf(line: OrderLine, messageId: string): Omit<SentEmail, 'messageId'> | undefined {
  const { lastEmail } = line;
  if (lastEmail?.messageId === messageId) return { to: lastEmail.to, sentAt: lastEmail.sentAt };
  for (const { at, ...entry } of line.history) {
    if (entry.type === 'ProvisioningEmailSent' && entry.messageId === messageId)
      return { to: entry.to, sentAt: at };
  }
  return undefined;
}

/** The line with the window that its first email starts; a later email does not move it. */
function started(line: OrderLine, sentAt: Instant): OrderLine {
  if (line.firstEmailSentAt !== undefined) return line;
  const window = { firstEmailSentAt: sentAt, closesAt: plus(sentAt, line.window) };
  return line.status === 'Scheduled'
    ? { ...line, ...window, status: 'AwaitingProvisioningDetails' }
    : { ...line, ...window };
}

/**
 * Records that the mail service refused the claimed email: nothing counts, even if the claim was given up in the
 * meantime, and the next email may leave at once. A claim that is gone already has its outcome.
 * @param failure what the history says about it; undefined: nothing, because the same email is sent later
 */
export function recordFailure(
  line: OrderLine,
  claim: Claim,
  failure: { at: Instant; reason: string } | undefined,
): OrderLine {
  const { id, actor, kind, to } = claim;
  const entries: readonly HistoryEntry[] = failure
    ? [{ ...failure, type: 'ProvisioningEmailFailed', actor, to: to.email }]
    : [];
  // A copy that the mail service refuses is not retried; one that it throttles is.
  const known = failure ? withoutCopyDue(line, kind) : line;
  if (known.claim?.id === id) return entries.reduce(withHistory, withoutClaim(known, id));
  if (!known.unconfirmed.some((given) => given.id === id)) return line;
  return {
    ...withoutCount(withoutCopyOf(known, claim), claim),
    unconfirmed: known.unconfirmed.filter((given) => given.id !== id),
    history: known.history.flatMap((entry) => (isOfClaim(entry, id) ? entries : entry)),
  };
}
