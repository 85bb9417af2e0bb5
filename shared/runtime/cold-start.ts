/** A handler that is built on its first call and then kept: nothing is read at import time. */
export function onColdStart<Arguments extends readonly unknown[], Result>(
  build: () => (...args: Arguments) => Result,
): (...args: Arguments) => Result {
  let handler: ((...args: Arguments) => Result) | undefined;
  return (...args) => {
    handler ??= build();
    return handler(...args);
  };
}
