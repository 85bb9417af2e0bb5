import { spawnSync } from 'node:child_process';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { defaults, readSettings } from '../../infra/settings.ts';
import { exampleSettings, productFolder } from './synth.ts';

const mail = { senderAddress: 'provisioning@example.com', senderName: 'Provisioning' };
const minimal = {
  mail,
  signIn: { issuer: 'https://id.example.com', audience: ['api'], consoleClientId: 'console' },
  eventSources: {
    commerce: { accountIds: ['111111111111'] },
    controlHub: { accountIds: ['222222222222'] },
  },
};

const { signIn: _, ...pooled } = minimal;

test('the least that a deployer sets is completed by the defaults', () => {
  expect(readSettings(minimal)).toEqual({
    ...minimal,
    stage: 'prod',
    offerWindows: { default: 'P30D', families: { 'A-FLEX': 'P7D', 'A-FLEX-3': 'P7D' } },
    reminders: { beforeClose: ['P7D', 'P2D'] },
    resendLimits: { interval: 'PT1M', perDay: 10, perLine: 100 },
    executionHorizon: 'P2D',
    mail: {
      ...mail,
      setupLink: 'https://admin.webex.com/?subscriptionId={subscriptionId}',
      replyToPlacedBy: true,
      timeZones: { en: 'UTC', ja: 'Asia/Tokyo' },
    },
    mailRate: 14,
    claimNames: { partnerId: 'partner_id', roles: 'roles' },
    programs: {},
    keepData: true,
    deadLetterDays: 14,
    eventArchiveDays: 35,
    settledLineDays: 400,
    logRetentionDays: 90,
    runbookUrl: 'infra/RUNBOOK.md',
  });
});

test('without an issuer, the claims are those of the user pool', () => {
  const { claimNames } = readSettings(pooled);
  expect(claimNames).toEqual({
    partnerId: 'custom:partner_id',
    roles: 'cognito:groups',
    programScopes: 'provisioning-emails',
  });
});

test('emails leave at the rate that is set, or at the one that the account has', () => {
  const slower = { ...minimal, mail: { ...minimal.mail, ratePerSecond: 5 } };
  expect(readSettings(minimal, 80)).toMatchObject({ mailRate: 80 });
  expect(readSettings(slower, 80)).toMatchObject({ mailRate: 5 });
  expect(readSettings(slower, 1)).toMatchObject({ mailRate: 1 });
  expect(readSettings(slower)).toMatchObject({ mailRate: 5 });
});

test('settings come as JSON text from the command line', () => {
  expect(readSettings(JSON.stringify(minimal))).toEqual(readSettings(minimal));
});

test('an organization may stand for the accounts', () => {
  const controlHub = { organizationId: 'o-a1b2c3d4e5' };
  const { eventSources } = readSettings({
    ...minimal,
    eventSources: { ...minimal.eventSources, controlHub },
  });
  expect(eventSources).toEqual({
    commerce: { accountIds: ['111111111111'] },
    controlHub: { accountIds: [], ...controlHub },
  });
});

const windows = defaults.offerWindows;
const notTopicArn =
  'must be the ARN of an SNS topic that is not FIFO, for example arn:aws:sns:eu-central-1:111111111111:operators';
const notDays = 'settings.eventArchiveDays: must be whole days, at least one';
const notStage =
  'settings.stage: must be 1 to 12 lower-case letters and digits, beginning with a letter, without aws, amazon or cognito';
const manyNames = Object.fromEntries(
  Array.from({ length: 50 }, (_, index) => [`A-${index}`, 'y'.repeat(30)]),
);
const longFamily = 'A'.repeat(65);

test.each([
  ['nothing', undefined, 'settings: is missing'],
  ['text that is not JSON', '{', 'settings: must be JSON'],
  ['an unknown setting', { ...minimal, colour: 'red' }, 'settings.colour: is not known here'],
  [
    'an unknown setting inside',
    { ...minimal, mail: { ...mail, replyTo: 'x' } },
    'settings.mail.replyTo: is not known here',
  ],
  ['no mail', { ...minimal, mail: undefined }, 'settings.mail: is missing'],
  ['no sender', { ...minimal, mail: { senderName: 'P' } }, 'settings.mail.senderAddress: is missing'],
  [
    'a sender that is no address',
    { ...minimal, mail: { ...mail, senderAddress: 'example.com' } },
    'settings.mail.senderAddress: must be an email address, for example jane@example.com',
  ],
  [
    'a sender that is too long once it is encoded',
    { ...minimal, mail: { ...mail, senderName: 'プロビジョニング'.repeat(8) } },
    "settings.mail.senderName: must be shorter: SES takes at most 320 characters of a sender's name and address, and counts how a name of more than plain letters is encoded",
  ],
  [
    'a link without https',
    { ...minimal, mail: { ...mail, setupLink: 'http://example.com' } },
    'settings.mail.setupLink: must be an https URL',
  ],
  [
    'a link that leaves no room for other settings',
    { ...minimal, mail: { ...mail, setupLink: `https://example.com/${'x'.repeat(1000)}` } },
    'settings.mail.setupLink: must have at most 500 characters: a function has little room for settings',
  ],
  [
    'a name over two lines',
    { ...minimal, mail: { ...mail, productName: 'Suite\r\nBcc: x@example.com' } },
    'settings.mail.productName: must not contain control characters',
  ],
  [
    'more names of offers than a function has room for',
    { ...minimal, mail: { ...mail, offerNames: { 'A-FLEX': 'x'.repeat(60), ...manyNames } } },
    'settings.mail: must have at most 1900 bytes as JSON: a function has little room for settings',
  ],
  [
    'a horizon beyond which an execution could outlive its year',
    { ...minimal, executionHorizon: 'P181D' },
    'settings.executionHorizon: must be at most 180 days: with the longest window, it has to fit into the year of an execution',
  ],
  [
    'more families than a function has room for',
    {
      ...minimal,
      offerWindows: {
        ...windows,
        families: Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`A-FAMILY-${index}`, 'P7D'])),
      },
    },
    'settings.offerWindows: must have at most 2500 characters as JSON: a function has little room for settings',
  ],
  [
    'a window that no execution lasts',
    { ...minimal, offerWindows: { ...windows, families: { 'A-WX': 'P181D' } } },
    'settings.offerWindows.families.A-WX: must be at most 180 days',
  ],
  [
    'a family that is no product code',
    { ...minimal, offerWindows: { ...windows, families: { [longFamily]: 'P7D' } } },
    `settings.offerWindows.families.${longFamily}: must be 1 to 64 of A-Z a-z 0-9 . _ -`,
  ],
  [
    'a reminder that is no duration',
    { ...minimal, reminders: { beforeClose: ['P7D', '2 days'] } },
    'settings.reminders.beforeClose.1: must be an ISO 8601 duration above zero, for example P7D',
  ],
  [
    'a reminder of no length',
    { ...minimal, reminders: { beforeClose: ['PT0S'] } },
    'settings.reminders.beforeClose.0: must be an ISO 8601 duration above zero, for example P7D',
  ],
  [
    'a reminder that would come too soon after another to be sent',
    { ...minimal, reminders: { beforeClose: ['P2D', 'P1D'] } },
    'settings.reminders.beforeClose: must be more than 24 hours apart: no reminder is sent in the 24 hours after another email of its line',
  ],
  [
    'more reminders than a line has transitions for',
    { ...minimal, reminders: { beforeClose: ['P12D', 'P10D', 'P8D', 'P6D', 'P4D', 'P2D'] } },
    'settings.reminders.beforeClose: must be at most 5: each takes its line three more transitions',
  ],
  [
    'an issuer without https',
    { ...minimal, signIn: { ...minimal.signIn, issuer: 'id.example.com' } },
    'settings.signIn.issuer: must be an https URL',
  ],
  [
    'no audience',
    { ...minimal, signIn: { ...minimal.signIn, audience: [] } },
    'settings.signIn.audience: must name at least one audience',
  ],
  [
    'programs at an issuer of which the stack knows nothing',
    { ...minimal, programs: { orders: { partnerId: 'northwind', roles: ['view'] } } },
    'settings.programs: must be clients at the issuer of signIn: the stack makes them in its own user pool only',
  ],
  [
    'a program without a partner that is no operator',
    { ...pooled, programs: { orders: { roles: ['resend'] } } },
    'settings.programs.orders.partnerId: is missing: only an operator needs none',
  ],
  [
    'a program without a role',
    { ...pooled, programs: { orders: { partnerId: 'northwind', roles: [] } } },
    'settings.programs.orders.roles: must name at least one role',
  ],
  [
    'a program whose name no client can have',
    { ...pooled, programs: { 'Orders ERP': { partnerId: 'northwind', roles: ['view'] } } },
    'settings.programs.Orders ERP: must be 1 to 64 of a-z 0-9 -',
  ],
  [
    'more programs than API Gateway takes',
    {
      ...pooled,
      programs: Object.fromEntries(
        Array.from({ length: 49 }, (_, index) => [`p-${index}`, { partnerId: 'northwind', roles: ['view'] }]),
      ),
    },
    'settings.programs: must be at most 48: API Gateway takes no more audiences',
  ],
  ['no event sources', { ...minimal, eventSources: undefined }, 'settings.eventSources: is missing'],
  [
    'event sources that leave one out',
    { ...minimal, eventSources: { commerce: minimal.eventSources.commerce } },
    'settings.eventSources.controlHub: is missing',
  ],
  [
    'an event source that names nobody',
    { ...minimal, eventSources: { ...minimal.eventSources, commerce: {} } },
    'settings.eventSources.commerce: must name accountIds, an organizationId, or both',
  ],
  [
    'an event source that is not known',
    { ...minimal, eventSources: { ...minimal.eventSources, billing: { accountIds: ['111111111111'] } } },
    'settings.eventSources.billing: is not known here',
  ],
  [
    'an account that is a number',
    { ...minimal, eventSources: { ...minimal.eventSources, commerce: { accountIds: [111111111111] } } },
    'settings.eventSources.commerce.accountIds.0: must be an AWS account id: a string of 12 digits',
  ],
  [
    'dead letters that SQS cannot keep for so long',
    { ...minimal, deadLetterDays: 15 },
    'settings.deadLetterDays: must be 1 to 14 whole days, the longest that SQS keeps messages',
  ],
  ['an archive that keeps nothing', { ...minimal, eventArchiveDays: 0 }, notDays],
  ['an archive of half a day', { ...minimal, eventArchiveDays: 0.5 }, notDays],
  [
    'settled lines that are gone while their bookings can be replayed',
    { ...minimal, settledLineDays: 41 },
    'settings.settledLineDays: must be at least eventArchiveDays and deadLetterDays together: a booking that is replayed once its line is gone would be booked and sent again',
  ],
  ['a stage that could be the data of another', { ...minimal, stage: 'prod-data' }, notStage],
  ['a stage that Cognito refuses', { ...minimal, stage: 'myaws' }, notStage],
  [
    'a topic that is no ARN',
    { ...minimal, alarmTopicArn: 'operators' },
    `settings.alarmTopicArn: ${notTopicArn}`,
  ],
  [
    'a topic that alarms cannot publish to',
    { ...minimal, alarmTopicArn: 'arn:aws:sns:eu-central-1:111111111111:operators.fifo' },
    `settings.alarmTopicArn: ${notTopicArn}`,
  ],
  [
    'a stream that is no ARN',
    { ...minimal, tableStreamArn: '2026-11-26T22:10:00.123' },
    "settings.tableStreamArn: must be the ARN of the table's stream, LatestStreamArn of aws dynamodb describe-table",
  ],
  [
    'a runbook without https',
    { ...minimal, runbookUrl: 'wiki/runbook' },
    'settings.runbookUrl: must be an https URL',
  ],
  [
    'a section of the runbook',
    { ...minimal, runbookUrl: 'https://example.com/runbook#dead-letters' },
    'settings.runbookUrl: must not name a section: each alarm adds its own',
  ],
])('%s is refused by name', (_, settings, message) => {
  expect(() => readSettings(settings)).toThrow(new Error(message));
});

test('event sources of the older form are refused with what to change', () => {
  const older = { accountIds: ['111111111111'], organizationId: 'o-a1b2c3d4e5' };
  const move = 'belongs to one source: move it into settings.eventSources.commerce or .controlHub';
  expect(() => readSettings({ ...minimal, eventSources: older })).toThrow(
    new Error(
      [
        'settings.eventSources.commerce: is missing',
        'settings.eventSources.controlHub: is missing',
        `settings.eventSources.accountIds: ${move}`,
        `settings.eventSources.organizationId: ${move}`,
      ].join('\n'),
    ),
  );
});

test('a window that is no duration is refused by name', () => {
  const settings = { ...minimal, offerWindows: { ...windows, default: 'P7' } };
  expect(() => readSettings(settings)).toThrow(
    'settings.offerWindows.default: must be an ISO 8601 duration above zero, for example P7D',
  );
});

test('all that is wrong is named at once', () => {
  const wrong = { ...minimal, mail: { ...mail, senderAddress: 'x' }, logRetentionDays: 91 };
  expect(() => readSettings(wrong)).toThrow(
    /^settings\.mail\.senderAddress: .*\nsettings\.logRetentionDays: must be one of 1, 3, /,
  );
});

test('the retention times are those that CloudWatch takes', () => {
  const known = Object.values(RetentionDays)
    .map(Number)
    .filter((days) => days <= 3653);
  expect(known).toHaveLength(22);
  for (const logRetentionDays of known)
    expect(readSettings({ ...minimal, logRetentionDays })).toMatchObject({ logRetentionDays });
});

test('the app ends with the message alone', () => {
  const wrong = { ...exampleSettings, eventSources: undefined };
  const { status, stderr, stdout } = spawnSync(process.execPath, ['infra/app.ts'], {
    cwd: productFolder,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], CDK_CONTEXT_JSON: JSON.stringify({ settings: wrong }) },
  });
  expect({ status, stderr, stdout }).toEqual({
    status: 1,
    stderr: 'settings.eventSources: is missing\n',
    stdout: '',
  });
});
