import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { accountRateContext, readSettings, type Settings } from './settings.ts';
import { addStacks } from './stacks.ts';

// The checks read properties that the CDK has deprecated. The linter keeps this code itself from using any.
process.env.JSII_DEPRECATED = 'quiet';

const app = new App();
// Findings fail the synthesis, unless the construct concerned gives a reason for an exception.
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
addStacks(app, settingsOrExit());

/** A wrong setting is for the deployer to fix, so only its name and problem are printed. */
function settingsOrExit(): Settings {
  try {
    const rate: unknown = app.node.tryGetContext(accountRateContext);
    return readSettings(app.node.tryGetContext('settings'), rate === undefined ? undefined : Number(rate));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
