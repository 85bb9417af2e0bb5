import { assertNever } from '../../shared/domain/assert-never.ts';
import { longestReason } from '../../shared/domain/history.ts';
import { type Feedback, recordFeedback } from '../../shared/domain/feedback.ts';
import { recordReported } from '../../shared/domain/sent-emails.ts';
import { withinBytes } from '../../shared/domain/text.ts';
import { toInstant } from '../../shared/domain/time.ts';
import {
  declareEvents,
  recordingEnvironment,
  type RecordingServices,
} from '../../shared/runtime/declare-events.ts';
import { booked } from '../../shared/use-cases/booked.ts';
import { emailReport, type EmailReport } from './report.ts';

export const emailReported = declareEvents({
  functionName: 'record-email-feedback',
  description: 'Records what became of emails',
  schema: emailReport,
  takesUnknownTypes: true,
  environment: recordingEnvironment,
  calls: { table: ['GetItem', 'PutItem'], executions: [] },
  handle,
});

/**
 * Records what became of an email on the line that its tags name. If the line does not know the email, its sender got
 * no answer or died, and the report creates the record. A restored table may not know the line yet: then the report
 * waits as a dead letter until it does.
 * @throws NamedFault OrderLineNotFound
 */
async function handle(event: EmailReport, { store, now, metrics }: RecordingServices): Promise<void> {
  const { messageId, timestamp, destination, tags } = event.detail.mail;
  // What people are told beside the emails of lines is in no history.
  if ('notice' in tags) return;
  const { orderId, lineId, claimId, kind } = tags;
  const feedback = feedbackOf(event);
  const stamp = { at: toInstant(now()), actor: event.source };

  const found = await store.find({ orderId, lineId });
  const news = await store.change(
    found,
    booked((line) => {
      const to = destination?.at(0) ?? line.provisioningContact.email;
      const known = recordReported(line, { messageId, to, sentAt: timestamp ?? stamp.at, claimId, kind });
      const told = feedback ? recordFeedback(known, feedback, stamp) : known;
      return { line: told, isSent: known !== line, isFeedback: told !== known };
    }),
  );
  if (news.isSent) metrics.add('EmailsSent', { Kind: kind ?? 'resend' });
  if (feedback && news.isFeedback) metrics.add('EmailFeedback', { Outcome: feedback.delivery });
}

function feedbackOf(event: EmailReport): Feedback | undefined {
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

/** The reason, cut to what a history entry has room for. */
const reason = (text: string | undefined) =>
  text === undefined || text === '' ? {} : { reason: withinBytes(text, longestReason) };
