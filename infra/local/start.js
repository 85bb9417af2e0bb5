import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { enableCompileCache, flushCompileCache, setSourceMapsSupport } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';

/*
 * What `npm start` runs: the service as one file, bundled anew whenever a source changed, beside what Node.js compiled
 * of it and of the packages before. A start takes half the time that it takes to load each source by itself. Plain
 * JavaScript, since even to strip the types of one file takes Node.js longer than all of this.
 */
const root = join(import.meta.dirname, '../..');
const cache = join(root, 'node_modules/.cache/service');
const bundles = join(cache, 'bundles');

enableCompileCache(join(cache, 'compiled'));
setSourceMapsSupport(true, { nodeModules: true });
await import(pathToFileURL(await bundleOfSources()).href);
// Now, since a process that is killed does not.
flushCompileCache();

/** The bundle of the sources as they are now. */
async function bundleOfSources() {
  const bundle = join(bundles, `${digestOfSources()}.js`);
  if (!existsSync(bundle)) {
    mkdirSync(bundles, { recursive: true });
    removeOldBundles();
    // Whole as soon as it has its name: several processes may start at the same time.
    const unfinished = `${bundle}.${process.pid}`;
    writeFileSync(unfinished, await compile());
    renameSync(unfinished, bundle);
  }
  return bundle;
}

/** Changes with every source, with the compiler and its settings. */
function digestOfSources() {
  const sources = ['infra', 'functions', 'shared'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .filter((name) => /\.[jt]sx?$/.test(name))
      .map((name) => join(folder, name)),
  );
  const hash = createHash('sha256');
  for (const file of ['package-lock.json', 'tsconfig.json', ...sources.sort()])
    hash.update(`${file}\n`).update(readFileSync(join(root, file)));
  return hash.digest('hex').slice(0, 16);
}

/** What is younger may be just about to run. */
function removeOldBundles() {
  const hour = 60 * 60 * 1000;
  for (const name of readdirSync(bundles)) {
    const file = join(bundles, name);
    const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? NaN);
    if (age > hour) rmSync(file, { force: true });
  }
}

async function compile() {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [join(root, 'infra/local/main.ts')],
    outdir: bundles,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: `node${process.versions.node}`,
    sourcemap: 'inline',
    sourcesContent: false,
    plugins: [{ name: 'files beside sources', setup: keepPlaces }],
    write: false,
  });
  return outputFiles[0].contents;
}

/** Lets each source find the files beside it, wherever the bundle is. */
function keepPlaces({ onLoad }) {
  onLoad({ filter: /\.tsx?$/ }, ({ path }) => ({
    contents: readFileSync(path, 'utf8')
      .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
      .replaceAll('import.meta.dirname', JSON.stringify(dirname(path))),
    loader: path.endsWith('x') ? 'tsx' : 'ts',
  }));
}
