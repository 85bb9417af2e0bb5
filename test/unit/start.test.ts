import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

interface Scripts {
  readonly scripts: { readonly start: string };
}

const product = join(import.meta.dirname, '../..');
let folder: string;

/** A product of two sources, started as this one is. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sources-'));
  for (const made of ['infra/local', 'functions', 'shared', 'node_modules'])
    await mkdir(join(folder, made), { recursive: true });
  for (const settings of ['package.json', 'package-lock.json', 'tsconfig.json'])
    await cp(join(product, settings), join(folder, settings));
  for (const name of ['start.js', 'bundles.js'])
    await cp(join(product, 'infra/local', name), join(folder, 'infra/local', name));
  for (const name of ['esbuild', '@esbuild', 'hono', 'abstract-level', 'classic-level'])
    await symlink(join(product, 'node_modules', name), join(folder, 'node_modules', name));
  await write(
    'infra/local/main.ts',
    `import { page } from '../../shared/page.tsx';\nprocess.stdout.write(page());`,
  );
  await write('infra/local/table-server.ts', '');
  await writePage('one');
});
afterEach(() => rm(folder, { recursive: true }));

const write = (file: string, text: string) => writeFile(join(folder, file), text);
const writePage = (text: string) =>
  write('shared/page.tsx', `export const page = () => String(<b>${text}</b>);`);

const start = (...options: string[]) =>
  promisify(execFile)(process.execPath, [...options, join(folder, 'infra/local/start.js')]);

test('a start runs the sources as they are then', async () => {
  expect((await start()).stdout).toBe('<b>one</b>');
  await writePage('two');
  expect((await start()).stdout).toBe('<b>two</b>');
  await writePage('one');
  expect((await start()).stdout).toBe('<b>one</b>');
});

test('what starts at the same time does not get in its own way', async () => {
  const started = await Promise.all([start(), start(), start()]);
  expect(started.map(({ stdout }) => stdout)).toEqual(['<b>one</b>', '<b>one</b>', '<b>one</b>']);
  expect(await readdir(join(folder, 'node_modules/.cache/service/bundles'))).toHaveLength(1);
});

test('a source finds the files beside it', async () => {
  await write('shared/beside.txt', 'found');
  await write(
    'infra/local/main.ts',
    `import { found } from '../../shared/find.ts';\nprocess.stdout.write(found);`,
  );
  await write(
    'shared/find.ts',
    `import { readFileSync } from 'node:fs';
     export const found =
       readFileSync(new URL('./beside.txt', import.meta.url), 'utf8') +
       readFileSync(import.meta.dirname + '/beside.txt', 'utf8');`,
  );
  expect((await start()).stdout).toBe('foundfound');
});

test('a source meets the very classes that LevelDB and the table are made of, not copies', async () => {
  await write(
    'infra/local/main.ts',
    `import { AbstractLevel } from 'abstract-level';
     import { ClassicLevel } from 'classic-level';
     process.stdout.write(String(ClassicLevel.prototype instanceof AbstractLevel));`,
  );
  expect((await start()).stdout).toBe('true');
});

test('a stack trace of `npm start` leads to the source', async () => {
  await write(
    'shared/page.tsx',
    `type Erased = string;\n\nexport function page(): Erased {\n  throw new Error('broken');\n}`,
  );
  const { scripts } = JSON.parse(await readFile(join(product, 'package.json'), 'utf8')) as Scripts;
  const [, ...options] = scripts.start.split(' ').slice(0, -1);
  await expect(start(...options)).rejects.toMatchObject({
    stderr: expect.stringMatching(/at page \(.*shared\/page\.tsx:4:9\)/),
  });
});
