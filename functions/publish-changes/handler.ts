import { setTimeout } from 'node:timers/promises';
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import * as z from 'zod';
import { type DeadLetters, deadLetters, sqsClient } from '../../shared/adapters/dead-letters.ts';
import { eventBridgeClient, eventBus } from '../../shared/adapters/event-bus.ts';
import { type TableChange, tableChange } from '../../shared/adapters/line-changes.ts';
import { readEnvironment, variables } from '../../shared/contracts/environment.ts';
import { eventsOf, type LineEvent } from '../../shared/domain/line-events.ts';
import { onColdStart } from '../../shared/runtime/cold-start.ts';
import { createLog } from '../../shared/runtime/logger.ts';
import { readOrKeep, retriedFrom } from '../../shared/runtime/read-changes.ts';
import { publishInOrder, type PublishServices } from './publish-in-order.ts';

export const environment = z.object({
  EVENT_BUS_ARN: variables.EVENT_BUS_ARN,
  DEAD_LETTER_QUEUE_URL: variables.DEAD_LETTER_QUEUE_URL,
});

export interface Services extends PublishServices {
  readonly deadLetters: DeadLetters;
}

/** Called by Lambda with changes of the table, in order for each item. */
export const handler = onColdStart(() => {
  const services = buildServices(readEnvironment(environment, process.env));
  return (changes: DynamoDBStreamEvent) => handle(changes, services);
});

const awsClients = () => ({ eventBridge: eventBridgeClient(), sqs: sqsClient() });

export const buildServices = (
  settings: z.output<typeof environment>,
  clients = awsClients(),
  pause: (milliseconds: number) => Promise<unknown> = setTimeout,
): Services => ({
  bus: eventBus(clients.eventBridge, settings.EVENT_BUS_ARN),
  deadLetters: deadLetters(clients.sqs, settings.DEAD_LETTER_QUEUE_URL),
  pause,
  log: createLog('publish-changes'),
});

/**
 * Publishes the events that follow from changes of lines. If the bus does not accept one, Lambda calls again with its
 * change and all later ones, which keeps the events of a line in order; some are then published again, with the same
 * ids. A change that this version cannot read becomes a dead letter that names its line, and holds up nothing.
 */
export async function handle(
  { Records }: DynamoDBStreamEvent,
  services: Services,
): Promise<DynamoDBBatchResponse> {
  const changes = Records.map(tableChange);
  const told: { change: TableChange; events: readonly LineEvent[] }[] = [];
  for (const change of changes) {
    const events = await eventsIn(change, services);
    if (events === undefined) break;
    told.push({ change, events });
  }
  const left = new Set(
    await publishInOrder(
      told.flatMap(({ events }) => events),
      services,
    ),
  );
  const failed = told.find(({ events }) => events.some((event) => left.has(event)))?.change;
  return retriedFrom(failed ?? changes[told.length]);
}

/** The events of a change; undefined if it can neither be read nor kept as a dead letter. */
const eventsIn = (change: TableChange, services: Services): Promise<readonly LineEvent[] | undefined> =>
  readOrKeep(change, eventsOfChange, [], services);

function eventsOfChange(change: TableChange): readonly LineEvent[] {
  const read = change.read();
  return read ? eventsOf(read.before, read.after) : [];
}
