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

/** The template of the service by these settings, without the functions' code. */
export function synthesise(settings: unknown = exampleSettings): Template {
  const app = new App({ context: { ...context, 'aws:cdk:bundling-stacks': [] } });
  return Template.fromStack(new ProvisioningResendStack(app, 'Test', { settings: readSettings(settings) }));
}

/** What the tests read of the resources. Functions of the template, like Ref, are compared as they are. */
export interface Resource {
  Type: string;
  Properties: any; // eslint-disable-line @typescript-eslint/no-explicit-any
  DeletionPolicy?: string;
}

export function resourcesOf(template: Template, type: string): Record<string, Resource> {
  return template.findResources(type) as Record<string, Resource>;
}
