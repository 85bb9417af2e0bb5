import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { atFirstUse } from '../domain/at-first-use.ts';
import { type Delivery, isBooked, type LineStatus, type OrderLine } from '../domain/order-line.ts';
import { wordsOf } from '../domain/search.ts';
import type { Instant } from '../domain/time.ts';
import { mostKeysOfBatch, readBatch } from './batch-read.ts';
import {
  foundOfShard,
  type Place,
  placesFound,
  placesInStates,
  type Search,
  type SomePlaces,
  wordsToFind,
} from './list-places.ts';
import {
  isIn,
  type ListState,
  listedAttributes,
  listStatesOf,
  parseLine,
  position,
  stateKeys,
} from './order-line-item.ts';

/** A filter that works for any partner's lines. */
interface ListFilter {
  readonly status?: LineStatus;
  readonly provisioningPending?: boolean;
  /** true: only lines that nobody has to set up any more (onboarded or cancelled); false: only the others. */
  readonly settled?: boolean;
  /** Only lines whose last email has one of these outcomes. */
  readonly deliveries?: readonly Delivery[];
  /** Only open lines whose window ends by then, or has ended. */
  readonly closesBy?: Instant;
  readonly limit: number;
  /** Lists what comes after this place. */
  readonly after?: string;
}

export interface ListRequest extends ListFilter {
  readonly partnerId: string;
  /** Only lines that can be found by a word with this beginning, as `search.ts` normalizes it. */
  readonly word?: string;
}

interface SearchRequest extends ListFilter {
  /** Missing: the lines of all partners. */
  readonly partnerId?: string;
  readonly find: Search;
}

interface ListPage {
  readonly lines: readonly OrderLine[];
  /** Where the next page starts; missing on the last one. */
  readonly next?: string;
}

/**
 * Lists and searches: the keys come from the indexes; each line is read from the table, which alone has its current
 * state.
 */
export interface LineLists {
  /** A partner's lines, nearest deadline first. */
  list(request: ListRequest): Promise<ListPage>;
  /** The lines found, nearest deadline first; undefined if there are too many to sort. */
  search(request: SearchRequest): Promise<ListPage | undefined>;
}

/**
 * How many lines a page looks at before it returns what it found, with a cursor. What no index holds, such as the
 * outcome of the last email, is found by reading lines, 100 at a time. In a partner's million lines, a page that finds
 * nothing costs 10 queries and 10 batches in sequence, about 0.3 s and 1,000 read units (0.0002 USD); reading to the
 * end takes 1,000 such pages. With a status, a deadline or a word, far fewer lines are looked at.
 */
const mostLookedAt = 1000;

/**
 * After this many lines, a page stops looking through the list for a common word and reads the keys of its lines
 * instead: they may all come far later in the list.
 */
const mostTried = 100;

/** Places in a list, as callers see them. */
export const cursors = {
  encode: (place: string): string => Buffer.from(place).toString('base64url'),
  decode: (cursor: string): string | undefined => {
    const place = Buffer.from(cursor, 'base64url').toString('utf8');
    return /^~?\d{4}-\d\d-\d\dT[\d:.]+Z#[\w.-]+#[\w.-]+$/.test(place) ? place : undefined;
  },
};

/** @param pause waits the given number of milliseconds, in real time */
export function lineLists(
  dynamoDb: DynamoDBClient,
  tableName: string,
  pause: (milliseconds: number) => Promise<unknown>,
): LineLists {
  /** Lines by their position. */
  async function read(keys: readonly Place[]): Promise<Map<string, OrderLine>> {
    const found = new Map<string, OrderLine>();
    // While a line changes state, it can be in two partitions of an index at once.
    const unique = new Map(keys.map(({ pk, sk }) => [`${pk} ${sk}`, { pk, sk }]));
    for (const item of await readBatch(
      dynamoDb,
      tableName,
      [...unique.values()],
      listedProjection(),
      pause,
    )) {
      const line = parseLine(item);
      if (isBooked(line)) found.set(position(line), line);
    }
    return found;
  }

  /** A page of the lines that match, from the places that `nextPlaces` gives. */
  async function pageOf(
    request: ListRequest | SearchRequest,
    nextPlaces: (after: string | undefined, step: number) => Promise<SomePlaces>,
    most = mostLookedAt,
  ): Promise<ListPage> {
    const states = listStatesOf(request);
    const lines: OrderLine[] = [];
    /** One more than the page shows, to know whether there is another page. */
    const enough = request.limit + 1;
    const fullStep = isSifted(request, states) ? Math.max(enough, mostKeysOfBatch) : enough;
    // A common word mostly matches at least every other line.
    let step = 'word' in request ? Math.min(2 * enough, fullStep) : fullStep;
    let { after } = request;
    let lookedAt = 0;
    let isLast = states.length === 0;
    while (!isLast && lines.length < enough && lookedAt < most) {
      const next = await nextPlaces(after, step);
      const inReach = next.places.filter((place) => isInReach(place, request));
      const found = await read(inReach);
      const wanted = inReach.flatMap((place) => found.get(place.position) ?? []);
      lines.push(...wanted.filter((line) => isListed(line, request, states)));
      after = next.places.at(-1)?.position ?? after;
      lookedAt += inReach.length;
      isLast = next.complete || inReach.length < next.places.length;
      step = fullStep;
    }
    const shown = lines.slice(0, request.limit);
    const last = shown.at(-1);
    if (last && lines.length > shown.length) return { lines: shown, next: position(last) };
    return { lines: shown, ...(isLast || after === undefined ? {} : { next: after }) };
  }

  async function search(
    request: SearchRequest,
    most: number = foundOfShard.few,
  ): Promise<ListPage | undefined> {
    const found = await placesFound(dynamoDb, tableName, request.find, request.partnerId, most);
    return (
      found &&
      pageOf(request, (after, step) => {
        const left = found.filter((place) => after === undefined || place.position > after);
        return Promise.resolve({ places: left.slice(0, step), complete: left.length <= step });
      })
    );
  }

  return {
    async list(request) {
      const { word, ...filter } = request;
      const partitions = listStatesOf(request).flatMap((state) => stateKeys(request.partnerId, state));
      const lookThrough = (most: number) =>
        pageOf(
          request,
          (after, step) => placesInStates(dynamoDb, tableName, partitions, { after, step }),
          most,
        );
      if (word === undefined) return lookThrough(mostLookedAt);
      const searched = { ...filter, find: { word } };
      const found = await search(searched);
      if (found) return found;
      const tried = await lookThrough(mostTried);
      if (tried.lines.length === request.limit || tried.next === undefined) return tried;
      return (await search(searched, foundOfShard.many)) ?? lookThrough(mostLookedAt);
    },

    search: (request) => search(request),
  };
}

/** The attributes of a line that lists read from DynamoDB. */
const listedProjection = atFirstUse(() => {
  const names = Object.fromEntries(listedAttributes().map((name, index) => [`#a${index}`, name]));
  return { ProjectionExpression: Object.keys(names).join(', '), ExpressionAttributeNames: names };
});

/** The search, if there is one. */
const searchOf = (request: ListRequest | SearchRequest): Search | undefined => {
  if ('find' in request) return request.find;
  return request.word === undefined ? undefined : { word: request.word };
};

function isFound(line: OrderLine, find: Search): boolean {
  const words = wordsOf(line);
  return wordsToFind(find).some(({ kind, text, isWhole }) =>
    isWhole ? words[kind] === text : words[kind].startsWith(text),
  );
}

/** Whether a freshly read line still matches what the index said. */
function isListed(
  line: OrderLine,
  request: ListRequest | SearchRequest,
  states: readonly ListState[],
): boolean {
  const { partnerId, deliveries, closesBy } = request;
  const { lastEmail } = line;
  const find = searchOf(request);
  return (
    (partnerId === undefined || line.partnerId === partnerId) &&
    isIn(line, states) &&
    (deliveries === undefined || (lastEmail !== undefined && deliveries.includes(lastEmail.delivery))) &&
    (closesBy === undefined || (line.closesAt !== undefined && line.closesAt <= closesBy)) &&
    (find === undefined || isFound(line, find))
  );
}

/** Whether possibly only a few of the lines that an index leads to are listed. */
const isSifted = (request: ListRequest | SearchRequest, states: readonly ListState[]): boolean =>
  request.deliveries !== undefined ||
  'word' in request ||
  ('find' in request && states.length < listStatesOf({}).length);

/** Whether a place, which begins with the deadline, is within the requested deadlines. */
const isInReach = ({ position }: Place, { closesBy }: ListFilter): boolean =>
  closesBy === undefined || position.slice(0, closesBy.length) <= closesBy;
