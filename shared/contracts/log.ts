import { NamedFault } from './faults.ts';

/** Writes structured log lines. They never contain names of people, addresses or tokens. */
export interface Log {
  info(message: string, ...about: Record<string, unknown>[]): void;
  warn(message: string, ...about: Record<string, unknown>[]): void;
  error(message: string, ...about: Record<string, unknown>[]): void;
}

/**
 * What a log may contain of an error: its name, our own message, and where it was thrown. Messages of other services
 * are left out, since they may repeat addresses.
 */
export function faultForLog(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error };
  return {
    name: error.name,
    ...(error instanceof NamedFault ? { message: error.message } : {}),
    at: error.stack
      ?.split('\n')
      .filter((line) => /^\s+at /.test(line))
      .slice(0, 8)
      .map((line) => line.trim()),
    ...(error.cause === undefined ? {} : { cause: faultForLog(error.cause) }),
  };
}
