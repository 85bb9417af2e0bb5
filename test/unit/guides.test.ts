import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { declaredEvents } from '../../infra/intake-rules.ts';
import { settingNames } from '../../infra/settings.ts';
import { sources } from '../../shared/contracts/events.ts';
import { publishedTypes } from '../../shared/contracts/published-events.ts';
import { measured } from '../bench/measured.ts';

/* What the documents tell a reader to open or to run is there. */

const productFolder = join(import.meta.dirname, '../..');
const textOf = (path: string) => readFileSync(join(productFolder, path), 'utf8');

const documents = globSync(['*.md', '.github/*.md', '{functions,infra,shared,test}/**/*.md'], {
  cwd: productFolder,
});
const folders = /^(\.ci|\.github|functions|infra|shared|test)\//;

test.each(documents)('%s names files that there are', (document) => {
  const named = [...textOf(document).matchAll(/`([\w./<>-]+)`/g)]
    .map(([, path = '']) => path)
    .filter((path) => folders.test(path));
  const missing = named.filter(
    (path) => globSync(path.replace(/<[^>]+>/g, '*'), { cwd: productFolder }).length === 0,
  );
  expect(missing).toEqual([]);
});

test.each(documents)('%s links to files that there are', (document) => {
  const links = [...textOf(document).matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map(([, path = '']) => path);
  const missing = links.filter((path) => !existsSync(join(productFolder, dirname(document), path)));
  expect(missing).toEqual([]);
});

test.each(documents)('%s names scripts that there are', (document) => {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
  const named = [...textOf(document).matchAll(/npm run ([a-z][\w:-]*)/g)].map(([, script = '']) => script);
  expect(named.filter((script) => !(script in scripts))).toEqual([]);
});

test('the guide for contributors explains every variable that makes a random test start elsewhere', () => {
  const variables = globSync('test/{unit,local,support}/**/*.ts', { cwd: productFolder }).flatMap((path) =>
    [...textOf(path).matchAll(/process\.env\.(FC_\w+|\w+_SEED|FAULT_\w+|INTERLEAVINGS)/g)].map(
      ([, name = '']) => name,
    ),
  );
  const guide = textOf('.github/CONTRIBUTING.md');
  expect(variables.length).toBeGreaterThan(0);
  expect(variables.filter((name) => !guide.includes(`${name}=`))).toEqual([]);
});

test('every setting is explained where it is deployed from', () => {
  const table = /^\| setting .*\n(?:\|.*\n)+/m.exec(textOf('infra/README.md'))?.[0] ?? '';
  const explained = [...table.matchAll(/^\| `(\w+)`/gm)].map(([, name = '']) => name);
  expect(explained.sort()).toEqual(settingNames.toSorted());
});

test('every type of event, in and out, has a row in the overview', () => {
  const rows = textOf('shared/contracts/README.md').split('\n');
  const inward = declaredEvents
    .filter(({ source }) => source !== sources.product)
    .flatMap(({ source, detailTypes }) => detailTypes.map((type) => [`| \`${source}\``, `\`${type}\``]));
  const outward = publishedTypes.map((type) => [`| \`${type}\``]);
  const isIn = (row: string, texts: readonly string[]) => texts.every((text) => row.includes(text));
  expect([...inward, ...outward].filter((texts) => !rows.some((row) => isIn(row, texts)))).toEqual([]);
});

test('the README shows what the bench measures, each with its target', () => {
  const rows = [...textOf('README.md').matchAll(/^\| (.+?) +\| .+? +\| (.+?) +\|$/gm)];
  const shown = rows.map(([, what, target]) => ({ what, target }));
  expect(shown).toEqual(expect.arrayContaining(Object.values(measured)));
});
