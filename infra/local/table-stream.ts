import { setTimeout } from 'node:timers/promises';
import type { AttributeValue, DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import * as z from 'zod';
import { asFunction } from './calling-function.ts';
import type { Activity } from './activity.ts';
import type { NotedChange, Taken } from './noted-changes.ts';

/** Where the changes of the table are noted. */
export interface ChangeSource {
  /** The first unforgotten changes from a sequence on. */
  take(from: number, most: number): Promise<Taken>;
  /** Forgets the changes up to `sequence`; nobody waits for that. */
  forget(sequence: number): void;
}

/** A function that is called with the changes. */
export interface StreamReader {
  readonly functionName: string;
  readonly handler: (changes: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse>;
}

/** The most changes in one call. */
const batchSize = 100;

/** The most changes that are kept for functions that are not as far as others. */
const mostKept = 10 * batchSize;

/**
 * Milliseconds for which changes are collected while more keep coming, so that one call gets many of them. The pause is
 * longer once there are many, which nobody notices who does one thing at a time.
 */
const gathering = { few: 25, many: 150 };
const fewChanges = 5;

/** Milliseconds before a failed change is retried, doubled with each further failure, up to the longest. */
const pauses = { first: 50, longest: 10_000 };

/**
 * The stream of the table. It calls each function with the changes independently, in order, one batch after the other.
 * As on AWS, a change that a function fails at is retried until it succeeds, and holds up later ones for that function
 * only. What a killed process was handling is delivered again: a change is forgotten once every function has handled
 * it.
 */
export class TableStream {
  readonly #readings: readonly Reading[];

  constructor(source: ChangeSource, readers: readonly StreamReader[], activity: Activity) {
    let forgotten = -1;
    const forget = (): void => {
      const done = Math.min(...this.#readings.map((reading) => reading.done));
      if (done <= forgotten) return;
      forgotten = done;
      records.forget(done);
      source.forget(done);
    };
    const records = new SharedRecords(source);
    this.#readings = readers.map((reader) => new Reading(records, reader, activity, forget));
  }

  /** There are changes up to this sequence: the stream counts as active until every function was called with them. */
  noted(sequence: number): void {
    for (const reading of this.#readings) reading.noted(sequence);
  }

  /** Stops calling the functions. */
  stop(): void {
    for (const reading of this.#readings) reading.stop();
  }
}

/** Some of the changes as records for functions, and the sequence up to which there are no others. */
interface TakenRecords {
  readonly records: readonly StreamRecord[];
  readonly upTo: number;
}

/** The functions share the records: what one of them reads is kept until all are done with it. */
class SharedRecords {
  readonly #source: Pick<ChangeSource, 'take'>;
  /** All changes from `first` up to `upTo`. */
  #kept: readonly StreamRecord[] = [];
  #first = 0;
  #upTo = -1;
  #reading: Promise<void> | undefined;

  constructor(source: Pick<ChangeSource, 'take'>) {
    this.#source = source;
  }

  /** The first changes from a sequence on. */
  async take(from: number): Promise<TakenRecords> {
    if (from > this.#upTo) {
      this.#reading ??= this.#readOn().finally(() => {
        this.#reading = undefined;
      });
      await this.#reading;
    }
    if (from < this.#first) return await this.#read(from);
    const left = this.#kept.filter((record) => sequenceOf(record) >= from);
    const records = left.slice(0, batchSize);
    const last = records.at(-1);
    return { records, upTo: last && left.length > batchSize ? sequenceOf(last) : this.#upTo };
  }

  /** Keeps the changes up to `sequence` no longer. */
  forget(sequence: number): void {
    this.#keep(this.#kept.filter((record) => sequenceOf(record) > sequence));
  }

  async #readOn(): Promise<void> {
    const { records, upTo } = await this.#read(this.#upTo + 1);
    this.#upTo = upTo;
    // A function that keeps failing reads later on what it could not have by now.
    this.#keep([...this.#kept, ...records].slice(-mostKept));
  }

  #keep(records: readonly StreamRecord[]): void {
    this.#kept = records;
    this.#first = records[0] ? sequenceOf(records[0]) : this.#upTo + 1;
  }

  async #read(from: number): Promise<TakenRecords> {
    const { changes, upTo } = await this.#source.take(from, batchSize);
    return { records: changes.map(recordOf), upTo };
  }
}

/** The progress of one function. */
class Reading {
  readonly #records: SharedRecords;
  readonly #reader: StreamReader;
  readonly #activity: Activity;
  readonly #onDone: () => void;
  #done = -1;
  #noted = -1;
  #isReading = false;
  #isStopped = false;

  /** @param onDone called whenever it got further */
  constructor(
    records: SharedRecords,
    { functionName, handler }: StreamReader,
    activity: Activity,
    onDone: () => void,
  ) {
    this.#records = records;
    this.#reader = { functionName, handler: asFunction(functionName, handler) };
    this.#activity = activity;
    this.#onDone = onDone;
  }

  /** The sequence of the last change that it is done with. */
  get done(): number {
    return this.#done;
  }

  noted(sequence: number): void {
    if (sequence <= this.#noted) return;
    this.#noted = sequence;
    if (!this.#isReading && !this.#isStopped) void this.#activity.during(() => this.#read());
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** Calls the function until it has had every change. */
  async #read(): Promise<void> {
    this.#isReading = true;
    let failures = 0;
    while (this.#done < this.#noted && !this.#isStopped) {
      const { records, upTo } = await this.#records.take(this.#done + 1);
      const failed = records.length === 0 ? undefined : await this.#firstFailed(records);
      const done = failed === undefined ? upTo : failed - 1;
      if (done > this.#done) {
        this.#done = done;
        this.#onDone();
        failures = 0;
      }
      if (failed !== undefined) failures += 1;
      else if (records.length === batchSize || this.#done === this.#noted) continue;
      const { few, many } = gathering;
      const gathers = records.length > fewChanges ? many : few;
      const pause = failures === 0 ? gathers : Math.min(pauses.first * 2 ** (failures - 1), pauses.longest);
      await setTimeout(pause, undefined, { ref: false });
    }
    this.#isReading = false;
  }

  /** The first change that the function failed at, if any. */
  async #firstFailed(records: readonly StreamRecord[]): Promise<number | undefined> {
    try {
      const { batchItemFailures } = await this.#reader.handler({ Records: [...records] });
      const failed = batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier));
      return failed.length === 0 ? undefined : Math.min(...failed);
    } catch (error) {
      console.error(`${this.#reader.functionName} failed, and will be called again.`, error);
      return records[0] && sequenceOf(records[0]);
    }
  }
}

type Image = Record<string, AttributeValue>;

const isImage = (value: unknown): boolean => typeof value === 'object' && value !== null;
const images = z.object({
  before: z.custom<Image>(isImage).exactOptional(),
  after: z.custom<Image>(isImage).exactOptional(),
});

type StreamRecord = DynamoDBRecord & { readonly dynamodb: { readonly SequenceNumber: string } };

const sequenceOf = ({ dynamodb }: StreamRecord): number => Number(dynamodb.SequenceNumber);

/** A change as a record for a Lambda function. */
export function recordOf({ sequence, images: text }: NotedChange): StreamRecord {
  const { before, after } = images.parse(JSON.parse(text));
  const { pk, sk } = after ?? before ?? {};
  return {
    eventName: !after ? 'REMOVE' : before ? 'MODIFY' : 'INSERT',
    dynamodb: {
      SequenceNumber: String(sequence),
      ...(pk && sk ? { Keys: { pk, sk } } : {}),
      ...(before ? { OldImage: before } : {}),
      ...(after ? { NewImage: after } : {}),
    },
  };
}
