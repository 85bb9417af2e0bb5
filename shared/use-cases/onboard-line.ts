import type { OrderLineStore } from '../adapters/order-line-store.ts';
import { type Onboarding, type OrderLine, type Stamp } from '../domain/order-line.ts';
import { onboard } from '../domain/transitions.ts';
import { secondsBetween } from '../domain/time.ts';
import type { Metrics } from '../contracts/metrics.ts';
import { booked } from './booked.ts';

/** Takes a line past the point of no return, and returns it. */
export async function onboardLine(
  line: OrderLine,
  onboarding: Onboarding,
  stamp: Stamp,
  { store, metrics }: { readonly store: OrderLineStore; readonly metrics: Metrics },
): Promise<OrderLine> {
  const { line: onboarded, isNews } = await store.change(
    line,
    booked((known) => {
      const onboarded = onboard(known, onboarding, stamp);
      return { line: onboarded, isNews: known.onboardedAt === undefined };
    }),
  );
  if (isNews) countOnboarding(onboarded, metrics);
  return onboarded;
}

/** Counts a line that passed the point of no return. */
export function countOnboarding(
  { status, firstEmailSentAt, onboardedAt }: OrderLine,
  metrics: Metrics,
): void {
  if (status === 'Cancelled' || onboardedAt === undefined) return;
  metrics.add('LinesOnboarded', {});
  if (firstEmailSentAt === undefined || firstEmailSentAt > onboardedAt) return;
  metrics.add('TimeToOnboarding', {}, secondsBetween(firstEmailSentAt, onboardedAt));
}
