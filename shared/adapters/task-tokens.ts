import {
  InvalidToken,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  type SFNClient,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';

/**
 * Answers tasks whose executions wait for it. A task that nobody waits for any more, because it was answered before or
 * its execution was stopped, needs no answer.
 */
export interface TaskTokens {
  succeed(taskToken: string, output: unknown): Promise<void>;
  /** The workflow retries by the error's name. */
  fail(taskToken: string, error: Error): Promise<void>;
}

export const taskTokens = (client: SFNClient): TaskTokens => ({
  succeed: (taskToken, output) =>
    ifAwaited(() => client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) }))),
  fail: (taskToken, { name, message }) =>
    ifAwaited(() => client.send(new SendTaskFailureCommand({ taskToken, error: name, cause: message }))),
});

async function ifAwaited(answer: () => Promise<unknown>): Promise<void> {
  try {
    await answer();
  } catch (error) {
    const isOver =
      error instanceof TaskTimedOut || error instanceof TaskDoesNotExist || error instanceof InvalidToken;
    if (!isOver) throw error;
  }
}
