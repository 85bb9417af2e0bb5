import type { App } from 'aws-cdk-lib';
import { DataStack } from './data-stack.ts';
import { ServiceStack } from './service-stack.ts';
import type { Settings } from './settings.ts';
import { stackNames } from './stack-names.ts';

/** Adds the two stacks of a stage: the data, and beside it the service, which can be removed and deployed again. */
export function addStacks(app: App, settings: Settings): { data: DataStack; service: ServiceStack } {
  const names = stackNames(settings.stage);
  const common = {
    settings,
    tags: { product: 'provisioning-resend', stage: settings.stage },
    terminationProtection: settings.keepData,
  };
  const data = new DataStack(app, names.data, common);
  const service = new ServiceStack(app, names.service, { ...common, data });
  return { data, service };
}
