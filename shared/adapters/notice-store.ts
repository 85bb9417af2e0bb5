import { createHash } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { faultNames, NamedFault } from '../contracts/faults.ts';
import { type NoticedAddress, newNoticedAddress } from '../domain/notices.ts';
import type { Instant } from '../domain/time.ts';
import { ofVersion, putIf } from './conditional-put.ts';
import { expiryAfter, expiryAttribute } from './expiry.ts';
import { readItem } from './read-item.ts';

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

const stored = z.lazy(() =>
  z.object({
    token: text,
    endedAt: text.exactOptional(),
    undeliverableSince: text.exactOptional(),
    told: z.array(z.object({ messageId: text, at: text })),
    version: z.int(),
    /** Identifies the write, to recognize one whose answer was lost. */
    writer: text.exactOptional(),
  }),
) satisfies z.ZodType<NoticedAddress>;

/** No order has such an id: ids cannot contain `#`. */
const keyOf = (addressHash: string) => ({ pk: `noticed#${addressHash}`, sk: 'address' });

/** How long the links in notices keep working after the last one. Reasons not to send there are kept for good. */
const keptDays = 400;

/** More writers of one address than ever meet. */
const mostTries = 10;

export function noticeStore(dynamoDb: DynamoDBClient, tableName: string): NoticeStore {
  async function find(addressHash: string): Promise<z.output<typeof stored> | undefined> {
    const item = await readItem(dynamoDb, tableName, keyOf(addressHash));
    return item && stored.parse(item);
  }

  /** @returns whether nobody else had written meanwhile */
  function write(
    addressHash: string,
    address: NoticedAddress,
    at: Instant,
    writer: string,
  ): Promise<boolean> {
    const isKept = address.endedAt !== undefined || address.undeliverableSince !== undefined;
    return putIf(
      dynamoDb,
      tableName,
      {
        ...keyOf(addressHash),
        ...address,
        version: address.version + 1,
        writer,
        ...(isKept ? {} : { [expiryAttribute]: expiryAfter(at, keptDays) }),
      },
      ofVersion(address.version),
    );
  }

  return {
    find,
    async change(addressHash, token, at, decide) {
      const writer = crypto.randomUUID();
      for (let tries = 1; tries <= mostTries; tries += 1) {
        const known = await find(addressHash);
        // This write took effect, but its answer was lost.
        if (known?.writer === writer) return known;
        const decided = decide(known ?? newNoticedAddress(token));
        if (!decided) return undefined;
        if (await write(addressHash, decided, at, writer)) return decided;
      }
      throw new NamedFault(faultNames.addressContended, 'others kept writing what is known of an address');
    },
  };
}
