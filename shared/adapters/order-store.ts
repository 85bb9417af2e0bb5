import { type AttributeValue, type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { LineKey, Onboarding, StoredLine } from '../domain/order-line.ts';
import type { Instant } from '../domain/time.ts';
import { unbooked } from '../domain/transitions.ts';
import { fromAttributes, itemsIn, toAttributes } from './attributes.ts';
import { readBatch } from './batch-read.ts';
import { absentOr, putIf } from './conditional-put.ts';
import { expiryAfter, expiryAttribute } from './expiry.ts';
import { lineIdOf, linePrefix, orderKey, orderSortKey, parseLine, primaryKey } from './order-line-item.ts';
import { readItem } from './read-item.ts';

/** A line, with the onboarding of its order from the same read. */
export interface LineOfOrder {
  readonly line: StoredLine;
  readonly onboarding?: Onboarding;
}

/** The orders: what applies to all lines of one, and its lines. All reads are strongly consistent. */
export interface OrderStore {
  /** The line and the onboarding of its order, in one call. */
  findWithOrder(key: LineKey): Promise<LineOfOrder>;
  /** Lines with the onboardings of their orders, each once and in no order. */
  findAllWithOrders(keys: readonly LineKey[]): Promise<readonly LineOfOrder[]>;
  findOrder(orderId: string): Promise<{ lines: readonly StoredLine[]; onboarding?: Onboarding }>;
  /**
   * Some lines of an order, in the order in which the table sorts their ids.
   * @param after the line id to continue after; without it, from the first one
   * @returns `next`: the line id after which there may be more
   */
  linesOfOrder(
    orderId: string,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<{ lines: readonly StoredLine[]; next?: string }>;
  findOnboarding(orderId: string): Promise<Onboarding | undefined>;
  /** Records at `at` that the order is onboarded. Of several onboardings the earliest applies, which it returns. */
  recordOnboarding(orderId: string, onboarding: Onboarding, at: Instant): Promise<Onboarding>;
  /**
   * Keeps the onboarding of an order for as long as if it were written at `at`, because the order has one more line. Does
   * nothing if another one applies by now.
   */
  keepOnboarding(orderId: string, onboarding: Onboarding, at: Instant): Promise<void>;
}

type Attributes = Record<string, AttributeValue>;
type Item = Record<string, unknown>;

const keySchema = z.object({ pk: z.string(), sk: z.string() });
const onboardingSchema = z.object({ organizationId: z.string(), onboardedAt: z.string() });

const isOfOrder = (item: Item): boolean => item['sk'] === orderSortKey;
const isOfLine = ({ sk }: Item): boolean => typeof sk === 'string' && sk.startsWith(linePrefix);

/** The onboarding in the item of an order, as a field to spread. */
const onboardingIn = (order: Item | undefined): Pick<LineOfOrder, 'onboarding'> =>
  order ? { onboarding: onboardingSchema.parse(order) } : {};

/**
 * @param settledLineDays how long what is known of an order is kept
 * @param pause waits the given number of milliseconds, in real time
 */
export function orderStore(
  dynamoDb: DynamoDBClient,
  tableName: string,
  settledLineDays: number,
  pause: (milliseconds: number) => Promise<unknown>,
): OrderStore {
  const readAll = (keys: readonly object[]) =>
    readBatch(dynamoDb, tableName, keys, { ConsistentRead: true }, pause);

  async function findOnboarding(orderId: string): Promise<Onboarding | undefined> {
    return onboardingIn(await readItem(dynamoDb, tableName, orderKey(orderId))).onboarding;
  }

  /** Puts the onboarding of an order if it has none, or has a later one or the same. */
  const putOnboarding = (
    orderId: string,
    onboarding: Onboarding,
    at: Instant,
    known: 'later' | 'same',
  ): Promise<boolean> => {
    const item = { ...orderKey(orderId), ...onboarding, [expiryAttribute]: expiryAfter(at, settledLineDays) };
    return putIf(dynamoDb, tableName, item, absentOr(known, 'onboardedAt', onboarding.onboardedAt));
  };

  /** A page of an order's items: its lines, then its own. */
  async function pageOf(
    orderId: string,
    page: { readonly Limit?: number; readonly ExclusiveStartKey?: Attributes },
  ): Promise<{ items: readonly Item[]; next: Attributes | undefined }> {
    const answer = await dynamoDb.send(
      new QueryCommand({
        TableName: tableName,
        KeyConditionExpression: 'pk = :order',
        ExpressionAttributeValues: toAttributes({ ':order': orderId }),
        ConsistentRead: true,
        ...page,
      }),
    );
    return { items: itemsIn(answer), next: answer.LastEvaluatedKey };
  }

  return {
    async findWithOrder(key) {
      const items = await readAll([primaryKey(key), orderKey(key.orderId)]);
      const line = items.find(isOfLine);
      return { line: line ? parseLine(line) : unbooked(key), ...onboardingIn(items.find(isOfOrder)) };
    },

    async findAllWithOrders(keys) {
      // While a line moves within an index, it can be listed twice, and DynamoDB takes no key twice.
      const lines = new Map(keys.map((key) => [`${key.orderId}/${key.lineId}`, primaryKey(key)]));
      const orders = new Map(keys.map(({ orderId }) => [orderId, orderKey(orderId)]));
      const items = await readAll([...lines.values(), ...orders.values()]);
      const onboardings = new Map(items.filter(isOfOrder).map((item) => [item['pk'], onboardingIn(item)]));
      return items
        .filter(isOfLine)
        .map(parseLine)
        .map((line) => ({ line, ...onboardings.get(line.orderId) }));
    },

    async findOrder(orderId) {
      const items: Item[] = [];
      let start: Attributes | undefined;
      do {
        const page = await pageOf(orderId, start ? { ExclusiveStartKey: start } : {});
        items.push(...page.items);
        start = page.next;
      } while (start);
      return { lines: items.filter(isOfLine).map(parseLine), ...onboardingIn(items.find(isOfOrder)) };
    },

    async linesOfOrder(orderId, { after, limit }) {
      const start =
        after === undefined
          ? {}
          : { ExclusiveStartKey: toAttributes(primaryKey({ orderId, lineId: after })) };
      const page = await pageOf(orderId, { Limit: limit, ...start });
      const next = page.next && fromAttributes(page.next);
      return {
        lines: page.items.filter(isOfLine).map(parseLine),
        // The order's own item comes after its lines.
        ...(next && isOfLine(next) ? { next: lineIdOf(keySchema.parse(next)) } : {}),
      };
    },

    findOnboarding,

    async recordOnboarding(orderId, onboarding, at) {
      const isFirst = await putOnboarding(orderId, onboarding, at, 'later');
      return isFirst ? onboarding : onboardingSchema.parse(await findOnboarding(orderId));
    },

    async keepOnboarding(orderId, onboarding, at) {
      await putOnboarding(orderId, onboarding, at, 'same');
    },
  };
}
