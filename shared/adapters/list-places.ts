import { type DynamoDBClient, QueryCommand, type QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { beginningsOf, subscriptionWord, type Word } from '../domain/search.ts';
import { itemsIn, toAttributes } from './attributes.ts';
import {
  indexedWord,
  indexes,
  type IndexName,
  searchShards,
  type WordIndex,
  wordIndexes,
} from './order-line-item.ts';

const placesSchema = z.array(z.object({ pk: z.string(), sk: z.string(), position: z.string() }));

/** The key of a line and its position in lists, from an index. */
export type Place = z.output<typeof placesSchema>[number];

/** Some places of a list, in order, and whether they are the last ones. */
export interface SomePlaces {
  readonly places: readonly Place[];
  readonly complete: boolean;
}

/**
 * How lines are searched for: by the beginning of a word, as `search.ts` normalizes it, or by a whole subscription id.
 */
export type Search = { readonly word: string } | { readonly subscriptionId: string };

interface SoughtWord extends Word {
  /** Whether the word must match as a whole, or only its beginning. */
  readonly isWhole: boolean;
}

/** The kinds of words to search, and how. */
export const wordsToFind = (find: Search): readonly SoughtWord[] =>
  'word' in find
    ? beginningsOf(find.word).map((word) => ({ ...word, isWhole: false }))
    : [{ ...subscriptionWord(find.subscriptionId), isWhole: true }];

/**
 * From how many lines of each index partition a search reads the keys. Keys are cheap: 20 for half a read unit. If all
 * partitions together hold at most 1,000 matches, each page sorts them and reads only the lines that it shows. With
 * more matches, looking through the list usually fills a page sooner; where it does not, the keys of up to 10,000 are
 * read, for 250 read units.
 */
export const foundOfShard = { few: 250, many: 2500 } as const;

/** The next places, roughly `step` of them, from the partitions of some states. */
export async function placesInStates(
  dynamoDb: DynamoDBClient,
  tableName: string,
  partitions: readonly string[],
  { after, step }: { readonly after: string | undefined; readonly step: number },
): Promise<SomePlaces> {
  const { partitionKey, sortKey } = indexes.byState;
  // Lines are spread evenly over four shards: hardly ever is more than half of a page in one.
  const ofEach = Math.ceil(step / 2);
  const pages = partitions.map(async (partition) => {
    const answer = await dynamoDb.send(
      new QueryCommand({
        TableName: tableName,
        IndexName: 'byState' satisfies IndexName,
        KeyConditionExpression: `#partition = :partition${after === undefined ? '' : ' AND #sort > :after'}`,
        ExpressionAttributeNames: {
          '#partition': partitionKey,
          ...(after === undefined ? {} : { '#sort': sortKey }),
        },
        ExpressionAttributeValues: toAttributes({ ':partition': partition, ':after': after }),
        Limit: ofEach,
      }),
    );
    return pageIn(answer);
  });
  return mergePages(await Promise.all(pages), step);
}

/**
 * The places of all lines found; undefined: there are too many.
 * @param most the limit for each partition
 */
export async function placesFound(
  dynamoDb: DynamoDBClient,
  tableName: string,
  find: Search,
  partnerId: string | undefined,
  most: number,
): Promise<readonly Place[] | undefined> {
  const pageOf = async ({ kind, text, isWhole }: SoughtWord, shard: string) => {
    const index: WordIndex = wordIndexes[kind][partnerId === undefined ? 'ofAll' : 'ofPartner'];
    const { partitionKey, sortKey } = indexes[index];
    const answer = await dynamoDb.send(
      new QueryCommand({
        TableName: tableName,
        IndexName: index,
        KeyConditionExpression: isWhole
          ? '#shard = :shard AND #word = :word'
          : '#shard = :shard AND begins_with(#word, :word)',
        ExpressionAttributeNames: { '#shard': partitionKey, '#word': sortKey },
        ExpressionAttributeValues: toAttributes({ ':shard': shard, ':word': indexedWord(text) }),
        Limit: most,
      }),
    );
    return pageIn(answer);
  };
  const shards = searchShards(partnerId);
  const pages = await Promise.all(
    wordsToFind(find).flatMap((word) => shards.map((shard) => pageOf(word, shard))),
  );
  return pages.some(({ more }) => more) ? undefined : mergePages(pages, Infinity).places;
}

/** A page of one partition. */
interface Page {
  readonly items: readonly Place[];
  /** Whether the partition has more. */
  readonly more: boolean;
}

const pageIn = (answer: QueryCommandOutput): Page => ({
  items: placesSchema.parse(itemsIn(answer)),
  more: answer.LastEvaluatedKey !== undefined,
});

/**
 * Merges the next places of several sorted partitions, each place once. The result ends where the first partition has
 * unread places, so that none is skipped.
 */
function mergePages(pages: readonly Page[], limit: number): SomePlaces {
  const ends = pages.flatMap(({ items, more }) => (more ? [items.at(-1)?.position ?? ''] : []));
  const end = ends.reduce<string | undefined>(
    (least, next) => (least === undefined || next < least ? next : least),
    undefined,
  );
  const all = new Map(pages.flatMap(({ items }) => items.map((item) => [item.position, item])));
  const sorted = [...all.values()]
    .filter((item) => end === undefined || item.position <= end)
    .sort((a, b) => (a.position < b.position ? -1 : 1));
  const places = sorted.slice(0, limit);
  return { places, complete: end === undefined && places.length === sorted.length };
}
