import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { faultNames } from '../contracts/faults.ts';
import { locales } from '../domain/order-line.ts';
import { disablings, type Webhook } from '../domain/webhook.ts';
import { toAttributes } from './attributes.ts';
import { changeItem } from './change-item.ts';
import { ofVersion, putIf } from './conditional-put.ts';
import { expiryAfter, expiryAttribute } from './expiry.ts';
import { queryAll } from './query-all.ts';
import { readItem } from './read-item.ts';
import { type WebhookLog, webhookLog } from './webhook-log.ts';
import { wholeSchema } from './whole-schema.ts';

/** Webhooks, in the table of the order lines: a partition for each partner. All reads are strongly consistent. */
export interface WebhookStore extends WebhookLog {
  /** A partner's webhooks by id, without deleted ones. */
  list(partnerId: string): Promise<readonly Webhook[]>;
  find(partnerId: string, webhookId: string): Promise<Webhook | undefined>;
  /** Writes a webhook unless one has its id already; returns the one that is there, which may have been deleted. */
  create(webhook: Webhook): Promise<Webhook>;
  /**
   * Changes a webhook by one conditional write. `decide` gets the webhook and returns its new state; the same one
   * writes nothing. If somebody else wrote in between, it is called again with the current webhook.
   * @param writer names this change, to recognize it if its answer was lost
   * @returns the current webhook; undefined if it is gone
   * @throws NamedFault WebhookContended
   */
  change(
    webhook: Webhook,
    writer: string,
    decide: (webhook: Webhook) => Webhook,
  ): Promise<Webhook | undefined>;
}

const text = z.string();

const webhook = wholeSchema<Webhook>()(
  z.lazy(() =>
    z.object({
      webhookId: text,
      partnerId: text,
      url: text,
      description: text.exactOptional(),
      events: z.array(text),
      status: z.enum(['Enabled', 'Disabled', 'Deleted']),
      disabled: z
        .object({ at: text, because: z.enum(disablings), told: z.boolean().exactOptional() })
        .exactOptional(),
      secrets: z.array(
        z.object({ secret: text, until: text.exactOptional(), idempotencyKey: text.exactOptional() }),
      ),
      createdAt: text,
      createdBy: text,
      locale: z.enum(locales).default('en'),
      failures: z.int(),
      failingSince: text.exactOptional(),
      pausedUntil: text.exactOptional(),
      writer: text.exactOptional(),
      version: z.int(),
    }),
  ),
);

/** A deleted webhook is remembered for as long as a repeated request could create it again. */
const deletedDays = 2;

/* Ids of orders and partners have no `#`, so nothing else is in these partitions. */

const prefix = 'webhook#';
const keyOf = (partnerId: string, webhookId: string) => ({
  pk: `webhooks#${partnerId}`,
  sk: `${prefix}${webhookId}`,
});

export function webhookStore(dynamoDb: DynamoDBClient, tableName: string): WebhookStore {
  async function find(partnerId: string, webhookId: string): Promise<Webhook | undefined> {
    const item = await readItem(dynamoDb, tableName, keyOf(partnerId, webhookId));
    return item && webhook.parse(item);
  }

  /** Puts a webhook over the version before it; for version 0, only where there is none. */
  function putOver(next: Webhook, before: number): Promise<boolean> {
    const { partnerId, webhookId, status, disabled } = next;
    const expiry =
      status === 'Deleted' && disabled ? { [expiryAttribute]: expiryAfter(disabled.at, deletedDays) } : {};
    const item = { ...keyOf(partnerId, webhookId), ...next, ...expiry };
    return putIf(dynamoDb, tableName, item, ofVersion(before));
  }

  return {
    ...webhookLog(dynamoDb, tableName),
    find,

    async list(partnerId) {
      const items = await queryAll(dynamoDb, {
        TableName: tableName,
        KeyConditionExpression: 'pk = :partner AND begins_with(sk, :webhook)',
        ExpressionAttributeValues: toAttributes({
          ':partner': keyOf(partnerId, '').pk,
          ':webhook': prefix,
        }),
        ConsistentRead: true,
      });
      return z
        .array(webhook)
        .parse(items)
        .filter(({ status }) => status !== 'Deleted');
    },

    async create(made) {
      const { partnerId, webhookId } = made;
      // The SDK repeats a write whose answer was lost, and the repeat finds the first one's effect.
      if (await putOver(made, 0)) return made;
      return (await find(partnerId, webhookId)) ?? made;
    },

    async change(from, writer, decide) {
      const { item } = await changeItem({
        from,
        writer,
        find: () => find(from.partnerId, from.webhookId),
        decide: (known) => {
          const decided = known && decide(known);
          return decided === known ? undefined : decided;
        },
        put: putOver,
        contended: faultNames.webhookContended,
      });
      return item;
    },
  };
}
