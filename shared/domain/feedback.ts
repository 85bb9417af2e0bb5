import { isSameAddress } from './contact.ts';
import { isErasedAddress } from './erasure.ts';
import {
  type Delivery,
  type DeliveryOutcome,
  type OrderLine,
  type Stamp,
  type Undeliverable,
  withHistory,
} from './order-line.ts';
import { sentEmailOf } from './sent-emails.ts';
import { later } from './time.ts';

/** A report by the mail service on an email that it accepted. */
export interface Feedback {
  readonly messageId: string;
  readonly delivery: DeliveryOutcome;
  readonly reason?: string;
  /** The address hard-bounced or complained, so nothing may be sent to it any more. */
  readonly undeliverable: boolean;
}

/** Reports arrive in any order: an earlier step in this list never overrides a later one. */
const deliveryRank: Readonly<Record<Delivery, number>> = {
  Accepted: 0,
  Delayed: 1,
  /** A transient bounce: a full mailbox, or an automatic reply, which comes after the delivery. */
  Bounced: 2,
  Delivered: 3,
  Rejected: 4,
  Complained: 5,
};

/** A hard bounce ranks as high as a rejection. */
const rankOf = ({ delivery, undeliverable }: { delivery: Delivery; undeliverable: boolean }): number =>
  delivery === 'Bounced' && undeliverable ? deliveryRank.Rejected : deliveryRank[delivery];

/** Records a report on one of the line's emails; a duplicate changes nothing. */
export function recordFeedback(line: OrderLine, report: Feedback, stamp: Stamp): OrderLine {
  const sent = sentEmailOf(line, report.messageId);
  if (!sent) return line;
  const { to } = sent;
  const feedback = isErasedAddress(to) ? withoutReason(report) : report;
  const { messageId, delivery, reason, undeliverable } = feedback;
  const isKnown = line.history.some(
    (entry) =>
      entry.type === 'ProvisioningEmailFeedback' &&
      entry.messageId === messageId &&
      entry.delivery === delivery,
  );
  // A transient bounce may be followed by a permanent one.
  if (isKnown && (!undeliverable || isUndeliverable(line, to))) return line;

  const because = reason === undefined ? {} : { reason };
  const told = undeliverable ? withUndeliverable(line, { email: to, reason: reason ?? delivery }) : line;
  return withHistory(
    { ...told, ...lastEmailAfter(line, feedback) },
    {
      ...stamp,
      at: later(stamp.at, sent.sentAt),
      type: 'ProvisioningEmailFeedback',
      to,
      messageId,
      delivery,
      ...because,
    },
  );
}

/** Mail services repeat addresses in the reasons they give, even ones that were erased since. */
const withoutReason = ({ reason: _, ...report }: Feedback): Feedback => report;

/** The last email with the news about it; a report on any other email leaves it unchanged. */
function lastEmailAfter(line: OrderLine, feedback: Feedback): Pick<OrderLine, 'lastEmail'> {
  const { lastEmail } = line;
  if (lastEmail?.messageId !== feedback.messageId) return {};
  const { delivery, reason } = feedback;
  const { to, messageId, sentAt } = lastEmail;
  const known = rankOf({ delivery: lastEmail.delivery, undeliverable: isUndeliverable(line, to) });
  if (rankOf(feedback) <= known) return {};
  return { lastEmail: { messageId, to, sentAt, delivery, ...(reason === undefined ? {} : { reason }) } };
}

/** Whether the address is known to be undeliverable. */
const isUndeliverable = (line: OrderLine, address: string): boolean =>
  line.undeliverable.some(({ email }) => isSameAddress(email, address));

/** The maximum number of undeliverable addresses that a line remembers; the oldest is dropped. */
export const mostUndeliverable = 50;

function withUndeliverable(line: OrderLine, address: Undeliverable): OrderLine {
  const others = line.undeliverable.filter(({ email }) => !isSameAddress(email, address.email));
  return { ...line, undeliverable: [...others, address].slice(-mostUndeliverable) };
}
