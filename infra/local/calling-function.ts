import { AsyncLocalStorage } from 'node:async_hooks';

/** One run of a function of the product, or of a Task that Step Functions does by itself. */
export interface Invocation {
  readonly functionName: string;
}

const invocations = new AsyncLocalStorage<Invocation>();

/** Makes `run`, each time that it is called, a run of the function of that name. */
export const asFunction =
  <Input extends readonly unknown[], Result>(
    functionName: string,
    run: (...input: Input) => Result,
  ): ((...input: Input) => Result) =>
  (...input) =>
    invocations.run({ functionName }, () => run(...input));

/** The run that makes the call that is just being made; undefined for what the runtime does for itself. */
export const callingFunction = (): Invocation | undefined => invocations.getStore();
