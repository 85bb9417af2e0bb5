import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CloudFormationClient,
  DescribeStacksCommand,
  paginateListStackResources,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import * as z from 'zod';
import { UserError } from './command-line.ts';
import { type StackOutputs, stackOutputs } from './outputs.ts';
import { defaults } from './settings.ts';

/* What the operators' scripts read from the deployed stack. */

/** A resource of the stack, as the template names it and as AWS does. */
export interface DeployedResource {
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
}

const cdkJson = z.object({
  context: z.object({ settings: z.object({ stage: z.string().default(defaults.stage) }) }),
});

/** The stage that the operator names, or else the one in cdk.json. */
export const stageOption = { type: 'string', default: deployedStage() } as const;

function deployedStage(): string {
  const { context } = cdkJson.parse(
    JSON.parse(readFileSync(join(import.meta.dirname, '../cdk.json'), 'utf8')),
  );
  return context.settings.stage;
}

/**
 * The stack with that name in the account and region of the caller.
 * @throws UserError
 */
export async function findStack(client: CloudFormationClient, stackName: string): Promise<Stack> {
  const stack = await findStackIfThere(client, stackName);
  if (!stack) throw unreadable(stackName, 'it does not exist');
  return stack;
}

/**
 * The same, or undefined if there is none.
 * @throws UserError
 */
export async function findStackIfThere(
  client: CloudFormationClient,
  stackName: string,
): Promise<Stack | undefined> {
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    return Stacks[0];
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // CloudFormation has no specific error for this.
    if (error.name === 'ValidationError' && error.message.includes('does not exist')) return undefined;
    throw unreadable(stackName, error.name, error);
  }
}

const unreadable = (stackName: string, reason: string, cause?: Error): UserError =>
  new UserError(
    `The stack ${stackName} cannot be read (${reason}). See that \`aws sts get-caller-identity\` names the account of the stack and that AWS_REGION is its region; name another stage with --stage.`,
    { cause },
  );

/** @throws UserError */
export async function outputsOf(client: CloudFormationClient, stackName: string): Promise<StackOutputs> {
  const { Outputs = [] } = await findStack(client, stackName);
  const found = stackOutputs.safeParse(
    Object.fromEntries(Outputs.map(({ OutputKey = '', OutputValue }) => [OutputKey, OutputValue])),
  );
  if (found.success) return found.data;
  throw new UserError(`The stack ${stackName} is of another version of the product: deploy this one first.`, {
    cause: found.error,
  });
}

/** The stack's current resources, without deleted ones. */
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
