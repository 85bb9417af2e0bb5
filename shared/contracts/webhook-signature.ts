import { Webhook, WebhookVerificationError } from 'standardwebhooks';

/** The headers of the Standard Webhooks specification, signed with all valid secrets. */
export const signedHeaders = (
  secrets: readonly string[],
  messageId: string,
  at: Date,
  body: string,
): Readonly<Record<string, string>> => ({
  'webhook-id': messageId,
  'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
  'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(messageId, at, body)).join(' '),
});

/** Whether one of the secrets signed it within the last five minutes of the machine's time. */
export const isSigned = (
  secrets: readonly string[],
  headers: Readonly<Record<string, string>>,
  body: string,
): boolean =>
  secrets.some((secret) => {
    try {
      new Webhook(secret).verify(body, headers, { jsonParse: false });
      return true;
    } catch (error) {
      // The library's error for an invalid signature.
      if (error instanceof WebhookVerificationError) return false;
      throw error;
    }
  });
