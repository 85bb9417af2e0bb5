import type { TaskTokens } from '../../shared/adapters/task-tokens.ts';
import { faultNames, NamedFault } from '../../shared/contracts/faults.ts';
import { faultForLog } from '../../shared/contracts/log.ts';
import { laneRest } from '../../shared/domain/lane.ts';
import { type Instant, secondsBetween, toInstant } from '../../shared/domain/time.ts';
import type { Delivery, Postponed } from '../../shared/runtime/consume-messages.ts';
import { type DueEmailAnswer, sendDueEmail, type WorkflowEmailServices } from './due-email.ts';
import type { Lane } from './lane.ts';
import type { QueuedEmail } from './queue.ts';

export interface SendingServices extends WorkflowEmailServices {
  readonly lane: Lane;
  readonly tasks: TaskTokens;
}

/** After this many milliseconds, the rest of the function's time would be too short for the email. */
const turnLimit = 10_000;

/** Seconds until an email is retried whose turn came too late for this call. */
const afterLate = 1;

/** Seconds until a throttled email is retried. */
const afterThrottling = 5;

/** Seconds until the claim of another sender has expired. */
const afterOther = 45;

/** Seconds until a message that came slightly early is due: a clock is behind, or a Wait ended early. */
const afterEarly = 2;

/**
 * Whether a reminder is due in less than a second. AWS truncates the time of a Wait to whole seconds, so it may end
 * that much early. If the execution were told to keep waiting, it would return at once, and pay for it, until the
 * second is over.
 */
const isEarly = (answer: DueEmailAnswer, at: Instant): boolean =>
  answer.outcome === 'awaiting' &&
  answer.remindAt !== undefined &&
  answer.remindAt > at &&
  secondsBetween(at, answer.remindAt) < 1;

/**
 * Sends an email of the workflow when it is its turn, and tells its execution the outcome. If the answer to that is
 * lost, or the process dies, the message comes again: nothing is sent twice, and the execution is told again. While a
 * first email may have left, the execution waits for its answer, and the message for the mail service's report. SQS
 * holds 120,000 such messages and then delivers no others: a fitting pause for a mail service that answers none of its
 * emails.
 */
export async function sendQueued(
  { taskToken, ...input }: QueuedEmail,
  services: SendingServices,
  { elapsed }: Pick<Delivery, 'elapsed'>,
): Promise<Postponed | undefined> {
  const { lane, tasks, pause, log } = services;
  const turn = await lane.turn();
  if ('againIn' in turn) return turn;
  if (turn.wait > 0) await pause(turn.wait);
  if (elapsed() > turnLimit) {
    lane.giveBack();
    return { againIn: afterLate };
  }
  try {
    const sending = await sendDueEmail(input, services);
    if (sending.outcome === 'throttled')
      return { againIn: sending.by === 'day' ? laneRest : afterThrottling };
    // A copy takes its own turn.
    if (sending.outcome === 'handed-over' && sending.isMoreDue) return { againIn: 0 };
    const { answer } = sending;
    if (sending.outcome === 'nothing-due') {
      lane.giveBack();
      if (isEarly(answer, toInstant(services.now()))) return { againIn: afterEarly };
    }
    if (answer.outcome === 'unconfirmed')
      return { againIn: secondsBetween(toInstant(services.now()), answer.retryAt) };
    await tasks.succeed(taskToken, answer);
    return undefined;
  } catch (error) {
    if (!(error instanceof NamedFault)) throw error;
    switch (error.name) {
      case faultNames.orderLineNotFound:
      case faultNames.emailNotSent:
        log.error('an email of the workflow was not sent', { ...input, fault: faultForLog(error) });
        await tasks.fail(taskToken, error);
        return undefined;
      case faultNames.sendInProgress:
        return { againIn: afterOther };
      case faultNames.notDueYet:
        return { againIn: afterEarly };
      default:
        throw error;
    }
  }
}
