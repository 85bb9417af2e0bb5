import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { productFolder } from './synth.ts';

const read = (file: string): unknown => JSON.parse(readFileSync(join(productFolder, file), 'utf8'));

/** `npm run audit` sees that npm runs no other. */
test('each package that has an install script is named, with whether it may run, and no other', () => {
  const { packages } = read('package-lock.json') as {
    packages: Record<string, { hasInstallScript?: boolean }>;
  };
  const { allowScripts } = read('package.json') as { allowScripts: Record<string, boolean> };
  const scripted = Object.entries(packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript === true)
    .map(([folder]) => folder.replace(/^.*node_modules\//, ''));
  expect(Object.keys(allowScripts).sort()).toEqual([...new Set(scripted)].sort());
});
