import { createHash } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { faultNames } from '../contracts/faults.ts';
import { type NoticedAddress, newNoticedAddress } from '../domain/notices.ts';
import type { Instant } from '../domain/time.ts';
import { changeItem } from './change-item.ts';
import { ofVersion, putIf } from './conditional-put.ts';
import { expiryAfter, expiryAttribute } from './expiry.ts';
import { readItem } from './read-item.ts';
import { wholeSchema } from './whole-schema.ts';

/** What is known of the addresses that notices go to, in the table of the order lines: an item for each address. */
export interface NoticeStore {
  find(addressHash: string): Promise<NoticedAddress | undefined>;
  /**
   * Changes what is known of an address by one conditional write. `decide` returns the new state; undefined writes
   * nothing. If somebody else wrote in between, it is called again.
   * @param token for an address that is not known yet
   * @returns the address as it was written, or undefined
   */
  change(
    addressHash: string,
    token: string,
    at: Instant,
    decide: (address: NoticedAddress) => NoticedAddress | undefined,
  ): Promise<NoticedAddress | undefined>;
}

/** Names an address: the hexadecimal SHA-256 of its normalized form. */
export const hashOfAddress = (email: string): string =>
  createHash('sha256').update(email.toLowerCase()).digest('hex');

const text = z.string();

const stored = wholeSchema<NoticedAddress>()(
  z.lazy(() =>
    z.object({
      token: text,
      endedAt: text.exactOptional(),
      undeliverableSince: text.exactOptional(),
      told: z.array(z.object({ messageId: text, at: text })),
      version: z.int(),
      /** Identifies the write, to recognize one whose answer was lost. */
      writer: text.exactOptional(),
    }),
  ),
);
interface StoredAddress extends NoticedAddress {
  readonly writer?: string;
}

/** No order has such an id: ids cannot contain `#`. */
const keyOf = (addressHash: string) => ({ pk: `noticed#${addressHash}`, sk: 'address' });

/** How long the links in notices keep working after the last one. Reasons not to send there are kept for good. */
const keptDays = 400;

export function noticeStore(dynamoDb: DynamoDBClient, tableName: string): NoticeStore {
  async function find(addressHash: string): Promise<StoredAddress | undefined> {
    const item = await readItem(dynamoDb, tableName, keyOf(addressHash));
    return item && stored.parse(item);
  }

  /** @returns whether nobody else had written meanwhile */
  function putOver(
    version: number,
    addressHash: string,
    address: StoredAddress,
    at: Instant,
  ): Promise<boolean> {
    const isKept = address.endedAt !== undefined || address.undeliverableSince !== undefined;
    return putIf(
      dynamoDb,
      tableName,
      {
        ...keyOf(addressHash),
        ...address,
        ...(isKept ? {} : { [expiryAttribute]: expiryAfter(at, keptDays) }),
      },
      ofVersion(version),
    );
  }

  return {
    find,
    async change(addressHash, token, at, decide) {
      const { item, isWritten } = await changeItem<StoredAddress>({
        from: await find(addressHash),
        writer: crypto.randomUUID(),
        find: () => find(addressHash),
        decide: (known) => decide(known ?? newNoticedAddress(token)),
        put: (address, version) => putOver(version, addressHash, address, at),
        contended: faultNames.addressContended,
      });
      return isWritten ? item : undefined;
    },
  };
}
