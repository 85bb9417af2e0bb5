import type { OrderLineStore } from '../adapters/order-line-store.ts';
import type { Metrics } from '../contracts/metrics.ts';
import { isBooked, type Onboarding, type Stamp } from '../domain/order-line.ts';
import { forEach } from '../domain/parallel.ts';
import { type AlignServices, stopWorkflow } from './align-workflow.ts';
import { onboardLine } from './onboard-line.ts';

interface OnboardServices extends Omit<AlignServices, 'store'> {
  readonly store: OrderLineStore;
  readonly metrics: Metrics;
}

/** How many lines are onboarded by one call. */
const linesOfPiece = 100;

/**
 * How many of them are worked on at once. The lines of an order share a partition of the table, which takes 1,000 write
 * units a second: four at once, at 30 ms and three units each, use 400.
 */
const linesAtOnce = 4;

/**
 * Takes some lines of an onboarded order past the point of no return, and stops their executions. Idempotent: after a
 * crash it starts over. Lines that are not reached yet are safe: every claim of an email checks the order, and a line
 * whose window ends in the meantime is closed first, then onboarded when it is reached.
 * @param after the line id to continue after; without it, the first line
 * @returns the line id after which there may be more
 */
export async function onboardLines(
  { orderId, after, onboarding }: { orderId: string; after?: string; onboarding: Onboarding },
  stamp: Stamp,
  services: OnboardServices,
): Promise<string | undefined> {
  const from = after === undefined ? {} : { after };
  const { lines, next } = await services.store.linesOfOrder(orderId, { ...from, limit: linesOfPiece });
  await forEach(lines.filter(isBooked), linesAtOnce, async (found) => {
    const line = await onboardLine(found, onboarding, stamp, services);
    await stopWorkflow(line, stamp.at, services);
  });
  return next;
}
