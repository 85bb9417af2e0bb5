import { setTimeout } from 'node:timers/promises';
import {
  DeleteFunctionConcurrencyCommand,
  GetEventSourceMappingCommand,
  GetFunctionConfigurationCommand,
  type LambdaClient,
  PutFunctionConcurrencyCommand,
  ResourceNotFoundException,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import {
  ExecutionDoesNotExist,
  paginateListExecutions,
  type SFNClient,
  StateMachineDoesNotExist,
  StopExecutionCommand,
  ValidationException,
} from '@aws-sdk/client-sfn';
import pLimit from 'p-limit';
import { ampleShare, executionQuota, shareOf } from '../shared/domain/quotas.ts';
import { type Pace, tokenBucket } from '../shared/domain/token-bucket.ts';
import { realTime } from '../shared/runtime/real-time.ts';
import type { DeployedResource } from './deployed-stack.ts';

/* Brings the service to rest: first nothing can start executions any more, then the running ones are stopped. */

/** How fast executions are stopped in a region. */
export const stopPace = (region: string): Pace =>
  shareOf(executionQuota('StopExecution', region), ampleShare);

/** How long stopping this many executions takes, in seconds. */
export const secondsToStop = (executions: number, { burst, perSecond }: Pace): number =>
  Math.ceil(Math.max(0, executions - burst) / perSecond);

/** Concurrent calls: enough for the pace at 150 ms each. */
const mostAtOnce = 32;

/** Milliseconds. A list may briefly still include what was stopped. */
const untilListed = 1000;

/** How many executions run. */
export async function countRunning(
  client: SFNClient,
  stateMachineArn: string,
  onCount: (soFar: number) => void = () => undefined,
): Promise<number> {
  let count = 0;
  for await (const executions of runningPages(client, stateMachineArn)) {
    count += executions.length;
    onCount(count);
  }
  return count;
}

/**
 * Stops all running executions, including those that start in the meantime, until none is left. The client retries
 * throttled calls. It can be interrupted and run again.
 * @returns how many it stopped
 */
export async function stopRunning(
  client: SFNClient,
  stateMachineArn: string,
  pace: Pace,
  onStop: (soFar: number) => void = () => undefined,
  time = realTime,
): Promise<number> {
  const bucket = tokenBucket(pace, time);
  const limit = pLimit(mostAtOnce);
  const stop = async (executionArn: string) => {
    await bucket.take();
    if (await stopOne(client, executionArn)) onStop((stopped += 1));
  };
  let stopped = 0;
  for (;;) {
    let found = 0;
    for await (const executions of runningPages(client, stateMachineArn)) {
      found += executions.length;
      await Promise.all(executions.map((executionArn) => limit(() => stop(executionArn))));
    }
    if (found === 0) return stopped;
    await time.sleep(untilListed);
  }
}

async function* runningPages(client: SFNClient, stateMachineArn: string): AsyncIterable<readonly string[]> {
  const request = { stateMachineArn, statusFilter: 'RUNNING', maxResults: 1000 } as const;
  try {
    for await (const { executions = [] } of paginateListExecutions({ client }, request)) {
      yield executions.flatMap(({ executionArn }) => executionArn ?? []);
    }
  } catch (error) {
    if (!(error instanceof StateMachineDoesNotExist)) throw error;
  }
}

/** Returns whether it was still running; one that has ended is ignored. */
async function stopOne(client: SFNClient, executionArn: string): Promise<boolean> {
  try {
    await client.send(
      new StopExecutionCommand({ executionArn, error: 'StackDestroyed', cause: 'npm run destroy' }),
    );
    return true;
  } catch (error) {
    if (error instanceof ExecutionDoesNotExist || error instanceof ValidationException) return false;
    throw error;
  }
}

/**
 * Prevents the stack's functions from starting executions: none of their queues is polled any more, and those that
 * know the state machine get zero concurrency. Whatever no longer exists is skipped.
 */
export async function stopIntake(
  client: LambdaClient,
  resources: readonly DeployedResource[],
): Promise<void> {
  await setMappings(client, resources, false);
  for (const FunctionName of await startersOf(client, resources)) {
    await client.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }));
  }
}

/** Undoes `stopIntake`. The sweep gives lines whose execution was stopped a new one before it is due. */
export async function resumeIntake(
  client: LambdaClient,
  resources: readonly DeployedResource[],
): Promise<void> {
  for (const FunctionName of await startersOf(client, resources)) {
    await client.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
  }
  await setMappings(client, resources, true);
}

const setMappings = (client: LambdaClient, resources: readonly DeployedResource[], enabled: boolean) =>
  Promise.all(
    resources
      .filter(({ type }) => type === 'AWS::Lambda::EventSourceMapping')
      .map(({ physicalId }) => unlessGone(() => setMapping(client, physicalId, enabled))),
  );

/** Milliseconds. Lambda takes some ten seconds to start or stop polling a queue. */
const untilSwitched = 2000;

/** Resolves once Lambda has applied it. */
async function setMapping(client: LambdaClient, UUID: string, Enabled: boolean): Promise<void> {
  const wanted = Enabled ? 'Enabled' : 'Disabled';
  const other = Enabled ? 'Disabled' : 'Enabled';
  for (;;) {
    const { State } = await client.send(new GetEventSourceMappingCommand({ UUID }));
    if (State === wanted) return;
    // While it changes, Lambda refuses another change.
    if (State === other) await client.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }));
    await setTimeout(untilSwitched);
  }
}

/** The functions that have the state machine's ARN. */
async function startersOf(
  client: LambdaClient,
  resources: readonly DeployedResource[],
): Promise<readonly string[]> {
  const starters: string[] = [];
  for (const { type, physicalId: FunctionName } of resources) {
    if (type !== 'AWS::Lambda::Function') continue;
    await unlessGone(async () => {
      const { Environment } = await client.send(new GetFunctionConfigurationCommand({ FunctionName }));
      if (Environment?.Variables?.['STATE_MACHINE_ARN'] !== undefined) starters.push(FunctionName);
    });
  }
  return starters;
}

async function unlessGone(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
  }
}
