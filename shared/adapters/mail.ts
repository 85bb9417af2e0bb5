import { SendEmailCommand, SESClient, type SESClientConfig } from '@aws-sdk/client-ses';
import type { Email } from '../contracts/email.ts';
import { faultNames, NamedFault } from '../contracts/workflow.ts';

export interface Mail {
  /**
   * Hands the email to the mail service.
   * @returns the service's id of the message, once it was accepted for sending
   * @throws NamedFault EmailNotSent with the service's error as its cause
   */
  send(email: Email): Promise<string>;
}

export const sesClient = (config: SESClientConfig = {}): SESClient => new SESClient(config);

const charset = 'UTF-8';

/**
 * A mailbox with its display name as it is if that is safe in a header, else in encoded words of RFC 2047, each within
 * the 75 characters that one may have.
 */
function mailbox({ name, address }: Email['from']): string {
  if (/^[A-Za-z0-9 ]+$/.test(name)) return `${name} <${address}>`;
  const words = name.match(/.{1,10}/gu) ?? [];
  const encoded = words.map((word) => `=?${charset}?B?${Buffer.from(word, 'utf8').toString('base64')}?=`);
  return `${encoded.join(' ')} <${address}>`;
}

export function mail(client: SESClient, configurationSet: string): Mail {
  return {
    async send({ from, to, subject, html, text, tags }) {
      try {
        const { MessageId } = await client.send(
          new SendEmailCommand({
            Source: mailbox(from),
            Destination: { ToAddresses: [to] },
            Message: {
              Subject: { Data: subject, Charset: charset },
              Body: { Html: { Data: html, Charset: charset }, Text: { Data: text, Charset: charset } },
            },
            ConfigurationSetName: configurationSet,
            Tags: Object.entries(tags).map(([Name, Value]) => ({ Name, Value })),
          }),
        );
        if (!MessageId) throw new Error('the mail service answered without a message id');
        return MessageId;
      } catch (cause) {
        const name = cause instanceof Error ? cause.name : 'unknown';
        throw new NamedFault(faultNames.emailNotSent, `the mail service refused the email: ${name}`, {
          cause,
        });
      }
    },
  };
}
