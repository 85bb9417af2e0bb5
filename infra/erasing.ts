import { isDeepStrictEqual } from 'node:util';
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { fromAttributes, itemIn, itemsIn, toAttributes } from '../shared/adapters/attributes.ts';
import { isChoice } from '../shared/adapters/choice-store.ts';
import { linePrefix, parseLine } from '../shared/adapters/order-line-item.ts';
import type { OrderLineStore } from '../shared/adapters/order-line-store.ts';
import { withPlainHistory } from '../shared/adapters/stored-history.ts';
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
 * Removes a person's address from the table on request. No index leads to everyone who once was a line's contact,
 * placed its order or requested one of its emails, so this reads the whole table, several parts at a time.
 */

/** The most read units of one page: 1 MB, at half a unit for 4 KB. */
export const unitsOfPage = 128;

/** The parts of the table that are read at the same time. */
const parts = 8;

const tableKey = z.object({ pk: z.string(), sk: z.string() });

/** The progress of a run: the item after which each part continues, and what was found so far. */
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
  /** `ORD-1001/2`; for anything that is not a line, the two parts of its key. */
  readonly of: string;
  /** The attributes that name the person, such as `provisioningContact` and `history`. */
  readonly in: readonly string[];
  /**
   * Why it was left unchanged. `key`: the person is part of the item's key, as in what is kept for an idempotency key
   * for a day.
   */
  readonly left?: ErasureHindrance | 'key';
}

export interface ErasureServices {
  readonly dynamoDb: DynamoDBClient;
  readonly tableName: string;
  readonly store: OrderLineStore;
  readonly now: () => Date;
  /** One token per page. */
  readonly pages: Pick<TokenBucket, 'take'>;
  readonly onMention: (mention: Mention) => void;
  /** Called after each page; continuing from there misses nothing. */
  readonly onProgress: (progress: ErasureProgress) => void;
}

/**
 * Erases a person from all lines, each by a conditional write, or only reports where they are named. What is written
 * during the run, behind its position, takes another run; a run over erased lines finds nothing.
 * @param execute false: changes nothing
 */
export async function erasePerson(
  { email, execute }: { readonly email: string; readonly execute: boolean },
  from: ErasureProgress,
  services: ErasureServices,
): Promise<ErasureProgress> {
  const progress = { ...from, parts: [...from.parts] };

  async function readPart(part: number): Promise<void> {
    for (;;) {
      const place = progress.parts[part];
      if (place === undefined || place === 'end') return;
      await services.pages.take();
      const answer = await services.dynamoDb.send(
        new ScanCommand({
          TableName: services.tableName,
          Segment: part,
          TotalSegments: parts,
          ...(place === 'start' ? {} : { ExclusiveStartKey: toAttributes(place) }),
        }),
      );
      const items = itemsIn(answer);
      for (const item of items.filter((read) => maySpeakOf(withPlainHistory(read), email))) {
        const { pk, sk } = tableKey.parse(item);
        const mention = sk.startsWith(linePrefix)
          ? await eraseFromLine(
              { orderId: pk, lineId: sk.slice(linePrefix.length) },
              email,
              execute,
              services,
            )
          : await eraseFromItem(item, email, execute, services);
        if (!mention) continue;
        services.onMention(mention);
        if (mention.left) progress.left += 1;
        else progress.erased += 1;
      }
      progress.read += items.length;
      const { LastEvaluatedKey: last } = answer;
      progress.parts[part] = last ? tableKey.parse(fromAttributes(last)) : 'end';
      services.onProgress(progress);
    }
  }

  await Promise.all(progress.parts.map((_, part) => readPart(part)));
  return progress;
}

/** @returns undefined if the line turns out not to name the person */
async function eraseFromLine(
  key: LineKey,
  email: string,
  execute: boolean,
  { store, now }: ErasureServices,
): Promise<Mention | undefined> {
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

/** More writers of one item than ever meet. */
const mostTries = 10;

/** How many values one write replaces: its expression stays far below the limit of 4 KB. */
const mostValues = 20;

/**
 * Does the same for any other item, such as a bulk resend with the outcomes of its lines: each value that names the
 * person is replaced if it is still there. The version changes, so whoever is writing the item notices.
 */
async function eraseFromItem(
  read: Item,
  email: string,
  execute: boolean,
  { dynamoDb, tableName: TableName }: Pick<ErasureServices, 'dynamoDb' | 'tableName'>,
): Promise<Mention | undefined> {
  const key = tableKey.parse(read);
  const Key = toAttributes(key);
  const places = changedPlaces(read, withoutPerson(read, email));
  if (places.length === 0) return undefined;
  const mention = { of: `${key.pk} ${key.sk}`, in: places };
  if (isChoice(key)) {
    // A choice of notifications is useless without an address to send them to.
    if (execute) await dynamoDb.send(new DeleteItemCommand({ TableName, Key }));
    return mention;
  }
  if (places.includes('pk') || places.includes('sk')) return { ...mention, left: 'key' };
  if (!execute) return mention;
  for (let lost = 0; lost < mostTries;) {
    const item = itemIn(await dynamoDb.send(new GetItemCommand({ TableName, Key, ConsistentRead: true })));
    const values = changedValues(item, withoutPerson(item, email)).slice(0, mostValues);
    if (item === undefined || values.length === 0) return mention;
    try {
      await dynamoDb.send(
        new UpdateItemCommand({ TableName, Key, ...replacing(values, typeof item['version'] === 'number') }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      lost += 1;
    }
  }
  throw new Error(`somebody else kept writing ${mention.of}: run this again`);
}

/** A value within an item, and its replacement. */
interface ChangedValue {
  readonly path: readonly (string | number)[];
  readonly from: unknown;
  readonly to: unknown;
}

function changedValues(from: unknown, to: unknown, path: ChangedValue['path'] = []): readonly ChangedValue[] {
  if (isDeepStrictEqual(from, to)) return [];
  if (Array.isArray(from) && Array.isArray(to))
    return from.flatMap((value, index) => changedValues(value, to[index], [...path, index]));
  const parts = z.object({ from: record, to: record }).safeParse({ from, to });
  if (!parts.success) return [{ path, from, to }];
  return Object.entries(parts.data.from).flatMap(([name, value]) =>
    changedValues(value, parts.data.to[name], [...path, name]),
  );
}

function replacing(values: readonly ChangedValue[], isVersioned: boolean) {
  const names = new Map<string, string>();
  const nameOf = (name: string): string => {
    const short = names.get(name) ?? `#n${names.size}`;
    names.set(name, short);
    return short;
  };
  const paths = values.map(({ path }) =>
    path
      .map((part) => (typeof part === 'number' ? `[${part}]` : `.${nameOf(part)}`))
      .join('')
      .slice(1),
  );
  const sets = paths.map((path, index) => `${path} = :to${index}`);
  return {
    UpdateExpression: `SET ${[...sets, ...(isVersioned ? ['version = version + :one'] : [])].join(', ')}`,
    ConditionExpression: paths.map((path, index) => `${path} = :from${index}`).join(' AND '),
    ExpressionAttributeNames: Object.fromEntries([...names].map(([name, short]) => [short, name])),
    ExpressionAttributeValues: toAttributes({
      ...Object.fromEntries(
        values.flatMap(({ from, to }, index) => [
          [`:from${index}`, from],
          [`:to${index}`, to],
        ]),
      ),
      ...(isVersioned ? { ':one': 1 } : {}),
    }),
  };
}

const record = z.record(z.string(), z.unknown());
type Item = Record<string, unknown>;

function changedPlaces(before: unknown, after: unknown): readonly string[] {
  const changed = record.parse(after);
  return Object.entries(record.parse(before))
    .filter(([name, value]) => !isDeepStrictEqual(value, changed[name]))
    .map(([name]) => name);
}
