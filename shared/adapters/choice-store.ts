import { type AttributeValue, type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { faultNames } from '../contracts/faults.ts';
import { type Choice, choiceDays, type Person } from '../domain/notifications.ts';
import { locales } from '../domain/order-line.ts';
import type { Instant } from '../domain/time.ts';
import { itemsIn, toAttributes } from './attributes.ts';
import { changeItem } from './change-item.ts';
import { ofVersion, putIf } from './conditional-put.ts';
import { expiryAfter, expiryAttribute } from './expiry.ts';
import { dueShardOf, dueShardsOf, type IndexName, indexes } from './order-line-item.ts';
import { readItem } from './read-item.ts';

/**
 * What people chose to be told of, in the table of the order lines: a partition for each partner, an item for each
 * person. An item with a digest is also listed by its due time, beside the lines that are due.
 */
export interface ChoiceStore {
  find(person: Person): Promise<Choice | undefined>;
  /**
   * Changes a choice by one conditional write. `decide` returns the new choice; undefined, or the same, writes nothing.
   * If somebody else wrote in between, it is called again.
   * @returns the choice as it was written, or undefined
   * @throws NamedFault ChoiceContended
   */
  change(
    person: Person,
    decide: (choice: Choice | undefined) => Choice | undefined,
  ): Promise<Choice | undefined>;
  /** A partner's people who are told at once of emails that come back; for a huge partner, not all of them. */
  toldOfBounces(partnerId: string): Promise<readonly Choice[]>;
  /** The people whose digests are due by then, in pages, oldest first. */
  dueDigests(by: Instant): AsyncIterable<readonly DueDigest[]>;
}

interface DueDigest extends Person {
  readonly dueAt: Instant;
}

const text = z.string();

const stored = z.lazy(() =>
  z.object({
    partnerId: text,
    person: text,
    email: text,
    digest: z.boolean(),
    bounces: z.boolean(),
    locale: z.enum(locales),
    timeZone: text,
    token: text,
    seenAt: text,
    digestDueAt: text.exactOptional(),
    coveredUntil: text,
    version: z.int(),
    /** Identifies the write, to recognize one whose answer was lost. */
    writer: text.exactOptional(),
  }),
) satisfies z.ZodType<Choice>;
type StoredChoice = z.output<typeof stored>;

/** No order has such an id: ids cannot contain `#`. */
const partitionStart = 'people#';
const sortStart = 'person#';
const keyOf = ({ partnerId, person }: Person) => ({
  pk: partitionStart + partnerId,
  sk: sortStart + person,
});

/** Whether an item of the table is what a person chose. */
export const isChoice = ({ pk }: { readonly pk: string }): boolean => pk.startsWith(partitionStart);

const indexedKeys = z.array(z.object({ pk: text, sk: text, dueAt: text }));

const dueDigestOf = ({ pk, sk, dueAt }: z.output<typeof indexedKeys>[number]): DueDigest => ({
  partnerId: pk.slice(partitionStart.length),
  person: sk.slice(sortStart.length),
  dueAt,
});

/** How many digests of a partition are listed at once. */
const pageOfDue = 100;

export function choiceStore(dynamoDb: DynamoDBClient, tableName: string): ChoiceStore {
  const table = { TableName: tableName };

  async function find(person: Person): Promise<StoredChoice | undefined> {
    const item = await readItem(dynamoDb, tableName, keyOf(person));
    return item && stored.parse(item);
  }

  /** @returns whether nobody else had written meanwhile */
  const putOver = (choice: StoredChoice, version: number): Promise<boolean> =>
    putIf(
      dynamoDb,
      tableName,
      {
        ...keyOf(choice),
        ...choice,
        ...(choice.digestDueAt === undefined
          ? {}
          : { dueShard: dueShardOf('digests', choice.person), dueAt: choice.digestDueAt }),
        [expiryAttribute]: expiryAfter(choice.seenAt, choiceDays),
      },
      ofVersion(version),
    );

  async function pageOf(
    shard: string,
    by: Instant,
    start: { ExclusiveStartKey?: Record<string, AttributeValue> },
  ) {
    const { partitionKey, sortKey } = indexes.byDue;
    const answer = await dynamoDb.send(
      new QueryCommand({
        ...table,
        IndexName: 'byDue' satisfies IndexName,
        KeyConditionExpression: '#shard = :shard AND #due <= :by',
        ExpressionAttributeNames: { '#shard': partitionKey, '#due': sortKey },
        ExpressionAttributeValues: toAttributes({ ':shard': shard, ':by': by }),
        Limit: pageOfDue,
        ...start,
      }),
    );
    return { keys: indexedKeys.parse(itemsIn(answer)), next: answer.LastEvaluatedKey };
  }

  return {
    find,

    async change(person, decide) {
      const { item, isWritten } = await changeItem<StoredChoice>({
        from: await find(person),
        writer: crypto.randomUUID(),
        find: () => find(person),
        decide: (known) => {
          const decided = decide(known);
          return decided === known ? undefined : decided;
        },
        put: putOver,
        contended: faultNames.choiceContended,
      });
      return isWritten ? item : undefined;
    },

    async toldOfBounces(partnerId) {
      const answer = await dynamoDb.send(
        new QueryCommand({
          ...table,
          KeyConditionExpression: 'pk = :partner',
          ExpressionAttributeValues: toAttributes({ ':partner': partitionStart + partnerId }),
          ConsistentRead: true,
        }),
      );
      return z
        .array(stored)
        .parse(itemsIn(answer))
        .filter(({ bounces }) => bounces);
    },

    async *dueDigests(by) {
      let shards = dueShardsOf('digests').map((name) => ({ name, start: {} }));
      while (shards.length > 0) {
        const pages = await Promise.all(
          shards.map(async ({ name, start }) => ({ name, ...(await pageOf(name, by, start)) })),
        );
        const found = pages.flatMap(({ keys }) => keys).sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1));
        if (found.length > 0) yield found.map(dueDigestOf);
        shards = pages.flatMap(({ name, next }) =>
          next ? [{ name, start: { ExclusiveStartKey: next } }] : [],
        );
      }
    },
  };
}
