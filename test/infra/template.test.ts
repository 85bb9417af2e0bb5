/* eslint-disable @typescript-eslint/no-unsafe-member-access,
   @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-argument --
   a template is JSON that CDK has no types for; what is missing fails the expectation */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sources } from '../../shared/contracts/events.ts';
import { routes as apiCalls } from '../../functions/serve-api/routes.ts';
import { firstEmailsQueue } from '../../functions/send-provisioning-email/queue.ts';
import { environment as servingApi } from '../../functions/serve-api/handler.ts';
import { environment as servingConsole } from '../../functions/serve-console/handler.ts';
import { environment as digesting } from '../../functions/send-digests/handler.ts';
import { environment as sweeping } from '../../functions/sweep-order-lines/handler.ts';
import { expiryAttribute } from '../../shared/adapters/expiry.ts';
import { indexes } from '../../shared/adapters/order-line-item.ts';
import { declaredEvents } from '../../infra/intake-rules.ts';
import { readSettings } from '../../infra/settings.ts';
import { readEnvironment } from '../../shared/contracts/environment.ts';
import { intakeBatches } from '../../shared/domain/quotas.ts';
import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Duration } from 'luxon';
import type * as z from 'zod';
import { claimLease } from '../../shared/use-cases/claim-email.ts';
import { exampleSettings, productFolder, type Resource, resourcesOf, stacksOf, synthesise } from './synth.ts';

const template = synthesise();
const all = (type: string) => Object.entries(resourcesOf(template, type));
const only = (type: string): Resource => {
  const found = all(type).map(([, resource]) => resource);
  if (found.length !== 1 || !found[0]) throw new Error(`${found.length} of ${type}`);
  return found[0];
};

/** The id of the resource that a function of the template names. */
const target = (value: unknown): unknown => {
  const { Ref: ref, 'Fn::GetAtt': attribute } = value as { Ref?: string; 'Fn::GetAtt'?: string[] };
  return ref ?? attribute?.[0];
};

const functions = new Map(
  all('AWS::Lambda::Function').map(([id, { Properties }]) => [
    Properties.Environment.Variables.POWERTOOLS_SERVICE_NAME as string,
    { id, ...Properties },
  ]),
);
const functionOf = (name: string) => functions.get(name) ?? fail(name);
const fail = (name: string): never => {
  throw new Error(`no function ${name}`);
};

interface Statement {
  Action: string | string[];
  Resource: unknown;
}
const statements = (roleId: unknown): Statement[] =>
  all('AWS::IAM::Policy')
    .filter(([, { Properties }]) => Properties.Roles.some((role: unknown) => target(role) === roleId))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement as Statement[]);

const consumers = declaredEvents.map(({ functionName }) => functionName);

describe('stacks', () => {
  const idsOf = (template: Template, ...types: readonly string[]) =>
    types.flatMap((type) => Object.keys(resourcesOf(template, type)));
  const { data, service } = stacksOf();
  const [dataTemplate, serviceTemplate] = [Template.fromStack(data), Template.fromStack(service)];

  test('keep apart what holds data and what can be taken down', () => {
    const keeping = [
      'AWS::DynamoDB::Table',
      'AWS::Cognito::UserPool',
      'AWS::Cognito::UserPoolGroup',
      'AWS::Events::EventBus',
      'AWS::Events::Archive',
      'AWS::SES::ConfigurationSet',
    ];
    for (const type of keeping) expect(idsOf(dataTemplate, type)).not.toEqual([]);
    expect(idsOf(serviceTemplate, ...keeping)).toEqual([]);
    expect(idsOf(dataTemplate, 'AWS::Lambda::Function', 'AWS::StepFunctions::StateMachine')).toEqual([]);
  });

  test('are protected from being deleted by mistake, unless they are to keep nothing', () => {
    expect([data, service].map(({ terminationProtection }) => terminationProtection)).toEqual([true, true]);
    const throwaway = stacksOf({ ...exampleSettings, keepData: false });
    expect(throwaway.data.terminationProtection).toBe(false);
    expect(throwaway.service.terminationProtection).toBe(false);
  });

  test('say in tags whose they are', () => {
    const { data, service } = stacksOf({ ...exampleSettings, stage: 'acceptance' });
    for (const stack of [data, service])
      expect(stack.tags.tagValues()).toEqual({ product: 'provisioning-resend', stage: 'acceptance' });
  });

  test('of several stages fit into one account: what has a fixed name has the stage in it', () => {
    const named = {
      'AWS::ApiGatewayV2::Api': 'Name',
      'AWS::CloudWatch::Alarm': 'AlarmName',
      'AWS::CloudWatch::Dashboard': 'DashboardName',
      'AWS::Cognito::UserPoolDomain': 'Domain',
      'AWS::Events::EventBus': 'Name',
      'AWS::Logs::LogGroup': 'LogGroupName',
    };
    const template = synthesise({ ...exampleSettings, stage: 'acceptance' });
    const names = Object.entries(named).flatMap(([type, property]) =>
      Object.values(resourcesOf(template, type))
        .map(({ Properties }) => Properties[property] as unknown)
        .filter((name) => name !== undefined),
    );
    expect(names.length).toBeGreaterThan(Object.keys(named).length);
    for (const name of names) expect(JSON.stringify(name)).toContain('acceptance');
  });
});

describe('table', () => {
  const table = only('AWS::DynamoDB::Table');

  test('outlives mistakes', () => {
    expect(table.DeletionPolicy).toBe('Retain');
    expect(table.Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
    });
  });

  test('removes items whose time has come', () => {
    expect(table.Properties).toMatchObject({
      TimeToLiveSpecification: { AttributeName: expiryAttribute, Enabled: true },
    });
  });

  test('goes with the stack, as all else, if the settings say so', () => {
    const throwaway = synthesise({ ...exampleSettings, keepData: false });
    const resources = Object.values(throwaway.toJSON().Resources as Record<string, Resource>);
    expect(resources.filter(({ DeletionPolicy }) => DeletionPolicy !== 'Delete')).toEqual([]);
    const [table] = Object.values(resourcesOf(throwaway, 'AWS::DynamoDB::Table'));
    const [pool] = Object.values(resourcesOf(throwaway, 'AWS::Cognito::UserPool'));
    expect(table?.Properties.DeletionProtectionEnabled).toBe(false);
    expect(pool?.Properties.DeletionProtection).toBe('INACTIVE');
  });

  test('has the keys and indexes that the store reads', () => {
    const keys = (partition: string, sort: string) => [
      { AttributeName: partition, KeyType: 'HASH' },
      { AttributeName: sort, KeyType: 'RANGE' },
    ];
    expect(table.Properties.KeySchema).toEqual(keys('pk', 'sk'));
    expect(table.Properties.GlobalSecondaryIndexes).toEqual(
      Object.entries(indexes).map(([IndexName, { partitionKey, sortKey, projected }]) => ({
        IndexName,
        KeySchema: keys(partitionKey, sortKey),
        Projection:
          projected.length === 0
            ? { ProjectionType: 'KEYS_ONLY' }
            : { ProjectionType: 'INCLUDE', NonKeyAttributes: projected },
      })),
    );
  });
});

describe('functions', () => {
  test('are those of the functions folder', () => {
    expect([...functions.keys()].sort()).toEqual(readdirSync(join(productFolder, 'functions')).sort());
    expect(functions.size).toBe(all('AWS::Lambda::Function').length);
  });

  test.each([...functions])('%s runs as it was bundled for, traced', (_, properties) => {
    expect(properties).toMatchObject({
      Handler: 'handler.handler',
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      TracingConfig: { Mode: 'Active' },
    });
  });

  test('have a role and a log group each', () => {
    const each = [...functions.values()];
    expect(new Set(each.map(({ Role }) => target(Role))).size).toBe(each.length);
    expect(new Set(each.map(({ LoggingConfig }) => target(LoggingConfig.LogGroup))).size).toBe(each.length);
  });

  const set = ['POWERTOOLS_SERVICE_NAME', 'POWERTOOLS_LOG_LEVEL', 'POWERTOOLS_METRICS_NAMESPACE'];
  test.each<[string, z.ZodObject]>([
    ...declaredEvents.map(({ functionName, environment }): [string, z.ZodObject] => [
      functionName,
      environment,
    ]),
    ['send-provisioning-email', firstEmailsQueue.environment],
    ['serve-api', servingApi],
    ['serve-console', servingConsole],
    ['sweep-order-lines', sweeping],
    ['send-digests', digesting],
  ])('%s gets the environment that it reads', (name, schema) => {
    const variables: Record<string, unknown> = functionOf(name).Environment.Variables;
    expect(Object.keys(variables).sort()).toEqual([...Object.keys(schema.shape), ...set].sort());

    const deployed = Object.entries(variables).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : 'https://sqs.example.com/queue',
    ]);
    expect(() => readEnvironment(schema, Object.fromEntries(deployed))).not.toThrow();
  });

  test('that feed the queue that they work off may go on doing so, and no others', () => {
    const feed = [...functions].filter(([, { id, Role }]) => {
      const queues = all('AWS::Lambda::EventSourceMapping')
        .filter(([, { Properties }]) => target(Properties.FunctionName) === id)
        .map(([, { Properties }]) => target(Properties.EventSourceArn));
      return statements(target(Role)).some(
        ({ Action, Resource }) =>
          [Action].flat().includes('sqs:SendMessage') && queues.includes(target(Resource)),
      );
    });
    expect(feed.map(([name]) => name).sort()).toEqual([
      'deliver-webhooks',
      'onboard-order-lines',
      'resend-order-lines',
    ]);
    const loop = [...functions].filter(([, { RecursiveLoop }]) => RecursiveLoop === 'Allow');
    expect(loop).toEqual(feed);
  });

  test('that send are done before their claim runs out', () => {
    for (const name of ['serve-api', 'serve-console', 'send-provisioning-email'])
      expect(functionOf(name).Timeout).toBeLessThan(Duration.fromISO(claimLease).as('seconds'));
  });
});

describe('API', () => {
  const routes = Object.fromEntries(
    all('AWS::ApiGatewayV2::Route').map(([, { Properties }]) => [Properties.RouteKey, Properties]),
  );
  const [authorizerId] = Object.keys(resourcesOf(template, 'AWS::ApiGatewayV2::Authorizer'));

  /** The routes that anybody may use. */
  const anonymous = [
    'ANY /',
    'ANY /console/assets/{proxy+}',
    'ANY /console/notices/{proxy+}',
    'ANY /console/sign-in',
    'ANY /console/sign-out',
    'ANY /console/signed-in',
    'ANY /{proxy+}',
    'GET /asyncapi.json',
    'GET /docs',
    'GET /docs/{proxy+}',
    'GET /health',
    'GET /openapi.json',
  ];
  /** The console's pages, which know people by their sessions. */
  const ofSessions = ['ANY /console', 'ANY /console/{proxy+}'];

  test('has a throttle for each route that anybody may use, below that of people who are signed in', () => {
    const [stageId = ''] = Object.keys(resourcesOf(template, 'AWS::ApiGatewayV2::Stage'));
    const { DefaultRouteSettings, RouteSettings } = only('AWS::ApiGatewayV2::Stage').Properties;
    expect(DefaultRouteSettings).toEqual({ ThrottlingBurstLimit: 100, ThrottlingRateLimit: 50 });
    expect(Object.keys(RouteSettings).sort()).toEqual(anonymous);
    for (const settings of Object.values<Record<string, number>>(RouteSettings)) {
      expect(settings['ThrottlingRateLimit']).toBeLessThan(50);
      expect(settings['ThrottlingBurstLimit']).toBeLessThan(100);
    }
    const { DependsOn } = template.toJSON().Resources[stageId];
    const throttled = all('AWS::ApiGatewayV2::Route')
      .filter(([, { Properties }]) => anonymous.includes(Properties.RouteKey))
      .map(([id]) => id);
    expect(throttled.filter((id) => !DependsOn.includes(id))).toEqual([]);
  });

  /** Where API Gateway leads a path to: the whole path is nearer than a beginning, and a longer one than a shorter one. */
  const routeTo = (path: string): string => {
    const leading = Object.keys(routes).filter((key) => {
      const [, pattern = ''] = key.split(' ');
      return pattern.endsWith('{proxy+}')
        ? path.startsWith(pattern.slice(0, -'{proxy+}'.length))
        : pattern === path;
    });
    const [nearest = ''] = leading.sort(
      (a, b) => Number(a.endsWith('}')) - Number(b.endsWith('}')) || b.length - a.length,
    );
    return nearest;
  };

  test('asks for a token wherever a call of the API needs one, and nowhere else', () => {
    for (const { path, isOpen } of apiCalls) {
      const { AuthorizationType } = routes[routeTo(path.replaceAll(/\{\w+\}/g, 'x'))] ?? {};
      expect({ path, AuthorizationType }).toEqual({ path, AuthorizationType: isOpen ? 'NONE' : 'JWT' });
    }
    const open = Object.keys(routes).filter((key) => routes[key].AuthorizationType === 'NONE');
    expect(open.sort()).toEqual([...anonymous, ...ofSessions].sort());
    for (const key of Object.keys(routes)) {
      if (open.includes(key)) expect(routes[key]).not.toHaveProperty('AuthorizerId');
      else expect(routes[key].AuthorizerId).toEqual({ Ref: authorizerId });
    }
  });

  test('takes the tokens of the sign-in that was set, and then makes no user pool', () => {
    const signIn = { issuer: 'https://id.example.com', audience: ['api'], consoleClientId: 'console' };
    const withIssuer = synthesise({ ...exampleSettings, signIn });
    const [authorizer] = Object.values(resourcesOf(withIssuer, 'AWS::ApiGatewayV2::Authorizer'));
    expect(authorizer?.Properties.JwtConfiguration).toEqual({ Issuer: signIn.issuer, Audience: ['api'] });
    expect(resourcesOf(withIssuer, 'AWS::Cognito::UserPool')).toEqual({});
  });

  test('logs where a call came from, and nothing else about people', () => {
    const { AccessLogSettings } = only('AWS::ApiGatewayV2::Stage').Properties;
    const logged = Object.values(JSON.parse(AccessLogSettings.Format) as Record<string, string>);
    expect(logged.filter((value) => /identity|claims|path|query|domain/i.test(value))).toEqual([
      '$context.identity.sourceIp',
    ]);
  });

  test('logs callers by hashes, salted with a secret that only its functions can read', () => {
    const [saltId, salt] = secretOf('CALLER_SALT_SECRET_ARN');
    expect(salt.Properties.GenerateSecretString).toMatchObject({ PasswordLength: 64 });
    expect(salt.Properties).not.toHaveProperty('SecretString');
    expect(readersOf(saltId)).toEqual(['serve-api', 'serve-console']);
  });
});

describe('events that came in', () => {
  const archives = (settings?: unknown) =>
    Object.values(resourcesOf(synthesise(settings), 'AWS::Events::Archive')).map(
      ({ Properties }) => Properties,
    );

  test('are kept for replay: all that others put on the bus, and what SES reports about our emails', () => {
    const rules = all('AWS::Events::Rule').map(([, { Properties }]) => Properties.EventPattern);
    expect(archives().map(({ EventPattern }) => EventPattern)).toEqual([
      { source: [{ 'anything-but': [sources.product] }] },
      rules.find(({ source }) => source.includes('aws.ses')),
    ]);
  });

  test('are kept for as long as was set', () => {
    expect(archives().map(({ RetentionDays }) => RetentionDays)).toEqual([35, 35]);
    const set = archives({ ...exampleSettings, eventArchiveDays: 3 });
    expect(set.map(({ RetentionDays }) => RetentionDays)).toEqual([3, 3]);
  });
});

describe('sign-in of its own', () => {
  const [poolId] = Object.keys(resourcesOf(template, 'AWS::Cognito::UserPool'));
  const [clientId] = Object.keys(resourcesOf(template, 'AWS::Cognito::UserPoolClient'));

  test('is whose tokens the API takes', () => {
    expect(only('AWS::ApiGatewayV2::Authorizer').Properties.JwtConfiguration).toEqual({
      Issuer: { 'Fn::Join': ['', ['https://', { 'Fn::GetAtt': [poolId, 'ProviderName'] }]] },
      Audience: [{ Ref: clientId }],
    });
  });

  test('lets nobody sign up, or give themselves a partner', () => {
    expect(only('AWS::Cognito::UserPool').Properties).toMatchObject({
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      MfaConfiguration: 'ON',
    });
    const { WriteAttributes, ReadAttributes } = only('AWS::Cognito::UserPoolClient').Properties;
    expect(WriteAttributes).toEqual(['email', 'name']);
    expect(ReadAttributes).toContain(readSettings(exampleSettings).claimNames.partnerId);
  });

  test('knows the roles, and keeps the people when the stack goes', () => {
    const groups = all('AWS::Cognito::UserPoolGroup').map(([, { Properties }]) => Properties.GroupName);
    expect(groups).toEqual(['view', 'resend', 'operator']);
    const pool = only('AWS::Cognito::UserPool');
    expect(pool).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: { DeletionProtection: 'ACTIVE' },
    });
  });
});

describe('a program that signs in with the user pool', () => {
  const withPrograms = synthesise({
    ...exampleSettings,
    programs: {
      orders: { partnerId: 'northwind', roles: ['resend'] },
      desk: { roles: ['operator'] },
    },
  });
  const clients = Object.entries(resourcesOf(withPrograms, 'AWS::Cognito::UserPoolClient'));
  const clientOf = (name: string) =>
    clients.find(([, { Properties }]) => Properties.ClientName === name) ?? fail(name);
  const server = 'provisioning-emails';

  test('has a client with a secret, for nothing but its own tokens', () => {
    expect(clientOf('orders')[1].Properties).toMatchObject({
      GenerateSecret: true,
      AllowedOAuthFlows: ['client_credentials'],
      ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'],
    });
  });

  test('can get its own partner and roles, and those of nobody else', () => {
    const scopesOf = (name: string) =>
      (clientOf(name)[1].Properties.AllowedOAuthScopes as { 'Fn::Join': [string, [unknown, string]] }[])
        .map(({ 'Fn::Join': [, [, scope]] }) => scope)
        .sort();
    expect(scopesOf('orders')).toEqual(['/partner:northwind', '/program:orders', '/resend']);
    expect(scopesOf('desk')).toEqual(['/operator', '/program:desk']);
  });

  test('has scopes that the pool knows', () => {
    const [resourceServer] = Object.values(resourcesOf(withPrograms, 'AWS::Cognito::UserPoolResourceServer'));
    expect(resourceServer?.Properties.Identifier).toBe(server);
    const known = resourceServer?.Properties.Scopes.map(({ ScopeName }: { ScopeName: string }) => ScopeName);
    expect(known.sort()).toEqual(
      ['view', 'resend', 'operator', 'partner:northwind', 'program:orders', 'program:desk'].sort(),
    );
  });

  test('is let in beside people', () => {
    const [authorizer] = Object.values(resourcesOf(withPrograms, 'AWS::ApiGatewayV2::Authorizer'));
    const audience = authorizer?.Properties.JwtConfiguration.Audience.map(target);
    expect(audience.sort()).toEqual(clients.map(([id]) => id).sort());
    expect(clients).toHaveLength(3);
  });
});

test('changes are read from the stream of a table that was restored, and that of the one before stays exported', () => {
  const tableStreamArn =
    'arn:aws:dynamodb:eu-central-1:111111111111:table/lines/stream/2026-11-26T22:10:00.123';
  const { data, service } = stacksOf({ ...exampleSettings, tableStreamArn });
  const readers = Object.values(resourcesOf(Template.fromStack(service), 'AWS::Lambda::EventSourceMapping'))
    .map(({ Properties }) => Properties)
    .filter(({ StartingPosition }) => StartingPosition !== undefined);
  expect(readers.map(({ EventSourceArn }) => EventSourceArn)).toEqual([tableStreamArn, tableStreamArn]);
  const allowed = Object.values(resourcesOf(Template.fromStack(service), 'AWS::IAM::Policy'))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[])
    .filter(({ Action }) => Action.includes('dynamodb:GetRecords'));
  expect(allowed.map(({ Resource }) => Resource)).toEqual([tableStreamArn, tableStreamArn]);
  const exportsOf = (stack: Stack) =>
    Object.values(Template.fromStack(stack).toJSON()['Outputs'] as Record<string, { Export?: unknown }>)
      .map(({ Export }) => JSON.stringify(Export))
      .sort();
  expect(exportsOf(data)).toEqual(exportsOf(stacksOf(exampleSettings).data));
});

describe('console', () => {
  test('is what leads where its paths lead', () => {
    const routes = Object.fromEntries(
      all('AWS::ApiGatewayV2::Route').map(([, { Properties }]) => [Properties.RouteKey, Properties.Target]),
    );
    const consoleTarget = JSON.stringify(routes['ANY /console']);
    expect(JSON.stringify(routes['ANY /'])).toBe(consoleTarget);
    expect(JSON.stringify(routes['ANY /console/{proxy+}'])).toBe(consoleTarget);
    expect(JSON.stringify(routes['ANY /{proxy+}'])).not.toBe(consoleTarget);
  });

  test('signs its sessions with a secret of its own, which nobody knows', () => {
    const [secretId, secret] = secretOf('SESSION_SECRET_ARN');
    expect(secret.Properties.GenerateSecretString).toMatchObject({ PasswordLength: 64 });
    expect(secret.Properties).not.toHaveProperty('SecretString');
    expect(readersOf(secretId)).toEqual(['serve-console']);
  });
});

/** The secret that a variable of the console names. */
function secretOf(variable: string): [string, Resource] {
  const id = target(functionOf('serve-console').Environment.Variables[variable]);
  return all('AWS::SecretsManager::Secret').find(([secret]) => secret === id) ?? fail(variable);
}

/** The functions that may read a secret. */
const readersOf = (secretId: string): string[] =>
  [...functions.keys()].filter((name) =>
    statements(target(functionOf(name).Role)).some(
      ({ Action, Resource }) =>
        Action === 'secretsmanager:GetSecretValue' && [Resource].flat().map(target).includes(secretId),
    ),
  );

describe('gradual deployment', () => {
  type Properties = Resource['Properties'];

  /** How a function is deployed: its alias, the deployment group that moves that, and the group's alarm. */
  function deploymentOf(name: string): Record<'aliasId' | 'alias' | 'group' | 'alarm', Properties> {
    const [aliasId = '', alias]: Properties =
      all('AWS::Lambda::Alias').find(
        ([, { Properties }]) => target(Properties.FunctionName) === functionOf(name).id,
      ) ?? [];
    const find = (type: string, { Ref: id }: Properties) => resourcesOf(template, type)[id]?.Properties;
    const { DeploymentGroupName } = alias.UpdatePolicy.CodeDeployLambdaAliasUpdate;
    const group = find('AWS::CodeDeploy::DeploymentGroup', DeploymentGroupName);
    const alarm = find('AWS::CloudWatch::Alarm', group.AlarmConfiguration.Alarms[0].Name);
    return { aliasId, alias: alias.Properties, group, alarm };
  }
  const servers = ['serve-api', 'serve-console'];

  test.each(servers)('%s is called by its alias alone', (name) => {
    const called = all('AWS::ApiGatewayV2::Integration').map(([, { Properties }]) =>
      target(Properties.IntegrationUri),
    );
    expect(called).toContain(deploymentOf(name).aliasId);
    expect(called).not.toContain(functionOf(name).id);
  });

  test.each(servers)('a new version of %s takes over after five minutes, and back if it fails', (name) => {
    const { alias, group, alarm } = deploymentOf(name);
    expect(group).toMatchObject({
      DeploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
      AutoRollbackConfiguration: {
        Enabled: true,
        Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM'],
      },
      AlarmConfiguration: { Enabled: true },
    });
    expect(alarm.AlarmName).toBe(`ProvisioningResend-prod - Failed deployments - ${name}`);
    // While the version before fails, what mends it can be deployed: the alarm is about the new one alone.
    const watched: Properties[] = alarm.Metrics.flatMap(
      ({ MetricStat }: Properties) => MetricStat?.Metric ?? [],
    );
    expect(watched).toHaveLength(2);
    for (const { Dimensions } of watched)
      expect(Dimensions.map(({ Value }: Properties) => Value)).toContainEqual(alias.FunctionVersion);
  });

  test('every line of the log says which version of the function wrote it', () => {
    const script =
      "(await import('./shared/runtime/logger.ts')).createLog('any').info('request', { status: 500 })";
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: productFolder,
      encoding: 'utf8',
      env: { AWS_LAMBDA_FUNCTION_VERSION: '7' },
    });
    expect(JSON.parse(output)).toMatchObject({ message: 'request', status: 500, version: '7' });
    const counted = all('AWS::Logs::MetricFilter').map(
      ([, { Properties }]) => Properties.FilterPattern as string,
    );
    expect(counted).toContain('{ ($.message = "request") && ($.status = 500) }');
  });
});

describe('intake', () => {
  const rules = all('AWS::Events::Rule').map(([, { Properties }]) => Properties);
  const [busId] = Object.keys(resourcesOf(template, 'AWS::Events::EventBus'));

  /** What stands between the bus and a function. */
  function wayTo(name: string) {
    const { id, Timeout, Environment } = functionOf(name);
    const source = all('AWS::Lambda::EventSourceMapping').find(
      ([, { Properties }]) => target(Properties.FunctionName) === id,
    )?.[1];
    const queueId = target(source?.Properties.EventSourceArn);
    const queue = all('AWS::SQS::Queue').find(([queue]) => queue === queueId)?.[1];
    const rule = rules.find(({ Targets }) => target(Targets[0].Arn) === queueId);
    return { timeout: Timeout, variables: Environment.Variables, source, queue, rule };
  }

  test.each(consumers)('%s gets its events by a queue, and dead letters have one place', (name) => {
    const { timeout, variables, source, queue, rule } = wayTo(name);
    expect(source?.Properties).toMatchObject({
      BatchSize: 10,
      ScalingConfig: { MaximumConcurrency: intakeBatches },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    expect(queue?.Properties).toMatchObject({
      SqsManagedSseEnabled: true,
      RedrivePolicy: { maxReceiveCount: 5 },
      MessageRetentionPeriod: 14 * 24 * 60 * 60,
    });
    expect(queue?.Properties.VisibilityTimeout).toBeGreaterThanOrEqual(6 * timeout);

    const deadLetters = target(queue?.Properties.RedrivePolicy.deadLetterTargetArn);
    expect(deadLetters).toBeDefined();
    expect(target(variables.DEAD_LETTER_QUEUE_URL)).toBe(deadLetters);
    expect(rule?.Targets).toHaveLength(1);
    expect(target(rule?.Targets[0].DeadLetterConfig.Arn)).toBe(deadLetters);
  });

  test('no two functions share dead letters', () => {
    const places = consumers.map((name) => target(wayTo(name).variables.DEAD_LETTER_QUEUE_URL));
    expect(new Set(places).size).toBe(consumers.length);
  });

  const retentions = (settings: unknown) => {
    const queues = resourcesOf(synthesise(settings), 'AWS::SQS::Queue');
    return consumers.map((name) => {
      const { DEAD_LETTER_QUEUE_URL } = functionOf(name).Environment.Variables;
      return queues[String(target(DEAD_LETTER_QUEUE_URL))]?.Properties.MessageRetentionPeriod;
    });
  };
  test('dead letters, which name people, are kept for two weeks, or as was set', () => {
    const day = 24 * 60 * 60;
    expect(retentions(exampleSettings)).toEqual(consumers.map(() => 14 * day));
    expect(retentions({ ...exampleSettings, deadLetterDays: 2 })).toEqual(consumers.map(() => 2 * day));
  });

  test('every queue is encrypted, and refuses plain HTTP', () => {
    const secured = all('AWS::SQS::QueuePolicy')
      .filter(([, { Properties }]) =>
        Properties.PolicyDocument.Statement.some(
          ({ Effect, Condition }: { Effect: string; Condition?: { Bool?: object } }) =>
            Effect === 'Deny' && JSON.stringify(Condition?.Bool) === '{"aws:SecureTransport":"false"}',
        ),
      )
      .flatMap(([, { Properties }]) => Properties.Queues.map(target));
    const queues = all('AWS::SQS::Queue');
    expect(secured.sort()).toEqual(queues.map(([id]) => id).sort());
    for (const [, { Properties }] of queues) {
      expect(Properties.SqsManagedSseEnabled).toBe(true);
    }
  });

  /** The functions that get an event from a bus. */
  const takersOf = (bus: unknown, source: string, type: string): string[] =>
    consumers.filter((name) => {
      const { EventBusName, EventPattern } = wayTo(name).rule ?? fail(name);
      const types: (string | { 'anything-but': string[] })[] = EventPattern['detail-type'] ?? [
        { 'anything-but': [] },
      ];
      return (
        target(EventBusName) === target(bus) &&
        EventPattern.source.includes(source) &&
        types.some((one) => (typeof one === 'string' ? one === type : !one['anything-but'].includes(type)))
      );
    });
  const busOf = (source: string) => (source === 'aws.ses' ? 'default' : { Ref: busId });

  test.each(declaredEvents)(
    '$functionName gets the events that it declares, and nobody else does',
    (declared) => {
      for (const type of declared.detailTypes) {
        expect(takersOf(busOf(declared.source), declared.source, type)).toEqual([declared.functionName]);
      }
    },
  );

  test.each([
    ['commerce.workspace', 'book-order-line'],
    ['control-hub', 'record-onboarding'],
    ['aws.ses', 'record-email-feedback'],
  ])('an event of %s that nobody knows is refused by %s, and does not vanish', (source, name) => {
    expect(takersOf(busOf(source), source, 'Unheard Of')).toEqual([name]);
  });

  test('reports of SES are those on the emails of the product, and not of others in the account', () => {
    const [configurationSet] = Object.keys(resourcesOf(template, 'AWS::SES::ConfigurationSet'));
    expect(wayTo('record-email-feedback').rule?.EventPattern.detail).toEqual({
      mail: { tags: { 'ses:configuration-set': [{ Ref: configurationSet }] } },
    });
  });

  const first = '111111111111';
  const organization = 'o-a1b2c3d4e5';
  const admitted = (eventSources: unknown) =>
    Object.values(
      resourcesOf(synthesise({ ...exampleSettings, eventSources }), 'AWS::Events::EventBusPolicy'),
    ).map(({ Properties }) => Properties.Statement);
  const principal = (account: string) => ({
    'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::${account}:root`]],
  });

  test('the bus takes the events of each source from its own accounts and organization alone', () => {
    const eventSources = {
      commerce: { accountIds: [first, '333333333333'] },
      controlHub: { accountIds: ['222222222222'], organizationId: organization },
    };
    const putEvents = { Effect: 'Allow', Action: 'events:PutEvents' };
    expect(admitted(eventSources)).toEqual([
      expect.objectContaining({
        ...putEvents,
        Principal: { AWS: [principal(first), principal('333333333333')] },
        Condition: { StringEquals: { 'events:source': 'commerce.workspace' } },
      }),
      expect.objectContaining({
        ...putEvents,
        Principal: { AWS: principal('222222222222') },
        Condition: { StringEquals: { 'events:source': 'control-hub' } },
      }),
      expect.objectContaining({
        ...putEvents,
        Principal: { AWS: '*' },
        Condition: {
          StringEquals: { 'events:source': 'control-hub', 'aws:PrincipalOrgID': organization },
        },
      }),
    ]);
  });
});

test('SES reports to the default bus', () => {
  const { EventDestination } = only('AWS::SES::ConfigurationSetEventDestination').Properties;
  expect(EventDestination.Enabled).toBe(true);
  expect(JSON.stringify(EventDestination.EventBridgeDestination)).toContain(':event-bus/default');
  expect(EventDestination.MatchingEventTypes.sort()).toEqual([
    'bounce',
    'complaint',
    'delivery',
    'deliveryDelay',
    'reject',
    'send',
  ]);
});

describe.each([
  ['sweep-order-lines', 'rate(15 minutes)'],
  // On the quarter, when it is 08:00 in one time zone or another.
  ['send-digests', 'cron(0/15 * * * ? *)'],
])('the schedule of %s', (name, expression) => {
  const { id } = functionOf(name);
  const ofFunction = (
    type: string,
    named: (properties: Resource['Properties']) => unknown,
  ): Resource['Properties'] =>
    all(type)
      .map(([, { Properties }]) => Properties)
      .find((properties) => target(named(properties)) === id);
  const { ScheduleExpression, State, Target } = ofFunction(
    'AWS::Scheduler::Schedule',
    (schedule) => schedule.Target.Arn,
  );

  test('calls it every quarter of an hour, for as long, and a run that fails is left to the next', () => {
    expect({ ScheduleExpression, State }).toEqual({ ScheduleExpression: expression, State: 'ENABLED' });
    expect(Target.RetryPolicy).toEqual({ MaximumEventAgeInSeconds: 900, MaximumRetryAttempts: 0 });
    const { MaximumEventAgeInSeconds, MaximumRetryAttempts } = ofFunction(
      'AWS::Lambda::EventInvokeConfig',
      ({ FunctionName }) => FunctionName,
    );
    expect({ MaximumEventAgeInSeconds, MaximumRetryAttempts }).toEqual(Target.RetryPolicy);
  });

  test('may call nothing else', () => {
    expect(statements(target(Target.RoleArn))).toEqual([
      expect.objectContaining({
        Action: 'lambda:InvokeFunction',
        Resource: { 'Fn::GetAtt': [id, 'Arn'] },
      }),
    ]);
  });
});

describe('logs', () => {
  const retentions = (logRetentionDays?: number) =>
    Object.values(
      resourcesOf(synthesise({ ...exampleSettings, logRetentionDays }), 'AWS::Logs::LogGroup'),
    ).map(({ Properties }) => Properties.RetentionInDays);

  test('are kept for as long as was set', () => {
    const groups = functions.size + 2;
    expect(retentions()).toEqual(Array(groups).fill(90));
    expect(retentions(400)).toEqual(Array(groups).fill(400));
  });

  test('of the workflow hold no inputs and outputs', () => {
    const { LoggingConfiguration, TracingConfiguration, StateMachineType } = only(
      'AWS::StepFunctions::StateMachine',
    ).Properties;
    expect(LoggingConfiguration).toMatchObject({ IncludeExecutionData: false, Level: 'ALL' });
    expect(LoggingConfiguration.Destinations).toHaveLength(1);
    expect({ TracingConfiguration, StateMachineType }).toEqual({
      TracingConfiguration: { Enabled: true },
      StateMachineType: 'STANDARD',
    });
  });
});

test('the workflow runs on the resources of the stack', () => {
  const { DefinitionString, DefinitionSubstitutions } = only('AWS::StepFunctions::StateMachine').Properties;
  const named = [...String(DefinitionString).matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
  expect(Object.keys(DefinitionSubstitutions).sort()).toEqual([...new Set(named)].sort());
  expect(target(DefinitionSubstitutions.TableName)).toBe(all('AWS::DynamoDB::Table')[0]?.[0]);
  // The very queue that the sender works off.
  const worked = all('AWS::Lambda::EventSourceMapping')
    .map(([, { Properties }]) => Properties)
    .find(({ FunctionName }) => target(FunctionName) === functionOf('send-provisioning-email').id);
  expect(target(DefinitionSubstitutions.SendingQueueUrl)).toBe(target(worked?.EventSourceArn));
  expect(worked?.ScalingConfig).toEqual({ MaximumConcurrency: 2 });
});
