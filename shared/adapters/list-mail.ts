import {
  GetAccountCommand,
  SendEmailCommand,
  SESv2Client,
  type SESv2ClientConfig,
} from '@aws-sdk/client-sesv2';
import { mailbox } from '../contracts/mailbox.ts';
import type { AccountMail } from '../domain/lane.ts';
import type { Mail } from './mail.ts';
import { mailAnswerLimit, mailCalls, outcomeOf } from './mail-outcome.ts';

/*
 * SES by its second API, for what goes to many people regularly: it takes headers of an email as they are, by which mail
 * programs offer to end such emails. The first one takes them only in emails that are encoded by the sender.
 */

export const sesV2Client = (config: SESv2ClientConfig = {}): SESv2Client =>
  new SESv2Client({ ...mailCalls(), ...config });

const Charset = 'UTF-8';

/** @param answerLimit milliseconds until the answer must be there as a whole, repeats included */
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
  /** SES answers this once a second. */
  asked(): Promise<AccountMail>;
}

export const accountQuota = (client: SESv2Client): AccountQuota => ({
  async asked() {
    const {
      SendQuota: { Max24HourSend: most = -1, SentLast24Hours: sent = 0, MaxSendRate: perSecond = 1 } = {},
    } = await client.send(new GetAccountCommand());
    // SES says -1 for no limit.
    return { perSecond, most: most < 0 ? Infinity : most, sent };
  },
});
