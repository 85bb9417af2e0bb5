import { type EmailFeedback, emailFeedback } from '../../shared/contracts/events.ts';
import { faultNames, NamedFault } from '../../shared/contracts/workflow.ts';
import { assertNever } from '../../shared/domain/assert-never.ts';
import { longestReason } from '../../shared/domain/history.ts';
import {
  type Feedback,
  isBooked,
  liveClaim,
  recipientOf,
  recordFeedback,
} from '../../shared/domain/order-line.ts';
import { withinBytes } from '../../shared/domain/text.ts';
import { toInstant } from '../../shared/domain/time.ts';
import { type EventsHandler, intakeHandler, type IntakeServices } from '../../shared/runtime/intake.ts';

/** Called by SQS with batches of what SES reports about the product's emails. */
export const handler: EventsHandler = intakeHandler('record-email-feedback', emailFeedback, handle);

/** Records what became of an email at the line that its tags name. */
export async function handle(event: EmailFeedback, { store, now }: IntakeServices): Promise<void> {
  const feedback = feedbackOf(event);
  if (!feedback) return;
  const { orderId, lineId } = event.detail.mail.tags;
  const stamp = { at: toInstant(now()), actor: event.source };

  await store.update({ orderId: orderId[0], lineId: lineId[0] }, (line) => {
    if (!isBooked(line)) return { result: undefined };
    if (recipientOf(line, feedback.messageId) === undefined && liveClaim(line, stamp.at)) {
      throw new NamedFault(faultNames.sendInProgress, 'the email that this may be about is not recorded yet');
    }
    return { line: recordFeedback(line, feedback, stamp), result: undefined };
  });
}

function feedbackOf(event: EmailFeedback): Feedback | undefined {
  const { messageId } = event.detail.mail;
  switch (event['detail-type']) {
    case 'Email Sent':
      return undefined;
    case 'Email Delivered':
      return { messageId, delivery: 'Delivered', undeliverable: false };
    case 'Email Delivery Delayed':
      return {
        messageId,
        delivery: 'Delayed',
        undeliverable: false,
        ...reason(event.detail.deliveryDelay?.delayType),
      };
    case 'Email Bounced': {
      const { bounceType, bounceSubType, bouncedRecipients } = event.detail.bounce;
      const isHard = bounceType === 'Permanent';
      const why =
        bouncedRecipients?.[0]?.diagnosticCode ?? [bounceType, bounceSubType].filter(Boolean).join(': ');
      return { messageId, delivery: 'Bounced', undeliverable: isHard, ...reason(why) };
    }
    case 'Email Complaint Received':
      return {
        messageId,
        delivery: 'Complained',
        undeliverable: true,
        ...reason(event.detail.complaint?.complaintFeedbackType ?? 'The recipient marked the email as spam.'),
      };
    case 'Email Rejected':
      return {
        messageId,
        delivery: 'Rejected',
        undeliverable: false,
        ...reason(event.detail.reject?.reason),
      };
    default:
      return assertNever(event);
  }
}

/** As much of a reason as a history entry has room for. */
const reason = (text: string | undefined) =>
  text === undefined ? {} : { reason: withinBytes(text, longestReason) };
