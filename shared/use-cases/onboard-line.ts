import type { OrderLineStore } from '../adapters/order-line-store.ts';
import { isBooked, type LineKey, type Onboarding, type OrderLine, type Stamp } from '../domain/order-line.ts';
import { onboard } from '../domain/transitions.ts';
import { secondsBetween } from '../domain/time.ts';
import type { Metrics } from '../contracts/metrics.ts';

/** Lets a line pass the point of no return; answers it as it is then, and undefined if it is not booked. */
export async function onboardLine(
  key: LineKey,
  onboarding: Onboarding,
  stamp: Stamp,
  { store, metrics }: { readonly store: OrderLineStore; readonly metrics: Metrics },
): Promise<OrderLine | undefined> {
  const { before, after } = await store.update<{ before?: OrderLine; after?: OrderLine }>(key, (known) => {
    if (!isBooked(known)) return { result: {} };
    const onboarded = onboard(known, onboarding, stamp);
    return { line: onboarded, result: { before: known, after: onboarded } };
  });
  if (after && after !== before) countOnboarding(after, metrics);
  return after;
}

/** Counts that a line passed the point of no return. */
export function countOnboarding(
  { status, firstEmailSentAt, onboardedAt }: OrderLine,
  metrics: Metrics,
): void {
  if (status === 'Cancelled' || onboardedAt === undefined) return;
  metrics.add('LinesOnboarded', {});
  if (firstEmailSentAt === undefined || firstEmailSentAt > onboardedAt) return;
  metrics.add('TimeToOnboarding', {}, secondsBetween(firstEmailSentAt, onboardedAt));
}
