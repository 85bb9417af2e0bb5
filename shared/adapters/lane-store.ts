import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { type LaneWait, laneWait } from '../domain/lane.ts';
import type { Instant } from '../domain/time.ts';
import { toAttributes } from './attributes.ts';
import { readItem } from './read-item.ts';
import { wholeSchema } from './whole-schema.ts';

/** What the lane of first emails says about itself, in an item beside the order lines. */
export interface LaneStore {
  /** Notes at `now` when the lane expects to have sent everything that waits in it. */
  note(clearAt: Instant, now: Instant): Promise<void>;
  /** What was noted last, which may have come true; undefined: nothing has ever waited. */
  wait(): Promise<LaneWait | undefined>;
}

/** No order has this id: ids cannot contain `#`. */
const laneKey = { pk: '#lane', sk: 'first-emails' };

const stored = wholeSchema<LaneWait>()(
  z.object({ clearAt: z.iso.datetime(), since: z.iso.datetime().exactOptional() }),
);

export function laneStore(dynamoDb: DynamoDBClient, tableName: string): LaneStore {
  async function wait(): Promise<LaneWait | undefined> {
    const item = await readItem(dynamoDb, tableName, laneKey);
    return item && stored.parse(item);
  }

  return {
    wait,
    async note(clearAt, now) {
      // Several calls may write at once; what one of them overwrites is hardly different.
      const Item = toAttributes({ ...laneKey, ...laneWait(await wait(), clearAt, now) });
      await dynamoDb.send(new PutItemCommand({ TableName: tableName, Item }));
    },
  };
}
