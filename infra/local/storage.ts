import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';

/** Something the user can put right; its message says how, and no stack trace is shown. */
export class UserError extends Error {}

type Level = ClassicLevel<string, unknown>;

/** What the runtime keeps beside the product's table, in LevelDB: parts with text keys in order and JSON values. */
export class Storage {
  readonly #level: Level;
  readonly #parts = new Map<string, ReturnType<typeof openPart>>();

  constructor(level: Level) {
    this.#level = level;
  }

  /** The part of that name; the same one each time, since LevelDB keeps every one that it opened. */
  part(name: string): ReturnType<typeof openPart> {
    const part = this.#parts.get(name) ?? openPart(this.#level, name);
    this.#parts.set(name, part);
    return part;
  }

  /** A change of several parts that happens as a whole or not at all. */
  batch(): ReturnType<Level['batch']> {
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

/**
 * Opens the data folder. LevelDB's own lock keeps a second process out.
 * @throws UserError when another process holds it
 */
export async function openStorage(dataFolder: string, { reset }: { reset: boolean }): Promise<Storage> {
  try {
    mkdirSync(dataFolder, { recursive: true });
  } catch (cause) {
    throw new UserError(`The data folder ${dataFolder} cannot be made. Name another with --data.`, { cause });
  }
  const storage = await open(dataFolder);
  if (!reset) return storage;
  await storage.close();
  for (const folder of [runtimeFolder(dataFolder), tableFolder(dataFolder)]) {
    rmSync(folder, { recursive: true, force: true });
  }
  return await open(dataFolder);
}

async function open(dataFolder: string): Promise<Storage> {
  const level: Level = new ClassicLevel(runtimeFolder(dataFolder), { valueEncoding: 'json' });
  try {
    await level.open();
    return new Storage(level);
  } catch (cause) {
    const isLocked =
      cause instanceof Error &&
      cause.cause instanceof Error &&
      'code' in cause.cause &&
      cause.cause.code === 'LEVEL_LOCKED';
    throw new UserError(
      isLocked
        ? `The data folder ${dataFolder} is in use by another process. Stop that one, or name another folder with --data.`
        : `The data folder ${dataFolder} cannot be opened. Name another with --data, or empty it with --reset.`,
      { cause },
    );
  }
}

/** A number as a key that sorts as text. */
export const sequenceKey = (sequence: number): string => String(sequence).padStart(12, '0');

/** The number that follows the last key of a part whose keys are sequence keys. */
export async function nextSequence(part: {
  keys(options: object): { all(): Promise<string[]> };
}): Promise<number> {
  const [last] = await part.keys({ reverse: true, limit: 1 }).all();
  return last === undefined ? 0 : Number(last) + 1;
}
