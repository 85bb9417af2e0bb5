/** Marks a place that the compiler proved to be out of reach. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
