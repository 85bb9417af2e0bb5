import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { ClassicLevel } from 'classic-level';
import dynalite from 'dynalite';
import { rebuildIndexes } from '../../infra/local/index-rebuild.ts';
import { createTable, tableName } from '../../infra/local/table.ts';
import { indexes } from '../../shared/adapters/order-line-item.ts';
import { temporaryFolder } from '../support/service.ts';

const indexEntries = { gte: 'index-', lt: 'index-~' };

/** What is in the indexes of a table of 25 lines, and its LevelDB. */
async function tableOfLines() {
  const path = await temporaryFolder();
  const server = dynalite({ path, createTableMs: 0 });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  await createTable(client);
  for (let line = 0; line < 25; line += 1) {
    // Every fifth is in no index, as a line that nobody booked.
    const keys = line % 5 === 0 ? [] : Object.values(indexes).flatMap((index) => Object.values(index));
    await client.send(
      new PutItemCommand({
        TableName: tableName,
        Item: {
          pk: { S: `order-${line}` },
          sk: { S: 'LINE#1' },
          ...Object.fromEntries(keys.map((key) => [key, { S: `${key}-${line}` }])),
        },
      }),
    );
  }
  client.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  const level = new ClassicLevel<string, unknown>(path, { valueEncoding: 'json' });
  const entries = () => level.iterator(indexEntries).all();
  return { level, entries };
}

test('entries that are missing come back, and those that lead nowhere go', async () => {
  const { level, entries } = await tableOfLines();
  const before = await entries();
  expect(before).toHaveLength(20 * Object.keys(indexes).length);
  const [gone, entry] = before[0] ?? ['', {}];
  await level.del(gone);
  await level.put(`${gone}-of-earlier`, entry);

  await rebuildIndexes(level, tableName);

  expect(await entries()).toEqual(before);
  await level.close();
});

test('all entries come back at once', async () => {
  const { level, entries } = await tableOfLines();
  const before = await entries();
  await level.clear(indexEntries);

  await rebuildIndexes(level, tableName);

  expect(await entries()).toEqual(before);
  await level.close();
});

test('a folder without the table stays as it is', async () => {
  const level = new ClassicLevel<string, unknown>(await temporaryFolder(), { valueEncoding: 'json' });

  await rebuildIndexes(level, tableName);

  expect(await level.keys().all()).toEqual([]);
  await level.close();
});
