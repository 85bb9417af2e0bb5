import { SendEmailCommand, SESClient, type SESClientConfig } from '@aws-sdk/client-ses';
import type { Email } from '../contracts/email.ts';
import { mailbox } from '../contracts/mailbox.ts';
import { mailAnswerLimit, mailCalls, outcomeOf } from './mail-outcome.ts';

/** The outcome of handing an email to the mail service. */
export type MailOutcome =
  | {
      readonly outcome: 'accepted';
      readonly messageId: string;
      /** Whether the mail service accepted it only after throttling it. */
      readonly wasThrottled?: boolean;
    }
  /** Nothing left: more was sent than the mail service accepts in a second, or in 24 hours. */
  | { readonly outcome: 'throttled'; readonly reason: string; readonly by: 'rate' | 'day' }
  /** Nothing left; `reason` is the name of the mail service's error. */
  | { readonly outcome: 'refused'; readonly reason: string }
  /** The answer was lost or is inconclusive: the email may have left. */
  | { readonly outcome: 'unknown'; readonly reason: string };

export interface Mail {
  /** Hands the email to the mail service, once; never throws. */
  send(email: Email): Promise<MailOutcome>;
}

export const sesClient = (config: SESClientConfig = {}): SESClient =>
  new SESClient({ ...mailCalls(), ...config });

const charset = 'UTF-8';

/** @param answerLimit milliseconds until the answer must be complete, retries included */
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
      return await outcomeOf((abortSignal) => client.send(command, { abortSignal }), answerLimit);
    },
  };
}
