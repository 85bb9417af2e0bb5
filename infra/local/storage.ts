import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { UserError } from '../command-line.ts';
import { workInPlace } from './level-in-place.ts';

export type Level = ClassicLevel<string, unknown>;

/** A change of several parts, all or nothing. */
export type Batch = ReturnType<Level['batch']>;

/** What the runtime keeps besides the product's table, in LevelDB: parts with sorted text keys and JSON values. */
export class Storage {
  readonly #level: Level;
  readonly #parts = new Map<string, ReturnType<typeof openPart>>();

  constructor(level: Level) {
    this.#level = level;
  }

  /** The part with that name; always the same object, because LevelDB keeps every one that was opened. */
  part(name: string): ReturnType<typeof openPart> {
    const part = this.#parts.get(name) ?? openPart(this.#level, name);
    this.#parts.set(name, part);
    return part;
  }

  /** Begins a change of several parts, all or nothing. */
  batch(): Batch {
    return this.#level.batch();
  }

  async close(): Promise<void> {
    await this.#level.close();
  }
}

const openPart = (level: Level, name: string) =>
  level.sublevel<string, unknown>(name, { valueEncoding: 'json' });

export const tableFolder = (dataFolder: string): string => join(dataFolder, 'table');
const runtimeFolder = (dataFolder: string): string => join(dataFolder, 'runtime');

/** Exists while the data folder is being emptied: what a killed process did not get to, the next start empties. */
const emptyingMark = (dataFolder: string): string => join(dataFolder, 'emptying');

/**
 * Opens the data folder. LevelDB's own lock keeps a second process out.
 * @throws UserError when it cannot be written or another process holds it; unless it is to be emptied, also when it is
 * damaged or one part is missing
 */
export async function openStorage(dataFolder: string, { reset }: { reset: boolean }): Promise<Storage> {
  try {
    makeFolder(resolve(dataFolder));
    rmdirSync(mkdtempSync(join(dataFolder, 'writable-')));
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
    throw new UserError(
      `The data folder ${dataFolder} cannot be made or written${code}. Make it writable, or name another with --data.`,
      { cause },
    );
  }
  if (reset || existsSync(emptyingMark(dataFolder))) await empty(dataFolder);
  // Opening creates a missing database, so one that got lost must be noticed first.
  if (!isDatabase(runtimeFolder(dataFolder)) && holdsTable(dataFolder)) throw partLost(dataFolder, 'runtime');
  return new Storage(await openLevel(runtimeFolder(dataFolder), dataFolder));
}

/** Node.js's own recursive mkdir never ends in a folder that takes no others, such as `/proc`. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

/** Whether LevelDB created a database in the folder: it writes this file last. */
const isDatabase = (folder: string): boolean => existsSync(join(folder, 'CURRENT'));

/** Whether the table's folder has anything in it. */
export const holdsTable = (dataFolder: string): boolean =>
  existsSync(tableFolder(dataFolder)) && readdirSync(tableFolder(dataFolder)).length > 0;

/** Empties the data folder, damaged or not, unless another process holds it. */
async function empty(dataFolder: string): Promise<void> {
  try {
    const level = await openLevel(runtimeFolder(dataFolder), dataFolder);
    await level.close();
  } catch (error) {
    if (!(error instanceof UserError) || isLocked(error.cause)) throw error;
  }
  writeFileSync(emptyingMark(dataFolder), '');
  for (const folder of [runtimeFolder(dataFolder), tableFolder(dataFolder), emptyingMark(dataFolder)]) {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Works on the table's LevelDB before dynalite opens it, which would start even on a damaged one and then fail at each
 * call.
 * @throws UserError when it is damaged or lost
 */
export async function onTable(dataFolder: string, work: (level: Level) => Promise<void>): Promise<void> {
  if (!isDatabase(tableFolder(dataFolder))) throw partLost(dataFolder, 'table');
  const level = await openLevel(tableFolder(dataFolder), dataFolder);
  await work(level).finally(() => level.close());
}

async function openLevel(folder: string, dataFolder: string): Promise<Level> {
  workInPlace();
  const level: Level = new ClassicLevel(folder, { valueEncoding: 'json' });
  try {
    await level.open();
    return level;
  } catch (cause) {
    if (!isLocked(cause)) throw damaged(dataFolder, cause);
    throw new UserError(
      `The data folder ${dataFolder} is in use by another process. Stop that one, or name another folder with --data.`,
      { cause },
    );
  }
}

/** The error for a data folder that cannot be opened. */
const damaged = (dataFolder: string, cause: unknown): UserError =>
  new UserError(
    `The data folder ${dataFolder} cannot be opened. Name another with --data, or empty it with --reset.`,
    { cause },
  );

/** The error for a data folder that has only one of its two parts, which is of no use without the other. */
export const partLost = (dataFolder: string, lost: 'runtime' | 'table'): UserError => {
  const left = { runtime: 'table', table: 'runtime' }[lost];
  return new UserError(
    `The data folder ${dataFolder} holds the part "${left}", and the part "${lost}" that belongs to it is lost. ` +
      `Put the folder "${lost}" back where it was, name another data folder with --data, or empty this one with --reset.`,
  );
};

const isLocked = (error: unknown): boolean =>
  error instanceof Error &&
  error.cause instanceof Error &&
  'code' in error.cause &&
  error.cause.code === 'LEVEL_LOCKED';

/** A number as a key that sorts as text. */
export const sequenceKey = (sequence: number): string => String(sequence).padStart(12, '0');

/** The number after the last key of a part whose keys are sequence keys. */
export async function nextSequence(part: {
  keys(options: object): { all(): Promise<string[]> };
}): Promise<number> {
  const [last] = await part.keys({ reverse: true, limit: 1 }).all();
  return last === undefined ? 0 : Number(last) + 1;
}
