import { createHmac } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { faultForLog, type Log } from '../contracts/log.ts';

/** Pseudonyms for callers in logs: stable for each caller, and useless to anyone without the salt. */
export interface CallerHash {
  /** Starts reading the salt without waiting for it, unless that has been done. */
  prepare(): void;
  /**
   * The hash of a caller's stable identity, the `sub` of their tokens: the first 16 hexadecimal digits of its
   * HMAC-SHA256. Undefined while the salt cannot be read: a log line without it is better than no answer.
   */
  of(subject: string): Promise<string | undefined>;
}

/** How long a request waits for the salt at most, in milliseconds. Reading it starts when the request arrives. */
const patience = 250;

/** How long after a failure the salt is not read again, in milliseconds. */
const untilNextTry = 60_000;

/** @param readSalt called once, unless it fails */
export function callerHash(readSalt: () => Promise<string>, log: Log, now: () => Date): CallerHash {
  let reading: Promise<string | undefined> | undefined;
  let failedAt = -Infinity;

  const read = async () => {
    try {
      return await readSalt();
    } catch (error) {
      log.warn('the salt for caller hashes cannot be read', { fault: faultForLog(error) });
      reading = undefined;
      failedAt = now().getTime();
      return undefined;
    }
  };
  const salt = () => {
    if (now().getTime() - failedAt >= untilNextTry) reading ??= read();
    return reading;
  };

  return {
    prepare: () => void salt(),
    async of(subject) {
      const known = await Promise.race([salt(), setTimeout(patience, undefined, { ref: false })]);
      if (known === undefined) return undefined;
      return createHmac('sha256', known).update(subject).digest('hex').slice(0, 16);
    },
  };
}
