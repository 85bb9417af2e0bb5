import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Metafile } from 'esbuild';
import { docsFiles } from '../../infra/constructs/api.ts';
import { consoleFiles } from '../../infra/constructs/console.ts';
import { bundle, bundles, type RuntimeFiles } from '../../infra/bundle.ts';
import { productFolder, resourcesOf, synthesise } from './synth.ts';

const filesOf: Partial<Record<string, RuntimeFiles>> = {
  'serve-api': docsFiles,
  'serve-console': consoleFiles,
};
const functions = readdirSync(join(productFolder, 'functions'));
let folder = '';

const { packages } = JSON.parse(readFileSync(join(productFolder, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, { dev?: boolean; devOptional?: boolean }>;
};
/** The folder of the package that a file belongs to; empty for one of the product. */
const packageOf = (path: string): string => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? '';
/** Whether the lockfile does not mark the package of a file as needed for development alone. */
function isRuntimeDependency(path: string): boolean {
  const locked = packages[packageOf(path)];
  return locked !== undefined && locked.dev !== true;
}

/** Licences, by SPDX, under which code may be in what ships. Another one is read before it is named here. */
const allowedLicences = ['0BSD', 'Apache-2.0', 'MIT', 'MIT-0', 'Unlicense'];

/** As the installed package says it, by SPDX. */
function licenceOf(folder: string): string {
  const { license = 'none' } = JSON.parse(
    readFileSync(join(productFolder, folder, 'package.json'), 'utf8'),
  ) as { license?: string };
  return license;
}

const outputs = new Map<string, Metafile['outputs'][string]>();

/** What a bundle may weigh, in kB: a cold start reads all of it. One that takes more says why, here. */
const budget = 550;
const largerBudgets: Partial<Record<string, number>> = {
  'send-provisioning-email': 600, // its queue, and what it answers executions
  'resend-order-lines': 575, // all that a resend needs
  'serve-api': 745, // its description, and the pages made of it
  'serve-console': 960, // its pages and texts, and the schemas of the API with their descriptions
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bundles-'));
  for (const name of functions) outputs.set(name, bundle(name, filesOf[name], join(folder, name)));
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** Away from the product's node_modules, as in Lambda, and without any environment. */
test('every bundle loads on its own and has a handler', () => {
  const script = `
    const types = {};
    for (const name of ${JSON.stringify(functions)}) types[name] = typeof (await import('./' + name + '/handler.js')).default.handler;
    console.log(JSON.stringify(types));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder,
    encoding: 'utf8',
    env: {},
  });
  expect(JSON.parse(output)).toEqual(Object.fromEntries(functions.map((name) => [name, 'function'])));
});

/** Its variables as the template has them; what only a deployment knows is a URL here. */
function environmentOf(name: string): Record<string, string> {
  const all = Object.values(resourcesOf(synthesise(), 'AWS::Lambda::Function')).map(
    ({ Properties }) =>
      (Properties as { Environment: { Variables: Record<string, unknown> } }).Environment.Variables,
  );
  const variables = all.find(({ POWERTOOLS_SERVICE_NAME }) => POWERTOOLS_SERVICE_NAME === name) ?? {};
  return Object.fromEntries(
    Object.entries(variables).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : 'https://known-once-deployed.example',
    ]),
  );
}

/** Loading it runs little of its code: what its functions refer to, only a call shows. */
test.each([
  ['serve-api', '/health', 200],
  ['serve-api', '/docs/docs.css', 200],
  ['serve-console', '/', 302],
])('the bundle of %s answers %s', (name, path, status) => {
  const event = {
    rawPath: path,
    rawQueryString: '',
    headers: {},
    requestContext: { requestId: 'r', domainName: 'a.example', http: { method: 'GET', path } },
  };
  const script = `
    const { handler } = (await import('./${name}/handler.js')).default;
    console.log(JSON.stringify(await handler(${JSON.stringify(event)}, { awsRequestId: 'r' })));
    process.exit(); // timers of the SDK would keep it`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder,
    encoding: 'utf8',
    env: {
      ...environmentOf(name),
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'x',
      AWS_SECRET_ACCESS_KEY: 'x',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9', // nothing answers there, at once
    },
  });
  expect(JSON.parse(output.trim().split('\n').at(-1) ?? '')).toMatchObject({ statusCode: status });
});

/** A stack trace of a function, which fails on whatever it is called with: it has no settings. */
function traceOf(name: string): string {
  const script = `
    try { await (await import('./${name}/handler.js')).default.handler({}, {}); }
    catch (error) { console.log(error.stack); }`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder,
    encoding: 'utf8',
    env: {},
  });
}

test('stack traces are mapped to the sources', () => {
  const trace = traceOf('serve-api');
  expect(trace).toMatch(/handler\.js:\d+:\d+/);
  const mapped = execFileSync(process.execPath, ['infra/map-trace.ts', 'serve-api'], {
    cwd: productFolder,
    encoding: 'utf8',
    input: trace,
  });
  expect(mapped).not.toContain('handler.js:');
  expect(mapped).toMatch(/^ +at .*shared\/contracts\/environment\.ts:\d+:\d+/m);
  expect(mapped).toMatch(/^ +at .*functions\/serve-api\/handler\.ts:\d+:\d+/m);
});

test('credentials come from the environment, as Lambda gives them, and from nowhere else', () => {
  const providersAmong = (inputs: object = {}) =>
    new Set(
      Object.keys(inputs)
        .filter((path) => /credential-provider-|token-providers/.test(path))
        .map(packageOf),
    );
  const environment = new Set(['node_modules/@aws-sdk/credential-provider-env']);
  expect(providersAmong(bundles().metafile.inputs)).toEqual(environment);
  for (const name of functions) expect(providersAmong(outputs.get(name)?.inputs)).toEqual(environment);
});

test('the API has the files of its documentation pages beside it', () => {
  expect(readdirSync(join(folder, 'serve-api', 'assets')).sort()).toEqual(['docs.css', 'docs.js']);
});

test('the console has the files of its pages beside it', () => {
  expect(readdirSync(join(folder, 'serve-console', 'assets')).sort()).toEqual([
    'console.css',
    'console.js',
    'icon.svg',
  ]);
});

describe.each(functions)('%s', (name) => {
  /** What the code is made of; files whose every line was dropped have no part in it. */
  const parts = () =>
    Object.entries(outputs.get(name)?.inputs ?? {})
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => path);

  test('keeps to its budget', () => {
    const size = statSync(join(folder, name, 'handler.js')).size / 1000;
    expect(size).toBeLessThanOrEqual(largerBudgets[name] ?? budget);
  });

  test('holds only what the product depends on at run time', () => {
    const foreign = parts().filter((path) => path.includes('node_modules/') && !isRuntimeDependency(path));
    expect(foreign).toEqual([]);
    const own = parts().filter(
      (path) => !path.includes('node_modules/') && !/^(functions|shared)\//.test(path),
    );
    expect(own).toEqual([]);
  });

  test('holds code under licences alone that allow it to ship', () => {
    const files = filesOf[name]?.paths.map((path) => relative(productFolder, path)) ?? [];
    const shipped = new Set([...parts(), ...files].map(packageOf).filter((folder) => folder !== ''));
    expect(shipped.size).toBeGreaterThan(0);
    const refused = [...shipped]
      .map((folder) => [folder, licenceOf(folder)] as const)
      .filter(([, licence]) => !allowedLicences.includes(licence));
    expect(refused).toEqual([]);
  });

  test('holds the part of zod that it uses', () => {
    const more =
      /\/zod\/v3\/|\/zod\/v4\/mini\/|\/zod\/v4\/classic\/from-json-schema|\/zod\/v4\/locales\/(?!en\.js)/;
    expect(parts().filter((path) => more.test(path))).toEqual([]);
  });
});
