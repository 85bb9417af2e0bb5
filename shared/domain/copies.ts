import { emailEffects, type EmailKind, isCopy } from './email-kinds.ts';
import { type Contact, type OrderLine, type Stamp, withHistory } from './order-line.ts';
import type { Instant } from './time.ts';

/*
 * A line may have a second recipient, who gets copies of its first email and reminders: emails of their own, for
 * information. A copy becomes due in the same write that records its email, so no crash loses it.
 */

/** The line with the copy of its email due, if it has a second recipient. */
export function withCopyDue(line: OrderLine, kind: EmailKind, at: Instant): OrderLine {
  const { copiedAs } = emailEffects[kind];
  return line.copyTo === undefined || copiedAs === undefined
    ? line
    : { ...line, copyDue: { kind: copiedAs, at } };
}

/** The line without that copy due: it was sent, may have been, or is not to be sent. */
export function withoutCopyDue(line: OrderLine, kind: EmailKind): OrderLine {
  const { copyDue, ...rest } = line;
  return copyDue?.kind === kind ? rest : line;
}

/** The line without the copy of an email that counted from `at` on, because it may have left, and did not. */
export function withoutCopyOf(line: OrderLine, { kind, at }: { kind: EmailKind; at: Instant }): OrderLine {
  const { copiedAs } = emailEffects[kind];
  return copiedAs === undefined || line.copyDue?.at !== at ? line : withoutCopyDue(line, copiedAs);
}

/** Whether an email of the line was a copy. */
export const isCopyOf = ({ history }: OrderLine, messageId: string): boolean =>
  history.some(
    (entry) => entry.type === 'ProvisioningEmailSent' && entry.messageId === messageId && isCopy(entry.kind),
  );

/** Sets, changes or removes the second recipient; nothing is sent. */
export function saveCopyTo(line: OrderLine, copyTo: Contact | undefined, stamp: Stamp): OrderLine {
  const { copyTo: _, ...rest } = line;
  return withHistory<OrderLine>(
    { ...rest, ...(copyTo === undefined ? {} : { copyTo }), contactsSaved: line.contactsSaved + 1 },
    { ...stamp, type: 'CopyRecipientChanged', ...(copyTo === undefined ? {} : { to: copyTo.email }) },
  );
}
