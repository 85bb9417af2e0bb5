import { nextSequence, sequenceKey, type Storage } from './storage.ts';

export interface DeadLetter {
  readonly event: unknown;
  readonly reason: string;
  readonly at: string;
}

/** The dead-letter queues of this machine, as one list. */
export class DeadLetterOffice {
  readonly #storage: Storage;
  #next: number;

  private constructor(storage: Storage, next: number) {
    this.#storage = storage;
    this.#next = next;
  }

  static async open(storage: Storage): Promise<DeadLetterOffice> {
    return new DeadLetterOffice(storage, await nextSequence(part(storage)));
  }

  /** @param event the text of the event; if it is not JSON, it is kept as text */
  async keep(event: string, reason: string, at: Date): Promise<void> {
    const letter: DeadLetter = { event: parsed(event), reason, at: at.toISOString() };
    const key = sequenceKey(this.#next);
    this.#next += 1;
    await part(this.#storage).put(key, letter);
  }

  async list(): Promise<readonly unknown[]> {
    return await part(this.#storage).values().all();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const part = (storage: Storage) => storage.part('dead-letters');
