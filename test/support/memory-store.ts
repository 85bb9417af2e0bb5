import type { OrderLineStore } from '../../shared/adapters/order-line-store.ts';
import { isBooked, type LineKey, type Onboarding, type StoredLine } from '../../shared/domain/order-line.ts';

const idOf = ({ orderId, lineId }: LineKey) => `${orderId}/${lineId}`;

/**
 * Order lines in memory. As in a table with other writers, each update is decided twice: the first time its write is
 * lost to somebody else, and comes to nothing.
 */
export function memoryStore(...given: readonly StoredLine[]) {
  const lines = new Map(given.map((line) => [idOf(line), line]));
  const onboardings = new Map<string, Onboarding>();

  const store: OrderLineStore = {
    find: (key) => Promise.resolve(lines.get(idOf(key))),
    update: (key, decide) => {
      decide(lines.get(idOf(key)));
      const { line, result } = decide(lines.get(idOf(key)));
      if (line) lines.set(idOf(key), line);
      return Promise.resolve(result);
    },
    change: (line, change) => {
      const known = lines.get(idOf(line));
      if (!isBooked(known)) throw new Error('the order line is gone');
      change(known);
      const changed = change(known);
      lines.set(idOf(line), changed);
      return Promise.resolve(changed);
    },
    findOrder: (orderId) => {
      const onboarding = onboardings.get(orderId);
      return Promise.resolve({
        lines: [...lines.values()].filter((line) => line.orderId === orderId),
        ...(onboarding ? { onboarding } : {}),
      });
    },
    recordOnboarding: (orderId, onboarding) => {
      const known = onboardings.get(orderId) ?? onboarding;
      onboardings.set(orderId, known);
      return Promise.resolve(known);
    },
    list: () => Promise.reject(new Error('not used here')),
    async *listDue() {
      for (const line of lines.values()) yield await Promise.resolve(line);
    },
  };
  return { store, lines };
}
