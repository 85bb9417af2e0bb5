import { isDeepStrictEqual } from 'node:util';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { linePrefix, parseLine } from '../shared/adapters/order-line-item.ts';
import type { OrderLineStore } from '../shared/adapters/order-line-store.ts';
import {
  type ErasureHindrance,
  hinderedErasure,
  maySpeakOf,
  withoutPerson,
} from '../shared/domain/erasure.ts';
import type { LineKey, StoredLine } from '../shared/domain/order-line.ts';
import { toInstant } from '../shared/domain/time.ts';
import type { TokenBucket } from '../shared/domain/token-bucket.ts';

/*
 * Removes a person's address from the table on request. No index leads to those who were a line's contact once, placed its
 * order or asked for an email of it, so this reads the whole table, in several parts at a time.
 */

/** The most that DynamoDB reads for one page: 1 MB, at half a unit for 4 KB. */
export const unitsOfPage = 128;

/** The parts of the table that are read at the same time. */
const parts = 8;

const tableKey = z.object({ pk: z.string(), sk: z.string() });

/** How far a run got: after which item each part goes on, and what was found so far. */
export const erasureProgress = z.object({
  parts: z.array(z.union([z.literal('start'), z.literal('end'), tableKey])).length(parts),
  read: z.int(),
  erased: z.int(),
  left: z.int(),
});
export type ErasureProgress = z.output<typeof erasureProgress>;

export const fromStart = (): ErasureProgress => ({
  parts: Array.from({ length: parts }, () => 'start'),
  read: 0,
  erased: 0,
  left: 0,
});

/** An item that names the person. */
export interface Mention {
  /** `ORD-1001/2` */
  readonly of: string;
  /** The attributes that name them, as `provisioningContact`, `history`. */
  readonly in: readonly string[];
  /** Why it was left as it is. `no-order-line`: this version does not know what the item is. */
  readonly left?: ErasureHindrance | 'no-order-line';
}

export interface ErasureServices {
  readonly dynamoDb: DynamoDBClient;
  readonly tableName: string;
  readonly store: OrderLineStore;
  readonly now: () => Date;
  /** One token a page. */
  readonly pages: Pick<TokenBucket, 'take'>;
  readonly onMention: (mention: Mention) => void;
  /** Told after each page; whoever goes on from there misses nothing. */
  readonly onProgress: (progress: ErasureProgress) => void;
}

/**
 * Erases a person from all lines, each by a conditional write, or only tells where they are named. What is written behind
 * its back, into what it has read already, is found by another run; a run over what was erased before finds nothing.
 * @param execute false: changes nothing
 */
export async function erasePerson(
  { email, execute }: { readonly email: string; readonly execute: boolean },
  from: ErasureProgress,
  services: ErasureServices,
): Promise<ErasureProgress> {
  const client = DynamoDBDocumentClient.from(services.dynamoDb);
  const progress = { ...from, parts: [...from.parts] };

  async function readPart(part: number): Promise<void> {
    for (;;) {
      const place = progress.parts[part];
      if (place === undefined || place === 'end') return;
      await services.pages.take();
      const { Items = [], LastEvaluatedKey } = await client.send(
        new ScanCommand({
          TableName: services.tableName,
          Segment: part,
          TotalSegments: parts,
          ...(place === 'start' ? {} : { ExclusiveStartKey: place }),
        }),
      );
      for (const item of Items.filter((read) => maySpeakOf(read, email))) {
        const mention = await eraseFrom(item, email, execute, services);
        if (!mention) continue;
        services.onMention(mention);
        if (mention.left) progress.left += 1;
        else progress.erased += 1;
      }
      progress.read += Items.length;
      progress.parts[part] = LastEvaluatedKey ? tableKey.parse(LastEvaluatedKey) : 'end';
      services.onProgress(progress);
    }
  }

  await Promise.all(progress.parts.map((_, part) => readPart(part)));
  return progress;
}

/** @returns undefined if the item turns out not to name the person */
async function eraseFrom(
  item: unknown,
  email: string,
  execute: boolean,
  { store, now }: ErasureServices,
): Promise<Mention | undefined> {
  const { pk, sk } = tableKey.parse(item);
  if (!sk.startsWith(linePrefix)) {
    const places = changedPlaces(item, withoutPerson(item, email));
    return places.length === 0 ? undefined : { of: `${pk} ${sk}`, in: places, left: 'no-order-line' };
  }
  const key: LineKey = { orderId: pk, lineId: sk.slice(linePrefix.length) };
  const decide = (line: StoredLine): { readonly line: StoredLine; readonly mention?: Mention } => {
    const erased = withoutPerson(line, email);
    const places = changedPlaces(line, erased);
    if (places.length === 0) return { line };
    const mention = { of: `${key.orderId}/${key.lineId}`, in: places };
    const left = hinderedErasure(line, email, toInstant(now()));
    return left ? { line, mention: { ...mention, left } } : { line: parseLine(erased), mention };
  };
  const found = await store.find(key);
  const { mention } = execute ? await store.change(found, decide) : decide(found);
  return mention;
}

const record = z.record(z.string(), z.unknown());

function changedPlaces(before: unknown, after: unknown): readonly string[] {
  const changed = record.parse(after);
  return Object.entries(record.parse(before))
    .filter(([name, value]) => !isDeepStrictEqual(value, changed[name]))
    .map(([name]) => name);
}
