import { SendEmailCommand, SESClient, type SESClientConfig } from '@aws-sdk/client-ses';
import { StandardRetryStrategy } from '@smithy/core/retry';
import type { Email } from '../contracts/email.ts';
import { mailbox } from '../contracts/mailbox.ts';
import { timeLimits } from './time-limits.ts';

/** What came of an email that was handed to the mail service. */
export type MailOutcome =
  | { readonly outcome: 'accepted'; readonly messageId: string }
  /** Nothing left; `reason` is the name of the mail service's error. */
  | { readonly outcome: 'refused'; readonly reason: string }
  /** The answer was lost, or tells nothing: the email may have left. */
  | { readonly outcome: 'unknown'; readonly reason: string };

export interface Mail {
  /** Hands the email to the mail service, once; throws nothing. */
  send(email: Email): Promise<MailOutcome>;
}

type RetryArguments = Parameters<StandardRetryStrategy['refreshRetryTokenForRetry']>;

/** Repeats what SES refused for its rate, which has not left. After anything else a repeat may be a second email. */
class ThrottlingRetries extends StandardRetryStrategy {
  override refreshRetryTokenForRetry(...[token, error]: RetryArguments) {
    if (error.errorType !== 'THROTTLING') return Promise.reject(new Error('this is not repeated'));
    return super.refreshRetryTokenForRetry(token, error);
  }
}

/** Milliseconds until SES must have answered; it does within a second. */
const mailAnswerLimit = 7000;

export const sesClient = (config: SESClientConfig = {}): SESClient =>
  new SESClient({
    ...timeLimits({ connecting: 1000, answering: mailAnswerLimit }),
    retryStrategy: new ThrottlingRetries(3),
    ...config,
  });

/**
 * The errors by which SES says that it did not take an email, as the SDK names them: those of its service model, those
 * of its developer guide ("Amazon SES API error codes"), and those that all of AWS shares ("Common errors").
 */
const refusals: ReadonlySet<string> = new Set([
  // of the rate, per second or per day
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'LimitExceededException',
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

/** How Node.js says that no connection came about, so that nothing can have left. */
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
    async send({ from, to, subject, html, text, tags }) {
      const command = new SendEmailCommand({
        Source: mailbox(from),
        Destination: { ToAddresses: [to] },
        Message: {
          Subject: { Data: subject, Charset: charset },
          Body: { Html: { Data: html, Charset: charset }, Text: { Data: text, Charset: charset } },
        },
        ConfigurationSetName: configurationSet,
        Tags: Object.entries(tags).map(([Name, Value]) => ({ Name, Value })),
      });
      try {
        const abortSignal = AbortSignal.timeout(answerLimit);
        const { MessageId: messageId } = await client.send(command, { abortSignal });
        return messageId ? { outcome: 'accepted', messageId } : { outcome: 'unknown', reason: 'NoMessageId' };
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        return { outcome: isRefusal(error) ? 'refused' : 'unknown', reason: error.name };
      }
    },
  };
}
