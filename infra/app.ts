import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { accountRateContext, readSettings, type Settings } from './settings.ts';
import { addStacks } from './stacks.ts';

// The checks read properties that the CDK has deprecated; what this code itself uses of those, the linter refuses.
process.env.JSII_DEPRECATED = 'quiet';

const app = new App();
// What the checks find ends the synthesis, unless the construct that it concerns says why it is as it is.
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
addStacks(app, settingsOrExit());

/** A wrong setting is the deployer's to change: it is named, and nothing else is printed. */
function settingsOrExit(): Settings {
  try {
    const rate: unknown = app.node.tryGetContext(accountRateContext);
    return readSettings(app.node.tryGetContext('settings'), rate === undefined ? undefined : Number(rate));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
