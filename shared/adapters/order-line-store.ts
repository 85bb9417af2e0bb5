import { setTimeout } from 'node:timers/promises';
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  type DynamoDBClientConfig,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { faultNames, NamedFault } from '../contracts/faults.ts';
import type { LineKey, StoredLine } from '../domain/order-line.ts';
import { unbooked } from '../domain/transitions.ts';
import { fromAttributes, toAttributes } from './attributes.ts';
import { ofVersion } from './conditional-put.ts';
import { type DueLines, dueLines } from './due-lines.ts';
import { type LaneStore, laneStore } from './lane-store.ts';
import { type LineLists, lineLists } from './line-lists.ts';
import { parseLine, primaryKey, toItem } from './order-line-item.ts';
import { type OrderStore, orderStore } from './order-store.ts';
import { readItem } from './read-item.ts';
import { quickCalls } from './time-limits.ts';

export const dynamoDbClient = (config: DynamoDBClientConfig = {}): DynamoDBClient =>
  new DynamoDBClient({ ...quickCalls, ...config });

/** A decision about a line: what becomes of it, and anything else that the caller wants to know. */
interface Decision {
  readonly line: StoredLine;
}

/**
 * The order lines, in DynamoDB. All reads except lists are strongly consistent. A line that is not in the table counts
 * as not booked, with nothing buffered for it.
 */
export interface OrderLineStore extends OrderStore, LineLists, DueLines {
  /** The lane that the first emails of the lines leave through. */
  readonly lane: LaneStore;
  find(key: LineKey): Promise<StoredLine>;
  /**
   * Changes a line that came from this store by one conditional write. `decide` gets the line and returns its new
   * state; the same line writes nothing. If somebody else wrote in between, it is called again with the current line.
   * Returns the last decision, with the line as it now is in the table.
   * @throws LineNotWritten when others kept writing, or when the write failed and may have taken effect
   */
  change<Decided extends Decision>(from: StoredLine, decide: (line: StoredLine) => Decided): Promise<Decided>;
}

/** A write failed, or its outcome is unknown. The line itself is hidden from what runtimes print of errors. */
export class LineNotWritten extends NamedFault {
  readonly #line: StoredLine;

  constructor(
    name: typeof faultNames.lineContended | typeof faultNames.writeUnconfirmed,
    message: string,
    line: StoredLine,
    options?: ErrorOptions,
  ) {
    super(name, message, options);
    this.#line = line;
  }

  /**
   * The line that was to be written. The table may hold another line with that version: no change can start from this
   * one.
   */
  get line(): StoredLine {
    return this.#line;
  }
}

/**
 * A write that lost against another is retried after a random pause, so that the losers do not meet again. The pauses
 * of one update are at most 5 + 10 + 20 + 40 + 25 * 80 ms = 2.1 s together, half of that on average: ten events of one
 * line in a batch, handled in sequence, stay below the 30 s of their function.
 */
const contention = { mostTries: 30, firstPause: 5, longestPause: 80 };

/** The milliseconds to wait after losing this many times. */
const pauseAfter = (lost: number): number =>
  Math.random() * Math.min(contention.firstPause * 2 ** (lost - 1), contention.longestPause);

/**
 * @param settledLineDays how long settled lines are kept, and what is known of orders and of lines without a booking
 * @param pause waits the given number of milliseconds, in real time
 */
export function orderLineStore(
  dynamoDb: DynamoDBClient,
  tableName: string,
  settledLineDays: number,
  pause: (milliseconds: number) => Promise<unknown> = setTimeout,
): OrderLineStore {
  async function find(key: LineKey): Promise<StoredLine> {
    const item = await readItem(dynamoDb, tableName, primaryKey(key));
    return item ? parseLine(item) : unbooked(key);
  }

  /** Writes the line if the table still has the version before it; otherwise returns what is there now. */
  async function write(line: StoredLine): Promise<{ lostTo: StoredLine } | undefined> {
    try {
      await dynamoDb.send(
        new PutItemCommand({
          TableName: tableName,
          Item: toAttributes(toItem(line, settledLineDays)),
          ...ofVersion(line.version - 1),
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return undefined;
    } catch (cause) {
      if (!(cause instanceof ConditionalCheckFailedException)) {
        const message = 'the write of an order line was not confirmed';
        throw new LineNotWritten(faultNames.writeUnconfirmed, message, line, { cause });
      }
      return { lostTo: cause.Item ? parseLine(fromAttributes(cause.Item)) : await find(line) };
    }
  }

  return {
    ...orderStore(dynamoDb, tableName, settledLineDays, pause),
    ...lineLists(dynamoDb, tableName, pause),
    ...dueLines(dynamoDb, tableName),
    lane: laneStore(dynamoDb, tableName),
    find,

    async change(from, decide) {
      let known = from;
      for (let attempt = 1; ; attempt += 1) {
        const decided = decide(known);
        if (decided.line === known) return decided;
        const line = { ...decided.line, version: known.version + 1 };
        const lost = await write(line);
        if (!lost) return { ...decided, line };
        known = lost.lostTo;
        if (attempt === contention.mostTries) {
          const message = `gave up after ${attempt} tries to write the order line`;
          throw new LineNotWritten(faultNames.lineContended, message, line);
        }
        await pause(pauseAfter(attempt));
      }
    },
  };
}
