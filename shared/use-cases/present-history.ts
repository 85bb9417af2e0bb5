import type { HistoryAnswer } from '../contracts/api.ts';
import { csv } from '../contracts/csv.ts';
import { assertNever } from '../domain/assert-never.ts';
import type { ToldEntry } from '../domain/history.ts';

/** The columns of a history as CSV. */
const columns = ['at', 'type', 'actor', 'from', 'to', 'messageId', 'result', 'reason'] as const;

/** A history as callers of the API see it, as CSV. */
export const historyAsCsv = ({ items }: HistoryAnswer): string => csv(columns, items);

/** An entry of a line's history as callers of the API see it, with the details of its type in `result` and `reason`. */
export function presentEntry(entry: ToldEntry): HistoryAnswer['items'][number] {
  const { at, type, actor } = entry;
  const stamped = { at, type, actor };
  switch (entry.type) {
    case 'Booked':
    case 'ClosingSoon':
    case 'Closed':
      return stamped;
    case 'Onboarded': {
      const { onboardedAt } = entry;
      return { ...stamped, ...(onboardedAt === undefined ? {} : { result: `onboarded at ${onboardedAt}` }) };
    }
    case 'Cancelled': {
      const { cancelledAt } = entry;
      return { ...stamped, ...(cancelledAt === undefined ? {} : { result: `cancelled at ${cancelledAt}` }) };
    }
    case 'Rescheduled': {
      const { changedAt, requestedStartDate, ignored } = entry;
      const result = `changed at ${changedAt} to ${requestedStartDate}`;
      if (ignored === undefined) return { ...stamped, result };
      const because = ignored === 'Overtaken' ? 'a newer change came before' : `the line is ${ignored}`;
      return { ...stamped, result, reason: `ignored: ${because}` };
    }
    case 'CopyRecipientChanged':
    case 'ProvisioningContactChanged': {
      const { from, to } = entry;
      return { ...stamped, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
    }
    case 'ProvisioningEmailSent': {
      const { to, messageId, result, kind } = entry;
      return { ...stamped, to, messageId, result, reason: kind };
    }
    case 'ProvisioningEmailUnconfirmed':
      return { ...stamped, to: entry.to, result: 'may have been sent', reason: entry.kind };
    case 'ProvisioningEmailFailed': {
      const { to, reason, repeated } = entry;
      const often = repeated ? `, ${repeated.times} times since ${repeated.since}` : '';
      return { ...stamped, to, result: `not sent${often}`, reason };
    }
    case 'ProvisioningEmailFeedback': {
      const { to, messageId, delivery, reason } = entry;
      return { ...stamped, to, messageId, result: delivery, ...(reason === undefined ? {} : { reason }) };
    }
    case 'BounceNoticeSent':
      return { ...stamped, to: entry.to, messageId: entry.messageId };
    default:
      return assertNever(entry);
  }
}
