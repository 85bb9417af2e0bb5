import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../infra/command-line.ts';
import { openStorage } from '../../infra/local/storage.ts';
import { startDynamoDb } from '../../infra/local/table.ts';
import { temporaryFolder } from '../support/service.ts';

test('a table of which the rest of the data folder knows nothing is kept and not used', async () => {
  const folder = await temporaryFolder();
  const storage = await openStorage(folder, { reset: false });
  await mkdir(join(folder, 'table'));
  await writeFile(join(folder, 'table', '000005.ldb'), 'order lines');

  await expect(startDynamoDb(folder, storage)).rejects.toThrow(UserError);

  expect(await readFile(join(folder, 'table', '000005.ldb'), 'utf8')).toBe('order lines');
  await storage.close();
});
