import { retell, type Untold, untoldBy } from '../../infra/retelling.ts';
import { tableName } from '../../infra/local/table.ts';
import { orderKey } from '../../shared/adapters/order-line-item.ts';
import { eventsOf, type LineEvent } from '../../shared/domain/line-events.ts';
import type { OrderLine } from '../../shared/domain/order-line.ts';
import { cancel } from '../../shared/domain/transitions.ts';
import { itemOf, line, minutesBefore, now } from '../support/lines.ts';
import { storeOn } from '../support/memory-store.ts';
import { MemoryTable } from '../support/memory-table.ts';

/* What became of changes that other systems were not told of: a dead letter says of which line, or of which time. */

/** What Lambda puts into the queue when it gives records of a stream up. */
const givenUp = (first: string, last: string) =>
  JSON.stringify({
    requestContext: { condition: 'RetryAttemptsExhausted' },
    DDBStreamBatchInfo: {
      shardId: 'shardId-00000001573689847184-864758bb',
      startSequenceNumber: '800000000003126276362',
      endSequenceNumber: '800000000003126276999',
      approximateArrivalOfFirstRecord: first,
      approximateArrivalOfLastRecord: last,
      batchSize: 2,
    },
  });

function world(...lines: readonly OrderLine[]) {
  const table = new MemoryTable();
  for (const one of lines) table.put(itemOf(one));
  table.put({ ...orderKey('ORD-1'), organizationId: 'organization', onboardedAt: now });
  const told: LineEvent[] = [];
  let refuses = false;
  const services = {
    dynamoDb: table.client(),
    tableName,
    store: storeOn(table),
    bus: {
      put: (events: readonly LineEvent[]) => {
        if (!refuses) told.push(...events);
        return Promise.resolve(refuses ? events : []);
      },
    },
    pause: () => Promise.resolve(),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  };
  const ids = () => told.map(({ detail }) => detail.id).sort();
  return {
    retell: (untold: Untold | undefined) => (untold ? retell(untold, services) : undefined),
    ids,
    refuse: () => (refuses = true),
  };
}

const stamp = { at: now, actor: 'commerce.workspace' };
const cancelled = cancel(line({ orderId: 'ORD-1' }), now, stamp);
const other = line({ orderId: 'ORD-2' });
const idsOf = (...events: readonly LineEvent[]) => events.map(({ detail }) => detail.id).sort();

test('of a line that could not be read, all is told that its history tells, with the same ids', async () => {
  const { retell, ids } = world(cancelled, other);
  const letter = JSON.stringify({ detail: { orderId: 'ORD-1', lineId: '1', sequenceNumber: '7' } });
  expect(await retell(untoldBy(letter))).toBe(true);
  expect(ids()).toHaveLength(2);
  expect(ids()).toEqual(idsOf(...eventsOf(undefined, cancelled)));
});

test('of changes that were given up, what happened in their time is told, of all lines', async () => {
  const { retell, ids } = world(cancelled, cancel(other, now, stamp), line({ orderId: 'ORD-3' }));
  expect(await retell(untoldBy(givenUp(now, now)))).toBe(true);
  expect(ids()).toEqual(['ORD-1/1/Cancelled', 'ORD-2/1/Cancelled'].map((start) => `${start}/${now}/${now}`));
});

test('nothing is told of another time', async () => {
  const { retell, ids } = world(cancelled);
  expect(await retell(untoldBy(givenUp(minutesBefore(120), minutesBefore(60))))).toBe(true);
  expect(ids()).toEqual([]);
});

test('what the bus does not take is still to be told', async () => {
  const { retell, refuse } = world(cancelled);
  refuse();
  expect(await retell({ orderId: 'ORD-1', lineId: '1' })).toBe(false);
});

test.each(['no JSON', '{}', '{"DDBStreamBatchInfo":{}}'])('%s says nothing', (body) => {
  expect(untoldBy(body)).toBeUndefined();
});
