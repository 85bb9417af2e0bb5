import { setTimeout } from 'node:timers/promises';
import type { Time } from '../domain/token-bucket.ts';

/** Time as the machine has it, whatever the product's clock says. */
export const realTime: Time = {
  now: () => performance.now(),
  sleep: (milliseconds) => setTimeout(milliseconds),
};
