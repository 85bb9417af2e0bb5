import { handle, type Services } from '../../functions/publish-changes/handler.ts';
import { recordOf } from '../../infra/local/table-stream.ts';
import type { LineEvent } from '../../shared/domain/line-events.ts';
import type { OrderLine } from '../../shared/domain/order-line.ts';
import { cancel, closeOverdue } from '../../shared/domain/transitions.ts';
import { marshall } from '@aws-sdk/util-dynamodb';
import { daysAfter, itemOf, line, now } from '../support/lines.ts';

const stamp = { at: now, actor: 'commerce.workspace' };

/** A change as the stream has it. */
const changed = (sequence: number, before: OrderLine | undefined, after: OrderLine) =>
  recordOf({
    sequence,
    images: JSON.stringify({
      ...(before ? { before: marshall(itemOf(before)) } : {}),
      after: marshall(itemOf(after)),
    }),
  });

/** What happens to a line, one change after the other, from this sequence on: booked, closed, cancelled. */
function lifeOf(orderId: string, sequence: number) {
  const booked = line({ orderId });
  const awaiting = line({ orderId, status: 'AwaitingProvisioningDetails', version: 2 });
  const closed = { ...closeOverdue(awaiting, { ...stamp, at: daysAfter(7) }), version: 3 };
  const cancelled = { ...cancel(closed, now, stamp), version: 4 };
  return [
    changed(sequence, undefined, booked),
    changed(sequence + 1, awaiting, closed),
    changed(sequence + 2, closed, cancelled),
  ];
}

/** A bus that refuses, in turn, the events of these orders; and what it took. */
function bus(...refusals: readonly (readonly string[] | 'all')[]) {
  const taken: LineEvent[] = [];
  const calls: (readonly LineEvent[])[] = [];
  const letters: { event: unknown; reason: string }[] = [];
  const services: Services = {
    bus: {
      put: (events) => {
        const refused = refusals[calls.length] ?? [];
        calls.push(events);
        if (refused === 'all') return Promise.reject(new Error('no answer'));
        const left = events.filter(({ detail }) => refused.includes(detail.orderId));
        taken.push(...events.filter((event) => !left.includes(event)));
        return Promise.resolve(left);
      },
    },
    deadLetters: {
      keep: (event, reason) => {
        letters.push({ event: JSON.parse(event) as unknown, reason });
        return Promise.resolve();
      },
    },
    pause: () => Promise.resolve(),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  };
  const of = (orderId: string) =>
    taken.filter(({ detail }) => detail.orderId === orderId).map(({ type }) => type);
  return { services, taken, calls, letters, of };
}

const life = ['Order Line Scheduled', 'Order Line Closed', 'Order Line Cancelled'];

test('what happened to lines is published, each line in its order', async () => {
  const { services, of, calls } = bus();
  const Records = [...lifeOf('A', 1), ...lifeOf('B', 4)];
  expect(await handle({ Records }, services)).toEqual({ batchItemFailures: [] });
  expect([of('A'), of('B')]).toEqual([life, life]);
  // No call has two events of a line: the bus may refuse the first and take the second.
  expect(calls).toHaveLength(3);
});

test('a call has ten events at most', async () => {
  const { services, calls, taken } = bus();
  const Records = Array.from({ length: 23 }, (_, place) =>
    changed(place, undefined, line({ orderId: `O-${place}` })),
  );
  await handle({ Records }, services);
  expect(calls.map(({ length }) => length)).toEqual([10, 10, 3]);
  expect(taken).toHaveLength(23);
});

test('what the bus refuses for a moment is put there again, before what followed', async () => {
  const { services, of } = bus(['A'], ['A']);
  expect(await handle({ Records: [...lifeOf('A', 1), ...lifeOf('B', 4)] }, services)).toEqual({
    batchItemFailures: [],
  });
  expect([of('A'), of('B')]).toEqual([life, life]);
});

test('what the bus keeps refusing is given back with all that followed, and told again with the same ids', async () => {
  const refusing = bus([], ['B'], ['B'], ['B'], ['B']);
  const Records = [...lifeOf('A', 1), ...lifeOf('B', 4)];
  expect(await handle({ Records }, refusing.services)).toEqual({
    batchItemFailures: [{ itemIdentifier: '5' }],
  });
  expect(refusing.of('B')).toEqual(['Order Line Scheduled']);

  const again = bus();
  await handle({ Records: Records.slice(4) }, again.services);
  expect([...refusing.of('B'), ...again.of('B')]).toEqual(life);

  const repeated = bus();
  await handle({ Records }, repeated.services);
  const ids = (events: readonly LineEvent[]) => events.map(({ detail }) => detail.id).sort();
  expect(ids([...refusing.taken, ...again.taken])).toEqual(ids(repeated.taken));
});

test('without an answer of the bus all that was in doubt is given back', async () => {
  const { services } = bus([], 'all');
  expect(await handle({ Records: lifeOf('A', 1) }, services)).toEqual({
    batchItemFailures: [{ itemIdentifier: '2' }],
  });
});

test('a change that cannot be read is a dead letter that names its line and nobody, and holds up nothing', async () => {
  const { services, letters, of } = bus();
  const unreadable = recordOf({
    sequence: 2,
    images: JSON.stringify({
      after: marshall({ ...itemOf(line({ orderId: 'X' })), status: 'Invented' }),
    }),
  });
  const [first, ...rest] = lifeOf('A', 1);
  if (!first) throw new Error('nothing happened');
  expect(await handle({ Records: [first, unreadable, ...rest] }, services)).toEqual({
    batchItemFailures: [],
  });
  expect(of('A')).toEqual(life);
  expect(letters).toEqual([
    { event: { detail: { orderId: 'X', lineId: '1', sequenceNumber: '2' } }, reason: expect.any(String) },
  ]);
  expect(JSON.stringify(letters)).not.toContain('@');
});

test('a change that can neither be read nor kept as a dead letter is given back, with all that followed', async () => {
  const { services, of } = bus();
  const deadLetters = { keep: () => Promise.reject(new Error('no answer')) };
  const unreadable = recordOf({
    sequence: 2,
    images: JSON.stringify({ after: marshall({ pk: 'X', sk: 'line#1' }) }),
  });
  const [first, ...rest] = lifeOf('A', 1);
  if (!first) throw new Error('nothing happened');
  expect(await handle({ Records: [first, unreadable, ...rest] }, { ...services, deadLetters })).toEqual({
    batchItemFailures: [{ itemIdentifier: '2' }],
  });
  expect(of('A')).toEqual(['Order Line Scheduled']);
});

test('what is no line, and lines of which nothing is told, lead to nothing', async () => {
  const { services, calls } = bus();
  const order = recordOf({
    sequence: 1,
    images: JSON.stringify({
      after: marshall({ pk: 'A', sk: 'order', organizationId: 'o', onboardedAt: now }),
    }),
  });
  const known = line();
  const Records = [order, changed(2, known, { ...known, answers: [{ key: 'key', at: now }] })];
  expect(await handle({ Records }, services)).toEqual({ batchItemFailures: [] });
  expect(calls).toEqual([]);
});
