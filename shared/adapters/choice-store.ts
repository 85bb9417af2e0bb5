import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { faultNames } from '../contracts/faults.ts';
import { type Choice, choiceDays, type Person } from '../domain/notifications.ts';
import { locales } from '../domain/order-line.ts';
import type { Instant } from '../domain/time.ts';
import { toAttributes } from './attributes.ts';
import { changeItem } from './change-item.ts';
import { ofVersion, putIf } from './conditional-put.ts';
import { dueEntries, type DueEntry } from './due-entries.ts';
import { expiryAfter, expiryAttribute } from './expiry.ts';
import { dueShardOf } from './order-line-item.ts';
import { queryAll } from './query-all.ts';
import { readItem } from './read-item.ts';
import { wholeSchema } from './whole-schema.ts';

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
  /** A partner's people who are told at once of emails that come back. */
  toldOfBounces(partnerId: string): Promise<readonly Choice[]>;
  /** The people whose digests are due by then, in pages, oldest first. */
  dueDigests(by: Instant): AsyncIterable<readonly DueDigest[]>;
}

interface DueDigest extends Person {
  readonly dueAt: Instant;
}

const text = z.string();

const stored = wholeSchema<Choice>()(
  z.lazy(() =>
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
  ),
);
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

const dueDigestOf = ({ pk, sk, dueAt }: DueEntry): DueDigest => ({
  partnerId: pk.slice(partitionStart.length),
  person: sk.slice(sortStart.length),
  dueAt,
});

export function choiceStore(dynamoDb: DynamoDBClient, tableName: string): ChoiceStore {
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
      const items = await queryAll(dynamoDb, {
        TableName: tableName,
        KeyConditionExpression: 'pk = :partner',
        ExpressionAttributeValues: toAttributes({ ':partner': partitionStart + partnerId }),
        ConsistentRead: true,
      });
      return z
        .array(stored)
        .parse(items)
        .filter(({ bounces }) => bounces);
    },

    async *dueDigests(by) {
      for await (const page of dueEntries(dynamoDb, tableName, 'digests', { by }))
        yield page.map(dueDigestOf);
    },
  };
}
