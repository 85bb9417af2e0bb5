import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, buildSync, type Metafile } from 'esbuild';

export const productFolder = join(import.meta.dirname, '..');

/** Files that a function reads at run time, and the folder for them beside its code. */
export interface RuntimeFiles {
  readonly folder: string;
  readonly paths: readonly string[];
}

/**
 * Bundles a function into one file with everything it imports, the AWS SDK included, for a quick cold start (`npm run
 * bench:cold-start`). The same sources always give the same file. There is no source map, because reading one costs a
 * cold start more than bundling saves: `npm run map-trace` maps stack traces instead.
 */
export const bundling = (folder: string) =>
  ({
    absWorkingDir: productFolder,
    entryPoints: [join('functions', folder, 'handler.ts')],
    bundle: true,
    platform: 'node',
    target: 'node24',
    // Lambda loads CommonJS unless told otherwise, and it starts sooner.
    format: 'cjs',
    define: { 'import.meta.dirname': '__dirname' },
    mainFields: ['module', 'main'],
    alias: {
      '@aws-sdk/credential-provider-node': join(productFolder, 'shared/adapters/environment-credentials.ts'),
    },
    // The SDK loads this only for event streams, and no call of the product uses one. Bundled, it would also keep
    // esbuild from dropping the rest of what it shares with other parts of the SDK.
    external: ['@smithy/core/event-streams'],
    minify: true,
    // V8 skips over the body of a function until it is called, but reads all of an arrow function within another function,
    // and all code here is in one. So esbuild writes `function`, which saves a tenth of an import.
    supported: { arrow: false },
    logLevel: 'warning',
  }) satisfies BuildOptions;

/**
 * Writes the function's code and its files into `outputFolder`.
 * @returns what went into the code, and how much of it
 */
export function bundle(folder: string, files: RuntimeFiles | undefined, outputFolder: string): Metafile {
  const outfile = join(outputFolder, 'handler.js');
  const { metafile } = buildSync({ ...bundling(folder), outfile, metafile: true });
  for (const path of files?.paths ?? []) {
    cpSync(path, join(outputFolder, files?.folder ?? '', path.split(/[\\/]/).at(-1) ?? ''));
  }
  return metafile;
}
