import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.ts';

const contentTypes = {
  'console.css': 'text/css; charset=utf-8',
  'console.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const;
type AssetName = keyof typeof contentTypes;

/** The files that the pages load. */
export const assetNames = Object.keys(contentTypes);

export interface Asset {
  readonly content: string;
  readonly contentType: string;
}

export interface Assets {
  /** The path that pages load a file from; it changes with the content, so the file may be cached forever. */
  readonly path: (name: AssetName) => string;
  readonly find: (path: string) => Asset | undefined;
}

/** The folder of these files, beside the code that reads them, both here and in the deployed function. */
export const assetsFolder = 'assets';

export function readAssets(): Assets {
  const read = (name: AssetName) => {
    const content = readFileSync(join(import.meta.dirname, assetsFolder, name), 'utf8');
    const hash = createHash('sha256').update(content).digest('hex').slice(0, 12);
    const path = `${root}/assets/${name.replace('.', `.${hash}.`)}`;
    return { path, content, contentType: contentTypes[name] };
  };
  const files = {
    'console.css': read('console.css'),
    'console.js': read('console.js'),
    'icon.svg': read('icon.svg'),
  } satisfies Record<AssetName, unknown>;
  const byPath = new Map<string, Asset>(Object.values(files).map((file) => [file.path, file]));
  return { path: (name) => files[name].path, find: (path) => byPath.get(path) };
}
