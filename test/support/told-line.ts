import type { LineEvent } from '../../shared/domain/line-events.ts';
import type { OrderLine } from '../../shared/domain/order-line.ts';

/** What another system knows of a line by its events alone. */
interface ToldLine {
  readonly status: string;
  readonly requestedStartDate?: string;
  readonly firstEmailSentAt?: string;
  readonly closesAt?: string;
  readonly closedAt?: string;
  readonly organizationId?: string;
  readonly onboardedAt?: string;
  readonly cancelledAt?: string;
  readonly lastEmail?: { readonly messageId: string; readonly sentAt: string; readonly delivery: string };
}

/** What a system knows that applies the events of a line in their order, and knows those that it has seen. */
export function toldBy(events: readonly LineEvent[]): ToldLine | undefined {
  const seen = new Map(events.map((event) => [event.detail.id, event]));
  return [...seen.values()].reduce<ToldLine | undefined>((known, event) => {
    const line = { ...known, status: event.detail.status };
    switch (event.type) {
      case 'Order Line Scheduled':
      case 'Order Line Rescheduled':
        return { ...line, requestedStartDate: event.detail.requestedStartDate };
      case 'Order Line Email Sent': {
        const { at: sentAt, messageId, closesAt, kind } = event.detail;
        const isLast = line.lastEmail === undefined || line.lastEmail.sentAt <= sentAt;
        return {
          ...line,
          ...(closesAt === undefined ? {} : { closesAt }),
          ...(kind === 'first' && line.firstEmailSentAt === undefined ? { firstEmailSentAt: sentAt } : {}),
          ...(isLast ? { lastEmail: { messageId, sentAt, delivery: 'Accepted' } } : {}),
        };
      }
      case 'Order Line Email Delivered':
      case 'Order Line Email Undeliverable': {
        const { messageId, delivery } = event.detail;
        return line.lastEmail?.messageId === messageId
          ? { ...line, lastEmail: { ...line.lastEmail, delivery } }
          : line;
      }
      case 'Order Line Onboarded': {
        const { organizationId, onboardedAt } = event.detail;
        return { ...settledAt(onboardedAt, line), organizationId, onboardedAt };
      }
      case 'Order Line Closed':
        return { ...line, closedAt: event.detail.closedAt };
      case 'Order Line Cancelled':
        return { ...settledAt(event.detail.cancelledAt, line), cancelledAt: event.detail.cancelledAt };
      case 'Order Line Closing Soon':
        return { ...line, closesAt: event.detail.closesAt };
      case 'Order Line Contact Changed':
        return line;
    }
  }, undefined);
}

/** A line that was settled before its window ended has not been closed by that. */
function settledAt(at: string, { closedAt, ...line }: ToldLine): ToldLine {
  const isClosed = closedAt !== undefined && line.closesAt !== undefined && line.closesAt <= at;
  return { ...line, ...(isClosed ? { closedAt } : {}) };
}

/** What such a system should know of a line. That an email is delayed is told nobody. */
export function tellable(
  line: Partial<Pick<OrderLine, keyof ToldLine>> & Pick<OrderLine, 'status'>,
): ToldLine {
  const { status, requestedStartDate, firstEmailSentAt, closesAt, closedAt } = line;
  const { organizationId, onboardedAt, cancelledAt, lastEmail } = line;
  const told = {
    status,
    requestedStartDate,
    firstEmailSentAt,
    closesAt,
    closedAt,
    organizationId,
    onboardedAt,
    cancelledAt,
    lastEmail: lastEmail && {
      messageId: lastEmail.messageId,
      sentAt: lastEmail.sentAt,
      delivery: lastEmail.delivery === 'Delayed' ? 'Accepted' : lastEmail.delivery,
    },
  };
  return JSON.parse(JSON.stringify(told)) as ToldLine;
}
