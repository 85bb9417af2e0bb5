import { AsyncLocalStorage } from 'node:async_hooks';

/** One run of a product function, or of a Task that Step Functions does itself. */
export interface Invocation {
  readonly functionName: string;
}

const invocations = new AsyncLocalStorage<Invocation>();

/** Makes every call of `run` a run of the function with that name. */
export const asFunction =
  <Input extends readonly unknown[], Result>(
    functionName: string,
    run: (...input: Input) => Result,
  ): ((...input: Input) => Result) =>
  (...input) =>
    invocations.run({ functionName }, () => run(...input));

/** The run in which the current call is made; undefined for the runtime's own calls. */
export const callingFunction = (): Invocation | undefined => invocations.getStore();
