import type * as z from 'zod';
import { deadLetters, sqsClient } from '../../shared/adapters/dead-letters.ts';
import { dynamoDbClient, orderLineStore } from '../../shared/adapters/order-line-store.ts';
import { readEnvironment } from '../../shared/contracts/environment.ts';
import { type EmailFeedback, emailFeedback } from '../../shared/contracts/events.ts';
import { faultNames, NamedFault } from '../../shared/contracts/faults.ts';
import { assertNever } from '../../shared/domain/assert-never.ts';
import { longestReason } from '../../shared/domain/history.ts';
import { type Feedback, recordFeedback } from '../../shared/domain/feedback.ts';
import { isBooked } from '../../shared/domain/order-line.ts';
import { recordReported } from '../../shared/domain/sent-emails.ts';
import { withinBytes } from '../../shared/domain/text.ts';
import { toInstant } from '../../shared/domain/time.ts';
import { onColdStart } from '../../shared/runtime/cold-start.ts';
import { consumeEvents } from '../../shared/runtime/consume-events.ts';
import { type EventsHandler, intakeEnvironment, type IntakeServices } from '../../shared/runtime/intake.ts';
import { createLog } from '../../shared/runtime/logger.ts';
import { createMetrics } from '../../shared/runtime/metrics.ts';

/** Feedback on an email leaves the workflow as it is. */
export const environment = intakeEnvironment.omit({ STATE_MACHINE_ARN: true });

export type Services = Omit<IntakeServices, 'workflow'>;

/** Called by SQS with batches of what SES reports about the product's emails. */
export const handler: EventsHandler = onColdStart(() => {
  const services = buildServices(readEnvironment(environment, process.env));
  return consumeEvents(emailFeedback, (event) => handle(event, services), services);
});

const buildServices = (settings: z.output<typeof environment>): Services => ({
  store: orderLineStore(dynamoDbClient(), settings.TABLE_NAME),
  deadLetters: deadLetters(sqsClient(), settings.DEAD_LETTER_QUEUE_URL),
  now: () => new Date(),
  log: createLog('record-email-feedback'),
  metrics: createMetrics(),
});

/**
 * Records what became of an email at the line that its tags name. An email that the line does not know of was sent by
 * somebody who got no answer, or died: the report makes its record.
 * @throws NamedFault OrderLineNotFound
 */
export async function handle(event: EmailFeedback, { store, now, metrics }: Services): Promise<void> {
  const { messageId, timestamp, destination, tags } = event.detail.mail;
  const { orderId, lineId, claimId, kind } = tags;
  const feedback = feedbackOf(event);
  const stamp = { at: toInstant(now()), actor: event.source };

  const news = await store.update({ orderId, lineId }, (line) => {
    // A table that was restored may not know the line yet: the report waits among the dead letters until it does.
    if (!isBooked(line))
      throw new NamedFault(faultNames.orderLineNotFound, 'a report on an email of no line');
    const to = destination?.at(0) ?? line.provisioningContact.email;
    const known = recordReported(line, { messageId, to, sentAt: timestamp ?? stamp.at, claimId, kind });
    const told = feedback ? recordFeedback(known, feedback, stamp) : known;
    return { line: told, result: { isSent: known !== line, isFeedback: told !== known } };
  });
  if (news.isSent) metrics.add('EmailsSent', { Kind: kind ?? 'resend' });
  if (feedback && news.isFeedback) metrics.add('EmailFeedback', { Outcome: feedback.delivery });
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
