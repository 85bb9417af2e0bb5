import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { refusedByAws } from '../../infra/local/wire/checked.ts';

const start = join(import.meta.dirname, '../../infra/local/start.js');

export interface Service {
  readonly url: string;
  readonly dataFolder: string;
  readonly process: ChildProcess;
  /** What it wrote to standard output and error so far. */
  output(): string;
  /** Ends it as Ctrl-C does, and answers its exit code. */
  stop(): Promise<number | null>;
  /** Ends it as a power cut does. */
  kill(): Promise<void>;
}

export const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'provisioning-'));

/**
 * Runs the service's command; for services that are not expected to start. A request to AWS that AWS would refuse fails
 * the test that is running, whatever the service made of it.
 * @param before modules to import first
 */
export function launch(args: readonly string[], before: readonly string[] = []) {
  const imports = before.flatMap((module) => ['--import', module]);
  const child = spawn(process.execPath, [...imports, start, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let written = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      written += text;
    });
  }
  createInterface(child.stderr).on('line', (line) => {
    if (line.startsWith(refusedByAws)) throw new Error(line);
  });
  const exited = once(child, 'exit').then(([code]: (number | null)[]) => code ?? null);
  return { child, output: () => written, exited };
}

/** Starts the service as a process of its own, on a free port; without sample orders unless asked for. */
export async function startService(
  options: { readonly dataFolder?: string; readonly args?: readonly string[] } = {},
): Promise<Service> {
  const dataFolder = options.dataFolder ?? (await temporaryFolder());
  const args = ['--port', '0', '--data', dataFolder, ...(options.args ?? ['--no-seed'])];
  const { child, output, exited } = launch(args);
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      const [, found] = /^ {2}API +(http\S+)$/.exec(line) ?? [];
      if (found !== undefined) resolve(found);
    });
    void exited.then((code) => reject(new Error(`the service ended with ${code}: ${output()}`)));
  });
  return {
    url,
    dataFolder,
    process: child,
    output,
    stop: async () => {
      child.kill('SIGINT');
      return await exited;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
