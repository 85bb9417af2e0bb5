import type * as z from 'zod';
import type { reportedNotice } from '../../shared/contracts/email-tags.ts';
import { variables } from '../../shared/contracts/environment.ts';
import { assertNever } from '../../shared/domain/assert-never.ts';
import { longestReason } from '../../shared/domain/history.ts';
import { type Feedback, recordFeedback } from '../../shared/domain/feedback.ts';
import { concernsContact, withNotice } from '../../shared/domain/notices.ts';
import type { OrderLine } from '../../shared/domain/order-line.ts';
import { recordReported, sentEmailOf } from '../../shared/domain/sent-emails.ts';
import { withinBytes } from '../../shared/domain/text.ts';
import { toInstant } from '../../shared/domain/time.ts';
import {
  declareEvents,
  recordingEnvironment,
  type RecordingServices,
} from '../../shared/runtime/declare-events.ts';
import { booked } from '../../shared/use-cases/booked.ts';
import type { CameBack } from '../../shared/use-cases/tell-of-bounce.ts';
import { emailReport, type EmailReport } from './report.ts';

export const emailReported = declareEvents({
  functionName: 'record-email-feedback',
  description: 'Records what became of emails',
  userImpact: 'The delivery status of emails is missing, or not everybody was told that one came back.',
  schema: emailReport,
  takesUnknownTypes: true,
  environment: recordingEnvironment.extend({
    MAIL_SETTINGS: variables.MAIL_SETTINGS,
    CONFIGURATION_SET: variables.CONFIGURATION_SET,
    CONSOLE_ORIGIN: variables.CONSOLE_ORIGIN,
  }),
  calls: { table: ['GetItem', 'PutItem', 'Query'], executions: [] },
  handle,
});

export interface Services extends RecordingServices {
  /** Records, for digests, that mail does not reach the line's contact. */
  readonly noteCameBack: (line: OrderLine, messageId: string) => Promise<void>;
  /**
   * Tells the person who placed the order, and those who chose to be told, unless they were told of that email before.
   */
  readonly tell: (line: OrderLine, cameBack: CameBack) => Promise<void>;
  /** Ends notices to the address with that hash, because mail does not reach it. */
  readonly endNotices: (addressHash: string) => Promise<void>;
}

/**
 * Records what became of an email on the line that its tags name. If the line does not know the email, its sender got
 * no answer or died, and the report creates the record. A restored table may not know the line yet: then the report
 * waits as a dead letter until it does.
 * @param carried the line as the report before it in the batch left it, so that it is not read again: SES sends the first
 * two reports on an email together
 * @returns the line as it is in the table; undefined: the report was about none
 * @throws NamedFault OrderLineNotFound, NoticesLeft
 */
async function handle(
  event: EmailReport,
  services: Services,
  carried?: OrderLine,
): Promise<OrderLine | undefined> {
  const { store, now, metrics } = services;
  const { messageId, timestamp, destination, tags } = event.detail.mail;
  if ('notice' in tags) {
    await recordNotice(event, tags, services);
    return undefined;
  }
  const { orderId, lineId, claimId, kind } = tags;
  const feedback = feedbackOf(event);
  const stamp = { at: toInstant(now()), actor: event.source };

  const isCarried = carried?.orderId === orderId && carried.lineId === lineId;
  const found = isCarried ? carried : await store.find({ orderId, lineId });
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
  // For every such report, even a repeated one: whoever recorded it may have died before telling anybody.
  const { line } = news;
  const email = sentEmailOf(line, messageId);
  if (feedback?.undeliverable !== true || !email) return line;
  if (concernsContact(line, email.to)) await services.noteCameBack(line, messageId);
  const delivery = feedback.delivery === 'Complained' ? feedback.delivery : 'Bounced';
  await services.tell(line, { messageId, to: email.to, delivery, ...pickReason(feedback) });
  return line;
}

/** Records what became of a notice. One that bounces must not cause another. */
async function recordNotice(
  event: EmailReport,
  { recipient, aboutOrderId: orderId, aboutLineId: lineId }: z.output<typeof reportedNotice>,
  { store, endNotices, now }: Services,
): Promise<void> {
  const { messageId, destination } = event.detail.mail;
  if (feedbackOf(event)?.undeliverable === true && recipient !== undefined) await endNotices(recipient);
  if (orderId === undefined || lineId === undefined) return;
  const stamp = { at: toInstant(now()), actor: event.source };
  await store.change(
    await store.find({ orderId, lineId }),
    booked((line) => ({
      line: withNotice(line, { messageId, to: destination?.at(0) ?? line.placedBy.email }, stamp),
    })),
  );
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
    case 'Email Complaint Received': {
      const kind = event.detail.complaint?.complaintFeedbackType;
      // The recipient took the email out of the spam folder, which SES reports as a complaint, too.
      if (kind === 'not-spam') return undefined;
      return {
        messageId,
        delivery: 'Complained',
        undeliverable: true,
        ...reason(kind ?? 'The recipient marked the email as spam.'),
      };
    }
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

/** The reason, shortened to what a history entry has room for. */
const reason = (text: string | undefined) =>
  text === undefined || text === '' ? {} : { reason: withinBytes(text, longestReason) };

const pickReason = ({ reason: why }: Feedback) => (why === undefined ? {} : { reason: why });
