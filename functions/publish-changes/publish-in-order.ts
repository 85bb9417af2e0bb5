import { type EventBus, mostEvents } from '../../shared/adapters/event-bus.ts';
import { faultForLog, type Log } from '../../shared/contracts/log.ts';
import type { LineEvent } from '../../shared/domain/line-events.ts';

export interface PublishServices {
  readonly bus: EventBus;
  /** Waits the given number of milliseconds. */
  readonly pause: (milliseconds: number) => Promise<unknown>;
  readonly log: Log;
}

/** Milliseconds before the bus is offered again what it did not accept, within one run; after that Lambda calls again. */
const pauses = [100, 400] as const;

/**
 * Puts events on the bus, those of each line one after the other: each only after the bus has accepted the one before.
 * @returns the events that are left, because the bus did not accept them or an earlier one of their line
 */
export async function publishInOrder(
  events: readonly LineEvent[],
  { bus, pause, log }: PublishServices,
): Promise<readonly LineEvent[]> {
  let left = events;
  let refusals = 0;
  while (left.length > 0) {
    const next = firstOfEachLine(left, mostEvents);
    let refused: ReadonlySet<LineEvent>;
    try {
      refused = new Set(await bus.put(next));
    } catch (error) {
      log.warn('the bus takes no events', { left: left.length, fault: faultForLog(error) });
      return left;
    }
    const taken = new Set(next.filter((event) => !refused.has(event)));
    left = left.filter((event) => !taken.has(event));
    if (refused.size === 0) continue;
    const milliseconds = pauses[refusals];
    if (milliseconds === undefined) {
      log.warn('the bus kept refusing events', { left: left.length });
      return left;
    }
    refusals += 1;
    await pause(milliseconds);
  }
  return left;
}

/** The first event of each line, up to a limit. */
function firstOfEachLine(events: readonly LineEvent[], most: number): readonly LineEvent[] {
  const first = new Map<string, LineEvent>();
  for (const event of events) {
    const { orderId, lineId } = event.detail;
    const line = `${orderId}/${lineId}`;
    if (first.size < most && !first.has(line)) first.set(line, event);
  }
  return [...first.values()];
}
