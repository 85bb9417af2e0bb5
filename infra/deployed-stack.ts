import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  paginateListStackResources,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import * as z from 'zod';
import { type StackOutputs, stackOutputs } from './outputs.ts';

/* What the programs of operators read of the stack that is deployed. */

/** Something that its user can put right; the message says how. */
export class UsageError extends Error {}

/** A resource of the stack, as the template names it and as AWS does. */
export interface DeployedResource {
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
}

/**
 * The stack with that name in the account and region of the caller.
 * @throws UsageError
 */
export async function findStack(client: CloudFormationClient, stackName: string): Promise<Stack> {
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    if (Stacks[0]) return Stacks[0];
  } catch (error) {
    if (error instanceof Error) throw unreadable(stackName, error.name, error);
    throw error;
  }
  throw unreadable(stackName, 'not found');
}

const unreadable = (stackName: string, reason: string, cause?: Error): UsageError =>
  new UsageError(
    `The stack ${stackName} cannot be read (${reason}). See that \`aws sts get-caller-identity\` names the account of the stack and that AWS_REGION is its region; name another stack with --stack.`,
    { cause },
  );

/** @throws UsageError */
export async function outputsOf(client: CloudFormationClient, stackName: string): Promise<StackOutputs> {
  const { Outputs = [] } = await findStack(client, stackName);
  const found = stackOutputs.safeParse(
    Object.fromEntries(Outputs.map(({ OutputKey = '', OutputValue }) => [OutputKey, OutputValue])),
  );
  if (found.success) return found.data;
  throw new UsageError(
    `The stack ${stackName} is of another version of the product: deploy this one first.`,
    { cause: found.error },
  );
}

/** The resources that the stack has by now, without those that are deleted. */
export async function resourcesOf(
  client: CloudFormationClient,
  stackName: string,
): Promise<readonly DeployedResource[]> {
  const found: DeployedResource[] = [];
  for await (const page of paginateListStackResources({ client }, { StackName: stackName })) {
    for (const resource of page.StackResourceSummaries ?? []) {
      const { LogicalResourceId: logicalId, ResourceType: type, PhysicalResourceId: physicalId } = resource;
      if (resource.ResourceStatus === 'DELETE_COMPLETE') continue;
      if (logicalId && type && physicalId) found.push({ logicalId, type, physicalId });
    }
  }
  return found;
}

const template = z.object({
  Resources: z.record(
    z.string(),
    z.object({
      DeletionPolicy: z.string().optional(),
      Properties: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
});

/** What identifies a resource to an import of CloudFormation, by its logical id. */
export type ImportMapping = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The properties by which CloudFormation imports what the stack keeps. */
const identifiers: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::Cognito::UserPool': 'UserPoolId',
  'AWS::Logs::LogGroup': 'LogGroupName',
};

/**
 * The resources that stay when the stack is deleted, as an import into another stack asks for them.
 * @throws UsageError
 */
export async function keptOf(
  client: CloudFormationClient,
  stackName: string,
  resources: readonly DeployedResource[],
): Promise<ImportMapping> {
  const { TemplateBody = '' } = await client.send(new GetTemplateCommand({ StackName: stackName }));
  // The CDK deploys JSON, and imports YAML.
  if (!TemplateBody.startsWith('{'))
    throw new UsageError(`${stackName} holds only what was imported into it: \`npm run deploy\` first.`);
  const { Resources } = template.parse(JSON.parse(TemplateBody));
  const pool = resources.find(({ type }) => type === 'AWS::Cognito::UserPool');
  const kept: Record<string, Record<string, string>> = {};
  for (const { logicalId, type, physicalId } of resources) {
    const written = Resources[logicalId];
    if (!written?.DeletionPolicy?.startsWith('Retain')) continue;
    const identifier = identifiers[type];
    const { GroupName } = written.Properties ?? {};
    if (identifier !== undefined) kept[logicalId] = { [identifier]: physicalId };
    else if (type === 'AWS::Cognito::UserPoolGroup' && pool && typeof GroupName === 'string')
      kept[logicalId] = { UserPoolId: pool.physicalId, GroupName };
    else throw new Error(`nothing says by what a kept ${type} is imported`);
  }
  return kept;
}
