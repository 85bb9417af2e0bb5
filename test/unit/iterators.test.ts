import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { AbstractLevel } from 'abstract-level';
import dynalite from 'dynalite';
import { letIteratorsEnd } from '../../infra/local/iterators.ts';
import { createTable, tableName } from '../../infra/local/table.ts';
import { defaults } from '../../infra/settings.ts';
import { dynamoDbClient, orderLineStore } from '../../shared/adapters/order-line-store.ts';
import { timeLimits } from '../../shared/adapters/time-limits.ts';
import { line } from '../support/lines.ts';

/** How many calls of a method of LevelDB's there were since. */
function counted(method: 'attachResource' | 'detachResource'): () => number {
  const calls: unknown[] = [];
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called on a database each time
  const call = AbstractLevel.prototype[method];
  Object.assign(AbstractLevel.prototype, {
    [method](this: AbstractLevel<string>, resource: never) {
      calls.push(resource);
      call.call(this, resource);
    },
  });
  return () => calls.length;
}

let onTestEnd: () => void;
afterEach(() => onTestEnd());

test('queries of the local table leave nothing open, whether they end by themselves or at their limit', async () => {
  letIteratorsEnd();
  const [opened, closed] = [counted('attachResource'), counted('detachResource')];
  const server = dynalite({ createTableMs: 0 });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const dynamoDb = dynamoDbClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    ...timeLimits({ connecting: 10_000, answering: 60_000 }), // one process does all, on a busy machine
  });
  onTestEnd = () => {
    dynamoDb.destroy();
    server.close();
  };
  await createTable(dynamoDb);
  const store = orderLineStore(dynamoDb, tableName, defaults.settledLineDays);
  const { partnerId } = line();
  for (const lineId of ['1', '2', '3'])
    await store.change(await store.find(line({ lineId })), () => ({ line: line({ lineId }) }));

  const before = opened();
  for (const limit of [1, 100]) await store.list({ partnerId, limit });
  await store.findOrder(line().orderId);
  expect(opened()).toBeGreaterThan(before);
  expect(closed()).toBe(opened());
});
