import { EventEmitter } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import dynalite from 'dynalite';
import * as z from 'zod';
import { letIteratorsEnd } from './iterators.ts';
import { workInPlace } from './level-in-place.ts';

/*
 * DynamoDB's API in a thread of its own, since it works as hard as all the rest. Requests come as messages, and are
 * handed to the library as its HTTP server would.
 */
workInPlace();
letIteratorsEnd();
const { path } = z.object({ path: z.string() }).parse(workerData);
const server = dynalite({ path, createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 });

const message = z.object({ id: z.number(), target: z.string(), body: z.string() });

/** It looks at the form of a signature, and at nothing else of it. */
const signed = {
  authorization: 'AWS4-HMAC-SHA256 Credential=local, SignedHeaders=local, Signature=local',
  'x-amz-date': 'local',
};

parentPort?.on('message', (received: unknown) => {
  const { id, target, body } = message.parse(received);
  const headers = { ...signed, 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target };
  const request = Object.assign(new EventEmitter(), { method: 'POST', url: '/', headers });
  const response = {
    statusCode: 200,
    setHeader: () => undefined,
    end: (text: string) => parentPort?.postMessage({ id, status: response.statusCode, body: text }),
  };
  server.emit('request', request, response);
  request.emit('data', Buffer.from(body));
  request.emit('end');
});
