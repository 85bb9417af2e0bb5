import { SendEmailCommand, SESClient, type SESClientConfig } from '@aws-sdk/client-ses';
import { StandardRetryStrategy } from '@smithy/core/retry';
import type { Email } from '../contracts/email.ts';
import { mailbox } from '../contracts/mailbox.ts';
import { timeLimits } from './time-limits.ts';

/** The outcome of handing an email to the mail service. */
export type MailOutcome =
  | {
      readonly outcome: 'accepted';
      readonly messageId: string;
      /** Whether the mail service took it only when it was asked again. */
      readonly wasThrottled?: boolean;
    }
  /** Nothing left, since more was sent than the mail service takes in a second, or in 24 hours. */
  | { readonly outcome: 'throttled'; readonly reason: string; readonly by: 'rate' | 'day' }
  /** Nothing left; `reason` is the name of the mail service's error. */
  | { readonly outcome: 'refused'; readonly reason: string }
  /** The answer was lost or is inconclusive: the email may have left. */
  | { readonly outcome: 'unknown'; readonly reason: string };

export interface Mail {
  /** Hands the email to the mail service, once; never throws. */
  send(email: Email): Promise<MailOutcome>;
}

type RetryArguments = Parameters<StandardRetryStrategy['refreshRetryTokenForRetry']>;

/** Retries only what SES throttled, which has not left. Retrying anything else could send a second email. */
class ThrottlingRetries extends StandardRetryStrategy {
  override refreshRetryTokenForRetry(...[token, error]: RetryArguments) {
    if (error.errorType !== 'THROTTLING') return Promise.reject(new Error('this is not repeated'));
    return super.refreshRetryTokenForRetry(token, error);
  }
}

/** How long SES may take to answer, in milliseconds; it normally takes less than a second. */
const mailAnswerLimit = 7000;

export const sesClient = (config: SESClientConfig = {}): SESClient =>
  new SESClient({
    ...timeLimits({ connecting: 1000, answering: mailAnswerLimit }),
    retryStrategy: new ThrottlingRetries(4),
    ...config,
  });

/**
 * The errors that mean SES did not accept an email, by their SDK names: those of its service model, of its developer
 * guide ("Amazon SES API error codes"), and those common to all of AWS ("Common errors"). Any other error response leaves
 * that open.
 */
const refusals: ReadonlySet<string> = new Set([
  // of the email, its sender or the account
  'MessageRejected',
  'MailFromDomainNotVerifiedException',
  'MailFromDomainNotVerified',
  'ConfigurationSetDoesNotExistException',
  'ConfigurationSetDoesNotExist',
  'ConfigurationSetSendingPausedException',
  'AccountSendingPausedException',
  // of the request
  'InvalidParameterValue',
  'InvalidParameterCombination',
  'MissingParameter',
  'InvalidQueryParameter',
  'MalformedQueryString',
  'MissingAction',
  'InvalidAction',
  'ValidationError',
  'ValidationException',
  // of who asks
  'AccessDenied',
  'AccessDeniedException',
  'NotAuthorized',
  'ExpiredToken',
  'ExpiredTokenException',
  'IncompleteSignature',
  'InvalidClientTokenId',
  'MissingAuthenticationToken',
  'OptInRequired',
  'RequestExpired',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
  'CredentialsProviderError',
]);

/** The same for the rate, per second or per day. */
const throttlings: ReadonlySet<string> = new Set([
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'LimitExceededException',
]);

/** SES words it "Daily message quota exceeded", with the same error as for the rate. */
const ofDay = /\bdaily\b/i;

/** Node.js error codes for a connection that was never established, so nothing can have left. */
const unconnected: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

const isRefusal = (error: Error): boolean =>
  refusals.has(error.name) || ('code' in error && unconnected.has(String(error.code)));

const charset = 'UTF-8';

/** @param answerLimit milliseconds until the answer must be there as a whole, repeats included */
export function mail(client: SESClient, configurationSet: string, answerLimit = mailAnswerLimit): Mail {
  return {
    async send({ from, to, replyTo, subject, html, text, tags }) {
      const command = new SendEmailCommand({
        Source: mailbox(from),
        Destination: { ToAddresses: [to] },
        ...(replyTo === undefined ? {} : { ReplyToAddresses: [replyTo] }),
        Message: {
          Subject: { Data: subject, Charset: charset },
          Body: { Html: { Data: html, Charset: charset }, Text: { Data: text, Charset: charset } },
        },
        ConfigurationSetName: configurationSet,
        Tags: Object.entries(tags).map(([Name, Value]) => ({ Name, Value })),
      });
      try {
        const abortSignal = AbortSignal.timeout(answerLimit);
        const { MessageId: messageId, $metadata } = await client.send(command, { abortSignal });
        if (!messageId) return { outcome: 'unknown', reason: 'NoMessageId' };
        const { attempts = 1 } = $metadata;
        return { outcome: 'accepted', messageId, ...(attempts > 1 ? { wasThrottled: true } : {}) };
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        const { name: reason, message } = error;
        if (throttlings.has(reason))
          return { outcome: 'throttled', reason, by: ofDay.test(message) ? 'day' : 'rate' };
        return { outcome: isRefusal(error) ? 'refused' : 'unknown', reason };
      }
    },
  };
}
