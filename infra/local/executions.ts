import { type RunOptions, StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import pLimit from 'p-limit';
import * as z from 'zod';
import { asFunction } from './calling-function.ts';
import type { Job, Jobs } from './jobs.ts';
import type { Storage } from './storage.ts';

type Overrides = NonNullable<RunOptions['overrides']>;

const json = z.json();
type Json = z.output<typeof json>;

const execution = z.object({
  name: z.string(),
  status: z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'ABORTED']),
  startedAt: z.string(),
  stoppedAt: z.string().exactOptional(),
  /** The current state, with that state's input. */
  currentState: z.string().exactOptional(),
  stateInput: json.exactOptional(),
  /** The end of its wait in that state. */
  waitsUntil: z.string().exactOptional(),
  /** The token by which that state is answered before then. */
  taskToken: z.string().exactOptional(),
  /** How often that state was retried. */
  retries: z.int().exactOptional(),
  input: json,
  output: json.exactOptional(),
  error: z.string().exactOptional(),
});
export type Execution = z.output<typeof execution>;

/**
 * Runs a Task state: gets its parameters, returns its result, and throws faults by the names that Retry and Catch use.
 */
export type TaskHandler = (parameters: unknown) => Promise<unknown>;

/** Milliseconds before a retry on one machine: as many retries as the definition says, without its pauses. */
const retryPause = 100;

/** How many executions take steps at the same time. */
const concurrentSteps = 16;

/** What a run of the state machine ends with at a Wait, or at a Task that is answered by token. */
const waiting = z.object({ waitsIn: z.string(), until: z.iso.datetime({ offset: true }), input: json });
const asking = z.object({ asksIn: z.string(), parameters: json, input: json });

/** The answer to a Task by its token. */
export type TaskAnswer = { readonly result: unknown } | { readonly error: string };

/** Separates the execution's name in a task token; no name contains it. */
const tokenMark = '|';

/** How long an execution is known after its end, in milliseconds: 90 days. */
const remembered = 90 * 24 * 60 * 60 * 1000;

/**
 * Runs the executions of a state machine from the definition that is deployed. Waiting executions are not in memory:
 * they are stored in LevelDB, with a job at the time they are due, and the state machine runs only from one Wait to the
 * next. A killed process repeats at most the step that it was in.
 */
export class Executions {
  readonly #storage: Storage;
  readonly #jobs: Jobs;
  readonly #now: () => Date;
  readonly #definition: StateMachineDefinition;
  readonly #overrides: Overrides;
  readonly #machines = new Map<string, StateMachine>();
  readonly #limit = pLimit(concurrentSteps);
  /** Serializes changes of the stored executions. */
  readonly #transition = pLimit(1);
  readonly #tasks: NonNullable<Overrides['taskResourceLocalHandlers']>;
  readonly #nextAfterWait: ReadonlyMap<string, string>;
  readonly #tokenTasks: ReadonlyMap<string, TokenTask>;
  /** The current runs, by execution. */
  readonly #runs = new Map<string, Promise<void>>();
  readonly #abandoned = new AbortController();
  readonly #aborts = new Set<() => void>();

  constructor(options: {
    readonly storage: Storage;
    readonly jobs: Jobs;
    readonly now: () => Date;
    readonly definition: unknown;
    readonly tasks: Readonly<Record<string, TaskHandler>>;
  }) {
    this.#storage = options.storage;
    this.#jobs = options.jobs;
    this.#now = options.now;
    this.#tasks = Object.fromEntries(
      Object.entries(options.tasks).map(([state, task]) => {
        const run = asFunction(state, task);
        return [state, async (input) => json.parse((await this.#unlessAbandoned(run(input))) ?? null)];
      }),
    );
    const states = Object.keys(options.tasks);
    this.#overrides = {
      taskResourceLocalHandlers: this.#tasks,
      retryIntervalOverrides: Object.fromEntries(states.map((state) => [state, retryPause])),
    };
    const { definition, nextAfterWait, tokenTasks } = pausingAtWaits(options.definition);
    this.#definition = definition;
    this.#nextAfterWait = nextAfterWait;
    this.#tokenTasks = tokenTasks;
    this.#jobs.assign('execution', (job) => this.#limit(() => this.#during(job.id, () => this.#run(job))));
  }

  /** Starts an execution, unless the name is taken. */
  async start(name: string, input: unknown): Promise<{ startedAt: string; isNew: boolean }> {
    return await this.#transition(async () => {
      const known = await this.find(name);
      if (known && !this.#isForgotten(known)) return { startedAt: known.startedAt, isNew: false };
      const startedAt = this.#now().toISOString();
      const given = json.parse(input);
      const started: Execution = {
        name,
        status: 'RUNNING',
        startedAt,
        currentState: this.#definition.StartAt,
        stateInput: given,
        input: given,
      };
      await this.#jobs.add([jobOf(started)], (batch) =>
        batch.put(name, started, { sublevel: this.#executions }),
      );
      return { startedAt, isNew: true };
    });
  }

  /** Whether AWS has forgotten the execution by now, so that its name can be used again. */
  #isForgotten({ stoppedAt }: Execution): boolean {
    return stoppedAt !== undefined && this.#now().getTime() - Date.parse(stoppedAt) > remembered;
  }

  /** Stops a running execution; false if there is none of that name. */
  async stop(name: string): Promise<boolean> {
    return await this.#transition(async () => {
      const known = await this.find(name);
      if (known?.status === 'RUNNING') {
        const { waitsUntil, stateInput, taskToken, retries, ...rest } = known;
        await this.#write({ ...rest, status: 'ABORTED', stoppedAt: this.#now().toISOString() }, known);
      }
      return known !== undefined;
    });
  }

  /** Drops the steps in progress, as the end of the process does. */
  abandon(): void {
    this.#abandoned.abort();
    for (const abort of this.#aborts) abort();
  }

  /**
   * The answer of a task, unless the execution is abandoned: then waiting ends, so that the machine's timer of the task
   * ends as well.
   */
  async #unlessAbandoned<Answer>(answer: Promise<Answer>): Promise<Answer> {
    const { signal } = this.#abandoned;
    const abandoned = Promise.withResolvers<never>();
    const leave = () => {
      abandoned.reject(new Error('the execution was abandoned'));
    };
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave);
    try {
      return await Promise.race([answer, abandoned.promise]);
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  async find(name: string): Promise<Execution | undefined> {
    const value = await this.#executions.get(name);
    return value === undefined ? undefined : execution.parse(value);
  }

  /** The executions whose names begin like this. */
  async list(prefix: string): Promise<readonly Execution[]> {
    const values = await this.#executions.values({ gte: prefix, lt: `${prefix}\uffff` }).all();
    return z.array(execution).parse(values);
  }

  /**
   * Resumes the execution that waits for an answer by this token; false if none does any more. The answer may come
   * before the wait is stored.
   */
  async answer(taskToken: string, answer: TaskAnswer): Promise<boolean> {
    const name = taskToken.slice(0, taskToken.indexOf(tokenMark));
    let isAwaited = false;
    await this.#during(name, async () => {
      const known = await this.find(name);
      isAwaited = known?.status === 'RUNNING' && known.taskToken === taskToken;
      if (known && isAwaited) await this.#goOn(known, answer);
    });
    return isAwaited;
  }

  /** Runs an execution after its current run. */
  async #during(name: string, run: () => Promise<void>): Promise<void> {
    const before = this.#runs.get(name) ?? Promise.resolve();
    const current = before.then(run, run);
    this.#runs.set(name, current);
    try {
      await current;
    } finally {
      if (this.#runs.get(name) === current) this.#runs.delete(name);
    }
  }

  /** Runs an execution until it waits for something, or ends. */
  async #run({ id: name, dueAt }: Job): Promise<void> {
    const before = await this.find(name);
    if (before?.status !== 'RUNNING') return;
    const { currentState = '', waitsUntil } = before;
    // It was answered while this job waited for its turn, and now has a later job.
    if (jobOf(before).dueAt !== dueAt) return;
    // The state is from an older definition: the sweep gives the line an execution of the current one.
    if (!(currentState in this.#definition.States))
      await this.#keep(before, {
        status: 'FAILED',
        currentState,
        error: 'States.Runtime',
        stoppedAt: this.#now().toISOString(),
      });
    else if (before.taskToken !== undefined) await this.#goOn(before, { error: 'States.Timeout' });
    else if (waitsUntil !== undefined)
      await this.#runOn(before, this.#next(currentState), before.stateInput ?? null);
    else await this.#runOn(before, currentState, before.stateInput ?? null);
  }

  /** Resumes after the answer to a Task, or its failure. */
  async #goOn(before: Execution, answer: TaskAnswer): Promise<void> {
    const { currentState = '', stateInput = null, retries = 0 } = before;
    const task = this.#tokenTask(currentState);
    if ('result' in answer) {
      const input = {
        ...z.record(z.string(), json).parse(stateInput),
        [task.field]: json.parse(answer.result),
      };
      await this.#runOn(before, task.Next, input);
      return;
    }
    const { error } = answer;
    const retry = task.Retry.find(
      ({ ErrorEquals }) => ErrorEquals.includes(error) || ErrorEquals.includes('States.ALL'),
    );
    if (retries < (retry?.MaxAttempts ?? 0))
      await this.#runOn({ ...before, retries: retries + 1 }, currentState, stateInput);
    else
      await this.#keep(before, {
        status: 'FAILED',
        currentState,
        error,
        stoppedAt: this.#now().toISOString(),
      });
  }

  async #runOn(before: Execution, from: string, given: Json): Promise<void> {
    let state = from;
    let input = given;
    for (;;) {
      const token = `${before.name}${tokenMark}${crypto.randomUUID()}`;
      const reached = await this.#runFrom(state, input, before, token);
      if ('asksIn' in reached) {
        await this.#ask(before, reached, token);
        return;
      }
      if (!('until' in reached)) {
        await this.#keep(before, { ...reached, stoppedAt: this.#now().toISOString() });
        return;
      }
      if (reached.until > this.#now().toISOString()) {
        const { waitsIn: currentState, until: waitsUntil, input: stateInput } = reached;
        await this.#keep(before, { status: 'RUNNING', currentState, waitsUntil, stateInput });
        return;
      }
      state = this.#next(reached.waitsIn);
      input = reached.input;
    }
  }

  /** Starts a Task that is answered by token, and waits for the answer. */
  async #ask(
    before: Execution,
    { asksIn: currentState, parameters, input: stateInput }: z.output<typeof asking>,
    taskToken: string,
  ): Promise<void> {
    const { seconds } = this.#tokenTask(currentState);
    const { retries = 0 } = before;
    const waiting = { status: 'RUNNING', currentState, stateInput, retries } as const;
    try {
      await this.#tasks[currentState]?.(parameters);
    } catch (error) {
      const { name = 'unknown' } = error instanceof Error ? error : {};
      await this.#goOn({ ...before, ...waiting }, { error: name });
      return;
    }
    const waitsUntil = new Date(this.#now().getTime() + seconds * 1000).toISOString();
    await this.#keep(before, { ...waiting, taskToken, waitsUntil });
  }

  #tokenTask(state: string): TokenTask {
    const task = this.#tokenTasks.get(state);
    if (!task) throw new Error(`${state} is not answered by a token`);
    return task;
  }

  /** Stores the progress of an execution, unless it was stopped or abandoned in the meantime. */
  async #keep({ name }: Execution, progress: Omit<Execution, 'name' | 'startedAt' | 'input'>): Promise<void> {
    if (this.#abandoned.signal.aborted) return;
    await this.#transition(async () => {
      const known = await this.find(name);
      if (known?.status !== 'RUNNING') return;
      const { startedAt, input } = known;
      await this.#write({ name, startedAt, input, ...progress }, known);
    });
  }

  async #runFrom(
    state: string,
    input: Json,
    { name, input: executionInput }: Execution,
    token: string,
  ): Promise<
    | { waitsIn: string; until: string; input: Json }
    | z.output<typeof asking>
    | { status: 'SUCCEEDED'; output: Json }
    | { status: 'FAILED'; currentState: string; error: string }
  > {
    let machine = this.#machines.get(state);
    if (!machine) {
      machine = new StateMachine(
        { ...this.#definition, StartAt: state },
        // A test validates the deployed definition; one that starts in another state would not pass.
        { validationOptions: { noValidate: true } },
      );
      this.#machines.set(state, machine);
    }
    try {
      const { result, abort } = machine.run(input, {
        overrides: this.#overrides,
        context: {
          Execution: { Name: name, Input: executionInput },
          State: { Name: state, EnteredTime: this.#now().toISOString() },
          Task: { Token: token },
        },
      });
      this.#aborts.add(abort);
      const output = json.parse(await result.finally(() => this.#aborts.delete(abort)));
      const wait = waiting.safeParse(output);
      if (wait.success) return { ...wait.data, until: new Date(wait.data.until).toISOString() };
      const ask = asking.safeParse(output);
      return ask.success ? ask.data : { status: 'SUCCEEDED', output };
    } catch (error) {
      const cause = error instanceof Error ? (error.cause ?? error) : error;
      return {
        status: 'FAILED',
        currentState: state,
        error: cause instanceof Error ? cause.name : 'unknown',
      };
    }
  }

  #next(wait: string | undefined): string {
    const next = this.#nextAfterWait.get(wait ?? '');
    if (next === undefined) throw new Error(`${wait ?? 'nothing'} is no Wait state`);
    return next;
  }

  async #write(after: Execution, before: Execution): Promise<void> {
    const next = after.status === 'RUNNING' ? jobOf(after) : undefined;
    await this.#jobs.replace([[jobOf(before), next]], (batch) =>
      batch.put(after.name, after, { sublevel: this.#executions }),
    );
  }

  get #executions() {
    return this.#storage.part('executions');
  }
}

const jobOf = ({ waitsUntil, startedAt, name }: Execution): Job => ({
  dueAt: waitsUntil ?? startedAt,
  kind: 'execution',
  id: name,
});

const waitState = z.object({ Type: z.literal('Wait'), TimestampPath: z.string(), Next: z.string() });

/** A Task that is answered by token; its result becomes a field of its input. */
const tokenTask = z
  .object({
    Parameters: z.record(z.string(), json),
    TimeoutSeconds: z.number(),
    ResultPath: z.templateLiteral(['$.', z.string()]),
    Retry: z.array(z.object({ ErrorEquals: z.array(z.string()), MaxAttempts: z.int().default(3) })),
    Catch: z.never('no Catch is known of for a task with a token').exactOptional(),
    Next: z.string(),
  })
  .transform(({ TimeoutSeconds: seconds, ResultPath, ...rest }) => ({
    ...rest,
    seconds,
    field: ResultPath.slice('$.'.length),
  }));
type TokenTask = z.output<typeof tokenTask>;

const definitionSchema = z.custom<StateMachineDefinition>(
  (value) => typeof value === 'object' && value !== null && 'States' in value,
);

/**
 * The definition with each Wait replaced by an end whose answer says how long to wait, so that no timer runs inside the
 * state machine: `setTimeout` fires at once beyond 24.8 days, dies with the process, and knows only the machine's time.
 * Likewise, each Task that is answered by token ends with what it asks for.
 */
function pausingAtWaits(given: unknown) {
  const definition = definitionSchema.parse(given);
  const { States, ...rest } = definition;
  const nextAfterWait = new Map<string, string>();
  const tokenTasks = new Map<string, TokenTask>();
  const states: StateMachineDefinition['States'] = {};
  for (const [name, state] of Object.entries(States)) {
    if (state.Type === 'Wait') {
      const { TimestampPath, Next } = waitState.parse(state);
      nextAfterWait.set(name, Next);
      states[name] = {
        Type: 'Pass',
        Parameters: { waitsIn: name, 'until.$': TimestampPath, 'input.$': '$' },
        End: true,
      };
    } else if (state.Type === 'Task' && state.Resource.endsWith('.waitForTaskToken')) {
      const task = tokenTask.parse(state);
      tokenTasks.set(name, task);
      states[name] = {
        Type: 'Pass',
        Parameters: { asksIn: name, parameters: task.Parameters, 'input.$': '$' },
        End: true,
      };
    } else states[name] = state;
  }
  return { definition: { ...rest, States: states }, nextAfterWait, tokenTasks };
}
