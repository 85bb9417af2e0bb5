import * as z from 'zod';
import type { Storage } from './storage.ts';

/** The product's time: the machine's, plus all moves so far. Moves survive restarts. */
export class Clock {
  readonly #storage: Storage;
  #offset: number;

  private constructor(storage: Storage, offset: number) {
    this.#storage = storage;
    this.#offset = offset;
  }

  static async open(storage: Storage): Promise<Clock> {
    const offset = z
      .number()
      .default(0)
      .parse(await part(storage).get('offset'));
    return new Clock(storage, offset);
  }

  readonly now = (): Date => new Date(Date.now() + this.#offset);

  /** How many milliseconds it is behind the machine's time. */
  get behind(): number {
    return Math.max(0, -this.#offset);
  }

  /** Sets the clock back, in a data folder in which nothing has happened yet. */
  async beginBefore(milliseconds: number): Promise<void> {
    await part(this.#storage).put('offset', -milliseconds);
    this.#offset = -milliseconds;
  }

  /** Moves forward to `instant`, unless it is in the past. */
  async moveTo(instant: Date): Promise<void> {
    const distance = instant.getTime() - this.now().getTime();
    if (distance <= 0) return;
    await part(this.#storage).put('offset', this.#offset + distance);
    this.#offset += distance;
  }
}

const part = (storage: Storage) => storage.part('clock');
