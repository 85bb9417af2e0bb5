import { EventEmitter } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import dynalite from 'dynalite';
import database, { type Store } from 'dynalite/db/index.js';
import * as z from 'zod';
import { checkValuesInTurn } from './attribute-values.ts';
import { letIteratorsEnd } from './iterators.ts';
import { workInPlace } from './level-in-place.ts';
import { NotedChanges } from './noted-changes.ts';
import { posting } from './posting.ts';

/*
 * DynamoDB's API in a thread of its own, because it takes as much processor time as everything else together. Requests
 * arrive as messages, and go to the library as if from its HTTP server. It also notes the changes that the table's
 * stream tells of, and hands them out.
 */
workInPlace();
letIteratorsEnd();
checkValuesInTurn();
const { path, noting } = z
  .object({
    path: z.string(),
    noting: z.object({ sortKeyStart: z.string(), attributes: z.array(z.string()) }),
  })
  .parse(workerData);
const { create } = database;
const made: Store[] = [];
database.create = (options) => {
  const store = create(options);
  made.push(store);
  return store;
};
const server = dynalite({ path, createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 });
const [store] = made;
if (!store) throw new Error('dynalite has made no store');
const changes = await NotedChanges.of(store, noting);

if (!parentPort) throw new Error('this is no thread of another one');
const post = posting(parentPort);

const message = z.union([
  z.object({ id: z.number(), target: z.string(), body: z.string() }),
  z.object({ take: z.object({ id: z.number(), from: z.number(), most: z.number() }) }),
  z.object({ forget: z.number() }),
  z.object({ stop: z.literal(true) }),
]);

/** The requests in progress. */
const inHand = new Set<Promise<unknown>>();

/** From now on nothing begins, and nobody is answered. */
let isStopping = false;

function begin(work: Promise<unknown>): void {
  inHand.add(work);
  void work.finally(() => inHand.delete(work));
}

/** Ends the thread after closing LevelDB: ending it in the middle of LevelDB's work would end the whole process. */
async function stop(): Promise<void> {
  isStopping = true;
  while (inHand.size > 0) await Promise.all(inHand);
  await store?.db.close();
  process.exit();
}

/** dynalite checks only the form of a signature. */
const signed = {
  authorization: 'AWS4-HMAC-SHA256 Credential=local, SignedHeaders=local, Signature=local',
  'x-amz-date': 'local',
};

function answer({ id, target, body }: { id: number; target: string; body: string }, done: () => void): void {
  const headers = { ...signed, 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target };
  const request = Object.assign(new EventEmitter(), { method: 'POST', url: '/', headers });
  const response = {
    statusCode: 200,
    setHeader: () => undefined,
    end: (text: string) => {
      post({ id, status: response.statusCode, body: text, noted: changes.last });
      done();
    },
  };
  server.emit('request', request, response);
  // dynalite reads only its length, and uses it as text.
  request.emit('data', body);
  request.emit('end');
}

function take(asked: z.output<typeof message>): void {
  if (isStopping) return;
  if ('id' in asked) begin(new Promise<void>((done) => answer(asked, done)));
  else if ('take' in asked) {
    const { id, from, most } = asked.take;
    begin(changes.take(from, most).then((taken) => post({ taking: id, ...taken })));
  } else if ('forget' in asked) begin(changes.forget(asked.forget));
  else void stop();
}
parentPort.on('message', (received: unknown) => z.array(message).parse(received).forEach(take));

// The changes that an earlier process left.
post({ noted: changes.last });
