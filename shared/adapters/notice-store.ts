import { createHash } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { faultNames, NamedFault } from '../contracts/faults.ts';
import { type NoticedAddress, newNoticedAddress } from '../domain/notices.ts';
import type { Instant } from '../domain/time.ts';
import { ofVersion, putIf } from './conditional-put.ts';
import { expiryAfter, expiryAttribute } from './expiry.ts';
import { readItem } from './read-item.ts';

/** What is known of the addresses that notices go to, in the table of the order lines: an item for each. */
export interface NoticeStore {
  find(addressHash: string): Promise<NoticedAddress | undefined>;
  /**
   * Changes what is known of an address by one conditional write. `decide` says how it shall be; undefined: no write. If
   * somebody else wrote meanwhile, it is asked again.
   * @param token for an address of which nothing is known yet
   * @returns the address as it was written, or undefined
   */
  change(
    addressHash: string,
    token: string,
    at: Instant,
    decide: (address: NoticedAddress) => NoticedAddress | undefined,
  ): Promise<NoticedAddress | undefined>;
}

/** Names an address: SHA-256, in hexadecimal, of how mail systems compare it. */
export const hashOfAddress = (email: string): string =>
  createHash('sha256').update(email.toLowerCase()).digest('hex');

const text = z.string();

const stored = z.object({
  token: text,
  endedAt: text.exactOptional(),
  undeliverableSince: text.exactOptional(),
  told: z.array(z.object({ messageId: text, at: text })),
  version: z.int(),
  /** Whose write this is, to recognize one whose answer was lost. */
  writer: text.exactOptional(),
}) satisfies z.ZodType<NoticedAddress>;

/** No order has such an id: `#` is in none. */
const keyOf = (addressHash: string) => ({ pk: `noticed#${addressHash}`, sk: 'address' });

/** Links in notices work for as long as this after the last one. What keeps mail away is kept for good. */
const keptDays = 400;

/** So many writers of one address do not meet. */
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
        // This write took effect, and its answer was lost.
        if (known?.writer === writer) return known;
        const decided = decide(known ?? newNoticedAddress(token));
        if (!decided) return undefined;
        if (await write(addressHash, decided, at, writer)) return decided;
      }
      throw new NamedFault(faultNames.addressContended, 'others kept writing what is known of an address');
    },
  };
}
