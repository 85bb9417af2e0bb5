/*
 * Replaces `node:fs/promises` in deployed functions. Only the SDK imports it, for files of settings; Lambda has none, and
 * loading that module takes a fiftieth of a cold start.
 */
export const readFile = (path: string): Promise<never> => Promise.reject(new Error(`${path} is not there`));
