import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { pythonPackages } from './python.ts';
import { until } from './until.ts';

/** What `pip` installs: the emulator, and what it verifies tokens with. */
export const emulatorPackages = ['ministack==1.5.33', 'cryptography==50.0.2'];

export interface Emulator {
  readonly url: string;
  stop(): Promise<void>;
}

/** An emulator of AWS: the one that MINISTACK_URL names, or one of our own on a free port of the loopback. */
export async function startEmulator(): Promise<Emulator> {
  const running = process.env['MINISTACK_URL'];
  if (running !== undefined) {
    if (!(await answers(running))) throw new Error(`MINISTACK_URL: nothing answers at ${running}`);
    return { url: running.replace(/\/$/, ''), stop: () => Promise.resolve() };
  }
  return await start(
    await pythonPackages(
      emulatorPackages,
      'the deployed tests run MiniStack, or use the one at MINISTACK_URL.',
    ),
  );
}

async function start(commands: string): Promise<Emulator> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const scratch = await mkdtemp(join(tmpdir(), 'emulator-'));
  const child = spawn(join(commands, 'ministack'), {
    env: {
      // The functions run on the node that is first in the path: the one of this process.
      PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
      HOME: scratch,
      TMPDIR: scratch,
      BIND_HOST: '127.0.0.1',
      // Part of the name by which an API is called, which must be one of a URL.
      MINISTACK_HOST: 'localhost',
      GATEWAY_PORT: String(port),
      LAMBDA_EXECUTOR: 'local',
      LOG_LEVEL: 'WARNING',
    },
    cwd: scratch,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = collect(child);
  await until(
    () =>
      child.exitCode === null ? answers(url) : Promise.reject(new Error(`the emulator ended: ${output()}`)),
    (ready) => ready,
  );
  return {
    url,
    stop: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

function collect(child: ChildProcess): () => string {
  let written = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      written += text;
    });
  }
  return () => written;
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(new URL('/_ministack/health', url))).ok;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
