import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { exampleSettings, productFolder, stacksOf } from '../infra/synth.ts';
import { pythonPackages } from '../support/python.ts';

/* Checks the templates with AWS's own cfn-lint: every resource with CloudFormation's schemas, and more. */

const packages = ['cfn-lint==1.58.0'];

process.env['JSII_DEPRECATED'] = 'quiet'; // as in infra/app.ts

/** All settings that change which resources there are. */
const variants = [
  exampleSettings,
  {
    ...exampleSettings,
    signIn: { issuer: 'https://id.example.com', audience: ['api'], consoleClientId: 'console' },
    alarmTopicArn: 'arn:aws:sns:eu-central-1:111111111111:operators',
    keepData: false,
  },
];

const folders = variants.map((settings) => stacksOf(settings).app.synth().directory);
try {
  const templates = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.template.json'))
      .map((name) => join(folder, name)),
  );
  const commands = await pythonPackages(packages, 'the templates are checked by cfn-lint.');
  const config = join(productFolder, '.config/cfn-lint.yaml');
  const { status } = spawnSync(
    join(commands, 'cfn-lint'),
    ['--config-file', config, '--format', 'parseable', '--', ...templates],
    { stdio: 'inherit' },
  );
  process.exitCode = status ?? 1;
  if (status === 0) console.log(`cfn-lint: ${templates.length} templates, nothing found`);
} finally {
  for (const folder of folders) rmSync(folder, { recursive: true });
}
