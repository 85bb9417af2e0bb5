import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Beside the npm packages, so that what is installed comes and goes with them. */
const cache = join(import.meta.dirname, '../../node_modules/.cache');

/**
 * Installs Python packages into a folder of their own, unless they are there.
 * @param packages as `name==1.2.3`
 * @param why who needs Python, for the error of a machine without it
 * @returns the folder that their commands are in
 */
export async function pythonPackages(packages: readonly string[], why: string): Promise<string> {
  const folder = join(cache, packages.join('+'));
  const commands = join(folder, 'bin');
  const complete = join(folder, 'complete');
  if (existsSync(complete)) return commands;
  await rm(folder, { recursive: true, force: true });
  try {
    await run('python3', ['-m', 'venv', folder]);
  } catch (cause) {
    throw new Error(
      `Python 3.10 or newer with venv is needed, as \`python3\` (on Debian: apt-get install python3-venv): ${why}`,
      { cause },
    );
  }
  await run(join(commands, 'pip'), [
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--no-compile', // Python compiles what is used, which is little of it
    ...packages,
  ]);
  await writeFile(complete, '');
  return commands;
}
