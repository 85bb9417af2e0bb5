import * as z from 'zod';
import { functionFor } from '../intake-rules.ts';
import type { DeadLetterOffice } from './dead-letter-office.ts';
import type { Queues } from './queues.ts';
import type { Batch } from './storage.ts';

/** Deeper JSON cannot be serialized again, because that is recursive. */
const mostLevels = 100;

const nestsAtMost = (levels: number, value: unknown): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (levels > 0 && Object.values(value).every((inner) => nestsAtMost(levels - 1, inner)));

/** An event as senders put it on the bus. */
export const busEvent = z.object({
  source: z.string().min(1).max(256),
  'detail-type': z.string().min(1).max(128),
  detail: z
    .unknown()
    .refine((detail) => nestsAtMost(mostLevels, detail), `must nest at most ${mostLevels} levels deep`),
});
export type BusEvent = z.output<typeof busEvent>;

/** The bus and its rules, which lead to the queues of the functions that take events in. */
export class EventBus {
  readonly #queues: Queues;
  readonly #office: DeadLetterOffice;
  readonly #now: () => Date;

  constructor(queues: Queues, office: DeadLetterOffice, now: () => Date) {
    this.#queues = queues;
    this.#office = office;
    this.#now = now;
  }

  /**
   * Stores the events; they are handled afterwards.
   * @param also what is stored with them, all or nothing
   */
  async put(events: readonly BusEvent[], also?: (batch: Batch) => void): Promise<void> {
    const messages: { functionName: string; body: string }[] = [];
    for (const event of events) {
      const body = JSON.stringify({
        version: '0',
        id: crypto.randomUUID(),
        source: event.source,
        'detail-type': event['detail-type'],
        time: this.#now().toISOString(),
        detail: event.detail,
      });
      const functionName = functionFor(event);
      if (functionName) messages.push({ functionName, body });
      else await this.#office.keep(body, 'source: no events are taken from this source', this.#now());
    }
    await this.#queues.send(messages, also);
  }
}
