import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { LineKey, OrderLine, StoredLine } from '../domain/order-line.ts';
import { linePrefix, parseLine } from './order-line-item.ts';

/** The item of a line was written. */
export interface LineChange {
  /** The line before that; undefined if there was none. */
  readonly before: StoredLine | undefined;
  readonly after: StoredLine;
}

/** A change of the table as its stream tells of it. */
export interface TableChange {
  /** Names the change among those of its shard. */
  readonly sequenceNumber: string;
  /** The line that it is of; undefined for any other item, and for lines that are gone. */
  readonly key: LineKey | undefined;
  /**
   * Reads the line before and after; undefined if nothing was added to its history.
   * @throws ZodError when this version cannot read one of them
   */
  read(): LineChange | undefined;
}

/** The changes of the table that are of lines, as a filter of Lambda for its stream. Lines that are removed are left out. */
export const lineChangesFilter = {
  eventName: ['INSERT', 'MODIFY'],
  dynamodb: { Keys: { sk: { S: [{ prefix: linePrefix }] } } },
};

/** The attribute without whose change nothing has happened to a line. */
export const tellingAttribute = 'history' satisfies keyof OrderLine;

const image = z.custom<Record<string, AttributeValue>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);
const key = z.object({ S: z.string() });
const streamRecord = z.object({
  dynamodb: z.object({
    SequenceNumber: z.string(),
    Keys: z.object({ pk: key, sk: key }),
    OldImage: image.optional(),
    NewImage: image.optional(),
  }),
});

/** Reads what Lambda hands to a function as a change of the table. */
export function tableChange(record: unknown): TableChange {
  const { SequenceNumber, Keys, OldImage, NewImage } = streamRecord.parse(record).dynamodb;
  const isOfLine = NewImage !== undefined && Keys.sk.S.startsWith(linePrefix);
  return {
    sequenceNumber: SequenceNumber,
    key: isOfLine ? { orderId: Keys.pk.S, lineId: Keys.sk.S.slice(linePrefix.length) } : undefined,
    read() {
      // Most changes of lines are claims and answers kept; reading two whole lines would cost more than all else here.
      if (!isOfLine || hasSameHistory(OldImage, NewImage)) return undefined;
      return { before: OldImage && parseLine(unmarshall(OldImage)), after: parseLine(unmarshall(NewImage)) };
    },
  };
}

/** Whether two images have the same history for certain. */
const hasSameHistory = (
  before: Record<string, AttributeValue> | undefined,
  after: Record<string, AttributeValue>,
): boolean =>
  before !== undefined &&
  JSON.stringify(before[tellingAttribute]) === JSON.stringify(after[tellingAttribute]);
