import { type DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { LineKey, OrderLine } from '../domain/order-line.ts';
import type { Instant } from '../domain/time.ts';
import { itemsIn, toAttributes } from './attributes.ts';
import { expiryAfter, expiryAttribute } from './expiry.ts';
import { readItem } from './read-item.ts';

/**
 * The lines whose emails came back for good, and when, in the table of the order lines: a partition for each partner,
 * sorted by time. It saves digests from looking through all lines.
 */
export interface CameBackStore {
  /** Notes that an email of a line came back, unless that was noted before. */
  note(line: Pick<OrderLine, keyof LineKey | 'partnerId'>, messageId: string, at: Instant): Promise<void>;
  /**
   * The lines whose emails came back in a period, latest first, each once.
   * @param period from its first instant until the first one after it; without that, up to the latest
   * @param most how many notes count; `isMore`: there are others
   */
  during(
    partnerId: string,
    period: { readonly from: Instant; readonly until?: Instant },
    most: number,
  ): Promise<{ readonly lines: readonly LineKey[]; readonly isMore: boolean }>;
}

/** Longer than digests can go without sending news. */
const keptDays = 35;

/** No order has such an id: ids cannot contain `#`. */
const partitionOf = (partnerId: string): string => `came-back#${partnerId}`;

/** Says that an email is noted. Written after its note, so a crash in between repeats the note, and loses none. */
const markOf = (messageId: string) => ({ pk: `came-back-email#${messageId}`, sk: 'noted' });

/** Sorts after every instant. */
const afterAll = '~';

const entries = z.array(z.object({ orderId: z.string(), lineId: z.string() }));

export function cameBackStore(dynamoDb: DynamoDBClient, tableName: string): CameBackStore {
  return {
    async note({ partnerId, orderId, lineId }, messageId, at) {
      if (await readItem(dynamoDb, tableName, markOf(messageId))) return;
      const expiry = { [expiryAttribute]: expiryAfter(at, keptDays) };
      const note = { pk: partitionOf(partnerId), sk: `${at}#${orderId}#${lineId}`, orderId, lineId };
      for (const item of [note, markOf(messageId)])
        await dynamoDb.send(
          new PutItemCommand({ TableName: tableName, Item: toAttributes({ ...item, ...expiry }) }),
        );
    },

    async during(partnerId, { from, until = afterAll }, most) {
      const answer = await dynamoDb.send(
        new QueryCommand({
          TableName: tableName,
          KeyConditionExpression: 'pk = :partner AND sk BETWEEN :from AND :until',
          ExpressionAttributeValues: toAttributes({
            ':partner': partitionOf(partnerId),
            ':from': from,
            ':until': until,
          }),
          ScanIndexForward: false,
          ConsistentRead: true,
          Limit: most + 1,
        }),
      );
      const keys = entries.parse(itemsIn(answer));
      const read = keys.slice(0, most);
      const lines = [...new Map(read.map((key) => [`${key.orderId}/${key.lineId}`, key])).values()];
      return { lines, isMore: keys.length > most };
    },
  };
}
