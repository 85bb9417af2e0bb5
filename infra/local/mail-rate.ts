import * as z from 'zod';
import type { Storage } from './storage.ts';

export const mailRate = z.strictObject({
  perSecond: z.number().positive('must be a number above zero, or null for no limit').nullable(),
});

/** How many emails a second the local mail service accepts: a token bucket that holds one second's worth. */
export class MailRate {
  readonly #storage: Storage;
  #perSecond: number | null;
  #tokens: number;
  #at = performance.now();

  private constructor(storage: Storage, perSecond: number | null) {
    this.#storage = storage;
    this.#perSecond = perSecond;
    this.#tokens = capacity(perSecond);
  }

  static async open(storage: Storage): Promise<MailRate> {
    const kept = await part(storage).get('perSecond');
    return new MailRate(storage, z.number().nullable().default(null).parse(kept));
  }

  /** `null`: no limit. */
  get perSecond(): number | null {
    return this.#perSecond;
  }

  async set(perSecond: number | null): Promise<void> {
    if (perSecond === null) await part(this.#storage).del('perSecond');
    else await part(this.#storage).put('perSecond', perSecond);
    this.#perSecond = perSecond;
    this.#tokens = capacity(perSecond);
    this.#at = performance.now();
  }

  /** Whether one more email may be accepted now. */
  take(): boolean {
    if (this.#perSecond === null) return true;
    const now = performance.now();
    const given = ((now - this.#at) / 1000) * this.#perSecond;
    this.#tokens = Math.min(capacity(this.#perSecond), this.#tokens + given);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

/** Below one email a second, one must still be able to leave eventually. */
const capacity = (perSecond: number | null): number => Math.max(1, perSecond ?? 1);

const part = (storage: Storage) => storage.part('mail-rate');
