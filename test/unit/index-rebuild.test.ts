import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { ClassicLevel } from 'classic-level';
import { marshall } from '@aws-sdk/util-dynamodb';
import dynalite from 'dynalite';
import * as z from 'zod';
import { rebuildIndexes, startingWith } from '../../infra/local/index-rebuild.ts';
import { createTable, tableName } from '../../infra/local/table.ts';
import { globalIndexes, keyAttributes } from '../../infra/local/table-schema.ts';
import { indexes } from '../../shared/adapters/order-line-item.ts';
import { itemOf, line } from '../support/lines.ts';
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
    const keys = line % 5 === 0 ? [] : keyAttributes.flatMap(({ AttributeName = '' }) => AttributeName);
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

test('entries that are missing or stale come back, and those that lead nowhere go', async () => {
  const { level, entries } = await tableOfLines();
  const before = await entries();
  expect(before).toHaveLength(20 * Object.keys(indexes).length);
  const [gone, entry] = before[0] ?? ['', {}];
  await level.del(gone);
  await level.put(`${gone}-of-earlier`, entry);
  const [stale, content] = before.at(-1) ?? [''];
  await level.put(stale, Object.assign({}, content, { position: { S: 'of earlier' } }));
  const table = await level.get(`table~${tableName}`);

  await rebuildIndexes(level, tableName);

  expect(await entries()).toEqual(before);
  expect(await level.get(`table~${tableName}`)).toEqual(table);
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

test('a table of an earlier version gets the indexes of now, and its lines what these hold', async () => {
  const { level } = await tableOfLines();
  const stored = { ...itemOf(line()), partnerShard: undefined, customerWord: undefined };
  const item = marshall(stored, { removeUndefinedValues: true });
  const description = z.looseObject({ GlobalSecondaryIndexes: z.array(z.unknown()) });
  const made = description.parse(await level.get(`table~${tableName}`));
  await level.put(`item-${tableName}~line`, item);
  await level.put(`table~${tableName}`, {
    ...made,
    GlobalSecondaryIndexes: made.GlobalSecondaryIndexes.slice(0, 2),
  });

  await rebuildIndexes(level, tableName);

  const { GlobalSecondaryIndexes } = description.parse(await level.get(`table~${tableName}`));
  expect(GlobalSecondaryIndexes).toMatchObject(globalIndexes);
  const entries = await level.values(startingWith(`index-global~${tableName}~partnerByCustomer~`)).all();
  expect(entries).toContainEqual(
    expect.objectContaining({ partnerShard: { S: 'northwind#1' }, customerWord: { S: 'ALDER & FINCH' } }),
  );
  await level.close();
});

test('a folder without the table stays as it is', async () => {
  const level = new ClassicLevel<string, unknown>(await temporaryFolder(), { valueEncoding: 'json' });

  await rebuildIndexes(level, tableName);

  expect(await level.keys().all()).toEqual([]);
  await level.close();
});
