/** What `make` makes, once, for the first who asks: a cold start does not wait for what the first request may not need. */
export function atFirstUse<Made>(make: () => Made): () => Made {
  let made: Made | undefined;
  return () => (made ??= make());
}
