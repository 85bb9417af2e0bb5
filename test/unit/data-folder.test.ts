import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { UserError } from '../../infra/command-line.ts';
import { openDynamoDb } from '../../infra/local/dynamo-db.ts';
import { onTable, openStorage } from '../../infra/local/storage.ts';
import { startDynamoDb } from '../../infra/local/table.ts';
import { temporaryFolder } from '../support/service.ts';

test('a table of which the rest of the data folder knows nothing is kept and not used', async () => {
  const folder = await temporaryFolder();
  const storage = await openStorage(folder, { reset: false });
  await mkdir(join(folder, 'table'));
  await writeFile(join(folder, 'table', '000005.ldb'), 'order lines');

  await expect(startDynamoDb(folder, storage, openDynamoDb)).rejects.toThrow(UserError);

  expect(await readFile(join(folder, 'table', '000005.ldb'), 'utf8')).toBe('order lines');
  await storage.close();
});

describe('a data folder that lost a part', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await temporaryFolder();
    const storage = await openStorage(folder, { reset: false });
    await storage.part('table').put('made', true);
    await storage.part('clock').put('offset', 7);
    await storage.close();
    const table = new ClassicLevel(join(folder, 'table'));
    await table.put('line', '"kept"');
    await table.close();
  });

  /** Opens it as a start does, and answers what it holds. */
  const open = async () => {
    const storage = await openStorage(folder, { reset: false });
    try {
      await (await startDynamoDb(folder, storage, openDynamoDb)).stop();
      let line: unknown;
      await onTable(folder, async (level) => {
        line = await level.get('line');
      });
      return { line, offset: await storage.part('clock').get('offset') };
    } finally {
      await storage.close();
    }
  };

  /** What of a part is gone. */
  const losses: readonly (readonly [string, (from: string, to: string) => Promise<void>])[] = [
    ['its folder', (from, to) => rename(from, to)],
    [
      'what says that it is a database',
      async (from, to) => {
        await mkdir(to);
        await rename(join(from, 'CURRENT'), join(to, 'CURRENT'));
      },
    ],
    [
      'all in its folder',
      async (from, to) => {
        await rename(from, to);
        await mkdir(from);
      },
    ],
  ];
  const cases = ['runtime', 'table'].flatMap((part) => losses.map(([loss, lose]) => ({ part, loss, lose })));

  test.each(cases)('is not opened, and goes on once $loss is back: $part', async ({ part, lose }) => {
    const [from, to] = [join(folder, part), join(await temporaryFolder(), part)];
    await lose(from, to);

    const refused = await open().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(UserError);
    expect(refused).toMatchObject({
      message: expect.stringMatching(new RegExp(`"${part}".* lost.*--data.*--reset`)),
    });

    await mkdir(from, { recursive: true });
    for (const name of await readdir(to)) await rename(join(to, name), join(from, name));
    expect(await open()).toEqual({ line: 'kept', offset: 7 });
  });
});
