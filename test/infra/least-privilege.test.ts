/* eslint-disable @typescript-eslint/no-unsafe-member-access,
   @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-argument --
   a template is JSON that CDK has no types for; what is missing fails the expectation */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sources } from '../../shared/contracts/events.ts';
import { readModels } from '../../infra/local/wire/models.ts';
import { type AwsCall, CallGraph } from './aws-calls.ts';
import { productFolder, type Resource, resourcesOf, synthesise } from './synth.ts';

type Json = Resource['Properties'];

const template = synthesise();
const all = (type: string) => Object.entries(resourcesOf(template, type));
const allProperties = (type: string): Json[] => all(type).map(([, { Properties }]) => Properties);

/**
 * What CloudFormation makes of a value, with a resource's id where its name or ARN would be, and the pseudo parameter's
 * name for the account's own.
 */
function text(value: Json): string {
  if (typeof value === 'string') return value;
  const [[intrinsic, argument] = []] = Object.entries<Json>(value);
  switch (intrinsic) {
    case 'Ref':
      return argument.replace('AWS::', '');
    case 'Fn::GetAtt':
      return argument[0];
    case 'Fn::Join':
      return argument[1].map(text).join(argument[0]);
    case 'Fn::Select': // A part of an ARN, here always its name.
      return text(argument[1]['Fn::Split'][1]);
    default:
      throw new Error(`cannot read ${JSON.stringify(value)}`);
  }
}
const arn = (service: string, resource: string) => `arn:Partition:${service}:Region:AccountId:${resource}`;

const roles = all('AWS::IAM::Role').map(([id]) => id);
const statementsOf = (roleId: string): Json[] =>
  allProperties('AWS::IAM::Policy')
    .filter(({ Roles }) => Roles.some((role: Json) => text(role) === roleId))
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement);

/** Everything that a role may do, as `action on resource`. */
const granted = (roleId: string): string[] =>
  sorted(
    statementsOf(roleId).flatMap(({ Action, Resource }) =>
      on([Resource].flat().map(text), ...[Action].flat()),
    ),
  );

const on = (resources: readonly string[], ...actions: readonly string[]): string[] =>
  actions.flatMap((action) => resources.map((resource) => `${action} on ${resource}`));
const sorted = (texts: readonly string[]) => [...new Set(texts)].sort();

const functions = new Map(
  all('AWS::Lambda::Function').map(([id, { Properties }]) => [
    Properties.Environment.Variables.POWERTOOLS_SERVICE_NAME as string,
    { id, role: text(Properties.Role), ...Properties },
  ]),
);

/** How traces get to X-Ray. Lambda and Step Functions do that by the role of what they run. */
const tracing = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'];
/** Step Functions decides itself which executions are traced, and asks X-Ray for the rules. */
const sampling = ['xray:GetSamplingRules', 'xray:GetSamplingTargets'];
/** How Step Functions has its logs delivered to a log group. */
const logDelivery = [
  'logs:CreateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:DescribeLogGroups',
  'logs:DescribeResourcePolicies',
  'logs:GetLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:UpdateLogDelivery',
];
/** How CodeDeploy sees whether an alarm is on. */
const alarmStates = ['cloudwatch:DescribeAlarms'];
/** What IAM allows on the aliases and versions of a function only, by the Service Authorization Reference. */
const qualified = ['lambda:GetProvisionedConcurrencyConfig'];

const senderAddress = 'provisioning@example.com';
/** The sender's address may be verified by itself or by its domain. */
const senderIdentities = [senderAddress, 'example.com'].map((identity) => arn('ses', `identity/${identity}`));

describe('a function may do what its code calls, and what the platform does for it', () => {
  const calls = new CallGraph(readdirSync(join(productFolder, 'functions')));

  /** What a call needs: the resource is the one that the function's environment names. */
  function neededFor(
    { action, index }: AwsCall,
    { id, Environment: { Variables: environment } }: { id: string; Environment: Json },
  ): string[] {
    const named = (variable: string) => text(environment[variable]);
    const resources: Record<string, () => string[]> = {
      dynamodb: () => [named('TABLE_NAME') + (index === undefined ? '' : `/index/${index}`)],
      ses: () =>
        action === 'ses:GetSendQuota' || action === 'ses:GetAccount'
          ? ['*']
          : [...senderIdentities, arn('ses', `configuration-set/${named('CONFIGURATION_SET')}`)],
      secretsmanager: () =>
        Object.keys(environment)
          .filter((variable) => variable.endsWith('_SECRET_ARN'))
          .map(named),
      events: () => [named('EVENT_BUS_ARN')],
      sqs: () => {
        if (action === 'sqs:SendMessage') return [named('DEAD_LETTER_QUEUE_URL')];
        if (action === 'sqs:ChangeMessageVisibilityBatch') return sourcesOf(id, 'queue');
        const variables = Object.keys(environment).filter((variable) => variable.endsWith('_QUEUE_URL'));
        return variables.filter((variable) => variable !== 'DEAD_LETTER_QUEUE_URL').map(named);
      },
      // The name of an execution is that of an order line, which no policy can know.
      states: () => {
        if (action.startsWith('states:SendTask'))
          return all('AWS::StepFunctions::StateMachine').map(([id]) => id);
        return [
          action === 'states:StartExecution'
            ? named('STATE_MACHINE_ARN')
            : arn('states', `execution:${named('STATE_MACHINE_ARN')}:*`),
        ];
      },
    };
    const [service = ''] = action.split(':');
    // IAM knows the calls for batches by those for one.
    return on(
      resources[service]?.() ?? [`a resource that this test does not know`],
      action.replace(/^(sqs:.+)Batch$/, '$1'),
    );
  }

  /** What a function is called with messages or changes of: queues, or streams of tables. */
  const sourcesOf = (id: string, kind: 'queue' | 'stream') =>
    allProperties('AWS::Lambda::EventSourceMapping')
      .filter(({ FunctionName }) => text(FunctionName) === id)
      .filter(({ StartingPosition }) => (StartingPosition === undefined) === (kind === 'queue'))
      .map(({ EventSourceArn }) => text(EventSourceArn));

  /** What Lambda does by the function's role: it logs, traces, and takes the messages of its queue or reads its stream. */
  function neededByLambda({ id, LoggingConfig }: { id: string; LoggingConfig: Json }): string[] {
    const streams = sourcesOf(id, 'stream');
    return [
      ...on(streams, 'dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'),
      ...on(streams.length > 0 ? ['*'] : [], 'dynamodb:ListStreams'),
      ...on([text(LoggingConfig.LogGroup)], 'logs:CreateLogStream', 'logs:PutLogEvents'),
      ...on(['*'], ...tracing),
      ...on(sourcesOf(id, 'queue'), 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'),
    ];
  }

  test.each([...functions])('%s', (name, properties) => {
    const own = calls.callsOf(name).flatMap((call) => neededFor(call, properties));
    expect(granted(properties.role)).toEqual(sorted([...own, ...neededByLambda(properties)]));
  });

  test('each call, also of the workflow and the local runtime, has a model of AWS that it is checked against', () => {
    const called = [...functions.keys()].flatMap((name) => calls.callsOf(name).map(({ action }) => action));
    const others = ['CreateTable', 'DeleteItem', 'DescribeTable', 'Scan', 'UpdateItem'].map(
      (call) => `dynamodb:${call}`,
    );
    const modelled = Object.entries(readModels().services).flatMap(([service, { operations }]) =>
      // IAM knows both APIs of SES by one name.
      Object.keys(operations).map((operation) => `${service.replace('sesv2', 'ses')}:${operation}`),
    );
    expect(sorted(modelled)).toEqual(sorted([...called, ...others]));
  });

  test('every function has its own role', () => {
    expect(new Set([...functions.values()].map(({ role }) => role)).size).toBe(functions.size);
  });
});

describe('no other role does more than its part', () => {
  interface Task {
    Resource: string;
    Parameters: Record<string, string>;
  }
  const { DefinitionString, DefinitionSubstitutions, RoleArn } = allProperties(
    'AWS::StepFunctions::StateMachine',
  )[0];
  const substituted = (value = '') =>
    value.replace(/\$\{(\w+)\}/g, (_, name: string) => text(DefinitionSubstitutions[name]));
  const tasks = Object.values<Task & { Type: string }>(JSON.parse(DefinitionString).States).filter(
    ({ Type }) => Type === 'Task',
  );

  /** What Step Functions calls for a Task: an action of a service, which the resource names. */
  function neededFor({ Resource, Parameters }: Task): string[] {
    const [, service, api = ''] = /:states:::(\w+):(\w+)/.exec(Resource) ?? [];
    const named = service === 'sqs' ? Parameters['QueueUrl'] : Parameters['TableName'];
    return on([substituted(named)], `${service}:${api.charAt(0).toUpperCase()}${api.slice(1)}`);
  }

  /** What CodeDeploy does in a deployment group, by AWSCodeDeployRoleForLambdaLimited: it moves the alias and sees to alarms. */
  const deployments = allProperties('AWS::CodeDeploy::DeploymentGroup').map(({ ServiceRoleArn }) => {
    const role = text(ServiceRoleArn);
    const server = [...functions.values()].find(({ id }) => role.startsWith(id.replace(/Function\w+$/, '')));
    const id = server?.id ?? 'no function';
    return [
      role,
      [
        ...on([id], 'lambda:GetAlias', 'lambda:UpdateAlias'),
        ...on([`${id}:*`], ...qualified),
        ...on(['*'], ...alarmStates),
      ],
    ] as const;
  });

  const scheduled = allProperties('AWS::Scheduler::Schedule').map(({ Target }) => Target);
  const parts = new Map<string, readonly string[]>([
    [text(RoleArn), [...tasks.flatMap(neededFor), ...on(['*'], ...logDelivery, ...tracing, ...sampling)]],
    ...deployments,
    ...scheduled.map(
      ({ RoleArn, Arn }) => [text(RoleArn), on([text(Arn)], 'lambda:InvokeFunction')] as const,
    ),
  ]);

  const others = roles.filter((id) => ![...functions.values()].some(({ role }) => role === id));

  test.each(others)('%s', (id) => {
    expect(granted(id)).toEqual(sorted(parts.get(id) ?? ['something that this test knows']));
  });
});

describe('what the policies say', () => {
  /** All places where a policy names more than one resource, and why AWS takes nothing narrower. */
  const wildcards = [
    { actions: [...tracing, ...sampling], resource: '*', because: 'X-Ray knows no resources' },
    {
      actions: logDelivery,
      resource: '*',
      because: 'deliveries of logs belong to the account, not to a group',
    },
    {
      actions: alarmStates,
      resource: '*',
      because: "CodeDeploy's own policy reads the state of alarms without naming one",
    },
    ...['serve-api', 'serve-console'].map((name) => ({
      actions: qualified,
      resource: `${functions.get(name)?.id}:*`,
      because: 'the versions of a function are numbered as they come',
    })),
    {
      actions: ['dynamodb:ListStreams'],
      resource: '*',
      because: 'streams are listed for an account',
    },
    {
      actions: ['states:StopExecution', 'states:DescribeExecution'],
      resource: arn('states', `execution:${all('AWS::StepFunctions::StateMachine')[0]?.[0]}:*`),
      because: 'an execution is named after its order line',
    },
    {
      actions: ['ses:GetSendQuota', 'ses:GetAccount'],
      resource: '*',
      because: 'the quota is that of the account',
    },
  ];

  test('has a wildcard only where AWS takes nothing narrower', () => {
    const found = roles.flatMap(granted).filter((permission) => permission.includes('*'));
    const explained = wildcards.flatMap(({ actions, resource }) => on([resource], ...actions));
    expect(sorted(found)).toEqual(sorted(explained));
  });

  test.each(roles)('%s is all there is to read', (id) => {
    expect(resourcesOf(template, 'AWS::IAM::Role')[id]?.Properties).toEqual({
      AssumeRolePolicyDocument: expect.anything(),
    });
    for (const statement of statementsOf(id)) {
      expect(statement).toMatchObject({
        Effect: 'Allow',
        Action: expect.anything(),
        Resource: expect.anything(),
      });
    }
  });

  test('emails leave in the name of the sender alone', () => {
    const sending = roles
      .flatMap(statementsOf)
      .filter(({ Action }) => [Action].flat().some((a) => a.startsWith('ses:Send')));
    expect(sending).not.toEqual([]);
    for (const { Condition } of sending) {
      expect(Condition).toEqual({ StringEquals: { 'ses:FromAddress': senderAddress } });
    }
  });

  test('what the product says on its bus, it says in its own name alone', () => {
    const speaking = roles
      .flatMap(statementsOf)
      .filter(({ Action }) => [Action].flat().some((a) => a.startsWith('events:')));
    expect(speaking).toHaveLength(1);
    for (const { Condition } of speaking)
      expect(Condition).toEqual({ StringEquals: { 'events:source': sources.product } });
  });

  test('a queue takes messages from its rule alone', () => {
    const policies = allProperties('AWS::SQS::QueuePolicy').flatMap(
      ({ PolicyDocument }) => PolicyDocument.Statement,
    );
    const rules = all('AWS::Events::Rule').map(([id]) => id);
    for (const { Principal, Condition } of policies.filter(({ Effect }) => Effect === 'Allow')) {
      expect(Principal).toEqual({ Service: 'events.amazonaws.com' });
      expect(rules).toContain(text(Condition.ArnEquals['aws:SourceArn']));
    }
  });

  test('a function is called by parts of the stack alone', () => {
    for (const { SourceArn } of allProperties('AWS::Lambda::Permission')) expect(SourceArn).toBeDefined();
  });
});

describe('what is kept', () => {
  // Log groups, the state of executions, buses and the environment of functions are encrypted by AWS, whatever is set.
  test('is encrypted', () => {
    for (const { SSESpecification } of allProperties('AWS::DynamoDB::Table'))
      expect(SSESpecification).toEqual({ SSEEnabled: true });
    for (const { SqsManagedSseEnabled } of allProperties('AWS::SQS::Queue'))
      expect(SqsManagedSseEnabled).toBe(true);
  });

  test('as logs, is kept for a time, in groups of the stack', () => {
    const groups = all('AWS::Logs::LogGroup');
    for (const [, { Properties }] of groups) expect(Properties.RetentionInDays).toBeGreaterThan(0);
    for (const { LoggingConfig } of functions.values())
      expect(groups.map(([id]) => id)).toContain(text(LoggingConfig.LogGroup));
  });

  test.each([...functions])('in the environment of %s, is no secret', (_, { Environment }) => {
    for (const [name, value] of Object.entries(Environment.Variables)) {
      expect(name).not.toMatch(/(SECRET|PASSWORD|PASSPHRASE|TOKEN|CREDENTIAL|PRIVATE|API_?KEY)(?!_ARN$)/i);
      expect(text(value)).not.toMatch(/\{\{resolve:|-----BEGIN|AKIA[0-9A-Z]{16}/);
    }
  });
});
