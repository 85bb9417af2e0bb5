import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';

/*
 * Bundles the service and the thread of its table, packages included, into a few files whenever a source or a package
 * changed, with Node.js's compile cache beside them. A start takes a third of the time that loading each of 1,200 files
 * takes. This is plain JavaScript because stripping the types of a single file takes Node.js longer than all of this.
 */
const root = join(import.meta.dirname, '../..');
const cache = join(root, 'node_modules/.cache/service');
const bundles = join(cache, 'bundles');

/** Runs `main` or `table-server` of this folder. */
export async function runBundle(name) {
  enableCompileCache(join(cache, 'compiled'));
  const folder = getEnvironmentData(bundles) ?? (await bundlesOfSources());
  // For the threads that are started from here.
  setEnvironmentData(bundles, folder);
  await import(pathToFileURL(join(folder, `${name}.mjs`)).href);
  // Now, because a killed process would not do it.
  flushCompileCache();
}

/** The folder with bundles of the current sources. */
async function bundlesOfSources() {
  const folder = join(bundles, digestOfSources());
  if (!existsSync(folder)) {
    mkdirSync(bundles, { recursive: true });
    removeOldBundles();
    // The folder gets its name only when it is complete, because several processes and threads may start at the same
    // time.
    const unfinished = mkdtempSync(`${folder}.`);
    for (const { path, contents } of await compile())
      writeFileSync(join(unfinished, basename(path)), contents);
    try {
      renameSync(unfinished, folder);
    } catch (error) {
      // Another process may have made the same folder.
      if (!existsSync(folder)) throw error;
      rmSync(unfinished, { recursive: true });
    }
  }
  return folder;
}

/** Changes with every source, and with the compiler and its settings. */
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

/** A younger bundle may be about to run. */
function removeOldBundles() {
  const hour = 60 * 60 * 1000;
  for (const name of readdirSync(bundles)) {
    const path = join(bundles, name);
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? NaN);
    if (age > hour) rmSync(path, { recursive: true, force: true });
  }
}

async function compile() {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: ['main.ts', 'table-server.ts'].map((name) => join(import.meta.dirname, name)),
    outdir: bundles,
    bundle: true,
    splitting: true,
    // Packages that find their own files beside them; packages that these share, because all of them must get the same
    // patched one; and what the SDK loads only for event streams, which no call uses.
    external: ['abstract-level', 'classic-level', 'dynalite', 'dynalite/*', '@smithy/core/event-streams'],
    banner: { js: requiring },
    mainFields: ['module', 'main'],
    platform: 'node',
    format: 'esm',
    // Without this extension Node.js would read each file once more to determine its type.
    outExtension: { '.js': '.mjs' },
    target: `node${process.versions.node}`,
    sourcemap: 'inline',
    sourcesContent: false,
    plugins: [
      { name: 'files beside sources', setup: keepPlaces },
      { name: 'no maps of packages', setup: leaveUnmapped },
    ],
    write: false,
  });
  return outputFiles;
}

/** CommonJS packages load Node.js's modules through it. */
const requiring = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;

/** A source map that maps nothing: reading the packages' maps would take longer than loading them. */
const noMap = Buffer.from('{"version":3,"sources":[""],"mappings":"A"}').toString('base64');

function leaveUnmapped({ onLoad }) {
  onLoad({ filter: /node_modules.*\.[cm]?js$/ }, ({ path }) => ({
    contents: `${readFileSync(path, 'utf8')}\n//# sourceMappingURL=data:application/json;base64,${noMap}`,
    loader: 'js',
  }));
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
