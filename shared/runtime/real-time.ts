import { setTimeout } from 'node:timers/promises';
import type { Time } from '../domain/token-bucket.ts';

/** The machine's time, whatever the product's clock says. */
export const realTime: Time = {
  now: () => performance.now(),
  sleep: (milliseconds) => setTimeout(milliseconds),
};
