import { type AttributeValue, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { type PublishServices, publishInOrder } from '../functions/publish-changes/publish-in-order.ts';
import { itemsIn } from '../shared/adapters/attributes.ts';
import { linePrefix, parseLine } from '../shared/adapters/order-line-item.ts';
import type { OrderLineStore } from '../shared/adapters/order-line-store.ts';
import { eventsOf } from '../shared/domain/line-events.ts';
import type { LineKey, StoredLine } from '../shared/domain/order-line.ts';
import { type Instant, minus, plus, toInstant } from '../shared/domain/time.ts';

/*
 * Dead letters of the function that publishes changes contain no events. They say for which line, or for which period,
 * changes were not published. What happened is in the histories, and is published from there, with the ids that the
 * events had or would have had, so that whoever knows one already ignores it.
 */

/** What was not published to other systems. */
export type Untold = LineKey | { readonly from: Instant; readonly to: Instant };

const instant = z.iso.datetime({ offset: true }).transform((text): Instant => toInstant(new Date(text)));
const letter = z.union([
  z
    .object({ detail: z.object({ orderId: z.string(), lineId: z.string() }) })
    .transform(({ detail: { orderId, lineId } }): Untold => ({ orderId, lineId })),
  // Lambda's description of the stream records that it gave up.
  z
    .object({
      DDBStreamBatchInfo: z.object({
        approximateArrivalOfFirstRecord: instant,
        approximateArrivalOfLastRecord: instant,
      }),
    })
    .transform(({ DDBStreamBatchInfo: batch }): Untold => ({
      from: minus(batch.approximateArrivalOfFirstRecord, longestWrite),
      to: plus(batch.approximateArrivalOfLastRecord, clockError),
    })),
]);

/** How long after it happened something may be written: the workflow tries for up to 18.5 minutes to close a line. */
const longestWrite = 'PT30M';

/** How far clocks may differ. */
const clockError = 'PT1M';

/** What a dead letter says; undefined if it cannot be read. */
export function untoldBy(body: string): Untold | undefined {
  try {
    return letter.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
}

export interface RetellServices extends PublishServices {
  readonly dynamoDb: DynamoDBClient;
  readonly tableName: string;
  readonly store: Pick<OrderLineStore, 'find'>;
}

/**
 * Publishes what other systems were not told. For a period without lines this reads the whole table, at half a read
 * unit for 4 kB.
 * @returns whether the bus accepted everything; if not, the next try publishes all of it again
 * @throws ZodError when this version still cannot read the line
 */
export async function retell(untold: Untold, services: RetellServices): Promise<boolean> {
  if ('orderId' in untold) return await tell([await services.store.find(untold)], services);
  const { from, to } = untold;
  for await (const lines of allLines(services)) {
    const isTold = await tell(lines, services, (at) => at >= from && at <= to);
    if (!isTold) return false;
  }
  return true;
}

async function tell(
  lines: readonly StoredLine[],
  services: PublishServices,
  isUntold: (at: Instant) => boolean = () => true,
): Promise<boolean> {
  const events = lines
    .flatMap((line) => eventsOf(undefined, line))
    .filter(({ detail }) => isUntold(detail.at));
  return (await publishInOrder(events, services)).length === 0;
}

const item = z.looseObject({ sk: z.string() });

async function* allLines({ dynamoDb, tableName }: RetellServices): AsyncIterable<readonly StoredLine[]> {
  let start: Record<string, AttributeValue> | undefined;
  do {
    const answer = await dynamoDb.send(
      new ScanCommand({ TableName: tableName, ...(start ? { ExclusiveStartKey: start } : {}) }),
    );
    yield z
      .array(item)
      .parse(itemsIn(answer))
      .filter(({ sk }) => sk.startsWith(linePrefix))
      .map(parseLine);
    start = answer.LastEvaluatedKey;
  } while (start);
}
