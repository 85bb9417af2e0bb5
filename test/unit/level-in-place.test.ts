import { rm } from 'node:fs/promises';
import { ClassicLevel } from 'classic-level';
import { workInPlace } from '../../infra/local/level-in-place.ts';
import { temporaryFolder } from '../support/service.ts';

workInPlace();

let folder: string;
let level: ClassicLevel<string, unknown>;

beforeEach(async () => {
  folder = await temporaryFolder();
  level = new ClassicLevel(folder, { valueEncoding: 'json' });
});

afterEach(async () => {
  await level.close();
  await rm(folder, { recursive: true });
});

const keys = ['a', 'b', 'c'];

test('what is put at the same time is there, also after it is opened again', async () => {
  await Promise.all(keys.map((key) => level.put(key, { key })));
  await level.close();
  await level.open();
  expect(await Promise.all(keys.map((key) => level.get(key)))).toEqual(keys.map((key) => ({ key })));
  expect(await level.get('d')).toBeUndefined();
});

test('what is put again, and what is put after it was removed, is there', async () => {
  await level.put('a', 1);
  await level.put('a', 2);
  expect(await level.get('a')).toBe(2);
  await level.del('a');
  await level.put('a', 2);
  expect(await level.get('a')).toBe(2);
});

test('whoever puts into a database that is closed before it is written learns of it', async () => {
  await level.open();
  const put = level.put('a', 1);
  void level.close();
  await expect(put).rejects.toThrow('Database is not open');
});
