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
  /** The state that it is in, with that state's input. */
  currentState: z.string().exactOptional(),
  stateInput: json.exactOptional(),
  /** Until when it waits in that state. */
  waitsUntil: z.string().exactOptional(),
  input: json,
  output: json.exactOptional(),
  error: z.string().exactOptional(),
});
export type Execution = z.output<typeof execution>;

/** What runs a Task state: its parameters in, its result out, faults thrown by the name that a Retry or Catch has. */
export type TaskHandler = (parameters: unknown) => Promise<unknown>;

/** Retries come this soon on one machine: as many as the definition says, without its pauses. */
const retryPause = 100;

/** How many executions take steps at the same time. */
const concurrentSteps = 16;

/** What a run of the machine answers when it came to a Wait. */
const waiting = z.object({ waitsIn: z.string(), until: z.iso.datetime({ offset: true }), input: json });

/**
 * Runs the executions of a state machine whose definition is the one that is deployed. Waiting executions are not in
 * memory: they stand in LevelDB, each that runs with a job for when it is due, and the machine runs only from one Wait
 * to the next. A killed process repeats at most the step that it was in.
 */
export class Executions {
  readonly #storage: Storage;
  readonly #jobs: Jobs;
  readonly #now: () => Date;
  readonly #definition: StateMachineDefinition;
  readonly #overrides: Overrides;
  readonly #machines = new Map<string, StateMachine>();
  readonly #limit = pLimit(concurrentSteps);
  /** Changes of what is kept, one after the other. */
  readonly #transition = pLimit(1);
  readonly #nextAfterWait: ReadonlyMap<string, string>;
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
    const tasks = Object.entries(options.tasks);
    this.#overrides = {
      taskResourceLocalHandlers: Object.fromEntries(
        tasks.map(([state, task]) => {
          const run = asFunction(state, task);
          return [state, async (input) => json.parse((await this.#unlessAbandoned(run(input))) ?? null)];
        }),
      ),
      retryIntervalOverrides: Object.fromEntries(tasks.map(([state]) => [state, retryPause])),
    };
    const { definition, nextAfterWait } = pausingAtWaits(options.definition);
    this.#definition = definition;
    this.#nextAfterWait = nextAfterWait;
    this.#jobs.assign('execution', ({ id }) => this.#limit(() => this.#run(id)));
  }

  /** Starts an execution, unless one of that name was started before. */
  async start(name: string, input: unknown): Promise<{ startedAt: string; isNew: boolean }> {
    return await this.#transition(async () => {
      const known = await this.find(name);
      if (known) return { startedAt: known.startedAt, isNew: false };
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

  /** Stops an execution that runs; answers false if there is none of that name. */
  async stop(name: string): Promise<boolean> {
    return await this.#transition(async () => {
      const known = await this.find(name);
      if (known?.status === 'RUNNING') {
        const { waitsUntil, stateInput, ...rest } = known;
        await this.#write({ ...rest, status: 'ABORTED', stoppedAt: this.#now().toISOString() }, known);
      }
      return known !== undefined;
    });
  }

  /** Lets go of the steps that are being taken, as the end of the process does. */
  abandon(): void {
    this.#abandoned.abort();
    for (const abort of this.#aborts) abort();
  }

  /** What a task answers; after the end it is not waited for, so that the machine's timer of the task ends as well. */
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

  /** Executions whose name starts so. */
  async list(prefix: string): Promise<readonly Execution[]> {
    const values = await this.#executions.values({ gte: prefix, lt: `${prefix}\uffff` }).all();
    return z.array(execution).parse(values);
  }

  /** Runs an execution until it waits for a time to come, or ends. */
  async #run(name: string): Promise<void> {
    const before = await this.find(name);
    if (before?.status !== 'RUNNING') return;
    let state = before.waitsUntil === undefined ? before.currentState : this.#next(before.currentState);
    let input = before.stateInput ?? null;
    for (;;) {
      const reached = await this.#runFrom(state ?? '', input, before);
      if (!('until' in reached)) {
        await this.#keep(name, { ...reached, stoppedAt: this.#now().toISOString() });
        return;
      }
      if (reached.until > this.#now().toISOString()) {
        const { waitsIn: currentState, until: waitsUntil, input: stateInput } = reached;
        await this.#keep(name, { status: 'RUNNING', currentState, waitsUntil, stateInput });
        return;
      }
      state = this.#next(reached.waitsIn);
      input = reached.input;
    }
  }

  /** Keeps where an execution got to, unless it was stopped or abandoned meanwhile. */
  async #keep(name: string, progress: Omit<Execution, 'name' | 'startedAt' | 'input'>): Promise<void> {
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
  ): Promise<
    | { waitsIn: string; until: string; input: Json }
    | { status: 'SUCCEEDED'; output: Json }
    | { status: 'FAILED'; currentState: string; error: string }
  > {
    let machine = this.#machines.get(state);
    if (!machine) {
      machine = new StateMachine(
        { ...this.#definition, StartAt: state },
        // A test checks the definition as it is deployed; with a start elsewhere it would not pass.
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
        },
      });
      this.#aborts.add(abort);
      const output = json.parse(await result.finally(() => this.#aborts.delete(abort)));
      const wait = waiting.safeParse(output);
      return wait.success
        ? { ...wait.data, until: new Date(wait.data.until).toISOString() }
        : { status: 'SUCCEEDED', output };
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
const definitionSchema = z.custom<StateMachineDefinition>(
  (value) => typeof value === 'object' && value !== null && 'States' in value,
);

/**
 * The definition with each Wait ended by an answer that says how long to wait, so that no timer runs inside the
 * machine: `setTimeout` fires at once beyond 24.8 days, dies with the process, and knows only the machine's time.
 */
function pausingAtWaits(given: unknown) {
  const definition = definitionSchema.parse(given);
  const { States, ...rest } = definition;
  const nextAfterWait = new Map<string, string>();
  const states: StateMachineDefinition['States'] = {};
  for (const [name, state] of Object.entries(States)) {
    if (state.Type !== 'Wait') {
      states[name] = state;
      continue;
    }
    const { TimestampPath, Next } = waitState.parse(state);
    nextAfterWait.set(name, Next);
    states[name] = {
      Type: 'Pass',
      Parameters: { waitsIn: name, 'until.$': TimestampPath, 'input.$': '$' },
      End: true,
    };
  }
  return { definition: { ...rest, States: states }, nextAfterWait };
}
