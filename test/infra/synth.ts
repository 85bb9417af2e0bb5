import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { readSettings } from '../../infra/settings.ts';
import { addStacks } from '../../infra/stacks.ts';

export const productFolder = join(import.meta.dirname, '../..');

interface CdkJson {
  context: Record<string, unknown> & { settings: Record<string, unknown> };
}

export const { context } = JSON.parse(readFileSync(join(productFolder, 'cdk.json'), 'utf8')) as CdkJson;

/** The settings of cdk.json, which a deployer starts from. */
export const exampleSettings = context.settings;

/** What the app is given to synthesise without the functions' code, and without noting who made what, and how. */
export const unbundled = {
  ...context,
  'aws:cdk:bundling-stacks': [],
  'aws:cdk:disable-stack-trace': true,
  'aws:cdk:disable-creation-stack-traces': true,
  '@aws-cdk/core:enableAdditionalMetadataCollection': false,
};

/**
 * An app whose templates are only read here: `npm run synth` has the CDK validate them, which takes longest of all, and
 * describe the tree of constructs beside them.
 */
export const unvalidatedApp = (): App =>
  new App({ context: unbundled, builtinCloudFormationValidation: false, treeMetadata: false });

/** The two stacks by these settings. */
export function stacksOf(settings: unknown = exampleSettings): ReturnType<typeof addStacks> & { app: App } {
  const app = unvalidatedApp();
  return { app, ...addStacks(app, readSettings(settings)) };
}

/** The template of everything by these settings, without the functions' code. */
export function synthesise(settings: unknown = exampleSettings): Template {
  const name = JSON.stringify(settings);
  const known = templates.get(name);
  if (known) return known;
  const { data, service } = stacksOf(settings);
  const template = Template.fromJSON(
    joined(Template.fromStack(data).toJSON(), Template.fromStack(service).toJSON()),
  );
  templates.set(name, template);
  return template;
}

/** The templates by the settings that they are of. */
const templates = new Map<string, Template>();

interface TemplateJson {
  Resources: Record<string, unknown>;
  Outputs?: Record<string, { Value: unknown; Export?: { Name: string } }>;
}

/** One template of both: what the service imports from the data is named as if it were in the same. */
function joined(data: Record<string, unknown>, service: Record<string, unknown>): Record<string, unknown> {
  const { Resources: kept, Outputs = {} } = data as unknown as TemplateJson;
  const exported = new Map(Object.values(Outputs).map(({ Value, Export }) => [Export?.Name, Value]));
  const whole = JSON.parse(JSON.stringify(service), (_, value: unknown) =>
    typeof value === 'object' && value !== null && 'Fn::ImportValue' in value
      ? exported.get(String(value['Fn::ImportValue']))
      : value,
  ) as TemplateJson;
  const twice = Object.keys(kept).filter((id) => id in whole.Resources);
  if (twice.length > 0) throw new Error(`both stacks have ${twice.join(', ')}`);
  return { ...whole, Resources: { ...kept, ...whole.Resources } };
}

/** What the tests read of the resources. Functions of the template, like Ref, are compared as they are. */
export interface Resource {
  Type: string;
  Properties: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- JSON that CDK has no types for
  DeletionPolicy?: string;
}

export function resourcesOf(template: Template, type: string): Record<string, Resource> {
  return template.findResources(type) as Record<string, Resource>;
}
