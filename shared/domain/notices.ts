import { isSameAddress } from './contact.ts';
import { isOpen, isProvisioningPending, type OrderLine, type Stamp, withHistory } from './order-line.ts';
import { type Instant, type IsoDuration, minus } from './time.ts';

/*
 * Notices tell people, outside a line's own emails, that an email came back. They are a courtesy: each is sent at most
 * once, never to an address that mail does not reach, and never to somebody who ended them.
 */

/** What is known of an address that notices go to. The address itself is not stored; its hash is the key. */
export interface NoticedAddress {
  /** Whoever has it may end notices to the address: it is in the link of each notice. */
  readonly token: string;
  /** Since when its owner wants no more notices. */
  readonly endedAt?: Instant;
  /** Since when mail does not reach it. */
  readonly undeliverableSince?: Instant;
  /** The recent notices: the message ids of the emails that came back, and when. */
  readonly told: readonly { readonly messageId: string; readonly at: Instant }[];
  /** How many times it was written; the store writes only over the version it read. */
  readonly version: number;
}

/** The most notices to an address in 24 hours: whoever placed an order of 10,000 lines must not get 10,000 emails. */
export const mostNoticesPerDay = 5;

const day: IsoDuration = 'PT24H';

/** For longer than queues redeliver a report, so that nobody is told twice. */
const remembered: IsoDuration = 'P30D';

export const newNoticedAddress = (token: string): NoticedAddress => ({ token, told: [], version: 0 });

/** The address after it is told that an email came back; undefined if it must not be told. */
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

/** Whether this is the last notice to the address for now. */
export const isLastToday = (address: NoticedAddress, at: Instant): boolean =>
  toldToday(address, at) >= mostNoticesPerDay;

const toldToday = ({ told }: NoticedAddress, at: Instant): number =>
  told.filter((notice) => notice.at > minus(at, day)).length;

/** The line with a notice about it in its history; a duplicate changes nothing. */
export const withNotice = (
  line: OrderLine,
  { messageId, to }: { readonly messageId: string; readonly to: string },
  stamp: Stamp,
): OrderLine =>
  line.history.some((entry) => entry.type === 'BounceNoticeSent' && entry.messageId === messageId)
    ? line
    : withHistory(line, { ...stamp, type: 'BounceNoticeSent', to, messageId });

/** Whether an email that came back means that the contact of a line that is not set up yet did not get it. */
export const concernsContact = (line: OrderLine, bounced: string): boolean =>
  isSameAddress(line.provisioningContact.email, bounced) && (isOpen(line) || isProvisioningPending(line));
