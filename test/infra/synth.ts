import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { readSettings } from '../../infra/settings.ts';
import { ProvisioningResendStack } from '../../infra/stack.ts';

export const productFolder = join(import.meta.dirname, '../..');

interface CdkJson {
  context: Record<string, unknown> & { settings: Record<string, unknown> };
}

const { context } = JSON.parse(readFileSync(join(productFolder, 'cdk.json'), 'utf8')) as CdkJson;

/** The settings of cdk.json, which a deployer starts from. */
export const exampleSettings = context.settings;

/** What the app is given to synthesise without the functions' code. */
export const unbundled = { ...context, 'aws:cdk:bundling-stacks': [] };

/** The service by these settings. */
export const stackOf = (settings: unknown = exampleSettings): ProvisioningResendStack =>
  new ProvisioningResendStack(new App({ context: unbundled }), 'Test', { settings: readSettings(settings) });

/** The template of the service by these settings, without the functions' code. */
export const synthesise = (settings?: unknown): Template => Template.fromStack(stackOf(settings));

/** What the tests read of the resources. Functions of the template, like Ref, are compared as they are. */
export interface Resource {
  Type: string;
  Properties: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- JSON that CDK has no types for
  DeletionPolicy?: string;
}

export function resourcesOf(template: Template, type: string): Record<string, Resource> {
  return template.findResources(type) as Record<string, Resource>;
}
