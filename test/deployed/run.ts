import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { bootstrap, deploy, productFolder, synthesise } from '../support/deployment.ts';
import { startEmulator } from '../support/emulator.ts';
import { startIssuer } from '../support/issuer.ts';
import { firstVersion, handOver } from './deployment.ts';

/* Deploys the stack to the emulator and runs the tests of this folder against it. */

async function main(): Promise<number> {
  const emulator = await startEmulator();
  const issuer = await startIssuer();
  try {
    await bootstrap(emulator.url);
    const assembly = await synthesise(emulator.url, issuer.url, firstVersion);
    const outputs = await timed('deployed', () => deploy(emulator.url, assembly));
    const { url, privateKey } = issuer;
    const environment = handOver({ url: emulator.url, issuer: { url, privateKey }, outputs });
    const chosen = process.argv.slice(2);
    if (chosen.length > 0) return await jest(environment, chosen);
    const last = 'deployed/end';
    const code = await jest(environment, ['--testPathIgnorePatterns', last]);
    return code === 0 ? await jest(environment, ['--testPathPatterns', last]) : code;
  } finally {
    issuer.stop();
    await emulator.stop();
  }
}

async function jest(environment: Record<string, string>, args: readonly string[]): Promise<number> {
  const child = spawn('npm', ['run', 'jest', '--', '--selectProjects', 'deployed', '--runInBand', ...args], {
    cwd: productFolder,
    env: { ...process.env, ...environment },
    stdio: 'inherit',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
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
