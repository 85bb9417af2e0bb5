import {
  EventBridgeClient,
  type EventBridgeClientConfig,
  PutEventsCommand,
} from '@aws-sdk/client-eventbridge';
import { sources } from '../contracts/events.ts';
import type { LineEvent } from '../domain/line-events.ts';
import { quickCalls } from './time-limits.ts';

export const eventBridgeClient = (config: EventBridgeClientConfig = {}): EventBridgeClient =>
  new EventBridgeClient({ ...quickCalls, ...config });

/** The product's own bus, for the events that the product sends. */
export interface EventBus {
  /**
   * Puts events on the bus.
   * @param events at most `mostEvents`
   * @returns those that the bus did not accept
   */
  put(events: readonly LineEvent[]): Promise<readonly LineEvent[]>;
}

/** The most events of one call to EventBridge. */
export const mostEvents = 10;

/** @param busName its name or ARN */
export const eventBus = (client: EventBridgeClient, busName: string): EventBus => ({
  async put(events) {
    const { Entries = [] } = await client.send(
      new PutEventsCommand({
        Entries: events.map(({ type, detail }) => ({
          EventBusName: busName,
          Source: sources.product,
          DetailType: type,
          Detail: JSON.stringify(detail),
          Time: new Date(detail.at),
        })),
      }),
    );
    return events.filter((_, index) => Entries[index]?.EventId === undefined);
  },
});
