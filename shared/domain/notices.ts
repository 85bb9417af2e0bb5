import { isSameAddress } from './contact.ts';
import { isOpen, isProvisioningPending, type OrderLine, type Stamp, withHistory } from './order-line.ts';
import { type Instant, type IsoDuration, minus } from './time.ts';

/*
 * Notices tell people outside a line's own emails that something came back. They are a courtesy: each leaves once at
 * most, never to an address that it does not reach, and never to somebody who ended them.
 */

/** What is known of an address that notices go to. The address itself is not kept, only its hash names this. */
export interface NoticedAddress {
  /** Whoever has it may end notices to the address: it stands in the link of each. */
  readonly token: string;
  /** Since when its owner wants no more. */
  readonly endedAt?: Instant;
  /** Since when mail does not reach it. */
  readonly undeliverableSince?: Instant;
  /** What it was told lately, by the message ids of the emails that came back, and when. */
  readonly told: readonly { readonly messageId: string; readonly at: Instant }[];
  /** How many times it was written; the store writes only over the version it read. */
  readonly version: number;
}

/** The most notices to an address in 24 hours: whoever placed an order of 10,000 lines is not told 10,000 times. */
export const mostNoticesPerDay = 5;

const day: IsoDuration = 'PT24H';

/** Reports are delivered again for as long as queues keep them, and nobody is told twice meanwhile. */
const remembered: IsoDuration = 'P30D';

export const newNoticedAddress = (token: string): NoticedAddress => ({ token, told: [], version: 0 });

/** The address once it is told that an email came back; undefined if it is not to be told. */
export function claimNotice(
  address: NoticedAddress,
  messageId: string,
  at: Instant,
): NoticedAddress | undefined {
  const { endedAt, undeliverableSince, told } = address;
  if (endedAt !== undefined || undeliverableSince !== undefined) return undefined;
  if (told.some((notice) => notice.messageId === messageId)) return undefined;
  if (toldToday(address, at) >= mostNoticesPerDay) return undefined;
  const since = minus(at, remembered);
  return { ...address, told: [...told.filter((notice) => notice.at > since), { messageId, at }] };
}

/** Whether the address is told no more for now. */
export const isLastToday = (address: NoticedAddress, at: Instant): boolean =>
  toldToday(address, at) >= mostNoticesPerDay;

const toldToday = ({ told }: NoticedAddress, at: Instant): number =>
  told.filter((notice) => notice.at > minus(at, day)).length;

/** The line with a notice about it in its history; one that is there already changes nothing. */
export const withNotice = (
  line: OrderLine,
  { messageId, to }: { readonly messageId: string; readonly to: string },
  stamp: Stamp,
): OrderLine =>
  line.history.some((entry) => entry.type === 'BounceNoticeSent' && entry.messageId === messageId)
    ? line
    : withHistory(line, { ...stamp, type: 'BounceNoticeSent', to, messageId });

/** Whether an email that came back has kept it from the contact of a line that is still to be set up. */
export const concernsContact = (line: OrderLine, bounced: string): boolean =>
  isSameAddress(line.provisioningContact.email, bounced) && (isOpen(line) || isProvisioningPending(line));
