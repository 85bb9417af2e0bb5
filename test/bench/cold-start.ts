import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildSync } from 'esbuild';
import { bundle, productFolder } from '../../infra/bundle.ts';

/*
 * How long a function takes to be imported, as it is deployed, beside the same function as the CDK bundles it by default
 * with the SDK inside. Each import is a process of its own; both take turns, and the medians count. The time of the
 * processor tells more than the clock where others work on the machine as well.
 *
 *   npm run bench:cold-start -- [--rounds 21] [serve-api book-order-line …]
 */

const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '21' } },
  allowPositionals: true,
});
const rounds = Number(values.rounds);
const functions =
  positionals.length > 0
    ? positionals
    : ['serve-api', 'serve-console', 'book-order-line', 'send-provisioning-email'];

interface Times {
  /** Milliseconds. */
  readonly clock: number;
  readonly processor: number;
}

/** What NodejsFunction does with `bundleAwsSDK` and nothing else. */
function bundleByDefault(name: string, outfile: string): void {
  buildSync({
    absWorkingDir: productFolder,
    entryPoints: [join('functions', name, 'handler.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    logLevel: 'error',
  });
}

function importTimes(file: string): Times {
  const script = `
    const before = process.cpuUsage(), start = performance.now();
    require(${JSON.stringify(file)});
    const clock = performance.now() - start, { user, system } = process.cpuUsage(before);
    console.log(JSON.stringify({ clock, processor: (user + system) / 1000 }));`;
  const output = execFileSync(process.execPath, ['-e', script], { encoding: 'utf8', env: {} });
  return JSON.parse(output) as Times;
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;

function compare(name: string, folder: string): string {
  const files = { byDefault: join(folder, name, 'default.js'), deployed: join(folder, name, 'handler.js') };
  bundle(name, undefined, join(folder, name));
  bundleByDefault(name, files.byDefault);
  const times: Record<keyof typeof files, Times[]> = { byDefault: [], deployed: [] };
  for (let round = 0; round < rounds; round += 1) {
    times.byDefault.push(importTimes(files.byDefault));
    times.deployed.push(importTimes(files.deployed));
  }
  const figures = (['clock', 'processor'] as const).map((kind) => {
    const [theirs, ours] = [
      median(times.byDefault.map((one) => one[kind])),
      median(times.deployed.map((one) => one[kind])),
    ];
    return `${theirs.toFixed(0)} ms → ${ours.toFixed(0)} ms, ratio ${(ours / theirs).toFixed(2)}`;
  });
  const sizes = Object.values(files).map((file) => `${(statSync(file).size / 1000).toFixed(0)} kB`);
  return `| ${[name, ...figures, sizes.join(' → ')].join(' | ')} |`;
}

const folder = mkdtempSync(join(tmpdir(), 'cold-start-'));
try {
  console.log(
    `${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}, ${rounds} rounds\n`,
  );
  console.log('| function | import, by the clock | of the processor | bundle |\n|---|---|---|---|');
  for (const name of functions) console.log(compare(name, folder));
} finally {
  rmSync(folder, { recursive: true });
}
