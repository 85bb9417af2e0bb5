import { EventEmitter } from 'node:events';
import dynalite from 'dynalite';
import database, { type Store } from 'dynalite/db/index.js';
import { checkValuesInTurn } from './attribute-values.ts';
import type { WireService } from './in-process.ts';
import { letIteratorsEnd } from './iterators.ts';
import { workInPlace } from './level-in-place.ts';
import { NotedChanges, type Noting } from './noted-changes.ts';
import type { ChangeSource } from './table-stream.ts';
import { checked } from './wire/checked.ts';

export interface DynamoDbSettings {
  /** The folder of its LevelDB. */
  readonly path: string;
  readonly noting: Noting;
}

export interface LocalDynamoDb {
  readonly service: WireService;
  /** The changes of lines. */
  readonly changes: ChangeSource & {
    /** Calls `listener` with the sequence of the last change, now and whenever there are more. */
    tell(listener: (noted: number) => void): void;
  };
  /** Ends it; requests in progress get no answer. */
  readonly stop: () => Promise<void>;
}

export type OpenDynamoDb = (settings: DynamoDbSettings) => LocalDynamoDb | Promise<LocalDynamoDb>;

/**
 * DynamoDB's API in this thread. Requests go to the library as if from its HTTP server. It also notes the changes that
 * the table's stream tells of, and hands them out.
 */
export async function openDynamoDb({ path, noting }: DynamoDbSettings): Promise<LocalDynamoDb> {
  workInPlace();
  letIteratorsEnd();
  checkValuesInTurn();
  const { server, store } = serverOf(path);
  const changes = await NotedChanges.of(store, noting);
  const inProgress = new Set<Promise<unknown>>();
  let isStopping = false;

  /** Begins some work, unless it is to stop: then nobody is answered. */
  function begin<Result>(work: () => Promise<Result>): Promise<Result> {
    if (isStopping) return new Promise(() => undefined);
    const begun = work();
    inProgress.add(begun);
    void begun.finally(() => inProgress.delete(begun));
    return begun;
  }

  let told = -1;
  let tell: (noted: number) => void = () => undefined;
  function tellIfMore(): void {
    if (changes.last <= told) return;
    told = changes.last;
    tell(told);
  }

  return {
    service: checked(({ target, body }) =>
      begin(
        () =>
          new Promise((resolve) => {
            const headers = {
              ...signed,
              'content-type': 'application/x-amz-json-1.0',
              'x-amz-target': target,
            };
            const request = Object.assign(new EventEmitter(), { method: 'POST', url: '/', headers });
            const response = {
              statusCode: 200,
              setHeader: () => undefined,
              end: (text: string) => {
                resolve({ status: response.statusCode, body: text });
                // Before the writer goes on, so that waiting for everything in progress includes this.
                tellIfMore();
              },
            };
            server.emit('request', request, response);
            // dynalite reads only its length, and uses it as text.
            request.emit('data', body);
            request.emit('end');
          }),
      ),
    ),
    changes: {
      take: (from, most) => begin(() => changes.take(from, most)),
      forget: (sequence) => void begin(() => changes.forget(sequence)),
      tell: (listener) => {
        tell = listener;
        told = changes.last;
        tell(told);
      },
    },
    stop: async () => {
      isStopping = true;
      // Closing LevelDB in the middle of its work would end the whole process.
      while (inProgress.size > 0) await Promise.all(inProgress);
      await store.db.close();
    },
  };
}

/** A server of dynalite, and what it stores. */
function serverOf(path: string) {
  const { create } = database;
  let store: Store | undefined;
  database.create = (options) => (store = create(options));
  try {
    const server = dynalite({ path, createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 });
    if (!store) throw new Error('dynalite has made no store');
    return { server, store };
  } finally {
    database.create = create;
  }
}

/** dynalite checks only the form of a signature. */
const signed = {
  authorization: 'AWS4-HMAC-SHA256 Credential=local, SignedHeaders=local, Signature=local',
  'x-amz-date': 'local',
};
