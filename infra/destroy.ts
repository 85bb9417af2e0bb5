import { setTimeout } from 'node:timers/promises';
import { createInterface } from 'node:readline/promises';
import { clearLine, cursorTo } from 'node:readline';
import { parseArgs } from 'node:util';
import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient } from '@aws-sdk/client-sfn';
import {
  type DeployedResource,
  findStack,
  type ImportMapping,
  keptOf,
  resourcesOf,
  UsageError,
} from './deployed-stack.ts';
import { countRunning, resumeIntake, secondsToStop, stopIntake, stopPace, stopRunning } from './stopping.ts';

const usage = `Takes the service down. A state machine is deleted only when its executions have ended, so intake is stopped first, then
every execution, and then the stack is deleted. It says what it will do, and asks. Ended midway it goes on when it is
run again.

  npm run destroy -- [--force] [--undo] [--stack ProvisioningResend]

  --force  do not ask
  --undo   bring intake back after a run that did not come to delete the stack
`;

/** Quotas are used up by calls of others too: what is throttled is tried again for minutes. */
const patient = { maxAttempts: 12 };

const cloudFormation = new CloudFormationClient(patient);
const lambda = new LambdaClient(patient);
const sfn = new SFNClient(patient);

async function main(): Promise<void> {
  const { help, undo, force, stack: stackName } = readOptions();
  if (help) {
    console.log(usage);
    return;
  }
  const stack = await findStack(cloudFormation, stackName);
  checkState(stack, undo);
  const resources = await resourcesOf(cloudFormation, stackName);
  if (undo) {
    await resumeIntake(lambda, resources);
    console.log(
      'Intake runs again. Lines whose execution was stopped get another from the sweep, before it is due.',
    );
    return;
  }
  const kept = await keptOf(cloudFormation, stackName, resources);
  const running = await showPlan(stack, resources, kept);
  if (!force) await confirm(stackName);
  try {
    await destroy(stack, resources, running);
  } catch (error) {
    console.error(goingOn);
    throw error;
  }
  console.log(`${stackName} is gone.`);
}

const goingOn = `
Not done. Run it again to go on from here; or \`npm run destroy -- --undo\` brings intake back while nothing is deleted
yet. \`npm run deploy\` does not: CloudFormation leaves alone what no template changed.
`;

/** @throws UsageError */
function readOptions() {
  try {
    return parseArgs({
      options: {
        stack: { type: 'string', default: 'ProvisioningResend' },
        force: { type: 'boolean', default: false },
        undo: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : ''}\n\n${usage}`, { cause: error });
  }
}

/** @throws UsageError when nothing can be done now, before anything is */
function checkState(
  { StackName = '', StackStatus: status, EnableTerminationProtection }: Stack,
  undo: boolean,
): void {
  const state: string = status ?? '';
  const isBeingDeleted = state.startsWith('DELETE_');
  if (undo && isBeingDeleted)
    throw new UsageError(
      `${StackName} is half deleted (${state}), which cannot be undone: destroy it, and deploy it anew.`,
    );
  if (state.endsWith('_IN_PROGRESS') && !isBeingDeleted)
    throw new UsageError(`${StackName} is being changed (${state}): wait until that is done.`);
  if (EnableTerminationProtection === true && !undo)
    throw new UsageError(
      `${StackName} is protected: \`aws cloudformation update-stack-termination-protection --no-enable-termination-protection --stack-name ${StackName}\` first.`,
    );
}

const stateMachinesOf = (resources: readonly DeployedResource[]): readonly string[] =>
  resources
    .filter(({ type }) => type === 'AWS::StepFunctions::StateMachine')
    .map(({ physicalId }) => physicalId);

const pace = async () => stopPace(await sfn.config.region());

/** Says what will happen, and answers how many executions are open. */
async function showPlan(
  { StackName = '', StackId = '' }: Stack,
  resources: readonly DeployedResource[],
  kept: ImportMapping,
): Promise<number> {
  const progress = new Progress();
  let running = 0;
  for (const stateMachine of stateMachinesOf(resources)) {
    const before = running;
    running += await countRunning(sfn, stateMachine, (count) =>
      progress.show(`open executions: ${before + count}`),
    );
  }
  progress.end();
  const [, , , region, account] = StackId.split(':');
  const minutes = Math.ceil(secondsToStop(running, await pace()) / 60);
  const names = Object.values(kept).map((identifier) => Object.values(identifier).join(' '));
  console.log(`Destroys ${StackName} in ${region ?? ''} of account ${account ?? ''}:

  open executions  ${running} will be stopped${minutes > 1 ? `, which takes about ${minutes} minutes` : ''}
  kept             ${names.length === 0 ? 'nothing' : names.join('\n                   ')}
  gone             all else, also the events that wait in its queues and among its dead letters
`);
  if (names.length > 0)
    console.log(`A later deployment finds again what is kept if this comes before it (see infra/README.md):

  npx cdk import --resource-mapping-inline '${JSON.stringify(kept)}'
`);
  return running;
}

/** @throws UsageError unless somebody types the name */
async function confirm(stackName: string): Promise<void> {
  if (!process.stdin.isTTY) throw new UsageError('Nobody is here to ask: add --force.');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question(`Type ${stackName} to destroy it: `);
    if (answer.trim() !== stackName) throw new UsageError('Nothing was done.');
  } finally {
    terminal.close();
  }
}

async function destroy(
  stack: Stack,
  resources: readonly DeployedResource[],
  expected: number,
): Promise<void> {
  process.once('SIGINT', () => {
    console.error(goingOn);
    process.exit(130);
  });
  console.log('Stopping intake.');
  await stopIntake(lambda, resources);

  const progress = new Progress();
  const start = performance.now();
  const onStop = (stopped: number) => {
    const perSecond = (stopped / (performance.now() - start)) * 1000;
    const total = Math.max(expected, stopped);
    const left = Math.ceil((total - stopped) / perSecond);
    progress.show(
      `Stopped ${stopped} of ${total} executions, ${Math.round(perSecond)} a second, ${left} s left`,
    );
  };
  for (const stateMachine of stateMachinesOf(resources)) {
    await stopRunning(sfn, stateMachine, await pace(), onStop);
  }
  progress.end();
  await deleteStack(stack, resources);
}

/** Milliseconds between two looks at a stack that is being deleted. */
const betweenLooks = 3000;

/**
 * Deletes the stack, and goes on stopping executions meanwhile: a sweep that ran when intake was stopped may have started
 * some. They end also those of a state machine that is being deleted.
 * @throws UsageError when CloudFormation gives up
 */
async function deleteStack(
  { StackName = '', StackId = '' }: Stack,
  resources: readonly DeployedResource[],
): Promise<void> {
  await cloudFormation.send(new DeleteStackCommand({ StackName }));
  const progress = new Progress();
  for (;;) {
    const { StackStatus } = await findStack(cloudFormation, StackId);
    if (StackStatus === 'DELETE_COMPLETE') break;
    if (StackStatus === 'DELETE_FAILED') {
      progress.end();
      throw new UsageError(await whyNotDeleted(StackId));
    }
    for (const stateMachine of stateMachinesOf(resources)) await stopRunning(sfn, stateMachine, await pace());
    progress.show(`Deleting: ${(await resourcesOf(cloudFormation, StackId)).length} resources left`);
    await setTimeout(betweenLooks);
  }
  progress.end();
}

/** What CloudFormation says of the resources that it could not delete; the newest event comes first. */
async function whyNotDeleted(StackName: string): Promise<string> {
  const { StackEvents = [] } = await cloudFormation.send(new DescribeStackEventsCommand({ StackName }));
  const reasons = StackEvents.filter(({ ResourceStatus }) => ResourceStatus === 'DELETE_FAILED').map(
    ({ LogicalResourceId, ResourceStatusReason }) =>
      `  ${LogicalResourceId ?? ''}: ${ResourceStatusReason ?? ''}`,
  );
  return ['CloudFormation could not delete all of it:', ...new Set(reasons)].join('\n');
}

/** One line that changes in place; where nobody looks, a line every ten seconds. */
class Progress {
  #shownAt = -Infinity;
  #isShown = false;

  show(text: string): void {
    const { stdout } = process;
    if (stdout.isTTY) {
      cursorTo(stdout, 0);
      stdout.write(text);
      clearLine(stdout, 1);
      this.#isShown = true;
    } else if (performance.now() - this.#shownAt > 10_000) {
      console.log(text);
      this.#shownAt = performance.now();
    }
  }

  end(): void {
    if (this.#isShown) process.stdout.write('\n');
    this.#isShown = false;
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
