import * as z from 'zod';
import type { WebhookStore } from '../../shared/adapters/webhook-store.ts';
import { isSigned } from '../../shared/contracts/webhook-signature.ts';
import { nextSequence, sequenceKey, type Storage } from './storage.ts';

const received = z.object({
  at: z.string(),
  /** The partner whose webhook leads here. */
  partnerId: z.string(),
  messageId: z.string(),
  /** Whether it was signed with a secret that a webhook of the partner had at the time. */
  isVerified: z.boolean(),
  answered: z.int(),
  body: z.string(),
});
export type Received = z.output<typeof received>;

/** What the local receiver of webhooks got, kept in the data folder. */
export class ReceivedWebhooks {
  readonly #storage: Storage;
  readonly #webhooks: WebhookStore;
  readonly #now: () => Date;
  #next: number;

  private constructor(storage: Storage, webhooks: WebhookStore, now: () => Date, next: number) {
    this.#storage = storage;
    this.#webhooks = webhooks;
    this.#now = now;
    this.#next = next;
  }

  static async open(storage: Storage, webhooks: WebhookStore, now: () => Date): Promise<ReceivedWebhooks> {
    return new ReceivedWebhooks(storage, webhooks, now, await nextSequence(part(storage)));
  }

  /** Keeps a message after verifying it as its partner's system would. */
  async keep(
    partnerId: string,
    headers: Readonly<Record<string, string>>,
    body: string,
    answered: number,
  ): Promise<void> {
    const webhooks = await this.#webhooks.list(partnerId);
    const secrets = webhooks.flatMap((webhook) => webhook.secrets.map(({ secret }) => secret));
    const message: Received = {
      at: this.#now().toISOString(),
      partnerId,
      messageId: headers['webhook-id'] ?? '',
      isVerified: isSigned(secrets, headers, body),
      answered,
      body,
    };
    const key = sequenceKey(this.#next);
    this.#next += 1;
    await part(this.#storage).put(key, message);
  }

  /** The latest messages, newest first. */
  async latest(most: number): Promise<readonly Received[]> {
    return z.array(received).parse(await part(this.#storage).values({ reverse: true, limit: most }).all());
  }
}

const part = (storage: Storage) => storage.part('received-webhooks');
