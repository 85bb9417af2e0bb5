import { isDeepStrictEqual } from 'node:util';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { LineKey, OrderLine, StoredLine } from '../domain/order-line.ts';
import { fromAttributes } from './attributes.ts';
import { linePrefix, parseLine } from './order-line-item.ts';
import { historyAttributes } from './stored-history.ts';

/** The item of a line was written. */
export interface LineChange {
  /** The line before that; undefined if there was none. */
  readonly before: StoredLine | undefined;
  readonly after: StoredLine;
}

/** The item of a line was written or removed. */
export interface LineChangeOrRemoval {
  readonly before: StoredLine | undefined;
  readonly after: StoredLine | undefined;
}

/** A change of the table, as its stream reports it. */
export interface TableChange {
  /** Identifies the change within its shard. */
  readonly sequenceNumber: string;
  /** The changed line; undefined for any other item. */
  readonly key: LineKey | undefined;
  /**
   * Reads the line before and after; undefined if its history has nothing new, or the line was removed.
   * @throws ZodError when this version cannot read one of them
   */
  read(): LineChange | undefined;
  /**
   * Reads the line before and after; undefined if the change does not affect its counts.
   * @throws ZodError when this version cannot read one of them
   */
  readToCount(): LineChangeOrRemoval | undefined;
}

const ofLines = { dynamodb: { Keys: { sk: { S: [{ prefix: linePrefix }] } } } };

/** Lambda's filter for the stream: changes of lines only. */
export const lineChangesFilter = { eventName: ['INSERT', 'MODIFY', 'REMOVE'], ...ofLines };

/** The same without removed lines. */
export const lineWritesFilter = { eventName: ['INSERT', 'MODIFY'], ...ofLines };

/** Unless one of these attributes changed, nothing happened that anybody is told of. */
const tellingAttributes = historyAttributes;

/** Unless one of these attributes changed, the line counts as before. */
const countedAttributes = [
  ...historyAttributes,
  'status',
  'onboardedAt',
  'closesAt',
  'provisioningContact',
  'undeliverable',
] as const satisfies readonly (keyof OrderLine | (typeof historyAttributes)[number])[];

/** The attributes that readers of the stream need. The version of a line changes with every write. */
export const streamedAttributes: readonly string[] = [
  ...new Set([...tellingAttributes, ...countedAttributes]),
];

type Image = Record<string, AttributeValue>;
const image = z.custom<Image>(
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

/** Reads a stream record, as Lambda passes it to a function, as a change of the table. */
export function tableChange(record: unknown): TableChange {
  const { SequenceNumber, Keys, OldImage, NewImage } = streamRecord.parse(record).dynamodb;
  const isOfLine = Keys.sk.S.startsWith(linePrefix);
  return {
    sequenceNumber: SequenceNumber,
    key: isOfLine ? { orderId: Keys.pk.S, lineId: Keys.sk.S.slice(linePrefix.length) } : undefined,
    read() {
      // Most changes of lines are claims and kept answers; reading two whole lines would cost more than everything else
      // here.
      if (!isOfLine || !NewImage || isSame(tellingAttributes, OldImage, NewImage)) return undefined;
      return { before: OldImage && lineIn(OldImage), after: lineIn(NewImage) };
    },
    readToCount: () =>
      !isOfLine || isSame(countedAttributes, OldImage, NewImage)
        ? undefined
        : { before: OldImage && lineIn(OldImage), after: NewImage && lineIn(NewImage) },
  };
}

/** Lines by their images, so that each is parsed once: on one machine, several functions get the same records. */
const lines = new WeakMap<Image, StoredLine>();

function lineIn(found: Image): StoredLine {
  const line = lines.get(found) ?? parseLine(fromAttributes(found));
  lines.set(found, line);
  return line;
}

/** Whether two images have the same values of these attributes. */
const isSame = (
  attributes: readonly string[],
  before: Image | undefined,
  after: Image | undefined,
): boolean =>
  before !== undefined &&
  after !== undefined &&
  attributes.every((name) => isDeepStrictEqual(before[name], after[name]));
