import { closedStateKey } from '../../shared/adapters/order-line-item.ts';
import { faultNames, NamedFault } from '../../shared/contracts/faults.ts';
import type { SendingOutcome, UnconfirmedEmail, WorkflowInput } from '../../shared/contracts/workflow.ts';
import { giveUpClaim, liveClaim } from '../../shared/domain/claims.ts';
import { withoutCopyDue } from '../../shared/domain/copies.ts';
import { isCopy } from '../../shared/domain/email-kinds.ts';
import { workflowActor } from '../../shared/domain/history.ts';
import { isBooked, isOpen, type OrderLine, type StoredLine } from '../../shared/domain/order-line.ts';
import { asReminded, nextReminderAt, sendsReminder, withClosingSoon } from '../../shared/domain/reminders.ts';
import {
  copyRecipient,
  dueEmail,
  firstEmailAwaitedUntil,
  type ResendLimits,
} from '../../shared/domain/rules.ts';
import { type Instant, toInstant } from '../../shared/domain/time.ts';
import type { Permit } from '../../shared/use-cases/claim-email.ts';
import type { NotSent } from '../../shared/use-cases/record-email.ts';
import { type EmailOutcome, sendEmail, type SendServices } from '../../shared/use-cases/send-email.ts';

export type DueEmailAnswer = SendingOutcome | UnconfirmedEmail;

/** The outcome of the workflow's email, and how the workflow continues. */
export type DueEmailOutcome =
  /** The mail service was called. */
  | {
      readonly outcome: 'handed-over';
      readonly answer: DueEmailAnswer;
      /** A copy of it is due now. */
      readonly isMoreDue: boolean;
    }
  /** Nothing was to be sent. */
  | { readonly outcome: 'nothing-due'; readonly answer: DueEmailAnswer }
  /** Nothing left, and the line is unchanged: to be retried later. */
  | Extract<NotSent, { outcome: 'throttled' }>;

/** The services that send the workflow's emails. */
export interface WorkflowEmailServices extends SendServices {
  readonly limits: Pick<ResendLimits, 'perLine'>;
}

/**
 * Sends what the workflow has to send for a line by now, unless it was sent: the first email, the one that its contact
 * missed, or a reminder. Safe to repeat at any time.
 * @throws NamedFault OrderLineNotFound, SendInProgress, NotDueYet or EmailNotSent; all but the first are worth a retry
 */
export async function sendDueEmail(
  { revision, ...key }: Omit<WorkflowInput, 'requestedStartDate'>,
  services: WorkflowEmailServices,
): Promise<DueEmailOutcome> {
  const { perLine } = services.limits;
  const sending = await sendEmail(key, (line, at) => permitDue(line, { revision, at, perLine }), services);
  return outcomeOf(sending, revision, toInstant(services.now()));
}

/** @throws NamedFault as `sendDueEmail` */
function permitDue(
  line: StoredLine,
  { revision, at, perLine }: { readonly revision: number; readonly at: Instant; readonly perLine: number },
): Permit<DueEmailAnswer> {
  if (!isBooked(line))
    throw new NamedFault(faultNames.orderLineNotFound, 'the order line is not in the table');
  if (line.executionRevision !== revision) return { instead: stateOf(line, revision, at) };
  const due = dueEmail(line, at);
  if (due === 'wait') throw new NamedFault(faultNames.notDueYet, 'the requested start date has not come');
  if (due === 'none') return { instead: stateOf(line, revision, at) };

  const owner = `execution ${revision}`;
  const other = liveClaim(line, at);
  if (other && other.owner !== owner)
    throw new NamedFault(faultNames.sendInProgress, 'somebody else is sending');
  const unclaimed = giveUpClaim(line);
  const retryAt = firstEmailAwaitedUntil(unclaimed, at);
  if (retryAt !== undefined) return { instead: { outcome: 'unconfirmed', retryAt }, line: unclaimed };
  // Giving up the claim may have settled what was due: a contact change or a reminder that may have left is not repeated.
  const kind = dueEmail(unclaimed, at);
  if (kind !== due) return { instead: stateOf(unclaimed, revision, at), line: unclaimed };
  const send = { kind, to: line.provisioningContact, actor: workflowActor, owner };
  if (isCopy(kind)) {
    const to = copyRecipient(unclaimed, { perLine });
    if (to) return { send: { ...send, to }, line: unclaimed };
    const uncopied = withoutCopyDue(unclaimed, kind);
    return { instead: stateOf(uncopied, revision, at), line: uncopied };
  }
  if (unclaimed.status !== 'AwaitingProvisioningDetails' || kind !== 'reminder')
    return { send, line: unclaimed };

  const announced = withClosingSoon(unclaimed, { at, actor: workflowActor });
  if (sendsReminder(unclaimed, at, perLine)) return { send, line: announced };
  const skipped = asReminded(announced, at);
  return { instead: stateOf(skipped, revision, at), line: skipped };
}

/** @throws NamedFault EmailNotSent */
function outcomeOf(sending: EmailOutcome<DueEmailAnswer>, revision: number, at: Instant): DueEmailOutcome {
  switch (sending.outcome) {
    case 'instead':
      return { outcome: 'nothing-due', answer: sending.instead };
    case 'sent':
      return handedOver(sending.line, stateOf(sending.line, revision, at));
    case 'refused':
      throw new NamedFault(faultNames.emailNotSent, `the mail service refused the email: ${sending.reason}`);
    case 'throttled':
      return sending;
    case 'unconfirmed': {
      const retryAt = firstEmailAwaitedUntil(sending.line, at);
      const answer: DueEmailAnswer =
        retryAt === undefined ? stateOf(sending.line, revision, at) : { outcome: 'unconfirmed', retryAt };
      return handedOver(sending.line, answer);
    }
  }
}

const handedOver = (line: OrderLine, answer: DueEmailAnswer): DueEmailOutcome => ({
  outcome: 'handed-over',
  answer,
  isMoreDue: answer.outcome === 'awaiting' && line.copyDue !== undefined,
});

/** How the workflow continues for a line that needs no email now. */
function stateOf(line: OrderLine, revision: number, at: Instant): SendingOutcome {
  const ended = { waitUntil: at, closedStateKey: closedStateKey(line) };
  if (line.executionRevision !== revision) return { ...ended, outcome: 'superseded' };
  if (!isOpen(line) || line.closesAt === undefined) return { ...ended, outcome: 'settled' };
  const { closesAt } = line;
  const remindAt = nextReminderAt(line);
  return {
    ...ended,
    outcome: 'awaiting',
    waitUntil: remindAt ?? closesAt,
    ...(remindAt === undefined ? {} : { remindAt }),
  };
}
