import { parentPort, workerData } from 'node:worker_threads';
import * as z from 'zod';
import { openDynamoDb } from './dynamo-db.ts';
import { posting } from './posting.ts';

/*
 * DynamoDB's API in a thread of its own, because it takes about a third of a resend's processor time. Requests arrive as
 * messages.
 */
const settings = z.object({
  path: z.string(),
  noting: z.object({ sortKeyStart: z.string(), attributes: z.array(z.string()) }),
});

const message = z.union([
  z.object({ id: z.number(), target: z.string(), body: z.string() }),
  z.object({ take: z.object({ id: z.number(), from: z.number(), most: z.number() }) }),
  z.object({ forget: z.number() }),
  z.object({ stop: z.literal(true) }),
]);

const { service, changes, stop } = await openDynamoDb(settings.parse(workerData));

if (!parentPort) throw new Error('this is no thread of another one');
const post = posting(parentPort);

function take(asked: z.output<typeof message>): void {
  if ('id' in asked) {
    const { id, target, body } = asked;
    void service({ headers: { 'x-amz-target': target }, body }).then((answer) => post({ id, ...answer }));
  } else if ('take' in asked) {
    const { id, from, most } = asked.take;
    void changes.take(from, most).then((taken) => post({ taking: id, ...taken }));
  } else if ('forget' in asked) changes.forget(asked.forget);
  else void stop().then(() => process.exit());
}
parentPort.on('message', (received: unknown) => z.array(message).parse(received).forEach(take));

// At once those that an earlier process left.
changes.tell((noted) => post({ noted }));
