import * as z from 'zod';
import type { Activity } from './activity.ts';
import { awsError, jsonAnswer, type LocalService, sesError, type WireAnswer } from './in-process.ts';
import type { MailRate } from './mail-rate.ts';
import { type Batch, nextSequence, sequenceKey, type Storage } from './storage.ts';

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
  /** Further headers of the email. */
  headers: z.record(z.string(), z.string()).exactOptional(),
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

/** The same in SES's second API. */
const sentInputV2 = z.object({
  FromEmailAddress: z.string(),
  Destination: z.object({ ToAddresses: z.tuple([z.string()]) }),
  ReplyToAddresses: z.tuple([z.string()]).exactOptional(),
  Content: z.object({
    Simple: sentInput.shape.Message.extend({
      Headers: z.array(z.object({ Name: z.string(), Value: z.string() })),
    }),
  }),
  EmailTags: sentInput.shape.Tags,
});

/** The answers of an API of SES. */
interface Wording {
  readonly emailOf: (messageId: string, input: unknown, at: Date) => KeptEmail;
  readonly accepted: (email: KeptEmail) => WireAnswer;
  readonly rateExceeded: WireAnswer;
}

/** SES's APIs, and the emails that they accepted, kept in the data folder. */
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
   * Accepts every email that the rate allows, and stores it before its sender is told.
   * @param publish stores the reports on an email, together with what it is given
   */
  service(
    now: () => Date,
    activity: Activity,
    rate: MailRate,
    publish: (email: KeptEmail, keep: (batch: Batch) => void) => Promise<void>,
    { emailOf, accepted, rateExceeded }: Wording = firstApi,
  ): LocalService {
    return ({ input }) =>
      activity.during(async () => {
        if (!rate.take()) return rateExceeded;
        const email = emailOf(crypto.randomUUID(), input, now());
        const key = sequenceKey(this.#next);
        this.#next += 1;
        await publish(email, (batch) => batch.put(key, email, { sublevel: part(this.#storage) }));
        return accepted(email);
      });
  }

  /** The latest emails that match, newest first. */
  async search(fits: (email: KeptEmail) => boolean, most: number): Promise<readonly KeptEmail[]> {
    const found: KeptEmail[] = [];
    for await (const value of part(this.#storage).values({ reverse: true })) {
      const email = keptEmail.parse(value);
      if (fits(email)) found.push(email);
      if (found.length === most) break;
    }
    return found;
  }

  /** The emails to an address, or all of them, oldest first. */
  async list(to: string | undefined): Promise<readonly KeptEmail[]> {
    const emails: KeptEmail[] = [];
    for (const value of await part(this.#storage).values().all()) {
      const email = keptEmail.parse(value);
      if (to === undefined || email.to.toLowerCase() === to.toLowerCase()) emails.push(email);
    }
    return emails;
  }
}

const namedValues = (pairs: readonly { readonly Name: string; readonly Value: string }[]) =>
  Object.fromEntries(pairs.map(({ Name, Value }) => [Name, Value]));

const firstApi: Wording = {
  emailOf(messageId, input, at) {
    const { Source, Destination, ReplyToAddresses, Message, Tags } = sentInput.parse(input);
    return {
      messageId,
      from: Source,
      to: Destination.ToAddresses[0],
      ...(ReplyToAddresses ? { replyTo: ReplyToAddresses[0] } : {}),
      subject: Message.Subject.Data,
      html: Message.Body.Html.Data,
      text: Message.Body.Text.Data,
      sentAt: at.toISOString(),
      tags: namedValues(Tags),
    };
  },
  accepted: ({ messageId }) => ({
    status: 200,
    body:
      `<SendEmailResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><SendEmailResult>` +
      `<MessageId>${messageId}</MessageId></SendEmailResult></SendEmailResponse>`,
  }),
  /** SES's own wording ("Amazon SES API error codes"). */
  rateExceeded: sesError('Throttling', 'Maximum sending rate exceeded.'),
};

export const secondApi: Wording = {
  emailOf(messageId, input, at) {
    const { FromEmailAddress, Destination, ReplyToAddresses, Content, EmailTags } = sentInputV2.parse(input);
    const { Subject, Body, Headers } = Content.Simple;
    return {
      messageId,
      from: FromEmailAddress,
      to: Destination.ToAddresses[0],
      ...(ReplyToAddresses ? { replyTo: ReplyToAddresses[0] } : {}),
      subject: Subject.Data,
      html: Body.Html.Data,
      text: Body.Text.Data,
      sentAt: at.toISOString(),
      tags: namedValues(EmailTags),
      headers: namedValues(Headers),
    };
  },
  accepted: ({ messageId }) => jsonAnswer({ MessageId: messageId }),
  rateExceeded: awsError('TooManyRequestsException'),
};

const part = (storage: Storage) => storage.part('emails');
