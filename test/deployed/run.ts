import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { bootstrap, deploy } from '../support/deployment.ts';
import { startEmulator } from '../support/emulator.ts';
import { startIssuer } from '../support/issuer.ts';
import { firstVersion, handOver } from './deployment.ts';

/* Deploys the stack to the emulator and runs the tests of this folder against it. */

const productFolder = join(import.meta.dirname, '../..');

async function main(): Promise<number> {
  const emulator = await startEmulator();
  const issuer = await startIssuer();
  try {
    await bootstrap(emulator.url);
    const outputs = await timed('deployed', () => deploy(emulator.url, issuer.url, firstVersion));
    const tests = spawn(
      'npm',
      ['run', 'jest', '--', '--selectProjects', 'deployed', '--runInBand', ...process.argv.slice(2)],
      {
        cwd: productFolder,
        env: {
          ...process.env,
          ...handOver({
            url: emulator.url,
            issuer: { url: issuer.url, privateKey: issuer.privateKey },
            outputs,
          }),
        },
        stdio: 'inherit',
      },
    );
    const [code] = (await once(tests, 'exit')) as [number | null];
    return code ?? 1;
  } finally {
    issuer.stop();
    await emulator.stop();
  }
}

async function timed<Result>(what: string, run: () => Promise<Result>): Promise<Result> {
  const start = Date.now();
  const result = await run();
  console.log(`${what} in ${((Date.now() - start) / 1000).toFixed(1)} s`);
  return result;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
