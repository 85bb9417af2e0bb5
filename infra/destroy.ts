import { setTimeout } from 'node:timers/promises';
import { createInterface } from 'node:readline/promises';
import { clearLine, cursorTo } from 'node:readline';
import { parseArgs } from 'node:util';
import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  type Stack,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient } from '@aws-sdk/client-sfn';
import { readArguments, runCommand, UserError } from './command-line.ts';
import {
  type DeployedResource,
  findStack,
  findStackIfThere,
  resourcesOf,
  stageOption,
} from './deployed-stack.ts';
import { stackNames } from './stack-names.ts';
import { countRunning, resumeIntake, secondsToStop, stopIntake, stopPace, stopRunning } from './stopping.ts';

const usage = `Takes down the service of a stage. A state machine is deleted only once its executions have ended, so this stops intake
first, then every execution, and then deletes the service's stack. The data stack stays, unless it was deployed with
keepData false. It prints its plan and asks for confirmation. If interrupted, run it again to continue.

  npm run destroy -- [--force] [--undo] [--stage prod]

  --force  do not ask
  --undo   turn intake back on after a run that stopped before deleting the stack
`;

/** Others share these quotas, so throttled calls are retried for minutes. */
const patient = { maxAttempts: 12 };

const cloudFormation = new CloudFormationClient(patient);
const lambda = new LambdaClient(patient);
const sfn = new SFNClient(patient);

async function main(): Promise<void> {
  const { help, undo, force, stage } = readOptions();
  if (help) {
    console.log(usage);
    return;
  }
  const names = stackNames(stage);
  if (undo) {
    await bringBack(await findStack(cloudFormation, names.service));
    return;
  }
  const found = await findStacks(names);
  const running = await showPlan(found);
  if (!force) await confirm(names.service);
  try {
    if (found.service) await destroyService(found.service, running);
    for (const stack of found.throwaway) await deleteStack(stack, []);
  } catch (error) {
    console.error(goingOn);
    throw error;
  }
  console.log(`${names.service} is gone.`);
}

/** The stacks of a stage that can be destroyed. */
interface Found {
  /** Missing if an earlier run already deleted it. */
  readonly service: Service | undefined;
  readonly kept: readonly Stack[];
  readonly throwaway: readonly Stack[];
}

interface Service {
  readonly stack: Stack;
  readonly resources: readonly DeployedResource[];
}

/** @throws UserError when nothing can be done now, before anything has been */
async function findStacks(names: ReturnType<typeof stackNames>): Promise<Found> {
  const data = await findStackIfThere(cloudFormation, names.data);
  const isKept = data?.EnableTerminationProtection === true;
  const throwaway = data && !isKept ? [data] : [];
  const service =
    throwaway.length > 0
      ? await findStackIfThere(cloudFormation, names.service)
      : await findStack(cloudFormation, names.service);
  for (const stack of [...throwaway, ...(service ? [service] : [])]) checkState(stack);
  return {
    service: service && { stack: service, resources: await resourcesOf(cloudFormation, names.service) },
    kept: data && isKept ? [data] : [],
    throwaway,
  };
}

/** @throws UserError */
async function bringBack(stack: Stack): Promise<void> {
  if (isBeingDeleted(stack))
    throw new UserError(
      `${stack.StackName ?? ''} is half deleted (${stack.StackStatus ?? ''}), which cannot be undone: finish destroying it, then deploy again.`,
    );
  await resumeIntake(lambda, await resourcesOf(cloudFormation, stack.StackName ?? ''));
  console.log(
    'Intake runs again. The sweep gives lines whose execution was stopped a new one before they are due.',
  );
}

const goingOn = `
Not finished. Run it again to continue, or, as long as nothing is deleted, turn intake back on with
\`npm run destroy -- --undo\`. \`npm run deploy\` does not do that: CloudFormation leaves alone what no template changed.
`;

/** @throws UserError */
const readOptions = () =>
  readArguments(
    usage,
    () =>
      parseArgs({
        options: {
          stage: stageOption,
          force: { type: 'boolean', default: false },
          undo: { type: 'boolean', default: false },
          help: { type: 'boolean', default: false },
        },
      }).values,
  );

const isBeingDeleted = ({ StackStatus }: Stack): boolean => StackStatus?.startsWith('DELETE_') === true;

/** @throws UserError */
function checkState(stack: Stack): void {
  const { StackName = '', StackStatus = '' } = stack;
  if (StackStatus.endsWith('_IN_PROGRESS') && !isBeingDeleted(stack))
    throw new UserError(`${StackName} is being updated (${StackStatus}): wait until that is done.`);
}

const stateMachinesOf = (resources: readonly DeployedResource[]): readonly string[] =>
  resources
    .filter(({ type }) => type === 'AWS::StepFunctions::StateMachine')
    .map(({ physicalId }) => physicalId);

const pace = async () => stopPace(await sfn.config.region());

/** Prints the plan; returns how many executions are open. */
async function showPlan({ service, kept, throwaway }: Found): Promise<number> {
  const progress = new Progress();
  let running = 0;
  for (const stateMachine of stateMachinesOf(service?.resources ?? [])) {
    const before = running;
    running += await countRunning(sfn, stateMachine, (count) =>
      progress.show(`open executions: ${before + count}`),
    );
  }
  progress.end();
  const going = [...(service ? [service.stack] : []), ...throwaway];
  const [, , , region, account] = going[0]?.StackId?.split(':') ?? [];
  const minutes = Math.ceil(secondsToStop(running, await pace()) / 60);
  const lines = [
    `Destroys ${namesOf(going)} in ${region ?? ''} of account ${account ?? ''}:`,
    '',
    `  open executions  ${running} will be stopped${minutes > 1 ? `, which takes about ${minutes} minutes` : ''}`,
    `  kept             ${kept.length > 0 ? `${namesOf(kept)}, which the next deployment reuses, and logs` : 'nothing'}`,
    '  deleted          everything else, including queued events and dead letters',
    '',
  ];
  console.log(lines.join('\n'));
  return running;
}

const namesOf = (stacks: readonly Stack[]): string =>
  stacks.map(({ StackName = '' }) => StackName).join(' and ');

/** @throws UserError unless the operator types the name */
async function confirm(stackName: string): Promise<void> {
  if (!process.stdin.isTTY) throw new UserError('There is no terminal to confirm on: add --force.');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question(`Type ${stackName} to destroy it: `);
    if (answer.trim() !== stackName) throw new UserError('Nothing was done.');
  } finally {
    terminal.close();
  }
}

async function destroyService({ stack, resources }: Service, expected: number): Promise<void> {
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

/** Polling interval while a stack is being deleted, in milliseconds. */
const betweenLooks = 3000;

/**
 * Deletes the stack, and keeps stopping executions during that: a sweep that was running when intake stopped may have
 * started some. That also ends executions of a state machine that is being deleted.
 * @throws UserError when CloudFormation gives up
 */
async function deleteStack(
  { StackName = '', StackId = '', EnableTerminationProtection }: Stack,
  resources: readonly DeployedResource[],
): Promise<void> {
  // It protects the stack from being deleted while executions are open, which would hang and fail.
  if (EnableTerminationProtection === true)
    await cloudFormation.send(
      new UpdateTerminationProtectionCommand({ StackName, EnableTerminationProtection: false }),
    );
  await cloudFormation.send(new DeleteStackCommand({ StackName }));
  const progress = new Progress();
  for (;;) {
    const { StackStatus } = await findStack(cloudFormation, StackId);
    if (StackStatus === 'DELETE_COMPLETE') break;
    if (StackStatus === 'DELETE_FAILED') {
      progress.end();
      throw new UserError(await whyNotDeleted(StackId));
    }
    for (const stateMachine of stateMachinesOf(resources)) await stopRunning(sfn, stateMachine, await pace());
    progress.show(
      `Deleting ${StackName}: ${(await resourcesOf(cloudFormation, StackId)).length} resources left`,
    );
    await setTimeout(betweenLooks);
  }
  progress.end();
}

/** The resources that CloudFormation could not delete, with its reasons; the newest event comes first. */
async function whyNotDeleted(StackName: string): Promise<string> {
  const { StackEvents = [] } = await cloudFormation.send(new DescribeStackEventsCommand({ StackName }));
  const reasons = StackEvents.filter(({ ResourceStatus }) => ResourceStatus === 'DELETE_FAILED').map(
    ({ LogicalResourceId, ResourceStatusReason }) =>
      `  ${LogicalResourceId ?? ''}: ${ResourceStatusReason ?? ''}`,
  );
  return ['CloudFormation could not delete everything:', ...new Set(reasons)].join('\n');
}

/** A progress line that updates in place; without a terminal, one line every ten seconds. */
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

await runCommand(main);
