import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { explained, judge } from './advisories.ts';

/* Checks what needs npm itself: that no install script runs but the named ones, and the advisories about what ships. */

const productFolder = join(import.meta.dirname, '../..');
const output = z.object({ stdout: z.string(), stderr: z.string() });

/** The environment without what the npm that runs this script says to those that it starts. */
const freshEnvironment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')),
);

/** What a command wrote, whether it succeeded or not. */
const outcome = async (command: string, args: readonly string[], cwd: string) =>
  output.parse(
    await promisify(execFile)(command, args, { cwd, env: freshEnvironment }).catch((error: unknown) => error),
  );

/** Whether npm, set up as for the product, keeps the script of a package from running that nobody named. */
async function refusesUnnamedScripts(): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'install-scripts-'));
  const proof = join(folder, 'the-script-ran');
  const project = join(folder, 'project');
  try {
    await mkdir(join(folder, 'stranger'));
    await mkdir(project);
    await cp(join(productFolder, '.npmrc'), join(project, '.npmrc'));
    const stranger = { name: 'stranger', version: '1.0.0', scripts: { postinstall: `touch ${proof}` } };
    await writeFile(join(folder, 'stranger/package.json'), JSON.stringify(stranger));
    await outcome('npm', ['pack', join(folder, 'stranger')], folder);
    const dependencies = { stranger: 'file:../stranger-1.0.0.tgz' };
    await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'project', dependencies }));
    const refusal = await outcome('npm', ['install', '--offline'], project);
    return refusal.stderr.includes('ESTRICTALLOWSCRIPTS') && !existsSync(proof);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** `npm audit` ends with an error when it finds something, and writes its report all the same. */
async function auditWhatShips(): Promise<unknown> {
  const { stdout } = await outcome('npm', ['audit', '--omit=dev', '--json', '--audit'], productFolder);
  try {
    return JSON.parse(stdout) as unknown;
  } catch {
    return undefined;
  }
}

const failures: string[] = [];
if (await refusesUnnamedScripts()) {
  console.log('install scripts: npm runs none but those that package.json names');
} else {
  failures.push(
    'install scripts: this npm runs scripts that package.json does not name; use npm 11.19 or newer',
  );
}

const judgement = judge(await auditWhatShips(), explained);
switch (judgement.outcome) {
  case 'clean':
    console.log('advisories: none about what ships that is not explained');
    break;
  case 'unknown':
    console.warn(
      `\n*** NOT AUDITED: the registry gave no advisories (${judgement.why.replace(/https?:\S+/g, 'its address')}) ***\n`,
    );
    break;
  case 'findings':
    failures.push(...judgement.findings);
}
for (const failure of failures) console.error(failure);
process.exitCode = failures.length === 0 ? 0 : 1;
