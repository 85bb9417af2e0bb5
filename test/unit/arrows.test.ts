import { readdirSync } from 'node:fs';
import { ESLint, Linter } from 'eslint';

/** The import arrows between folders, as the whole lint configuration enforces them on a file of each. */

const root = `${import.meta.dirname}/../..`;
const eslint = new ESLint({ cwd: root, overrideConfigFile: '.config/eslint.config.js' });

/** What the lint says of a file there that imports this. */
async function complaints(file: string, imported: string): Promise<string[]> {
  const { rules } = (await eslint.calculateConfigForFile(`${root}/${file}`)) as Linter.Config;
  const only = { 'no-restricted-imports': rules?.['no-restricted-imports'] ?? 'off' };
  return new Linter()
    .verify(`import ${JSON.stringify(imported)};`, { rules: only })
    .map(({ message }) => message);
}

const shared = ['domain', 'contracts', 'adapters', 'emails', 'use-cases', 'runtime'];

/** What each folder imports of the others; everything else is forbidden to it. */
const arrows: Record<string, readonly string[]> = {
  domain: [],
  contracts: ['domain'],
  adapters: ['domain', 'contracts'],
  emails: ['domain', 'contracts'],
  'use-cases': ['domain', 'contracts', 'adapters', 'emails'],
  runtime: ['domain', 'contracts', 'adapters', 'use-cases'],
};

it('each folder of shared has its arrows', () => {
  expect(readdirSync(`${root}/shared`).sort()).toEqual([...shared].sort());
});

describe.each(shared)('shared/%s', (from) => {
  const file = `shared/${from}/file.ts`;

  it.each(shared.filter((to) => to !== from))('and shared/%s', async (to) => {
    const isAllowed = arrows[from]?.includes(to) ?? false;
    expect(await complaints(file, `../${to}/file.ts`)).toHaveLength(isAllowed ? 0 : 1);
  });

  it('imports its own files, and neither functions nor infra', async () => {
    expect(await complaints(file, './file.ts')).toEqual([]);
    expect(await complaints(file, '../../functions/serve-api/app.ts')).toHaveLength(1);
    expect(await complaints(file, '../../infra/settings.ts')).toHaveLength(1);
  });
});

it.each(['shared/adapters/file.ts', 'functions/serve-api/file.ts'])(
  '%s imports no module that bundles replace',
  async (file) => {
    expect(await complaints(file, 'node:fs')).toEqual([]);
    expect(await complaints(file, 'node:fs/promises')).toHaveLength(1);
  },
);

describe.each(['functions/serve-api/file.ts', 'functions/serve-console/pages/file.tsx'])('%s', (file) => {
  const up = '../'.repeat(file.split('/').length - 1);

  it.each(shared)('and shared/%s', async (to) => {
    expect(await complaints(file, `${up}shared/${to}/file.ts`)).toHaveLength(to === 'emails' ? 1 : 0);
  });

  it('imports its own files, and no infra', async () => {
    expect(await complaints(file, '../paths.ts')).toEqual([]);
    expect(await complaints(file, `${up}infra/settings.ts`)).toHaveLength(1);
  });
});

describe('packages', () => {
  const files = [...shared.map((name) => `shared/${name}/file.ts`), 'functions/serve-api/file.ts'];

  it.each(files)('of the CDK are for infra, and of AWS for adapters: %s', async (file) => {
    expect(await complaints(file, 'aws-cdk-lib')).not.toEqual([]);
    expect(await complaints(file, 'aws-cdk-lib/aws-lambda')).not.toEqual([]);
    expect(await complaints(file, 'constructs')).not.toEqual([]);
    const isAdapter = file.includes('adapters');
    expect((await complaints(file, '@aws-sdk/client-ses')).length === 0).toBe(isAdapter);
    expect((await complaints(file, '@smithy/core/retry')).length === 0).toBe(isAdapter);
  });

  it('of the domain are luxon', async () => {
    expect(await complaints('shared/domain/file.ts', 'luxon')).toEqual([]);
    expect(await complaints('shared/domain/file.ts', 'zod')).toHaveLength(1);
    expect(await complaints('shared/domain/file.ts', 'node:crypto')).toHaveLength(1);
  });
});
