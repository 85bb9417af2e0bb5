import {
  GetAccountCommand,
  SendEmailCommand,
  SESv2Client,
  type SESv2ClientConfig,
} from '@aws-sdk/client-sesv2';
import { mailbox } from '../contracts/mailbox.ts';
import type { AccountMail } from '../domain/lane.ts';
import type { Mail } from './mail.ts';
import { accountMail, mailAnswerLimit, mailCalls, outcomeOf } from './mail-outcome.ts';

/*
 * SES through its second API, for emails that many people get regularly. It accepts custom headers, which mail programs
 * need to offer to unsubscribe; the first API accepts them only in emails that the sender encodes.
 */

export const sesV2Client = (config: SESv2ClientConfig = {}): SESv2Client =>
  new SESv2Client({ ...mailCalls(), ...config });

const Charset = 'UTF-8';

/** @param answerLimit milliseconds until the answer must be complete, retries included */
export function listMail(client: SESv2Client, configurationSet: string, answerLimit = mailAnswerLimit): Mail {
  return {
    async send({ from, to, replyTo, subject, html, text, tags, headers = {} }) {
      const command = new SendEmailCommand({
        FromEmailAddress: mailbox(from),
        Destination: { ToAddresses: [to] },
        ...(replyTo === undefined ? {} : { ReplyToAddresses: [replyTo] }),
        Content: {
          Simple: {
            Subject: { Data: subject, Charset },
            Body: { Html: { Data: html, Charset }, Text: { Data: text, Charset } },
            Headers: Object.entries(headers).map(([Name, Value]) => ({ Name, Value })),
          },
        },
        ConfigurationSetName: configurationSet,
        EmailTags: Object.entries(tags).map(([Name, Value]) => ({ Name, Value })),
      });
      return await outcomeOf((abortSignal) => client.send(command, { abortSignal }), answerLimit);
    },
  };
}

/** What SES lets the account send, in this region. */
export interface AccountQuota {
  /** SES allows this call once a second. */
  asked(): Promise<AccountMail>;
}

export const accountQuota = (client: SESv2Client): AccountQuota => ({
  async asked() {
    const { SendQuota = {} } = await client.send(new GetAccountCommand());
    return accountMail(SendQuota);
  },
});
