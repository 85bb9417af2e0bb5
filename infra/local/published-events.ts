import * as z from 'zod';
import { nextSequence, sequenceKey, type Storage } from './storage.ts';

/** An event that the product puts on its bus. */
export const published = z.object({
  source: z.string(),
  'detail-type': z.string(),
  detail: z.looseObject({ id: z.string(), at: z.string(), orderId: z.string(), lineId: z.string() }),
});
type Published = z.output<typeof published>;

/**
 * The events that the product put on its bus, kept in the data folder in order. An event that was repeated, with the
 * same id, is listed once.
 */
export class PublishedEvents {
  readonly #storage: Storage;
  #next: number;

  private constructor(storage: Storage, next: number) {
    this.#storage = storage;
    this.#next = next;
  }

  static async open(storage: Storage): Promise<PublishedEvents> {
    return new PublishedEvents(storage, await nextSequence(part(storage)));
  }

  async keep(events: readonly Published[]): Promise<void> {
    const ids = this.#storage.part('published-event-ids');
    const batch = this.#storage.batch();
    const known = await ids.getMany(events.map(({ detail }) => detail.id));
    for (const [index, event] of events.entries()) {
      const { id } = event.detail;
      if (known[index] !== undefined) continue;
      const key = sequenceKey(this.#next);
      this.#next += 1;
      batch.put(key, event, { sublevel: part(this.#storage) }).put(id, key, { sublevel: ids });
    }
    await batch.write();
  }

  /** The events of an order, of a line, or all, oldest first. */
  async list(line: { readonly orderId?: string; readonly lineId?: string }) {
    const all = z.array(published).parse(await part(this.#storage).values().all());
    return all
      .filter(
        ({ detail }) =>
          (line.orderId === undefined || detail.orderId === line.orderId) &&
          (line.lineId === undefined || detail.lineId === line.lineId),
      )
      .map((event) => ({ id: event.detail.id, at: event.detail.at, ...event }));
  }
}

const part = (storage: Storage) => storage.part('published-events');
