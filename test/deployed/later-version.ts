import { App } from 'aws-cdk-lib';
import { readSettings } from '../../infra/settings.ts';
import { addStacks } from '../../infra/stacks.ts';
import { context } from '../infra/synth.ts';
import { deploy, deployable, newAssembly, type Version } from '../support/deployment.ts';
import type { Deployment } from './deployment.ts';

/**
 * Writes the assembly of a version that comes after the first. It is made in this process, and not checked again: the
 * first one's command takes three times as long.
 */
export async function synthesiseLater({ issuer }: Deployment, version: Version): Promise<string> {
  const outdir = await newAssembly();
  const app = new App({ outdir, context, builtinCloudFormationValidation: false });
  addStacks(app, readSettings(version.settings));
  app.synth();
  return await deployable(outdir, issuer.url, version);
}

/** Deploys a version in the place of another one. */
export const redeploy = async (deployed: Deployment, version: Version): Promise<Deployment> => ({
  ...deployed,
  outputs: await deploy(deployed.url, await synthesiseLater(deployed, version)),
});
