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

test('of what is written to a key while an earlier write is under way, the last one stays', async () => {
  await level.open();
  const writes = [
    level.put('a', 1),
    level.batch().put('a', 2).put('b', 2).write(),
    level.put('a', 3),
    level.del('b'),
    level.batch([{ type: 'put', key: 'a', value: 4 }]),
  ];
  await writes[0];
  writes.push(level.put('a', 5));
  await Promise.all(writes);
  expect(await level.getMany(['a', 'b'])).toEqual([5, undefined]);
});

test('what is written before a database is closed is there when it is opened again', async () => {
  await level.open();
  const writes = [level.put('a', 1), level.batch().put('b', 2).write()];
  await level.close();
  await Promise.all(writes);
  await level.open();
  expect(await level.getMany(['a', 'b'])).toEqual([1, 2]);
});

test('whoever writes to a closed database learns of it', async () => {
  await level.open();
  await level.close();
  await expect(level.put('a', 1)).rejects.toThrow('Database is not open');
});
