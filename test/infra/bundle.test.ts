import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { docsFiles } from '../../infra/constructs/api.ts';
import { consoleFiles } from '../../infra/constructs/console.ts';
import { bundle, type RuntimeFiles } from '../../infra/constructs/lambda-function.ts';
import { productFolder } from './synth.ts';

const filesOf: Partial<Record<string, RuntimeFiles>> = {
  'serve-api': docsFiles,
  'serve-console': consoleFiles,
};
const functions = readdirSync(join(productFolder, 'functions'));
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bundles-'));
  for (const name of functions) bundle(name, filesOf[name], join(folder, name));
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** Away from the product's node_modules, as in Lambda, and without any environment. */
test('every bundle loads on its own and has a handler', () => {
  const script = `
    const types = {};
    for (const name of ${JSON.stringify(functions)}) types[name] = typeof (await import('./' + name + '/handler.mjs')).handler;
    console.log(JSON.stringify(types));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder,
    encoding: 'utf8',
    env: {},
  });
  expect(JSON.parse(output)).toEqual(Object.fromEntries(functions.map((name) => [name, 'function'])));
});

test('source maps are found, and hold no source', () => {
  for (const name of functions) {
    expect(readFileSync(join(folder, name, 'handler.mjs'), 'utf8')).toMatch(
      /\n\/\/# sourceMappingURL=handler\.mjs\.map\n$/,
    );
    const map = JSON.parse(readFileSync(join(folder, name, 'handler.mjs.map'), 'utf8')) as object;
    expect(map).not.toHaveProperty('sourcesContent');
  }
});

test('the API has the files of its documentation page beside it', () => {
  expect(readdirSync(join(folder, 'serve-api', 'swagger-ui')).sort()).toEqual([
    'swagger-ui-bundle.js',
    'swagger-ui.css',
  ]);
});

test('the console has the files of its pages beside it', () => {
  expect(readdirSync(join(folder, 'serve-console', 'assets')).sort()).toEqual([
    'console.css',
    'console.js',
    'icon.svg',
  ]);
});
