import type { SESClient } from '@aws-sdk/client-ses';
import ses from 'aws-ses-v2-local';
import { getStoreReadonly, saveEmail } from 'aws-ses-v2-local/dist/store.js';
import * as z from 'zod';
import type { Activity } from './activity.ts';
import { type Started, stopServer, urlOf } from './started.ts';
import { type Batch, nextSequence, sequenceKey, type Storage } from './storage.ts';

const keptEmail = z.object({
  messageId: z.string(),
  from: z.string(),
  to: z.string(),
  subject: z.string(),
  html: z.string(),
  text: z.string(),
  sentAt: z.string(),
  tags: z.record(z.string(), z.string()),
});
export type KeptEmail = z.output<typeof keptEmail>;

/** How many emails the inbox page shows; all of them are kept. */
const shownOnPage = 200;

/** Starts SES's API with its inbox page on a free port of the loopback. */
export async function startMailService(): Promise<Started> {
  const server = await ses.default({ host: '127.0.0.1', port: 0 });
  return { url: urlOf(server), stop: () => stopServer(server) };
}

const sentInput = z.object({
  Source: z.string(),
  Destination: z.object({ ToAddresses: z.tuple([z.string()]) }),
  Message: z.object({
    Subject: z.object({ Data: z.string() }),
    Body: z.object({ Html: z.object({ Data: z.string() }), Text: z.object({ Data: z.string() }) }),
  }),
  Tags: z.array(z.object({ Name: z.string(), Value: z.string() })),
});

/** The emails that the mail service accepted, kept in the data folder with what the service itself forgets. */
export class Mailbox {
  readonly #storage: Storage;
  #next: number;

  private constructor(storage: Storage, next: number) {
    this.#storage = storage;
    this.#next = next;
  }

  static async open(storage: Storage): Promise<Mailbox> {
    const mailbox = new Mailbox(storage, await nextSequence(part(storage)));
    const latest = await part(storage).values({ reverse: true, limit: shownOnPage }).all();
    for (const email of latest.toReversed()) showOnPage(keptEmail.parse(email));
    return mailbox;
  }

  /**
   * Keeps every email that the client sends, before the sender learns that it was accepted.
   * @param publish stores the reports on an email, and with them what it is handed
   */
  keepWhatIsSent(
    client: SESClient,
    now: () => Date,
    activity: Activity,
    publish: (email: KeptEmail, keep: (batch: Batch) => void) => Promise<void>,
  ): void {
    client.middlewareStack.add(
      (next) => (args) =>
        activity.during(async () => {
          const result = await next(args);
          const { MessageId } = z.object({ MessageId: z.string() }).parse(result.output);
          const email = emailOf(MessageId, sentInput.parse(args.input), now());
          const key = sequenceKey(this.#next);
          this.#next += 1;
          await publish(email, (batch) => batch.put(key, email, { sublevel: part(this.#storage) }));
          const { emails } = getStoreReadonly();
          if (emails.length > shownOnPage) emails.splice(0, emails.length - shownOnPage);
          return result;
        }),
      // Where the service would do it: it keeps what it accepted, whether or not its answer arrives.
      { name: 'localMailbox', step: 'finalizeRequest', priority: 'low' },
    );
  }

  /** The emails to an address, or all, oldest first. */
  async list(to: string | undefined): Promise<readonly KeptEmail[]> {
    const emails: KeptEmail[] = [];
    for await (const value of part(this.#storage).values()) {
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
  subject: input.Message.Subject.Data,
  html: input.Message.Body.Html.Data,
  text: input.Message.Body.Text.Data,
  sentAt: at.toISOString(),
  tags: Object.fromEntries(input.Tags.map(({ Name, Value }) => [Name, Value])),
});

function showOnPage({ messageId, from, to, subject, html, text, sentAt }: KeptEmail): void {
  saveEmail({
    messageId,
    from,
    replyTo: [],
    destination: { to: [to], cc: [], bcc: [] },
    subject,
    body: { html, text },
    attachments: [],
    at: Math.floor(Date.parse(sentAt) / 1000),
  });
}

const part = (storage: Storage) => storage.part('emails');
