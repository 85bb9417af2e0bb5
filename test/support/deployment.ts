import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { type StackOutputs, stackOutputs } from '../../infra/outputs.ts';
import { stackNames } from '../../infra/stack-names.ts';
import type { differences } from './emulator-differences.ts';

const run = promisify(execFile);
export const productFolder = join(import.meta.dirname, '../..');
/** The stage that tests deploy. */
export const stage = 'test';
export const stacks = stackNames(stage);

/** What the CDK and the SDK need to talk to the emulator. An IP address makes S3's paths work. */
export const emulatedAws = (url: string) => ({
  AWS_ENDPOINT_URL: url,
  AWS_ENDPOINT_URL_S3: url,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'us-east-1',
});

/** What tells one deployment from another. */
export interface Version {
  readonly settings: unknown;
  /** Changes the template, as a newer version of the product would. */
  readonly change?: (template: string) => string;
}

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly UpdatePolicy?: unknown;
}

interface Template {
  Resources: Record<string, Resource>;
}

/**
 * What is left out of the template that AWS would get, since the emulator lacks it. All else is deployed as it is.
 */
const leftOut: Readonly<Partial<Record<keyof typeof differences, (resource: Resource) => boolean>>> = {
  busPolicies: ({ Type }) => Type === 'AWS::Events::EventBusPolicy',
  eventArchives: ({ Type }) => Type === 'AWS::Events::Archive',
  gradualDeployments: ({ Type }) => Type.startsWith('AWS::CodeDeploy::'),
  metricMath: ({ Type, Properties }) =>
    Type === 'AWS::CloudWatch::Alarm' && Properties?.['Metrics'] !== undefined,
};

/** Prepares the emulator's account for the CDK, as its deployer would. It takes no app, and so it does not run ours. */
export async function bootstrap(url: string): Promise<void> {
  await cdk(url, ['bootstrap', 'aws://000000000000/us-east-1'], tmpdir());
}

/** Writes the assembly of a version as a deployer would, by the CDK's command, and answers its folder. */
export async function synthesise(url: string, issuer: string, version: Version): Promise<string> {
  const assembly = await newAssembly();
  const settings = ['--context', `settings=${JSON.stringify(version.settings)}`];
  await cdk(url, ['synth', '--quiet', '--output', assembly, ...settings]);
  return await deployable(assembly, issuer, version);
}

export const newAssembly = (): Promise<string> => mkdtemp(join(tmpdir(), 'assembly-'));

/**
 * Makes an assembly one that the emulator can deploy.
 * @param issuer stands in for the issuer of the settings: those must have an https URL, and no certificate that the
 * emulator trusts can be made for a test
 * @returns its folder
 */
export async function deployable(
  assembly: string,
  issuer: string,
  { change = same }: Version,
): Promise<string> {
  for (const stack of Object.values(stacks)) {
    await rewriteTemplate(assembly, stack, (template) =>
      change(withoutGaps(template).replaceAll(settingsIssuer, issuer)),
    );
  }
  return assembly;
}

/** Deploys an assembly with the real CDK, and answers the stack's outputs. */
export async function deploy(url: string, assembly: string): Promise<StackOutputs> {
  const outputs = join(assembly, 'outputs.json');
  const always = ['--all', '--require-approval', 'never'];
  await cdk(url, ['deploy', '--app', assembly, ...always, '--outputs-file', outputs]);
  const written: unknown = JSON.parse(await readFile(outputs, 'utf8'));
  return stackOutputs.parse(z.record(z.string(), z.unknown()).parse(written)[stacks.service]);
}

/** The issuer that the settings of deployed tests name. */
export const settingsIssuer = 'https://sign-in.example.com';

const same = (template: string) => template;

function withoutGaps(text: string): string {
  const template = JSON.parse(text) as Template;
  const kept = Object.entries(template.Resources).filter(
    ([, resource]) => !Object.values(leftOut).some((is) => is(resource)),
  );
  // How an alias is updated names a deployment group, which is left out.
  const standing = kept.map(([id, { UpdatePolicy: _, ...resource }]) => [id, resource]);
  return JSON.stringify({ ...template, Resources: Object.fromEntries(standing) });
}

/** An assembly names its template by a hash, and what was published by that name is not published again. */
async function rewriteTemplate(
  assembly: string,
  stack: string,
  rewrite: (template: string) => string,
): Promise<void> {
  const file = join(assembly, `${stack}.template.json`);
  const template = rewrite(await readFile(file, 'utf8'));
  await writeFile(file, template);
  const assetsFile = join(assembly, `${stack}.assets.json`);
  const { files } = assets.parse(JSON.parse(await readFile(assetsFile, 'utf8')));
  const [name] = Object.entries(files).find(([, { source }]) => source.path === basename(file)) ?? [];
  if (name === undefined) throw new Error('the assembly has no template');
  const newName = createHash('sha256').update(template).digest('hex');
  for (const manifest of [assetsFile, join(assembly, 'manifest.json')]) {
    await writeFile(manifest, (await readFile(manifest, 'utf8')).replaceAll(name, newName));
  }
}

const assets = z.object({
  files: z.record(z.string(), z.object({ source: z.object({ path: z.string() }) })),
});

async function cdk(url: string, args: readonly string[], cwd = productFolder): Promise<void> {
  try {
    await run(process.execPath, [join(productFolder, 'node_modules/aws-cdk/bin/cdk'), ...args], {
      cwd,
      env: { PATH: process.env['PATH'], HOME: tmpdir(), CI: 'true', ...emulatedAws(url) },
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch (cause) {
    const { stdout, stderr } = z.object({ stdout: z.string(), stderr: z.string() }).parse(cause);
    throw new Error(`cdk ${args[0] ?? ''} failed:\n${stdout.slice(-4000)}\n${stderr.slice(-4000)}`, {
      cause,
    });
  }
}
