import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { exampleSettings, productFolder, stacksOf, unbundled } from './synth.ts';

const findings = (scope: Parameters<AwsSolutionsChecks['validateScope']>[0]) =>
  new AwsSolutionsChecks()
    .validateScope(scope)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
    );

const appOf = (settings?: unknown) => stacksOf(settings).app;

test('nothing that AwsSolutions finds is left unexplained', () => {
  expect(findings(appOf())).toEqual([]);
});

test('what is explained at one construct is still found at another', () => {
  const { app, service } = stacksOf();
  new Queue(service, 'Another');
  expect(findings(app)).toEqual([
    'AwsSolutions-SQS3 ProvisioningResend-prod/Another/Resource',
    'AwsSolutions-SQS4 ProvisioningResend-prod/Another/Resource',
  ]);
});

test.each([
  [
    'an organization',
    {
      eventSources: {
        commerce: { organizationId: 'o-a1b2c3d4e5' },
        controlHub: { organizationId: 'o-a1b2c3d4e5' },
      },
    },
  ],
  ['data that goes with the stack', { keepData: false }],
  ['a topic for alarms', { alarmTopicArn: 'arn:aws:sns:eu-central-1:111111111111:operators' }],
])('nor with %s in the settings', (_, settings) => {
  expect(findings(appOf({ ...exampleSettings, ...settings }))).toEqual([]);
});

/** The app as it is, with checks that find something, and without the CDK's own, which take longest of all. */
const plantedFinding = `
  import { createRequire } from 'node:module';
  const core = createRequire(process.cwd() + '/')('./node_modules/aws-cdk-lib/core/lib/app.js');
  const value = class extends core.App {
    constructor() {
      super({ builtinCloudFormationValidation: false });
    }
  };
  Object.defineProperty(core, 'App', { value });
  const { AwsSolutionsChecks } = await import('cdk-nag');
  const resource = { constructPath: 'ProvisioningResend', locations: [] };
  const finding = { ruleName: 'AwsSolutions-TEST', description: 'Planted.', violatingResources: [resource] };
  AwsSolutionsChecks.prototype.validate = () => ({ success: false, violations: [finding] });
  await import('./infra/app.ts');`;

test('a finding ends the synthesis, and says how it can be explained', () => {
  const folder = mkdtempSync(join(tmpdir(), 'synth-'));
  try {
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', plantedFinding], {
      cwd: productFolder,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], CDK_OUTDIR: folder, CDK_CONTEXT_JSON: JSON.stringify(unbundled) },
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/ProvisioningResend[^]*Acknowledge with '[^']*AwsSolutions-TEST'/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
