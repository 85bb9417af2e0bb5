import * as z from 'zod';
import type { Activity } from './activity.ts';
import type { LocalService } from './in-process.ts';
import type { MailRate } from './mail-rate.ts';
import { type Batch, nextSequence, sequenceKey, type Storage } from './storage.ts';
import { readRequest } from './wire/check-request.ts';

const keptEmail = z.object({
  messageId: z.string(),
  from: z.string(),
  to: z.string(),
  replyTo: z.string().exactOptional(),
  subject: z.string(),
  html: z.string(),
  text: z.string(),
  sentAt: z.string(),
  tags: z.record(z.string(), z.string()),
});
export type KeptEmail = z.output<typeof keptEmail>;

const sentInput = z.object({
  Source: z.string(),
  Destination: z.object({ ToAddresses: z.tuple([z.string()]) }),
  ReplyToAddresses: z.tuple([z.string()]).exactOptional(),
  Message: z.object({
    Subject: z.object({ Data: z.string() }),
    Body: z.object({ Html: z.object({ Data: z.string() }), Text: z.object({ Data: z.string() }) }),
  }),
  Tags: z.array(z.object({ Name: z.string(), Value: z.string() })),
});

/** SES's API, and the emails that it accepted, kept in the data folder. */
export class Mailbox {
  readonly #storage: Storage;
  #next: number;

  private constructor(storage: Storage, next: number) {
    this.#storage = storage;
    this.#next = next;
  }

  static async open(storage: Storage): Promise<Mailbox> {
    return new Mailbox(storage, await nextSequence(part(storage)));
  }

  /**
   * Accepts every email that the rate allows, and keeps it before its sender learns of that.
   * @param publish stores the reports on an email, and with them what it is handed
   */
  service(
    now: () => Date,
    activity: Activity,
    rate: MailRate,
    publish: (email: KeptEmail, keep: (batch: Batch) => void) => Promise<void>,
  ): LocalService {
    return (request) =>
      activity.during(async () => {
        if (!rate.take()) return { status: 400, body: rateExceeded };
        const email = emailOf(crypto.randomUUID(), sentInput.parse(readRequest(request).input), now());
        const key = sequenceKey(this.#next);
        this.#next += 1;
        await publish(email, (batch) => batch.put(key, email, { sublevel: part(this.#storage) }));
        return { status: 200, body: sendEmailResponse(email) };
      });
  }

  /** The latest emails that fit, so many at most, newest first. */
  async search(fits: (email: KeptEmail) => boolean, most: number): Promise<readonly KeptEmail[]> {
    const found: KeptEmail[] = [];
    for await (const value of part(this.#storage).values({ reverse: true })) {
      const email = keptEmail.parse(value);
      if (fits(email)) found.push(email);
      if (found.length === most) break;
    }
    return found;
  }

  /** The emails to an address, or all, oldest first. */
  async list(to: string | undefined): Promise<readonly KeptEmail[]> {
    const emails: KeptEmail[] = [];
    for (const value of await part(this.#storage).values().all()) {
      const email = keptEmail.parse(value);
      if (to === undefined || email.to.toLowerCase() === to.toLowerCase()) emails.push(email);
    }
    return emails;
  }
}

const emailOf = (messageId: string, input: z.output<typeof sentInput>, at: Date): KeptEmail => ({
  messageId,
  from: input.Source,
  to: input.Destination.ToAddresses[0],
  ...(input.ReplyToAddresses ? { replyTo: input.ReplyToAddresses[0] } : {}),
  subject: input.Message.Subject.Data,
  html: input.Message.Body.Html.Data,
  text: input.Message.Body.Text.Data,
  sentAt: at.toISOString(),
  tags: Object.fromEntries(input.Tags.map(({ Name, Value }) => [Name, Value])),
});

const sendEmailResponse = ({ messageId }: KeptEmail): string =>
  `<SendEmailResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><SendEmailResult>` +
  `<MessageId>${messageId}</MessageId></SendEmailResult></SendEmailResponse>`;

/** As SES words it ("Amazon SES API error codes"). */
const rateExceeded =
  `<ErrorResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><Error><Type>Sender</Type>` +
  `<Code>Throttling</Code><Message>Maximum sending rate exceeded.</Message></Error></ErrorResponse>`;

const part = (storage: Storage) => storage.part('emails');
