import * as z from 'zod';
import { inputErrorText } from '../shared/contracts/validation.ts';

/** An error that the user can fix: its message says how, and no stack trace is shown. */
export class UserError extends Error {}

/**
 * Reads the arguments of a command.
 * @throws UserError with what is wrong, and the usage
 */
export function readArguments<Arguments>(usage: string, read: () => Arguments): Arguments {
  try {
    return read();
  } catch (error) {
    const reason =
      error instanceof z.ZodError ? inputErrorText(error) : error instanceof Error ? error.message : '';
    throw new UserError(`${reason}\n\n${usage}`, { cause: error });
  }
}

/** Runs a command; errors that the user can fix end it with status 1. */
export async function runCommand(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

/** The option `--read-units` of commands that read the whole table. */
export const readUnits = (unitsOfPage: number) =>
  z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(unitsOfPage, `must be at least ${unitsOfPage}, which one page takes`);
