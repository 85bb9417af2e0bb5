import {
  type AttributeValue,
  DeleteItemCommand,
  type DynamoDBClient,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { itemsIn, toAttributes } from '../shared/adapters/attributes.ts';
import { linePrefix, parseLine } from '../shared/adapters/order-line-item.ts';
import {
  type Generation,
  generationOf,
  isResting,
  parseTally,
  type Recount,
  type StoredTally,
  tallyName,
  tallyShard,
  tallyStore,
  type TallyStore,
} from '../shared/adapters/tally-store.ts';
import { parseMark } from '../shared/adapters/tally-marks.ts';
import { forEach } from '../shared/domain/parallel.ts';
import { isBooked, type OrderLine } from '../shared/domain/order-line.ts';
import { isOfRemovedLines, isRemovalMark, markOf, plusCounters, sharesOf } from '../shared/domain/tallies.ts';
import { plus, toInstant } from '../shared/domain/time.ts';
import { raiseMark } from '../shared/use-cases/count-changes.ts';
import type { TokenBucket } from '../shared/domain/token-bucket.ts';
import { UserError } from './command-line.ts';

/*
 * Counts all lines anew, into a new generation of counts beside the one that callers see; in the end, the new one
 * replaces it. Meanwhile `count-lines` pauses, and changes wait in the stream. A change that was in the table when its
 * line was read is counted with the line, which the line's mark records; a later one is counted afterwards. A run that
 * dies has changed nothing: `count-lines` resumes a quarter of an hour later.
 */

/** The longest that a call of `count-lines` may still run that began before the recount. */
export const longestCallSeconds = 35;

/** How long a recount may be silent before it counts as given up. */
const patience = 'PT15M';
/** The parts of the table that are read at the same time. */
const parts = 8;
/** How many items are written at once. */
const writesAtOnce = 20;

export interface RecountServices {
  readonly dynamoDb: DynamoDBClient;
  readonly tableName: string;
  readonly now: () => Date;
  readonly newId: () => string;
  /** Waits until earlier calls of `count-lines` have ended. */
  readonly settle: () => Promise<unknown>;
  /** One token per page of a megabyte. */
  readonly pages: Pick<TokenBucket, 'take'>;
  /** Whether an unfinished recount counts as given up; by default when it has been silent for too long. */
  readonly isOverdue?: (recount: Recount) => boolean;
  /** Called after each page with the number of lines counted. */
  readonly onProgress: (lines: number) => void;
}

/** Another recount is running, or counting resumed because this one took too long. */
export class RecountRefused extends UserError {}

/**
 * Counts all lines anew.
 * @returns how many there are
 * @throws RecountRefused
 */
export async function recount(services: RecountServices): Promise<number> {
  const { dynamoDb, tableName, now, newId, settle, pages, onProgress } = services;
  const tallies = tallyStore(dynamoDb, tableName, () => Promise.resolve());
  const turn = await Turn.begin(tallies, services);
  await settle();
  const next = newId();
  const counts = new Map<string, StoredTally>();
  let lines = 0;

  await forEach(
    Array.from({ length: parts }, (_, part) => part),
    parts,
    async (part) => {
      let start: Record<string, AttributeValue> | undefined;
      do {
        await pages.take();
        const answer = await dynamoDb.send(
          new ScanCommand({
            TableName: tableName,
            ConsistentRead: true,
            Segment: part,
            TotalSegments: parts,
            ...(start ? { ExclusiveStartKey: start } : {}),
          }),
        );
        const items = itemsIn(answer);
        const read = items.filter(isOfLine).map(parseLine).filter(isBooked);
        for (const line of read) add(line, counts);
        await forEach(items, writesAtOnce, (item) => takeOver(item));
        await forEach(read, writesAtOnce, async (line) => {
          await raiseMark(tallies, next, line, { known: undefined, next: markOf(line) });
        });
        lines += read.length;
        onProgress(lines);
        await turn.goOn(now());
        start = answer.LastEvaluatedKey;
      } while (start);
    },
  );
  await forEach([...counts.values()], writesAtOnce, async (tally) => {
    await tallies.write(next, tally);
  });
  await turn.end(next, now());
  await removeOthers(next, services);
  return lines;

  /** Keeps what is known of removed lines, which exists nowhere else. */
  async function takeOver(item: Record<string, unknown>): Promise<void> {
    if (generationOf(String(item['pk'])) !== turn.id) return;
    const mark = parseMark(item);
    if (mark && isRemovalMark(mark.mark)) {
      const removedAt = toInstant(now());
      // Unless the line was booked again since.
      await raiseMark(tallies, next, mark.line, { known: undefined, next: mark.mark, removedAt });
    }
    if (mark || !isOfRemovedLines(String(item['sk']))) return;
    const tally = { ...parseTally(item), counted: {}, version: 0 };
    counts.set(tallyName(tally), tally);
  }
}

const isOfLine = ({ sk }: Record<string, unknown>): boolean =>
  typeof sk === 'string' && sk.startsWith(linePrefix);

function add(line: OrderLine, counts: Map<string, StoredTally>): void {
  for (const { scope, tally, counters } of sharesOf(line)) {
    const name = { scope, tally, shard: tallyShard(scope, line) };
    const known = counts.get(tallyName(name));
    counts.set(tallyName(name), {
      ...name,
      counters: plusCounters(known?.counters ?? {}, counters),
      counted: {},
      version: 0,
    });
  }
}

/** The exclusive right to recount. */
class Turn {
  readonly #tallies: TallyStore;
  /** The current counts. */
  readonly #id: string;
  #recount: Recount;
  #version: number;
  /** Serializes the progress reports of the parts of the table. */
  #going: Promise<void> = Promise.resolve();

  private constructor(tallies: TallyStore, id: string, recount: Recount, version: number) {
    this.#tallies = tallies;
    this.#id = id;
    this.#recount = recount;
    this.#version = version;
  }

  /** @throws RecountRefused */
  static async begin(
    tallies: TallyStore,
    { now, newId, isOverdue = () => false }: Pick<RecountServices, 'now' | 'newId' | 'isOverdue'>,
  ): Promise<Turn> {
    const at = toInstant(now());
    const known = await tallies.generation();
    if (known.recount && isResting(known, at) && !isOverdue(known.recount)) {
      throw new RecountRefused(
        `Another recount is running, or was interrupted: wait until ${known.recount.until}.`,
      );
    }
    const recount = { id: newId(), since: at, until: plus(at, patience) };
    if (!(await replaced(tallies, { id: known.id, recount, version: known.version }))) {
      throw new RecountRefused('Another recount has just begun.');
    }
    return new Turn(tallies, known.id, recount, known.version + 1);
  }

  /** The current counts. */
  get id(): string {
    return this.#id;
  }

  /** Reports progress, at most once a minute. */
  goOn(now: Date): Promise<void> {
    this.#going = this.#going.then(async () => {
      const until = plus(toInstant(now), patience);
      if (until < plus(this.#recount.until, 'PT1M')) return;
      const recount = { ...this.#recount, until };
      await this.#write({ id: this.#id, recount, version: this.#version }, now);
      this.#recount = recount;
    });
    return this.#going;
  }

  /** Replaces the current counts with others. */
  async end(id: string, now: Date): Promise<void> {
    await this.#going;
    await this.#write({ id, version: this.#version }, now);
  }

  async #write(generation: Generation, now: Date): Promise<void> {
    const isLate = toInstant(now) >= this.#recount.until;
    if (isLate || !(await replaced(this.#tallies, generation))) {
      throw new RecountRefused('The recount stalled, and counting resumed meanwhile. Run it again.');
    }
    this.#version += 1;
  }
}

/** Writes which counts are current. A write whose answer was lost is recognized by its ids. */
async function replaced(tallies: TallyStore, generation: Generation): Promise<boolean> {
  if (await tallies.writeGeneration(generation)) return true;
  const { id, recount, version } = await tallies.generation();
  return (
    version === generation.version + 1 &&
    id === generation.id &&
    recount?.id === generation.recount?.id &&
    recount?.until === generation.recount?.until
  );
}

const tableKey = z.object({ pk: z.string(), sk: z.string() });

/** Removes the counts of other generations. If it is cut short, the next recount removes the rest. */
async function removeOthers(kept: string, { dynamoDb, tableName, pages }: RecountServices): Promise<void> {
  let start: Record<string, AttributeValue> | undefined;
  do {
    await pages.take();
    const answer = await dynamoDb.send(
      new ScanCommand({
        TableName: tableName,
        ProjectionExpression: 'pk, sk',
        ...(start ? { ExclusiveStartKey: start } : {}),
      }),
    );
    const others = itemsIn(answer)
      .map((item) => tableKey.parse(item))
      .filter(({ pk }) => {
        const generation = generationOf(pk);
        return generation !== undefined && generation !== kept;
      });
    await forEach(others, writesAtOnce, async (Key) => {
      await dynamoDb.send(new DeleteItemCommand({ TableName: tableName, Key: toAttributes(Key) }));
    });
    start = answer.LastEvaluatedKey;
  } while (start);
}
