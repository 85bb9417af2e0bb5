import { createHash } from 'node:crypto';
import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  SFNClient,
  type SFNClientConfig,
  StartExecutionCommand,
  StopExecutionCommand,
  ValidationException,
} from '@aws-sdk/client-sfn';
import { faultNames, NamedFault } from '../contracts/faults.ts';
import type { WorkflowInput } from '../contracts/workflow.ts';
import type { LineKey } from '../domain/order-line.ts';
import { quickCalls } from './time-limits.ts';

/**
 * The executions of the order-line workflow, one for each start of a line. Every call throws the NamedFault Throttled
 * when its quota, or that of open executions, is used up.
 */
export interface Workflow {
  /** Starts the execution; does nothing if it was started before. */
  start(input: WorkflowInput): Promise<void>;
  /** Stops the execution; does nothing if it has ended or never existed. */
  stop(key: LineKey, revision: number): Promise<void>;
  isRunning(key: LineKey, revision: number): Promise<boolean>;
}

export const sfnClient = (config: SFNClientConfig = {}): SFNClient =>
  new SFNClient({ ...quickCalls, ...config });

/**
 * The name of an execution: readable, with a digest that makes it unique, within the 80 characters that Step Functions
 * allows. CloudWatch gets no logs of executions with a dot in their name.
 */
function executionName({ orderId, lineId }: LineKey, revision: number): string {
  const digest = createHash('sha256').update(`${orderId}#${lineId}`).digest('hex').slice(0, 16);
  const readable = `${orderId}_${lineId}`.replaceAll('.', '_').slice(0, 52);
  return `${readable}-${digest}-${revision}`;
}

const arnOf = (stateMachineArn: string, key: LineKey, revision: number): string =>
  `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${executionName(key, revision)}`;

export function workflow(client: SFNClient, stateMachineArn: string): Workflow {
  const executionArn = (key: LineKey, revision: number) => arnOf(stateMachineArn, key, revision);

  return {
    async start(input) {
      try {
        await client.send(
          new StartExecutionCommand({
            stateMachineArn,
            name: executionName(input, input.revision),
            input: JSON.stringify(input),
          }),
        );
      } catch (error) {
        if (!(error instanceof ExecutionAlreadyExists)) throw translated(error);
      }
    },

    async stop(key, revision) {
      try {
        await client.send(new StopExecutionCommand({ executionArn: executionArn(key, revision) }));
      } catch (error) {
        // Stopping an execution that has ended either succeeds or is invalid: AWS does not document which.
        if (!(error instanceof ExecutionDoesNotExist || error instanceof ValidationException))
          throw translated(error);
      }
    },

    async isRunning(key, revision) {
      try {
        const { status } = await client.send(
          new DescribeExecutionCommand({ executionArn: executionArn(key, revision) }),
        );
        return status === 'RUNNING';
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist) return false;
        throw translated(error);
      }
    },
  };
}

const throttlings: readonly string[] = ['ThrottlingException', 'ExecutionLimitExceeded'];

const translated = (error: unknown): unknown =>
  error instanceof Error && throttlings.includes(error.name)
    ? new NamedFault(faultNames.throttled, 'Step Functions takes no more of these calls now', {
        cause: error,
      })
    : error;

/** Why an execution failed, and when. */
export interface ExecutionFailure {
  readonly reason: string;
  readonly at: Date;
}

/**
 * Finds out whether an execution failed or timed out.
 * @throws NamedFault Throttled
 */
export const executionFailures =
  (client: SFNClient, stateMachineArn: string) =>
  async (key: LineKey, revision: number): Promise<ExecutionFailure | undefined> => {
    try {
      const { status, error, stopDate } = await client.send(
        new DescribeExecutionCommand({ executionArn: arnOf(stateMachineArn, key, revision) }),
      );
      if (status !== 'FAILED' && status !== 'TIMED_OUT') return undefined;
      return { reason: error ?? status, at: stopDate ?? new Date() };
    } catch (error) {
      if (error instanceof ExecutionDoesNotExist) return undefined;
      throw translated(error);
    }
  };
