import { App } from 'aws-cdk-lib';
import { readSettings, type Settings } from './settings.ts';
import { ProvisioningResendStack } from './stack.ts';

const app = new App();
const settings = settingsOrExit();
new ProvisioningResendStack(app, 'ProvisioningResend', { settings });

/** A wrong setting is the deployer's to change: it is named, and nothing else is printed. */
function settingsOrExit(): Settings {
  try {
    return readSettings(app.node.tryGetContext('settings'));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
