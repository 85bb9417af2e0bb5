import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { type BuildOptions, buildSync, type Metafile, type OutputFile } from 'esbuild';
import { edited, skippableFunctions } from './skippable-functions.ts';

export const productFolder = join(import.meta.dirname, '..');

/** Files that a function reads at run time, and the folder for them beside its code. */
export interface RuntimeFiles {
  readonly folder: string;
  readonly paths: readonly string[];
}

/**
 * Bundles each function into one file with everything it imports, the AWS SDK included, for a quick cold start (`npm run
 * bench:cold-start`). The same sources always give the same file. There is no source map, because reading one costs a
 * cold start more than bundling saves: `npm run map-trace` maps stack traces instead.
 */
export const bundling = (folders: readonly string[]) =>
  ({
    absWorkingDir: productFolder,
    entryPoints: folders.map((folder) => join('functions', folder, 'handler.ts')),
    bundle: true,
    platform: 'node',
    target: 'node24',
    // Lambda loads CommonJS unless told otherwise, and it starts sooner.
    format: 'cjs',
    define: { 'import.meta.dirname': '__dirname' },
    mainFields: ['module', 'main'],
    alias: {
      '@aws-sdk/credential-provider-node': join(productFolder, 'shared/adapters/environment-credentials.ts'),
      'node:fs/promises': join(productFolder, 'shared/adapters/no-settings-files.ts'),
    },
    // The SDK loads this only for event streams, and no call of the product uses one. Bundled, it would also keep
    // esbuild from dropping the rest of what it shares with other parts of the SDK.
    external: ['@smithy/core/event-streams'],
    minify: true,
    logLevel: 'warning',
  }) satisfies BuildOptions;

interface Bundles {
  readonly metafile: Metafile;
  readonly outputFiles: readonly OutputFile[];
}

let made: Bundles | undefined;

/** The bundles of all functions, made once: esbuild then reads what they share only once, and each is as if made alone. */
export const bundles = (): Bundles =>
  (made ??= buildSync({
    ...bundling(readdirSync(join(productFolder, 'functions'))),
    outbase: 'functions',
    outdir: 'functions', // in name alone: nothing is written there
    metafile: true,
    write: false,
  }));

/**
 * Writes the function's code and its files into `outputFolder`.
 * @returns what went into the code, and how much of it
 */
export function bundle(
  folder: string,
  files: RuntimeFiles | undefined,
  outputFolder: string,
): Metafile['outputs'][string] {
  const { metafile, outputFiles } = bundles();
  const file = join('functions', folder, 'handler.js');
  const code = outputFiles.find(({ path }) => path === join(productFolder, file));
  const output = metafile.outputs[file.replaceAll(sep, '/')];
  if (!code || !output) throw new Error(`there is no function ${folder}`);
  mkdirSync(outputFolder, { recursive: true });
  writeFileSync(join(outputFolder, 'handler.js'), edited(code.text, skippableFunctions(code.text)));
  for (const path of files?.paths ?? []) {
    cpSync(path, join(outputFolder, files?.folder ?? '', path.split(/[\\/]/).at(-1) ?? ''));
  }
  return output;
}
