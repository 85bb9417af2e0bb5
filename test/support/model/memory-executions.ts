import * as z from 'zod';
import { readDefinition } from '../../../infra/local/definition.ts';
import type { Agenda } from './agenda.ts';

const retrier = z.object({
  ErrorEquals: z.array(z.string()),
  IntervalSeconds: z.number().default(1),
  BackoffRate: z.number().default(2),
  MaxDelaySeconds: z.number().default(Infinity),
  MaxAttempts: z.number().default(3),
});
const state = z.discriminatedUnion('Type', [
  z.object({ Type: z.literal('Wait'), TimestampPath: z.string(), Next: z.string() }),
  z.object({
    Type: z.literal('Task'),
    Resource: z.string(),
    TimeoutSeconds: z.number(),
    ResultPath: z.string().nullable(),
    Retry: z.array(retrier),
    Catch: z.array(z.object({ ErrorEquals: z.array(z.string()), Next: z.string() })).default([]),
    Next: z.string().optional(),
  }),
  z.object({
    Type: z.literal('Choice'),
    Choices: z.array(z.object({ Variable: z.string(), IsPresent: z.literal(true), Next: z.string() })),
    Default: z.string(),
  }),
  z.object({ Type: z.literal('Succeed') }),
]);
const machine = z.object({ StartAt: z.string(), States: z.record(z.string(), state) });
type Task = Extract<z.output<typeof state>, { Type: 'Task' }>;

export const readMachine = async () => machine.parse(await readDefinition());
export type Machine = Awaited<ReturnType<typeof readMachine>>;

const record = z.record(z.string(), z.unknown());
type Data = z.output<typeof record>;
/** Runs a Task state; undefined if its process died. */
export type RunTask = (state: string, data: Data) => Promise<{ readonly result: unknown } | undefined>;

/** Does a Task state that is answered by the token. */
export type AskTask = (taskToken: string, data: Data) => void;

/** What came of a Task: its result, or the name of the error. */
export type TaskAnswer = { readonly result: unknown } | { readonly error: string };

/** A Task that an execution is in. */
interface Step {
  readonly execution: Execution;
  readonly name: string;
  readonly task: Task;
  readonly retries: ReadonlyMap<object, number>;
}

interface Execution {
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';
  readonly input: unknown;
  data: Data;
}

/**
 * Runs the executions of the workflow's own definition on an agenda: its Waits and the pauses of its retries, as long
 * as jitter could make them, take no real time.
 */
export class MemoryExecutions {
  readonly #machine: Machine;
  readonly #agenda: Agenda;
  readonly #runTask: RunTask;
  readonly #askTask: AskTask;
  /** The Tasks that wait for their answer, by token. */
  readonly #waiting = new Map<string, Step>();
  #tokens = 0;
  readonly #executions = new Map<string, Execution>();

  constructor(given: Machine, agenda: Agenda, runTask: RunTask, askTask: AskTask) {
    this.#machine = given;
    this.#agenda = agenda;
    this.#runTask = runTask;
    this.#askTask = askTask;
  }

  status(name: string): Execution['status'] | undefined {
    return this.#executions.get(name)?.status;
  }

  /** The inputs of the executions that run. */
  running(): readonly unknown[] {
    return [...this.#executions.values()]
      .filter(({ status }) => status === 'RUNNING')
      .map(({ input }) => input);
  }

  start(name: string, input: unknown): void {
    const execution: Execution = {
      status: 'RUNNING',
      input,
      data: record.parse(input),
    };
    this.#executions.set(name, execution);
    this.#agenda.work(() => this.#enter(execution, this.#machine.StartAt));
  }

  stop(name: string): void {
    const execution = this.#executions.get(name);
    if (execution?.status === 'RUNNING') execution.status = 'ABORTED';
  }

  async #enter(
    execution: Execution,
    name: string | undefined,
    retries: ReadonlyMap<object, number> = new Map(),
  ): Promise<void> {
    if (execution.status !== 'RUNNING') return;
    const entered = name === undefined ? undefined : this.#machine.States[name];
    switch (entered?.Type) {
      case undefined:
      case 'Succeed':
        execution.status = 'SUCCEEDED';
        return;
      case 'Wait': {
        const until = z.string().parse(valueAt(execution.data, entered.TimestampPath));
        this.#agenda.at(until, () => this.#enter(execution, entered.Next));
        return;
      }
      case 'Choice': {
        const { Choices, Default } = entered;
        const chosen = Choices.find(({ Variable }) => valueAt(execution.data, Variable) !== undefined);
        await this.#enter(execution, chosen?.Next ?? Default);
        return;
      }
      case 'Task':
        await this.#task({ execution, name: name ?? '', task: entered, retries });
    }
  }

  async #task(step: Step): Promise<void> {
    const { execution, name, task } = step;
    if (task.Resource.endsWith('.waitForTaskToken')) {
      this.#tokens += 1;
      const token = `token-${this.#tokens}`;
      this.#waiting.set(token, step);
      this.#agenda.after(task.TimeoutSeconds * 1000, () => {
        this.answer(token, { error: 'States.Timeout' });
        return Promise.resolve();
      });
      this.#askTask(token, execution.data);
      return;
    }
    try {
      const done = await this.#runTask(name, execution.data);
      await this.#goOn(step, done ?? { error: 'Lambda.Unknown' });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      await this.#goOn(step, { error: error.name });
    }
  }

  /** Goes on with the execution that waits for the answer by this token; false if none does. */
  answer(token: string, answer: TaskAnswer): boolean {
    const step = this.#waiting.get(token);
    this.#waiting.delete(token);
    if (step?.execution.status !== 'RUNNING') return false;
    this.#agenda.work(() => this.#goOn(step, answer));
    return true;
  }

  async #goOn({ execution, name, task, retries }: Step, answer: TaskAnswer): Promise<void> {
    if ('result' in answer) {
      if (task.ResultPath !== null) setAt(execution.data, task.ResultPath, answer.result);
      await this.#enter(execution, task.Next);
      return;
    }
    const matches = ({ ErrorEquals }: { ErrorEquals: readonly string[] }) =>
      ErrorEquals.includes(answer.error) || ErrorEquals.includes('States.ALL');
    const retry = task.Retry.find(matches);
    const tried = retry ? (retries.get(retry) ?? 0) : 0;
    if (retry && tried < retry.MaxAttempts) {
      const seconds = Math.min(retry.IntervalSeconds * retry.BackoffRate ** tried, retry.MaxDelaySeconds);
      const next = new Map(retries).set(retry, tried + 1);
      this.#agenda.work(() => this.#enter(execution, name, next), seconds * 1000);
      return;
    }
    const caught = task.Catch.find(matches);
    if (caught) await this.#enter(execution, caught.Next);
    else if (execution.status === 'RUNNING') execution.status = 'FAILED';
  }
}

/** `$.a.b`, the only form that the definition uses. */
const valueAt = (data: Data, path: string): unknown =>
  path
    .split('.')
    .slice(1)
    .reduce<unknown>((value, field) => record.parse(value)[field], data);

function setAt(data: Data, path: string, value: unknown): void {
  const [, field = '', ...deeper] = path.split('.');
  if (deeper.length > 0) throw new Error(`no result is kept at ${path}`);
  data[field] = value;
}
