import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { declaredEvents, type DeclaredEvents, rulesOf } from '../../infra/intake-rules.ts';
import { sources } from '../../shared/contracts/events.ts';

const productFolder = join(import.meta.dirname, '../..');
const functionsFolder = join(productFolder, 'functions');

test('what a function declares in its folder is in the list that is deployed', () => {
  const declaring = readdirSync(functionsFolder).filter((name) =>
    existsSync(join(functionsFolder, name, 'event.ts')),
  );
  expect(declaredEvents.map(({ functionName }) => functionName).sort()).toEqual(declaring);
});

test('no two functions take the same events', () => {
  const taken = declaredEvents.flatMap(({ source, detailTypes }) =>
    detailTypes.map((type) => `${source}: ${type}`),
  );
  expect(taken).toEqual([...new Set(taken)]);
});

test('one function of each source takes the events that nobody knows', () => {
  const takers = declaredEvents.filter(({ takesUnknownTypes }) => takesUnknownTypes);
  expect(takers.map(({ source }) => source).sort()).toEqual(Object.values(sources).sort());
});

test('one more declaration is all that a new event needs to find its way', () => {
  const noted = {
    functionName: 'note-order-line',
    source: sources.controlHub,
    detailTypes: ['Order Line Noted'],
    takesUnknownTypes: false,
  };
  const rules = rulesOf([...declaredEvents, noted]).map(
    ({ declared, detailType }) => [declared.functionName, detailType] as const,
  );
  const before = rulesOf<DeclaredEvents>(declaredEvents).map(
    ({ declared, detailType }) => [declared.functionName, detailType] as const,
  );
  expect(new Map<string, unknown>(rules)).toEqual(
    new Map<string, unknown>([
      ...before,
      ['record-onboarding', { allBut: noted.detailTypes }],
      ['note-order-line', { only: noted.detailTypes }],
    ]),
  );
});

test('a declaration is read without the AWS SDK, which only the function itself needs', () => {
  const { metafile } = buildSync({
    absWorkingDir: productFolder,
    entryPoints: ['infra/intake-rules.ts'],
    bundle: true,
    packages: 'external',
    format: 'esm',
    write: false,
    metafile: true,
  });
  const loaded = Object.values(metafile.inputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  expect(loaded).toContain('zod');
  expect(loaded.filter((path) => path.startsWith('@aws-sdk/'))).toEqual([]);
});
