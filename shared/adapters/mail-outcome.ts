import { StandardRetryStrategy } from '@smithy/core/retry';
import type { AccountMail } from '../domain/lane.ts';
import type { MailOutcome } from './mail.ts';
import { timeLimits } from './time-limits.ts';

/* How SES is called, through either of its APIs, and what its answers mean. */

type RetryArguments = Parameters<StandardRetryStrategy['refreshRetryTokenForRetry']>;

/**
 * The attempts at what exceeds the rate, and the pauses between them, in milliseconds: together long enough for an
 * account that may send one email a second, and shorter than `mailAnswerLimit`.
 */
const patience = { attempts: 7, shortestPause: 250, longestPause: 750 };

const pauses = {
  computeNextBackoffDelay: () => {
    const { shortestPause, longestPause } = patience;
    return shortestPause + Math.random() * (longestPause - shortestPause);
  },
  setDelayBase: () => undefined,
};

/**
 * Retries only what SES throttled for its rate, since that was not sent. Retrying anything else could send a second email,
 * or would be in vain.
 */
class ThrottlingRetries extends StandardRetryStrategy {
  constructor() {
    super({ maxAttempts: patience.attempts, backoff: pauses });
  }

  override refreshRetryTokenForRetry(...[token, error]: RetryArguments) {
    const isOfRate = error.errorType === 'THROTTLING' && !isOfDay(error.error);
    if (!isOfRate) return Promise.reject(new Error('this is not repeated'));
    return super.refreshRetryTokenForRetry(token, error);
  }
}

/** How long SES may take to answer, in milliseconds; it normally takes less than a second. */
export const mailAnswerLimit = 7000;

/** The settings of SES clients. */
export const mailCalls = () => ({
  ...timeLimits({ connecting: 1000, answering: mailAnswerLimit }),
  retryStrategy: new ThrottlingRetries(),
});

/**
 * Errors that mean SES did not accept an email, by their SDK names: from its service model, its developer guide
 * ("Amazon SES API error codes") and the errors common to all of AWS ("Common errors"). After any other error, the
 * email may have left.
 */
const refusals: ReadonlySet<string> = new Set([
  // about the email, its sender or the account
  'MessageRejected',
  'MailFromDomainNotVerifiedException',
  'MailFromDomainNotVerified',
  'ConfigurationSetDoesNotExistException',
  'ConfigurationSetDoesNotExist',
  'ConfigurationSetSendingPausedException',
  'AccountSendingPausedException',
  // the same in the second API
  'AccountSuspendedException',
  'BadRequestException',
  'NotFoundException',
  'SendingPausedException',
  // about the request
  'InvalidParameterValue',
  'InvalidParameterCombination',
  'MissingParameter',
  'InvalidQueryParameter',
  'MalformedQueryString',
  'MissingAction',
  'InvalidAction',
  'ValidationError',
  'ValidationException',
  // about the caller
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

/** Refusals because of the rate, per second or per day. */
const throttlings: ReadonlySet<string> = new Set([
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'LimitExceededException',
]);

/** SES says "Daily message quota exceeded", under the same error name as for the rate. */
const isOfDay = (error: unknown): boolean => error instanceof Error && /\bdaily\b/i.test(error.message);

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

/** The answer of an API that accepted an email. */
interface Accepted {
  readonly MessageId?: string | undefined;
  readonly $metadata: { readonly attempts?: number | undefined };
}

/**
 * Hands an email over and says what came of it; never throws.
 * @param answerLimit milliseconds until the answer must be complete, retries included
 */
export async function outcomeOf(
  send: (abortSignal: AbortSignal) => Promise<Accepted>,
  answerLimit: number,
): Promise<MailOutcome> {
  try {
    const { MessageId: messageId, $metadata } = await send(AbortSignal.timeout(answerLimit));
    if (!messageId) return { outcome: 'unknown', reason: 'NoMessageId' };
    const { attempts = 1 } = $metadata;
    return { outcome: 'accepted', messageId, ...(attempts > 1 ? { wasThrottled: true } : {}) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { name: reason } = error;
    if (throttlings.has(reason)) return { outcome: 'throttled', reason, by: isOfDay(error) ? 'day' : 'rate' };
    return { outcome: isRefusal(error) ? 'refused' : 'unknown', reason };
  }
}

/** An account's quotas, as both APIs answer them. */
interface SendQuota {
  readonly Max24HourSend?: number | undefined;
  readonly SentLast24Hours?: number | undefined;
  readonly MaxSendRate?: number | undefined;
}

/** What SES lets an account send. SES says -1 for unlimited. */
export const accountMail = ({
  Max24HourSend: most = -1,
  SentLast24Hours: sent = 0,
  MaxSendRate: perSecond = 1,
}: SendQuota): AccountMail => ({ perSecond, most: most < 0 ? Infinity : most, sent });
